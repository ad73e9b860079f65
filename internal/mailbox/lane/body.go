package lane

import "io"

// A Body is the content of a FETCH response's body section. It is read from the connection, within the call that hands it out.
type Body struct {
	r    *Reader // nil when text holds it all
	text []byte
	size int64
	left int64
	err  error
}

// Len is the number of bytes that the body has in all.
func (b *Body) Len() int64 { return b.size }

// Read reads the body. The last bytes are given away only when what follows them shows that the server and we agree on where
// the body ends. The connection's end before that is io.ErrUnexpectedEOF, never io.EOF.
func (b *Body) Read(p []byte) (int, error) {
	switch {
	case b.err != nil:
		return 0, b.err
	case b.left == 0:
		return 0, io.EOF
	case len(p) == 0:
		return 0, nil
	}
	p = p[:min(int64(len(p)), b.left)]
	if b.r == nil {
		n := copy(p, b.text[b.size-b.left:])
		b.left -= int64(n)
		return n, nil
	}
	n, err := b.r.br.Read(p)
	b.left -= int64(n)
	if err == nil && b.left == 0 {
		err = b.r.behind()
	}
	if err != nil {
		b.err = cut(err)
		return 0, b.err
	}
	return n, nil
}

// Err is why reading has failed, or nil. After a failure the connection is of no use.
func (b *Body) Err() error { return b.err }

// finish passes over what nobody has read, and reads the line that goes on behind a literal.
func (b *Body) finish() error {
	if b.r == nil {
		return nil
	}
	r := b.r
	r.body = nil
	if b.err == nil && b.left > 0 {
		_, b.err = io.CopyN(io.Discard, r.br, b.left)
	}
	if b.err == nil {
		b.left = 0
		b.err = r.behind()
	}
	if b.err == nil {
		b.err = r.nextLine()
	}
	if b.err != nil {
		b.err = cut(b.err)
		return b.err
	}
	b.r, b.text, b.size = nil, nil, 0 // whoever keeps it reads nothing more
	return nil
}

// behind looks at what follows a body: the end of the response or another of its items.
func (r *Reader) behind() error {
	next, err := r.br.Peek(1)
	if err == nil && next[0] != ')' && next[0] != ' ' {
		near, _ := r.br.Peek(min(r.br.Buffered(), 40)) // is there already
		return grammar("behind the announced end of a message there is %q", near)
	}
	return err
}

// Peek shows the first n bytes, or all if there are fewer, before anything is read. n must be small against the buffer. What it
// shows is valid until the next Read.
func (b *Body) Peek(n int) ([]byte, error) {
	n = int(min(int64(n), b.left))
	if b.r == nil {
		return b.text[:n], nil
	}
	head, err := b.r.br.Peek(n)
	if err != nil {
		b.err = cut(err)
		return nil, b.err
	}
	return head, nil
}
