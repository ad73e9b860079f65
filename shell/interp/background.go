package interp

import (
	"strings"

	"migsh/shell/syntax"
)

// background compiles & at the end of a pipeline: Start-Job with the pipeline's text, whose variables are those of the caller.
func (c *compiler) background(p syntax.Statement) stmtFunc {
	return func(f *frame) error {
		f.at = p
		work, err := f.in.parse("", f.apartText(p))
		if err != nil {
			return err
		}
		start, err := f.in.parse("", "Start-Job -ScriptBlock $args[0]")
		if err != nil {
			return err
		}
		err = f.in.newScriptBlock(start, nil).invoke(f.out, invocation{args: []any{f.in.newScriptBlock(work, f.scope.module)}})
		if err == nil {
			f.in.ok = true
		}
		return err
	}
}

// apartText is the text of a pipeline without its &, with $using: put before the variables that the frame sees.
func (f *frame) apartText(p syntax.Statement) string {
	whole := p.Extent()
	text, from := whole.Text(), whole.StartOffset()
	var b strings.Builder
	done := 0
	syntax.Inspect(p, func(n syntax.Node) bool {
		if _, ok := n.(*syntax.Using); ok {
			return false
		}
		v, ok := n.(*syntax.Variable)
		if !ok || v.Scope != syntax.ScopeNone && v.Scope != syntax.ScopeLocal && v.Scope != syntax.ScopeGlobal && v.Scope != syntax.ScopeScript {
			return true
		}
		if f.scope.lookup(f.in.symbols.of(v.Name)) == nil || !f.own(v) {
			return true
		}
		x := v.Extent()
		at := x.StartOffset() - from
		if at < done {
			return true
		}
		b.WriteString(text[done:at])
		if v.Splatted {
			b.WriteString("@using:" + v.Name)
		} else {
			b.WriteString("${using:" + v.Name + "}")
		}
		done = x.EndOffset() - from
		return true
	})
	b.WriteString(text[done:])
	return strings.TrimSuffix(strings.TrimRight(b.String(), " \t\r\n"), "&")
}

// own tells variables that scripts set from those that every session has of its own.
func (f *frame) own(v *syntax.Variable) bool {
	s := f.in.symbols.of(v.Name)
	_, automatic := f.in.automatic[s]
	switch strings.ToLower(v.Name) {
	case "_", "psitem", "args", "input", "this", "true", "false", "null", "error", "host", "pid", "home", "pshome", "executioncontext", "psversiontable", "shellid", "profile":
		return false
	}
	return !automatic && f.in.builtins[s] == nil
}
