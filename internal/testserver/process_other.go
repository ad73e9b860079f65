//go:build !unix

package testserver

import (
	"errors"
	"io"
)

var errUnix = errors.New("the mail servers that tests start run on Unix only")

type process struct{ done chan struct{} }

func startProcess(string, io.Writer, []string) (*process, error) { return nil, errUnix }

func (p *process) stop(bool) error { return errUnix }
func (p *process) kill() error     { return errUnix }
func (p *process) pause() error    { return errUnix }
func (p *process) resume() error   { return errUnix }

func freeze(int, bool) error { return errUnix }

func reservePort(string) (port int, release func(), err error) { return 0, nil, errUnix }

func owner(string) (name, group string, uid, gid int, err error) { return "", "", 0, 0, errUnix }
