package interp

// outBuffer holds back what a command puts out until it has more than size objects, as -OutBuffer asks.
type outBuffer struct {
	size int
	held []any
	to   sink
}

func (b *outBuffer) write(v any) error {
	b.held = append(b.held, v)
	if len(b.held) <= b.size {
		return nil
	}
	return b.flush()
}

func (b *outBuffer) flush() error {
	held := b.held
	b.held = nil
	for _, v := range held {
		if err := b.to.write(v); err != nil {
			return err
		}
	}
	return nil
}

// hold puts a buffer before the command's output where -OutBuffer asks for one.
func (b *stageBase) hold(size int) {
	if size > 0 {
		b.buffer = &outBuffer{size: size, to: b.out}
		b.out = b.buffer
	}
}

// release puts out what is still held back when the command has ended.
func (b *stageBase) release() error {
	if b.buffer == nil {
		return nil
	}
	return b.buffer.flush()
}
