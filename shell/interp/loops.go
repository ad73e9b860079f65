package interp

import (
	"errors"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

type condFunc func(f *frame) (bool, error)

// condition compiles a statement whose truth is asked.
func (c *compiler) condition(s syntax.Statement) condFunc {
	if e := expressionOf(s); e != nil {
		return c.truth(e)
	}
	v := c.value(s)
	return func(f *frame) (bool, error) {
		x, err := v(f)
		if err != nil {
			return false, err
		}
		return object.IsTrue(plain(x)), nil
	}
}

// truth compiles an expression whose truth is asked; comparisons of numbers need no boxing.
func (c *compiler) truth(e syntax.Expression) condFunc {
	switch x := e.(type) {
	case *syntax.Binary:
		if cond := c.comparison(x); cond != nil {
			return cond
		}
		switch x.Op {
		case syntax.OpAnd:
			l, r := c.truth(x.Left), c.truth(x.Right)
			return func(f *frame) (bool, error) {
				if ok, err := l(f); !ok || err != nil {
					return false, err
				}
				return r(f)
			}
		case syntax.OpOr:
			l, r := c.truth(x.Left), c.truth(x.Right)
			return func(f *frame) (bool, error) {
				if ok, err := l(f); ok || err != nil {
					return ok, err
				}
				return r(f)
			}
		}
	case *syntax.Unary:
		if x.Op == syntax.OpNot || x.Op == syntax.OpExclaim {
			t := c.truth(x.Child)
			return func(f *frame) (bool, error) {
				ok, err := t(f)
				return !ok, err
			}
		}
	case *syntax.Paren:
		if inner := expressionOf(x.Pipeline); inner != nil {
			return c.truth(inner)
		}
	}
	v := c.expr(e)
	return func(f *frame) (bool, error) {
		x, err := v(f)
		if err != nil {
			return false, err
		}
		if b, ok := x.(bool); ok {
			return b, nil
		}
		return object.IsTrue(x), nil
	}
}

// body compiles the statements of a loop.
func (c *compiler) body(b *syntax.StatementBlock) *list {
	c.loops++
	l := c.block_(b)
	c.loops--
	return l
}

func (c *compiler) ifStatement(s *syntax.If) stmtFunc {
	type clause struct {
		test condFunc
		node syntax.Node
		body *list
	}
	clauses := make([]clause, len(s.Clauses))
	for i, x := range s.Clauses {
		clauses[i] = clause{c.condition(x.Condition), x.Condition, c.block_(x.Body)}
	}
	otherwise := c.block_(s.Else)
	return func(f *frame) error {
		for i := range clauses {
			x := &clauses[i]
			if err := f.reach(x.node); err != nil {
				return err
			}
			ok, err := x.test(f)
			if err != nil {
				return err
			}
			if ok {
				return x.body.exec(f)
			}
		}
		if otherwise != nil {
			return otherwise.exec(f)
		}
		return nil
	}
}

// aside compiles a pipeline whose value is dropped, as in the head of a for loop.
func (c *compiler) aside(s syntax.PipelineBase) stmtFunc {
	if s == nil {
		return nil
	}
	if a, ok := s.(*syntax.Assignment); ok {
		return c.assignmentStatement(a)
	}
	if e := expressionOf(s); e != nil {
		v := c.expr(e)
		return func(f *frame) error {
			_, err := v(f)
			return err
		}
	}
	run, _ := c.statement(s)
	return func(f *frame) error {
		saved := f.out
		f.out = discard{}
		err := run(f)
		f.out = saved
		return err
	}
}

func (c *compiler) forStatement(s *syntax.For) stmtFunc {
	initial, step := c.aside(s.Initializer), c.aside(s.Iterator)
	var test condFunc
	if s.Condition != nil {
		test = c.condition(s.Condition)
	}
	body, label := c.body(s.Body), s.Label
	var condition, iterator syntax.Node = s.Condition, s.Iterator
	return func(f *frame) error {
		if initial != nil {
			if err := f.reach(s.Initializer); err != nil {
				return err
			}
			if err := initial(f); err != nil {
				return err
			}
		}
		for {
			if test != nil {
				if err := f.reach(condition); err != nil {
					return err
				}
				if ok, err := test(f); err != nil || !ok {
					return err
				}
			}
			if err := body.exec(f); err != nil {
				if done, err := loopEnd(err, label); done {
					return err
				}
			}
			if err := f.in.interrupted(); err != nil {
				return err
			}
			if step != nil {
				if err := f.reach(iterator); err != nil {
					return err
				}
				if err := step(f); err != nil {
					return err
				}
			}
		}
	}
}

func (c *compiler) whileStatement(s *syntax.While) stmtFunc {
	test, body, label := c.condition(s.Condition), c.body(s.Body), s.Label
	var condition syntax.Node = s.Condition
	return func(f *frame) error {
		for {
			if err := f.reach(condition); err != nil {
				return err
			}
			if ok, err := test(f); err != nil || !ok {
				return err
			}
			if err := body.exec(f); err != nil {
				if done, err := loopEnd(err, label); done {
					return err
				}
			}
			if err := f.in.interrupted(); err != nil {
				return err
			}
		}
	}
}

// doStatement compiles do {} while and do {} until; on tells for which truth the loop goes on.
func (c *compiler) doStatement(b *syntax.StatementBlock, condition syntax.PipelineBase, label string, on bool) stmtFunc {
	test, body := c.condition(condition), c.body(b)
	var at syntax.Node = condition
	return func(f *frame) error {
		for {
			if err := body.exec(f); err != nil {
				if done, err := loopEnd(err, label); done {
					return err
				}
			}
			if err := f.in.interrupted(); err != nil {
				return err
			}
			if err := f.reach(at); err != nil {
				return err
			}
			if ok, err := test(f); err != nil || ok != on {
				return err
			}
		}
	}
}

func (c *compiler) foreachStatement(s *syntax.ForEach) stmtFunc {
	if s.Parallel {
		return c.unsupported(s, "foreach -parallel")
	}
	set := c.store(s.Variable)
	body, label := c.body(s.Body), s.Label
	mentions := mentionsVariable(s.Body, "foreach")
	if r, ok := expressionOf(s.Condition).(*syntax.Binary); ok && r.Op == syntax.OpDotDot && !mentions {
		return c.foreachRange(s, r, set, body)
	}
	over := c.value(s.Condition)
	name := c.in.symbols.of("foreach")
	return func(f *frame) error {
		if err := f.reach(s.Condition); err != nil {
			return err
		}
		v, err := over(f)
		if err != nil {
			return err
		}
		round := func(item any) (bool, error) {
			if f.in.debug != nil {
				if err := f.in.debug.reach(f, s.Variable.Extent()); err != nil {
					return true, err
				}
			}
			if err := set(f, item); err != nil {
				return true, err
			}
			if err := body.exec(f); err != nil {
				if done, err := loopEnd(err, label); done {
					return true, err
				}
			}
			return false, f.in.interrupted()
		}
		if mentions {
			return f.foreachEnumerator(name, v, round)
		}
		switch x := v.(type) {
		case *object.Array: // the array may not change its length, but its elements
			for i := 0; i < len(x.Items); i++ {
				if done, err := round(x.Items[i]); done || err != nil {
					return err
				}
			}
			return nil
		case nil, *none:
			return nil
		case string:
			_, err := round(x)
			return err
		}
		items, ok := object.Enumerate(v)
		if !ok {
			_, err := round(v)
			return err
		}
		if l, ok := object.Base(v).(*object.List); ok {
			return f.eachInList(l, round)
		}
		var failed error
		for item := range items {
			done, err := round(item)
			if done || err != nil {
				failed = err
				break
			}
		}
		return failed
	}
}

// foreachRange is foreach over a..b without the array.
func (c *compiler) foreachRange(s *syntax.ForEach, r *syntax.Binary, set storeFunc, body *list) stmtFunc {
	from, to, label := c.expr(r.Left), c.expr(r.Right), s.Label
	return func(f *frame) error {
		if err := f.reach(s.Condition); err != nil {
			return err
		}
		lo, err := from(f)
		if err != nil {
			return err
		}
		hi, err := to(f)
		if err != nil {
			return err
		}
		return f.eachInRange(lo, hi, func(v any) error {
			if f.in.debug != nil {
				if err := f.in.debug.reach(f, s.Variable.Extent()); err != nil {
					return err
				}
			}
			if err := set(f, v); err != nil {
				return err
			}
			if err := body.exec(f); err != nil {
				if done, err := loopEnd(err, label); done {
					if err == nil {
						return errLastRound
					}
					return err
				}
			}
			return f.in.interrupted()
		})
	}
}

// errLastRound ends eachInRange before its end.
var errLastRound = errors.New("last round")

// eachInRange calls fn with each value of lo..hi; it may end the loop with errLastRound.
func (f *frame) eachInRange(lo, hi any, fn func(any) error) error {
	a, ok1 := lo.(int32)
	b, ok2 := hi.(int32)
	if !ok1 || !ok2 {
		return f.eachInOtherRange(lo, hi, fn)
	}
	return eachBetween(int64(a), int64(b), func(i int64) any { return int32(i) }, fn)
}

// eachInOtherRange is eachInRange for ends that are no plain numbers.
func (f *frame) eachInOtherRange(lo, hi any, fn func(any) error) error {
	from, to, chars, err := object.RangeEnds(lo, hi)
	if err != nil {
		return f.wrap(err)
	}
	if chars {
		return eachBetween(from, to, func(i int64) any { return object.Char(i) }, fn)
	}
	return eachBetween(from, to, func(i int64) any { return int32(i) }, fn)
}

func eachBetween(from, to int64, value func(int64) any, fn func(any) error) error {
	step := int64(1)
	if from > to {
		step = -1
	}
	for i := from; ; i += step {
		if err := fn(value(i)); err != nil {
			if err == errLastRound {
				return nil
			}
			return err
		}
		if i == to {
			return nil
		}
	}
}

// foreachEnumerator runs a foreach loop whose body uses $foreach, the enumerator, which it may move.
func (f *frame) foreachEnumerator(name symbol, v any, round func(any) (bool, error)) error {
	var items []any
	switch x := v.(type) {
	case nil, *none:
		return nil
	default:
		items = itemsOf(x)
	}
	e := &enumerator{items: items, at: -1}
	place := f.scope.place(name)
	saved := *place
	place.value, place.traits = newEnumerator(e), ordinary
	defer func() { *place = saved }()
	for e.moveNext() {
		if done, err := round(e.items[e.at]); done || err != nil {
			return err
		}
	}
	return nil
}

// mentionsVariable tells whether a piece of the tree reads a variable of that name.
func mentionsVariable(n syntax.Node, name string) bool {
	found := false
	syntax.Inspect(n, func(n syntax.Node) bool {
		if v, ok := n.(*syntax.Variable); ok && equalFold(v.Name, name) && v.Scope != syntax.ScopeDrive {
			found = true
		}
		return !found
	})
	return found
}

// eachInList goes through a list, which may not change on the way; nor may the table whose keys or values it holds.
func (f *frame) eachInList(l *object.List, round func(any) (bool, error)) error {
	changes := 0
	if l.Table != nil {
		changes = l.Table.Changes()
	}
	n := len(l.Items)
	for i := 0; i < n; i++ {
		if done, err := round(l.Items[i]); done || err != nil {
			return err
		}
		if len(l.Items) != n || l.Table != nil && l.Table.Changes() != changes {
			return f.errCollectionModified()
		}
	}
	return nil
}
