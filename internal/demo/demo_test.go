package demo

import (
	"bufio"
	"encoding/csv"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestServersAnswer(t *testing.T) {
	d, err := Start(0)
	if err != nil {
		t.Fatal(err)
	}
	if d.Mailboxes != 5 || d.Messages < 400 {
		t.Errorf("%d mailboxes, %d messages", d.Mailboxes, d.Messages)
	}
	for _, s := range []Server{d.Source, d.Target} {
		conn, err := net.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
		if err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, "* OK") {
			t.Errorf("greeting %q, %v", line, err)
		}
		conn.Close()
	}
	f, err := os.Open(d.CSVPath)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	f.Close()
	if err != nil || len(rows) != 6 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(d.CSVPath); !os.IsNotExist(err) {
		t.Errorf("the user list outlives the demo: %v", err)
	}
}
