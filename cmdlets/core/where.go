package core

import (
	"context"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Where-Object", Module: moduleCore, Aliases: []string{"where", "?"}, DefaultSet: "EqualSet",
	Synopsis: "Selects objects from a collection based on their property values.",
}, func() cmdlet.Cmdlet { return &whereObject{} })

type whereObject struct {
	InputObject  any                `param:"pipeline"`
	FilterScript object.ScriptBlock `param:"set=ScriptBlockSet mandatory pos=0"`
	Property     string             `param:"set=EqualSet,NotSet,CEQSet,NESet,CNESet,GTSet,CGTSet,GESet,CGESet,LTSet,CLTSet,LESet,CLESet,LikeSet,CLikeSet,NotLikeSet,CNotLikeSet,MatchSet,CMatchSet,NotMatchSet,CNotMatchSet,ContainsSet,CContainsSet,NotContainsSet,CNotContainsSet,InSet,CInSet,NotInSet,CNotInSet,IsSet,IsNotSet mandatory pos=0" validate:"notnullorempty"`
	Value        any                `param:"set=EqualSet,NotSet,CEQSet,NESet,CNESet,GTSet,CGTSet,GESet,CGESet,LTSet,CLTSet,LESet,CLESet,LikeSet,CLikeSet,NotLikeSet,CNotLikeSet,MatchSet,CMatchSet,NotMatchSet,CNotMatchSet,ContainsSet,CContainsSet,NotContainsSet,CNotContainsSet,InSet,CInSet,NotInSet,CNotInSet,IsSet,IsNotSet pos=1"`

	EQ           bool `param:"set=EqualSet" alias:"IEQ"`
	CEQ          bool `param:"set=CEQSet mandatory"`
	NE           bool `param:"set=NESet mandatory" alias:"INE"`
	CNE          bool `param:"set=CNESet mandatory"`
	GT           bool `param:"set=GTSet mandatory" alias:"IGT"`
	CGT          bool `param:"set=CGTSet mandatory"`
	LT           bool `param:"set=LTSet mandatory" alias:"ILT"`
	CLT          bool `param:"set=CLTSet mandatory"`
	GE           bool `param:"set=GESet mandatory" alias:"IGE"`
	CGE          bool `param:"set=CGESet mandatory"`
	LE           bool `param:"set=LESet mandatory" alias:"ILE"`
	CLE          bool `param:"set=CLESet mandatory"`
	Like         bool `param:"set=LikeSet mandatory" alias:"ILike"`
	CLike        bool `param:"set=CLikeSet mandatory"`
	NotLike      bool `param:"set=NotLikeSet mandatory" alias:"INotLike"`
	CNotLike     bool `param:"set=CNotLikeSet mandatory"`
	Match        bool `param:"set=MatchSet mandatory" alias:"IMatch"`
	CMatch       bool `param:"set=CMatchSet mandatory"`
	NotMatch     bool `param:"set=NotMatchSet mandatory" alias:"INotMatch"`
	CNotMatch    bool `param:"set=CNotMatchSet mandatory"`
	Contains     bool `param:"set=ContainsSet mandatory" alias:"IContains"`
	CContains    bool `param:"set=CContainsSet mandatory"`
	NotContains  bool `param:"set=NotContainsSet mandatory" alias:"INotContains"`
	CNotContains bool `param:"set=CNotContainsSet mandatory"`
	In           bool `param:"set=InSet mandatory" alias:"IIn"`
	CIn          bool `param:"set=CInSet mandatory"`
	NotIn        bool `param:"set=NotInSet mandatory" alias:"INotIn"`
	CNotIn       bool `param:"set=CNotInSet mandatory"`
	Is           bool `param:"set=IsSet mandatory"`
	IsNot        bool `param:"set=IsNotSet mandatory"`
	Not          bool `param:"set=NotSet mandatory"`

	block   cmdlet.Block
	holds   func(v any) (bool, error)
	write   func(v any) error
	results int // of the block for the current object
	first   any
}

// Begin chooses the test.
func (c *whereObject) Begin(_ context.Context, out cmdlet.Out) error {
	if c.FilterScript != nil {
		c.block = asBlock(c.FilterScript)
		c.write = func(v any) error {
			c.results++
			if c.results == 1 {
				c.first = v
			}
			return nil
		}
		return nil
	}
	c.holds = c.comparison()
	return nil
}

