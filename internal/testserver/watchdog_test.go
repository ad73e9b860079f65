//go:build unix

package testserver

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A test that is killed leaves neither processes nor files.
func TestWatchdog(t *testing.T) {
	const role = "MIGSH_TESTSERVER_CHILD"
	if os.Getenv(role) != "" {
		d := StartDovecot(t, DovecotOptions{})
		fmt.Printf("%d %s\n", d.IMAPPort, d.dir)
		select {}
	}
	t.Parallel()
	findDovecot(t)
	child := exec.Command(os.Args[0], "-test.run=^TestWatchdog$")
	child.Env = append(os.Environ(), role+"=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var port int
	var dir string
	if _, err := fmt.Fscan(bufio.NewReader(out), &port, &dir); err != nil {
		t.Fatal(err)
	}
	conn := dialPlain(t, &Server{Host: "127.0.0.1", IMAPPort: port})
	if got := talk(t, conn, "NOOP"); !strings.HasPrefix(got, "a OK") {
		t.Fatal(got)
	}

	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	if line, err := conn.ReadString('\n'); err == nil {
		t.Errorf("the server lives and says %q", line)
	}
	for deadline := time.Now().Add(readyTimeout); ; time.Sleep(5 * time.Millisecond) { // a removal gives no event
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is still there", dir)
		}
	}
}
