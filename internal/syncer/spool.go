package syncer

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"migsh/internal/mailbox"
)

// spoolMemory is how much of a message stays in memory; the rest goes to a file.
const spoolMemory = 1 << 20

// A spool keeps a message until it is known what to do with it.
type spool struct {
	dir  string
	head bytes.Buffer
	file *os.File
	size int64
}

// Write adds to the spool.
func (s *spool) Write(p []byte) (int, error) {
	n := min(len(p), max(spoolMemory-s.head.Len(), 0))
	s.head.Write(p[:n])
	if n < len(p) {
		if s.file == nil {
			file, err := os.CreateTemp(s.dir, "message-*.eml")
			if err != nil {
				return n, mailbox.NewError(mailbox.SpoolFailed, "SPOOL", err)
			}
			s.file = file
		}
		more, err := diskWriter{s.file}.Write(p[n:])
		if n += more; err != nil {
			return n, err
		}
	}
	s.size += int64(len(p))
	return n, nil
}

// spoolMessage reads a message of the given length whole. The caller closes the spool.
func spoolMessage(r io.Reader, length int64, dir string) (*spool, error) {
	s := &spool{dir: dir}
	if _, err := io.CopyN(s, r, length); err != nil {
		s.Close()
		return nil, noEOF(err)
	}
	return s, nil
}

// noEOF keeps a message that broke off from being taken for one that ended.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// diskWriter marks errors of the disk as such, to tell them from those of the network.
type diskWriter struct{ f *os.File }

func (w diskWriter) Write(p []byte) (int, error) {
	n, err := w.f.Write(p)
	if err != nil {
		err = mailbox.NewError(mailbox.SpoolFailed, "SPOOL", err)
	}
	return n, err
}

// Reader reads the message from its beginning.
func (s *spool) Reader() (io.Reader, error) {
	head := bytes.NewReader(s.head.Bytes())
	if s.file == nil {
		return head, nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, mailbox.NewError(mailbox.SpoolFailed, "SPOOL", err)
	}
	return io.MultiReader(head, s.file), nil
}

// Close removes the spool's file.
func (s *spool) Close() error {
	if s.file == nil {
		return nil
	}
	s.file.Close()
	if err := os.Remove(s.file.Name()); err != nil {
		return fmt.Errorf("remove a spooled message: %w", err)
	}
	return nil
}