// comparison is the test that the switches ask for; -EQ by default when there is a value, else the property's truth.
func (c *whereObject) comparison() func(v any) (bool, error) {
	relate := func(rel object.Relation, ignoreCase bool) func(v any) (bool, error) {
		return func(v any) (bool, error) {
			out, err := object.Relate(rel, v, c.Value, ignoreCase)
			return object.IsTrue(out), err
		}
	}
	like := func(ignoreCase, negate bool) func(v any) (bool, error) {
		return func(v any) (bool, error) {
			out, err := object.Like(v, c.Value, ignoreCase, negate)
			return object.IsTrue(out), err
		}
	}
	match := func(ignoreCase, negate bool) func(v any) (bool, error) {
		return func(v any) (bool, error) {
			if items, ok := object.ItemsOf(v); ok {
				out, err := object.Matches(items, c.Value, ignoreCase, negate)
				return object.IsTrue(out), err
			}
			m, err := object.Match(object.ToString(v), c.Value, ignoreCase)
			return (m != nil) != negate, err
		}
	}
	contains := func(ignoreCase, negate bool) func(v any) (bool, error) {
		return func(v any) (bool, error) { return object.Contains(v, c.Value, ignoreCase) != negate, nil }
	}
	in := func(ignoreCase, negate bool) func(v any) (bool, error) {
		return func(v any) (bool, error) { return object.Contains(c.Value, v, ignoreCase) != negate, nil }
	}
	is := func(negate bool) func(v any) (bool, error) {
		return func(v any) (bool, error) {
			want := c.Value
			if name, ok := want.(string); ok { // -is [int], as a bare word
				want = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
			}
			t, err := object.TypeOperand(want, "is")
			if err != nil {
				return false, err
			}
			return object.IsInstance(v, t) != negate, nil
		}
	}
	for _, t := range []struct {
		on   bool
		test func(v any) (bool, error)
	}{
		{c.CEQ, relate(object.EQ, false)},
		{c.NE, relate(object.NE, true)},
		{c.CNE, relate(object.NE, false)},
		{c.GT, relate(object.GT, true)},
		{c.CGT, relate(object.GT, false)},
		{c.GE, relate(object.GE, true)},
		{c.CGE, relate(object.GE, false)},
		{c.LT, relate(object.LT, true)},
		{c.CLT, relate(object.LT, false)},
		{c.LE, relate(object.LE, true)},
		{c.CLE, relate(object.LE, false)},
		{c.Like, like(true, false)},
		{c.CLike, like(false, false)},
		{c.NotLike, like(true, true)},
		{c.CNotLike, like(false, true)},
		{c.Match, match(true, false)},
		{c.CMatch, match(false, false)},
		{c.NotMatch, match(true, true)},
		{c.CNotMatch, match(false, true)},
		{c.Contains, contains(true, false)},
		{c.CContains, contains(false, false)},
		{c.NotContains, contains(true, true)},
		{c.CNotContains, contains(false, true)},
		{c.In, in(true, false)},
		{c.CIn, in(false, false)},
		{c.NotIn, in(true, true)},
		{c.CNotIn, in(false, true)},
		{c.Is, is(false)},
		{c.IsNot, is(true)},
		{c.Not, func(v any) (bool, error) { return !object.IsTrue(v), nil }},
		{c.EQ || c.Value != nil, relate(object.EQ, true)},
	} {
		if t.on {
			return t.test
		}
	}
	return func(v any) (bool, error) { return object.IsTrue(v), nil }
}

// Process passes the objects on that fit.
func (c *whereObject) Process(_ context.Context, in any, out cmdlet.Out) error {
	if in == cmdlet.NoInput {
		if !out.Bound("InputObject") {
			return nil
		}
		in = c.InputObject
	}
	if c.block != nil {
		c.results, c.first = 0, nil
		if err := c.block.Run(in, c.write); err != nil {
			return err
		}
		if c.results > 1 || c.results == 1 && object.IsTrue(c.first) {
			return out.Write(in)
		}
		return nil
	}
	v, _, err := out.Session().TypeData().GetMember(in, c.Property)
	if err != nil {
		return out.Error(object.RecordOf(err))
	}
	ok, err := c.holds(v)
	if err != nil {
		return err
	}
	if ok {
		return out.Write(in)
	}
	return nil
}
