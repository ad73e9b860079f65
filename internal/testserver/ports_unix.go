//go:build unix

package testserver

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Ports of servers come from below the range that systems take the ports of
// outgoing connections from, so that a port stays ours while a server restarts.
const firstPort, lastPort = 20000, 32000

// reservePort finds a free port of a loopback address and keeps it, against
// other tests on this machine, until release is called or this process ends.
func reservePort(host string) (port int, release func(), err error) {
	dir := filepath.Join(os.TempDir(), "migsh-test-ports-"+strconv.Itoa(os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return 0, nil, fmt.Errorf("reserving a port: %w", err)
	}
	for range 1000 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		lock, err := os.OpenFile(filepath.Join(dir, strconv.Itoa(port)), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return 0, nil, fmt.Errorf("reserving port %d: %w", port, err)
		}
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil && free(host, port) {
			return port, func() { lock.Close() }, nil
		}
		lock.Close()
	}
	return 0, nil, errors.New("reserving a port: none is free")
}

func free(host string, port int) bool {
	listener, err := net.Listen("tcp4", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return false
	}
	listener.Close()
	return true
}
