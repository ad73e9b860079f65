package interp

import (
	"os"
	"strings"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// switchTest tells whether a clause fits the value.
type switchTest func(f *frame, v any) (bool, error)

func (c *compiler) switchStatement(s *syntax.Switch) stmtFunc {
	if s.Flags&syntax.SwitchParallel != 0 {
		return c.unsupported(s, "switch -parallel")
	}
	type clause struct {
		test switchTest
		body *list
	}
	clauses := make([]clause, len(s.Clauses))
	c.loops++
	for i, x := range s.Clauses {
		clauses[i] = clause{c.switchTest(s, x.Test), c.block_(x.Body)}
	}
	otherwise := c.block_(s.Default)
	c.loops--
	over, label, file := c.value(s.Condition), s.Label, s.Flags&syntax.SwitchFile != 0
	mentions := mentionsVariable(s, "switch")
	enumName := c.in.symbols.of("switch")
	return func(f *frame) error {
		if err := f.reach(s.Condition); err != nil {
			return err
		}
		v, err := over(f)
		if err != nil {
			return err
		}
		under, had := f.under, f.hasUnder
		defer func() { f.under, f.hasUnder = under, had }()
		f.hasUnder = true
		// round answers true to leave the switch.
		round := func(v any) (bool, error) {
			f.under = v
			matched := false
			for i := range clauses {
				x := &clauses[i]
				ok, err := x.test(f, v)
				if err != nil {
					return true, err
				}
				if !ok {
					continue
				}
				matched = true
				f.under = v
				if err := x.body.exec(f); err != nil {
					done, err := loopEnd(err, label)
					return done, err
				}
			}
			if !matched && otherwise != nil {
				if err := otherwise.exec(f); err != nil {
					done, err := loopEnd(err, label)
					return done, err
				}
			}
			return false, f.in.interrupted()
		}
		if file {
			return f.switchFile(s, v, round)
		}
		if mentions {
			if _, ok := object.Enumerate(v); ok {
				return f.foreachEnumerator(enumName, v, round)
			}
		}
		switch x := v.(type) {
		case nil, *none:
			if v == nothing {
				return nil
			}
			_, err := round(nil)
			return err
		case *object.Array:
			for i := 0; i < len(x.Items); i++ {
				if done, err := round(x.Items[i]); done || err != nil {
					return err
				}
			}
			return nil
		case string, int32:
			_, err := round(x)
			return err
		}
		items, ok := object.Enumerate(v)
		if !ok {
			_, err := round(v)
			return err
		}
		for item := range items {
			if done, err := round(item); done || err != nil {
				return err
			}
		}
		return nil
	}
}

// switchFile runs a switch over the lines of a file.
func (f *frame) switchFile(s *syntax.Switch, path any, round func(any) (bool, error)) error {
	name := f.in.resolvePath(object.ToString(path))
	text, err := os.ReadFile(name)
	if err != nil {
		return f.errFileNotFound(s.Condition, name, err)
	}
	lines := strings.Split(strings.TrimPrefix(string(text), "\ufeff"), "\n")
	if n := len(lines); n > 0 && lines[n-1] == "" {
		lines = lines[:n-1]
	}
	for _, line := range lines {
		if done, err := round(strings.TrimSuffix(line, "\r")); done || err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) switchTest(s *syntax.Switch, test syntax.Expression) switchTest {
	cased := s.Flags&syntax.SwitchCaseSensitive != 0
	if b, ok := test.(*syntax.ScriptBlockExpression); ok {
		inner := c.block.child(b.ScriptBlock)
		return func(f *frame, v any) (bool, error) {
			out, err := f.runDotted(inner, v, true, nil)
			if err != nil {
				return false, err
			}
			return object.IsTrue(out), nil
		}
	}
	e := c.expr(test)
	kind := s.Flags & (syntax.SwitchRegex | syntax.SwitchWildcard)
	return func(f *frame, v any) (bool, error) {
		want, err := e(f)
		if err != nil {
			return false, err
		}
		if sb, ok := want.(*scriptBlock); ok {
			out, err := f.runDotted(sb.block, v, true, nil)
			return object.IsTrue(out), err
		}
		switch kind {
		case syntax.SwitchRegex:
			return f.match(f.text(v), want, !cased)
		case syntax.SwitchWildcard:
			ok, err := object.Like(f.text(v), f.text(want), !cased, false)
			return ok == true, f.wrap(err)
		}
		if s, ok := v.(string); ok {
			return object.EqualStrings(s, f.text(want), !cased), nil
		}
		return object.Equal(v, want, !cased), nil
	}
}
