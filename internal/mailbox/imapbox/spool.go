package imapbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// A spool keeps one message that must be seen whole before it can be passed on: in memory when it is small, else in a temporary
// file. The caller closes it.
type spool struct {
	dir    string
	most   int // bytes that may stay in memory
	size   int64
	memory bytes.Buffer
	file   *os.File
}

var _ io.ReadWriteCloser = (*spool)(nil)

// errSpool is in the chain of errors that are ours, not the server's.
var errSpool = errors.New("keep a message on disk")

func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil && s.memory.Len()+len(p) <= s.most {
		s.size += int64(len(p))
		return s.memory.Write(p)
	}
	if s.file == nil {
		if err := s.toDisk(); err != nil {
			return 0, fmt.Errorf("%w: %w", errSpool, err)
		}
	}
	n, err := s.file.Write(p)
	s.size += int64(n)
	if err != nil {
		return n, fmt.Errorf("%w: %w", errSpool, err)
	}
	return n, nil
}

func (s *spool) toDisk() error {
	f, err := os.CreateTemp(s.dir, "migsh-spool-*")
	if err != nil {
		return err
	}
	if _, err := f.Write(s.memory.Bytes()); err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	s.file, s.memory = f, bytes.Buffer{}
	return nil
}

// rewind makes Read begin at the front.
func (s *spool) rewind() error {
	if s.file == nil {
		return nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("%w: %w", errSpool, err)
	}
	return nil
}

func (s *spool) Read(p []byte) (int, error) {
	if s.file == nil {
		return s.memory.Read(p)
	}
	return s.file.Read(p)
}

// Close removes the message.
func (s *spool) Close() error {
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}
