package shell

import (
	"io"
	"sync"
)

// transcript is where a copy of all output goes between Start-Transcript and Stop-Transcript, without colours.
type transcript struct {
	mu sync.Mutex
	to io.Writer // nil: nobody keeps one
}

// set begins a transcript, or ends it with nil.
func (t *transcript) set(to io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to = nil
	if to != nil {
		t.to = &plainWriter{w: to}
	}
}

func (t *transcript) write(b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.to != nil {
		_, _ = t.to.Write(b) // the cmdlet that gave the file keeps its errors
	}
}

// copied is an output that the transcript has a copy of.
type copied struct {
	w io.Writer
	t *transcript
}

// Write implements [io.Writer].
func (c copied) Write(b []byte) (int, error) {
	c.t.write(b)
	return c.w.Write(b)
}

// Transcribe implements [interp.Display].
func (d *display) Transcribe(to io.Writer) error {
	err := d.s.out.Flush() // what was put out before belongs to the time before
	d.s.transcript.set(to)
	return err
}
