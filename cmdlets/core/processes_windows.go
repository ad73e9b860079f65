package core

import (
	"errors"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// listProcesses takes a snapshot of what runs.
func listProcesses() (list []*processInfo, err error) {
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, windows.CloseHandle(snapshot)) }()
	e := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(snapshot, &e); err == nil; err = windows.Process32Next(snapshot, &e) {
		p := &processInfo{id: int32(e.ProcessID), parent: int32(e.ParentProcessID), threads: int32(e.Threads), name: programName(windows.UTF16ToString(e.ExeFile[:]))}
		p.look()
		list = append(list, p)
	}
	if errors.Is(err, windows.ERROR_NO_MORE_FILES) {
		err = nil
	}
	return list, err
}

// look asks for what the snapshot does not tell; other users' processes answer nothing.
func (p *processInfo) look() {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(p.id))
	if err != nil {
		return
	}
	defer windows.CloseHandle(h)
	var created, ended, kernel, user windows.Filetime
	if windows.GetProcessTimes(h, &created, &ended, &kernel, &user) == nil {
		p.started = time.Unix(0, created.Nanoseconds())
		ticks := func(f windows.Filetime) time.Duration {
			return time.Duration(uint64(f.HighDateTime)<<32|uint64(f.LowDateTime)) * 100
		}
		p.processor = ticks(kernel) + ticks(user)
	}
	path := make([]uint16, windows.MAX_LONG_PATH)
	n := uint32(len(path))
	if windows.QueryFullProcessImageName(h, 0, &path[0], &n) == nil {
		p.path = windows.UTF16ToString(path[:n])
	}
}

// processWith is the process of a number; false where there is none.
func processWith(id int32) (*processInfo, bool) {
	list, err := listProcesses()
	if err != nil {
		return nil, false
	}
	for _, p := range list {
		if p.id == id {
			return p, true
		}
	}
	return nil, false
}

// own tells whether the process is the user's: others answer nothing.
func (p *processInfo) own() bool { return !p.started.IsZero() }
