//go:build !linux && !darwin && !windows

package core

import "os"

// listProcesses knows migsh's own process only.
func listProcesses() ([]*processInfo, error) { return []*processInfo{self()}, nil }

// processWith is the process of a number, where that is migsh's own.
func processWith(id int32) (*processInfo, bool) {
	path, err := os.Executable()
	return &processInfo{id: id, name: programName(path), path: path}, err == nil && id == int32(os.Getpid())
}

func (p *processInfo) own() bool { return true }
