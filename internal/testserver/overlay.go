package testserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// An overlay runs programs in mount and process namespaces of their own, in which packages
// that can't be installed beside one another lie over /usr, and files of ours
// over the rest. Nothing of the system is changed. It needs Linux and root.
type overlay struct {
	unpacked string // the packages' files: usr, etc
	dir      string // of the server; below skel lies what goes over the system's directories
}

// findUnpacked looks for the packages that "make servers" unpacks, and for what
// is needed to run them.
func findUnpacked(t testing.TB, kind, program string) string {
	t.Helper()
	missing := t.Fatalf
	if testing.Short() || os.Getenv("MIGSH_SOAK") == "" {
		missing = t.Skipf
	}
	if os.Geteuid() != 0 {
		missing("%s runs in a mount namespace, which needs root on Linux; run this test as root", kind)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	unpacked := filepath.Join(cache, "migsh", "servers")
	if _, err := os.Stat(filepath.Join(unpacked, program)); err != nil {
		t.Fatalf("%s is missing (%v); get it with: make servers", kind, err)
	}
	if _, err := exec.LookPath("unshare"); err != nil {
		t.Fatalf("%s: %v (Debian: util-linux)", kind, err)
	}
	return unpacked
}

// newOverlay prepares a namespace. What the programs in it send to syslog comes
// to the log, until the test's end.
func newOverlay(t testing.TB, unpacked string, s *Server) (overlay, error) {
	o := overlay{unpacked: unpacked, dir: s.dir}
	if err := o.over("dev/log", nil); err != nil {
		return o, err
	}
	socket := filepath.Join(s.dir, "log")
	syslog, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return o, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		line := make([]byte, 64<<10)
		for {
			n, err := syslog.Read(line)
			if err != nil {
				return // closed at the test's end
			}
			s.log.Write(append(bytes.TrimRight(line[:n], "\n\x00"), '\n')) // a logbook takes everything
		}
	}()
	t.Cleanup(func() {
		syslog.Close()
		<-ended
	})
	return o, os.Chmod(socket, 0o666)
}

// over lays a file over the system's at the same path, without its first slash.
func (o overlay) over(path string, content []byte) error {
	file := filepath.Join(o.dir, "skel", path)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o644)
}

// enter makes the mounts in a namespace that was left just for it and runs the
// rest of the arguments: $1 is where the packages are, $2 the server's directory.
const enter = `
mount -t overlay -o "lowerdir=$1/usr:/usr" overlay /usr || exit 125
for over in "$2"/skel/*; do
  at=/${over##*/}
  mount -t overlay -o "lowerdir=$over:$at" overlay "$at" || exit 125
done
mount --bind "$2/log" /dev/log || exit 125
for bound in run etc; do
  [ ! -d "$2/$bound" ] || mount --bind "$2/$bound" "/$bound/courier" || exit 125
done
shift 2
exec "$@"`

// command is what runs a program in new namespaces, in the foreground. It is the
// first process of its namespace: when it ends, all others are ended.
func (o overlay) command(args ...string) []string {
	return append([]string{"unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "sh", "-c", enter, "sh", o.unpacked, o.dir}, args...)
}

// run runs a program in a namespace to its end and returns what it prints.
func (o overlay) run(ctx context.Context, stdin string, args ...string) (string, error) {
	command := o.command(args...)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Dir = o.dir
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w: %s", filepath.Base(args[0]), err, bytes.TrimSpace(problems.Bytes()))
	}
	return out.String(), nil
}

// chownAll gives everything below a directory to a user.
func chownAll(dir string, ids [2]int) error {
	return filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chown(name, ids[0], ids[1]))
	})
}

// bytesOf reads a size such as "10M".
func bytesOf(size string) (int64, error) {
	number, unit := size, int64(1)
	if i := strings.IndexByte("KMG", size[len(size)-1]); i >= 0 {
		number, unit = size[:len(size)-1], 1<<(10*(i+1))
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the size %q: %w", size, err)
	}
	return n * unit, nil
}
