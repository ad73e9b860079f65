package shell

import (
	"bufio"
	"io"
	"sync"
	"time"
)

// maxDelay is how long output may wait for more of it before it is passed on.
const maxDelay = 50 * time.Millisecond

// pacedWriter gathers output, so that many small writes cost little, but keeps none of it for longer than maxDelay. It is safe
// for concurrent use.
type pacedWriter struct {
	mu    sync.Mutex
	w     *bufio.Writer
	timer *time.Timer // runs while something waits
	err   error
}

func newPacedWriter(w io.Writer) *pacedWriter {
	return &pacedWriter{w: bufio.NewWriterSize(w, 1<<15)}
}

// Write implements [io.Writer]. An error of an earlier write that was passed on late comes back here.
func (p *pacedWriter) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.arm()
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.w.Write(b)
	p.err = err
	return n, err
}

// WriteString implements [io.StringWriter].
func (p *pacedWriter) WriteString(s string) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.arm()
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.w.WriteString(s)
	p.err = err
	return n, err
}

func (p *pacedWriter) arm() {
	if p.timer == nil {
		p.timer = time.AfterFunc(maxDelay, func() { _ = p.Flush() }) // the error is kept for the next call
	}
}

// Flush passes on what waits.
func (p *pacedWriter) Flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	if p.err != nil {
		return p.err
	}
	p.err = p.w.Flush()
	return p.err
}
