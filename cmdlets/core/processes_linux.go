package core

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The kernel counts processors' time in hundredths of a second towards programs, whatever its own clock.
const clockTick = time.Second / 100

// listProcesses reads /proc.
func listProcesses() ([]*processInfo, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	boot := bootTime()
	var list []*processInfo
	for _, e := range entries {
		if id, err := strconv.ParseInt(e.Name(), 10, 32); err == nil {
			if p, ok := readProcess(int32(id), boot); ok {
				list = append(list, p)
			}
		}
	}
	return list, nil
}

// processWith is the process of a number; false where there is none.
func processWith(id int32) (*processInfo, bool) { return readProcess(id, bootTime()) }

// readProcess reads /proc/<id>/stat; see proc(5). A process that has ended and waits for its parent to notice is none.
func readProcess(id int32, boot time.Time) (*processInfo, bool) {
	dir := "/proc/" + strconv.Itoa(int(id))
	data, err := os.ReadFile(dir + "/stat")
	open, shut := bytes.IndexByte(data, '('), bytes.LastIndexByte(data, ')')
	if err != nil || open < 0 || shut < open {
		return nil, false
	}
	f := strings.Fields(string(data[shut+1:]))
	if len(f) < 22 || f[0] == "Z" || f[0] == "X" {
		return nil, false
	}
	n := func(i int) int64 {
		v, err := strconv.ParseInt(f[i], 10, 64)
		if err != nil {
			return 0 // beyond what a number holds
		}
		return v
	}
	p := &processInfo{
		id: id, name: string(data[open+1 : shut]), parent: int32(n(1)), session: int32(n(3)), processor: time.Duration(n(11)+n(12)) * clockTick,
		threads: int32(n(17)), started: boot.Add(time.Duration(n(19)) * clockTick), virtual: n(20), memory: n(21) * int64(os.Getpagesize()),
	}
	if len(p.name) == 15 { // the kernel keeps no more of a name
		if line, err := os.ReadFile(dir + "/cmdline"); err == nil {
			first, _, _ := bytes.Cut(line, []byte{0})
			if whole := programName(string(first)); strings.HasPrefix(whole, p.name) {
				p.name = whole
			}
		}
	}
	if path, err := os.Readlink(dir + "/exe"); err == nil { // other users' are not told
		p.path = path
	}
	return p, true
}

// bootTime is when the system was started.
func bootTime() time.Time {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return time.Time{}
	}
	for line := range strings.Lines(string(data)) {
		if text, ok := strings.CutPrefix(line, "btime "); ok {
			if s, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
				return time.Unix(s, 0)
			}
		}
	}
	return time.Time{}
}

// own tells whether the process is the user's.
func (p *processInfo) own() bool {
	st, err := os.Stat("/proc/" + strconv.Itoa(int(p.id)))
	if err != nil {
		return true // it has ended
	}
	s, ok := st.Sys().(*syscall.Stat_t)
	return !ok || int(s.Uid) == os.Getuid()
}
