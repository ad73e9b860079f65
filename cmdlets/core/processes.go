package core

import (
	"cmp"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// processInfo is what the system tells of a process. What it does not tell is zero.
type processInfo struct {
	id, parent, session int32
	name, path          string
	started             time.Time
	processor           time.Duration // used so far
	memory, virtual     int64         // bytes
	threads             int32
}

// text names the process in messages.
func (p *processInfo) text() string { return p.name + " (" + strconv.Itoa(int(p.id)) + ")" }

// ended tells that the process is gone. Another may have its number since.
func (p *processInfo) ended() bool {
	now, ok := processWith(p.id)
	return !ok || !now.started.Equal(p.started)
}

// self is migsh's own process.
func self() *processInfo {
	p, ok := processWith(int32(os.Getpid()))
	if !ok { // a system that shows no processes
		p = &processInfo{id: int32(os.Getpid()), parent: int32(os.Getppid())}
	}
	if path, err := os.Executable(); err == nil {
		p.path = path
	}
	if p.name == "" {
		p.name = programName(cmp.Or(p.path, os.Args[0]))
	}
	return p
}

// programName is a process's name by the file it runs.
func programName(path string) string {
	return strings.TrimSuffix(path[strings.LastIndexAny(path, `/\`)+1:], ".exe")
}

// allProcesses lists what runs, by name.
func allProcesses() ([]*processInfo, error) {
	list, err := listProcesses()
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b *processInfo) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)), cmp.Compare(a.id, b.id))
	})
	return list, nil
}
