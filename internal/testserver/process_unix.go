//go:build unix

package testserver

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// stopGrace is how long a server may take to end in order.
const stopGrace = 20 * time.Second

// A process is a server in a process group of its own. A watchdog at its side
// ends the group and removes its directory when this program ends without
// having done so, however it ends.
type process struct {
	cmd      *exec.Cmd
	watchdog *exec.Cmd
	leash    io.WriteCloser
	done     chan struct{} // closed when every process of the group has let go of the log
}

// startProcess runs command, whose output goes to log, with as many file
// descriptors as the system allows.
func startProcess(dir string, log io.Writer, command []string) (*process, error) {
	p := &process{done: make(chan struct{})}
	p.cmd = exec.Command("sh", append([]string{"-c", `ulimit -n "$(ulimit -H -n)"; exec "$0" "$@"`}, command...)...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Dir = dir
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", command[0], err)
	}

	p.watchdog = exec.Command("sh", "-c", `read -r over || { kill -s KILL -- "-$0"; rm -rf -- "$1"; }`,
		strconv.Itoa(p.cmd.Process.Pid), dir)
	p.watchdog.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var err error
	if p.leash, err = p.watchdog.StdinPipe(); err == nil {
		err = p.watchdog.Start()
	}
	if err != nil {
		p.signal(syscall.SIGKILL)
		p.cmd.Wait()
		return nil, fmt.Errorf("starting the watchdog of %s: %w", command[0], err)
	}

	go func() {
		p.cmd.Wait() // its exit code says less than its log
		close(p.done)
	}()
	return p, nil
}

// stop asks the server to end, its first process or all of them, and makes it
// after stopGrace.
func (p *process) stop(all bool) error {
	p.resume()
	if all {
		p.signal(syscall.SIGTERM)
	} else {
		p.cmd.Process.Signal(syscall.SIGTERM) // an error means that it has ended
	}
	select {
	case <-p.done:
		return p.dismiss()
	case <-time.After(stopGrace):
		return errors.Join(fmt.Errorf("it did not end in %v", stopGrace), p.kill())
	}
}

// kill ends every process of the group and waits.
func (p *process) kill() error {
	err := p.signal(syscall.SIGKILL)
	<-p.done
	return errors.Join(err, p.dismiss())
}

func (p *process) pause() error  { return p.signal(syscall.SIGSTOP) }
func (p *process) resume() error { return p.signal(syscall.SIGCONT) }

// freeze stops one process of a server, or lets it go on.
func freeze(pid int, stop bool) error {
	sig := syscall.SIGCONT
	if stop {
		sig = syscall.SIGSTOP
	}
	if err := syscall.Kill(pid, sig); err != nil && err != syscall.ESRCH {
		return fmt.Errorf("%v to process %d: %w", sig, pid, err)
	}
	return nil
}

// signal reaches the whole group. A group that is gone is no error.
func (p *process) signal(sig syscall.Signal) error {
	if err := syscall.Kill(-p.cmd.Process.Pid, sig); err != nil && err != syscall.ESRCH {
		return fmt.Errorf("%v to process group %d: %w", sig, p.cmd.Process.Pid, err)
	}
	return nil
}

// dismiss sends the watchdog away.
func (p *process) dismiss() error {
	if _, err := io.WriteString(p.leash, "over\n"); err != nil {
		return fmt.Errorf("dismissing the watchdog: %w", err)
	}
	return p.watchdog.Wait()
}
