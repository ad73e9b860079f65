package core

import (
	"time"

	"golang.org/x/sys/unix"
)

// listProcesses asks the kernel.
func listProcesses() ([]*processInfo, error) {
	all, err := unix.SysctlKinfoProcSlice("kern.proc.all")
	if err != nil {
		return nil, err
	}
	list := make([]*processInfo, 0, len(all))
	for i := range all {
		if p := kernelProcess(&all[i]); p != nil {
			list = append(list, p)
		}
	}
	return list, nil
}

// processWith is the process of a number; false where there is none.
func processWith(id int32) (*processInfo, bool) {
	k, err := unix.SysctlKinfoProc("kern.proc.pid", int(id))
	if err != nil {
		return nil, false
	}
	p := kernelProcess(k)
	return p, p != nil
}

// zombie is the state of a process that has ended and waits for its parent to notice.
const zombie = 5

func kernelProcess(k *unix.KinfoProc) *processInfo {
	if k.Proc.P_stat == zombie {
		return nil
	}
	return &processInfo{
		id: k.Proc.P_pid, parent: k.Eproc.Ppid, name: unix.ByteSliceToString(k.Proc.P_comm[:]),
		started: time.Unix(k.Proc.P_starttime.Unix()),
	}
}

// own tells whether the process is the user's.
func (p *processInfo) own() bool {
	k, err := unix.SysctlKinfoProc("kern.proc.pid", int(p.id))
	return err != nil || int(k.Eproc.Ucred.Uid) == unix.Getuid()
}
