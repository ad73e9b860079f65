package interp

import (
	"errors"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// typeTest is a type that a catch or trap names, looked up when it is first needed.
type typeTest struct{ name *syntax.TypeName }

func (c *compiler) tryStatement(s *syntax.Try) stmtFunc {
	type clause struct {
		types []typeTest
		body  *list
		node  syntax.Node
	}
	body := c.block_(s.Body)
	clauses := make([]clause, len(s.Catches))
	for i, x := range s.Catches {
		clauses[i] = clause{body: c.block_(x.Body), node: x}
		for _, t := range x.Types {
			clauses[i].types = append(clauses[i].types, typeTest{t.TypeName})
		}
	}
	finally := c.block_(s.Finally)
	run := func(f *frame) error {
		if len(clauses) == 0 {
			return body.exec(f)
		}
		f.in.tries++
		err := body.exec(f)
		f.in.tries--
		if err == nil {
			return nil
		}
		if !catchable(err) {
			return err
		}
		record := f.recordOf(err)
		// the nearest type wins, and among these the first clause
		best, at, inner := -1, -1, (*object.Exception)(nil)
		for i := range clauses {
			rank, caught, err := f.catches(clauses[i].types, record)
			if err != nil {
				return err
			}
			if rank >= 0 && (best < 0 || rank < best) {
				best, at, inner = rank, i, caught
			}
		}
		f.in.remember(record)
		if at < 0 {
			return err
		}
		if inner != nil && inner != record.Exception { // the clause named what was wrapped, and gets it
			c := *record
			c.Exception = inner
			record = &c
		}
		return f.handler(clauses[at].body, record)
	}
	if finally == nil {
		return run
	}
	return func(f *frame) error {
		err := run(f)
		// what finally does is not undone by Ctrl-C, and its output goes on even after the pipeline was stopped
		if err2 := f.in.uninterrupted(func() error { return finally.exec(f) }); err2 != nil {
			return err2
		}
		return err
	}
}

// handler runs a catch or trap body with $_ set to the error.
func (f *frame) handler(body *list, record *object.ErrorRecord) error {
	under, had, rethrow := f.under, f.hasUnder, f.in.caught
	f.under, f.hasUnder, f.in.caught = record, true, record
	err := body.exec(f)
	f.under, f.hasUnder, f.in.caught = under, had, rethrow
	return err
}

// catchable tells errors from jumps and from the end of the pipeline.
func catchable(err error) bool {
	switch err.(type) {
	case *flow, *stopUpstream:
		return false
	}
	return !errors.Is(err, errInterrupted)
}

// catches tells how well an error fits a catch clause: 0 the very type, more for base types, -1 not at all; and which of the
// exceptions inside one another it was that fits.
func (f *frame) catches(types []typeTest, r *object.ErrorRecord) (rank int, caught *object.Exception, err error) {
	const everything = 1 << 20
	if len(types) == 0 {
		return everything, r.Exception, nil
	}
	best := -1
	for _, t := range types {
		want, err := f.resolveType(t.name)
		if err != nil {
			return -1, nil, err
		}
		depth := 0
		for e := r.Exception; e != nil; e = e.Inner {
			own := object.TypeOf(e)
			for u, n := own, 0; u != nil; u, n = u.Base, n+1 {
				if u == want {
					if rank := depth + n; best < 0 || rank < best {
						best, caught = rank, e
					}
					break
				}
			}
			depth += 64 // inner exceptions come after the outer one's types
		}
	}
	return best, caught, nil
}

func (c *compiler) trap(t *syntax.Trap) *trap {
	out := &trap{body: c.block_(t.Body)}
	if t.Type != nil {
		out.types = []typeTest{{t.Type.TypeName}}
	}
	return out
}

// execGuarded is exec for a list with traps.
func (l *list) execGuarded(f *frame) error {
	f.in.tries++
	defer func() { f.in.tries-- }()
	for i := range l.statements {
		s := &l.statements[i]
		f.at = s.node
		if f.in.debug != nil && s.stops {
			if err := f.in.debug.reach(f, s.node.Extent()); err != nil {
				return err
			}
		}
		err := s.run(f)
		if err == nil {
			if s.sets {
				f.in.ok = true
			}
			continue
		}
		if !catchable(err) {
			return err
		}
		record := f.recordOf(err)
		best, chosen := -1, (*trap)(nil)
		for _, t := range l.traps {
			rank, _, err := f.catches(t.types, record)
			if err != nil {
				return err
			}
			if rank >= 0 && (best < 0 || rank < best) {
				best, chosen = rank, t
			}
		}
		if chosen == nil {
			return err
		}
		f.in.tries--
		f.in.remember(record)
		jump := f.trapped(chosen, record)
		f.in.tries++
		switch x := jump.(type) {
		case nil: // reported, and on with the next statement
			if err := f.report(record); err != nil {
				return err
			}
			continue
		case *flow:
			switch {
			case x.kind == flowContinue && x.label == "":
				f.in.ok = false
				continue
			case x.kind == flowBreak && x.label == "":
				return err
			}
		}
		return jump
	}
	return nil
}

// trapped runs a trap's body, in a scope of its own.
func (f *frame) trapped(t *trap, record *object.ErrorRecord) error {
	return f.handler(t.body, record)
}

func (c *compiler) throwStatement(s *syntax.Throw) stmtFunc {
	if s.Pipeline == nil {
		return func(f *frame) error {
			if f.in.caught != nil {
				r := f.in.caught
				return r
			}
			return f.thrown(s, "ScriptHalted", nil)
		}
	}
	v := c.value(s.Pipeline)
	return func(f *frame) error {
		x, err := v(f)
		if err != nil {
			return err
		}
		f.at = s
		return f.throwValue(s, plain(x))
	}
}

func (c *compiler) returnStatement(s *syntax.Return) stmtFunc {
	if c.block.method {
		return c.returnFromMethod(s)
	}
	if s.Pipeline == nil {
		return func(*frame) error { return returnHere }
	}
	run, sets := c.statement(s.Pipeline)
	node := s.Pipeline
	return func(f *frame) error {
		f.at = node
		if err := run(f); err != nil {
			return err
		}
		if sets {
			f.in.ok = true
		}
		return returnHere
	}
}

func (c *compiler) exitStatement(s *syntax.Exit) stmtFunc {
	if s.Pipeline == nil {
		return func(f *frame) error { return &flow{kind: flowExit, code: f.in.exitDefault()} }
	}
	v := c.value(s.Pipeline)
	return func(f *frame) error {
		x, err := v(f)
		if err != nil {
			return err
		}
		code := 0
		if n, err := object.Convert(plain(x), object.TypeInt32); err == nil {
			if i, ok := n.(int32); ok {
				code = int(i)
			}
		}
		return &flow{kind: flowExit, code: code}
	}
}

func (c *compiler) jumpStatement(label syntax.Expression, kind flowKind) stmtFunc {
	if label == nil {
		err := breakHere
		if kind == flowContinue {
			err = continueHere
		}
		return func(*frame) error { return err }
	}
	if s, ok := label.(*syntax.StringConstant); ok {
		err := &flow{kind: kind, label: s.Value}
		return func(*frame) error { return err }
	}
	e := c.expr(label)
	return func(f *frame) error {
		v, err := e(f)
		if err != nil {
			return err
		}
		return &flow{kind: kind, label: f.text(v)}
	}
}
