package interp

import (
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// streams says where a command's errors, warnings and other records go. Those of a command inside another one start from
// the outer one's.
type streams struct {
	in     *Interp
	parent *streams
	// sinks are where redirections of this command lead; nil: where the parent's go.
	sinks [syntax.StreamInformation + 1]sink
	// variables collect what passes: -ErrorVariable and its like.
	variables [syntax.StreamInformation + 1]*object.List
}

// write sends a record into a stream.
func (s *streams) write(kind syntax.Stream, v any) error {
	for t := s; ; t = t.parent {
		if l := t.variables[kind]; l != nil {
			l.Add(v)
		}
		if to := t.sinks[kind]; to != nil {
			return to.write(v)
		}
		if t.parent == nil {
			return t.in.show(kind, v)
		}
	}
}

// redirected tells whether a stream leads away from the host.
func (s *streams) redirected(kind syntax.Stream) bool {
	for t := s; t != nil; t = t.parent {
		if t.sinks[kind] != nil || t.variables[kind] != nil {
			return true
		}
	}
	return false
}

// led tells whether a redirection leads a stream elsewhere.
func (s *streams) led(kind syntax.Stream) bool {
	for t := s; t != nil; t = t.parent {
		if t.sinks[kind] != nil {
			return true
		}
	}
	return false
}

// derive makes streams inside s.
func (s *streams) derive() *streams { return &streams{in: s.in, parent: s} }

// redirection is one compiled redirection.
type redirection struct {
	from, to syntax.Stream
	location exprFunc // nil: into the stream to
	append   bool
	node     syntax.Redirection
}

func (c *compiler) redirections(rs []syntax.Redirection) []redirection {
	if len(rs) == 0 {
		return nil
	}
	out := make([]redirection, len(rs))
	for i, r := range rs {
		switch r := r.(type) {
		case *syntax.MergingRedirection:
			out[i] = redirection{from: r.Stream, to: r.To, node: r}
		case *syntax.FileRedirection:
			out[i] = redirection{from: r.Stream, location: c.expr(r.Location), append: r.Append, node: r}
		}
	}
	return out
}

// redirect applies redirections to where a command writes. closers are to be called when the command has ended.
func (f *frame) redirect(rs []redirection, out sink, s *streams) (sink, *streams, []func() error, error) {
	if len(rs) == 0 {
		return out, s, nil, nil
	}
	s = s.derive()
	var closers []func() error
	set := func(kind syntax.Stream, to sink) {
		if kind == syntax.StreamOutput {
			out = to
			return
		}
		if kind == syntax.StreamAll {
			out = to
			for k := syntax.StreamError; k <= syntax.StreamInformation; k++ {
				s.sinks[k] = to
			}
			return
		}
		s.sinks[kind] = to
	}
	// files first, so that 2>&1 after > file follows the output there
	for _, r := range rs {
		if r.location == nil {
			continue
		}
		v, err := r.location(f)
		if err != nil {
			return nil, nil, closers, err
		}
		if v == nil {
			set(r.from, discard{})
			continue
		}
		to, closer, err := f.openRedirect(f.text(v), r.append)
		if err != nil {
			return nil, nil, closers, err
		}
		closers = append(closers, closer)
		set(r.from, to)
	}
	for _, r := range rs {
		if r.location != nil {
			continue
		}
		if r.from == syntax.StreamAll {
			for k := syntax.StreamError; k <= syntax.StreamInformation; k++ {
				s.sinks[k] = out
			}
			continue
		}
		s.sinks[r.from] = out
	}
	return out, s, closers, nil
}
