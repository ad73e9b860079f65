package interp

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// commandCode is a compiled call of a command.
type commandCode struct {
	node     *syntax.Command
	operator syntax.Kind // & or . or none
	name     string      // constant name, else empty
	lower    string
	nameExpr exprFunc
	args     []argCode
	splats   bool
}

// argCode is one argument as written.
type argCode struct {
	name  string // of -Name
	text  string // -Name as written
	value exprFunc
	splat bool
	node  syntax.Node
}

func (c *compiler) command(n *syntax.Command) *commandCode {
	code := &commandCode{node: n, operator: n.Operator}
	if len(n.Elements) == 0 {
		return code
	}
	if s, ok := n.Elements[0].(*syntax.StringConstant); ok {
		code.name, code.lower = s.Value, strings.ToLower(s.Value)
		if s.Value == "" {
			code.nameExpr = c.expr(s)
		}
	} else if x, ok := n.Elements[0].(syntax.Expression); ok {
		code.nameExpr = c.expr(x)
	}
	for _, x := range n.Elements[1:] {
		switch x := x.(type) {
		case *syntax.CommandParameter:
			a := argCode{name: x.Name, text: "-" + x.Name, node: x}
			if x.Argument != nil {
				a.value = c.argument(x.Argument)
				a.text += ":"
			}
			code.args = append(code.args, a)
		case *syntax.Variable:
			if x.Splatted {
				code.splats = true
				v := *x
				v.Splatted = false
				code.args = append(code.args, argCode{value: c.read(&v), splat: true, node: x})
				continue
			}
			code.args = append(code.args, argCode{value: c.expr(x), node: x})
		case *syntax.Using:
			v, ok := x.SubExpression.(*syntax.Variable)
			if code.splats = code.splats || ok && v.Splatted; ok && v.Splatted {
				code.args = append(code.args, argCode{value: c.expr(x), splat: true, node: x})
				continue
			}
			code.args = append(code.args, argCode{value: c.expr(x), node: x})
		case syntax.Expression:
			code.args = append(code.args, argCode{value: c.argument(x), node: x})
		}
	}
	return code
}

// argument compiles an argument. A number keeps the text that was typed, which a string parameter gets.
func (c *compiler) argument(x syntax.Expression) exprFunc {
	if k, ok := x.(*syntax.Constant); ok {
		v := constantValue(k.Value)
		if text := k.Extent().Text(); text != object.ToString(v) {
			v = &object.Object{Base: v, Typed: text}
		}
		return func(*frame) (any, error) { return v, nil }
	}
	return c.expr(x)
}

// evaluate computes the arguments, in their order.
func (c *commandCode) evaluate(f *frame) ([]cmdlet.Arg, error) {
	if len(c.args) == 0 {
		return nil, nil
	}
	args := make([]cmdlet.Arg, 0, len(c.args))
	for i := range c.args {
		a := &c.args[i]
		if a.splat {
			v, err := a.value(f)
			if err != nil {
				return nil, err
			}
			args = splat(args, v)
			continue
		}
		out := cmdlet.Arg{Name: a.name, Text: a.text}
		if a.value != nil {
			v, err := a.value(f)
			if err != nil {
				return nil, err
			}
			out.Value, out.HasValue = v, a.name != ""
		}
		args = append(args, out)
	}
	return args, nil
}

// splat turns @name into arguments: a table's entries are parameters, a list's elements positional arguments.
func splat(args []cmdlet.Arg, v any) []cmdlet.Arg {
	switch x := object.Base(v).(type) {
	case *object.Hashtable:
		for k, value := range x.All() {
			name := object.ToString(k)
			args = append(args, cmdlet.Arg{Name: name, Text: "-" + name + ":", Value: value, HasValue: true, Splatted: true})
		}
		return args
	case nil:
		return args
	default:
		if items, ok := object.ItemsOf(x); ok {
			for _, item := range items {
				args = append(args, splattedItem(item))
			}
			return args
		}
		return append(args, cmdlet.Arg{Value: v})
	}
}

// splattedItem is an element of a splatted list. What $args kept of a parameter's name is one again.
func splattedItem(item any) cmdlet.Arg {
	if p, ok := item.(*parameterName); ok {
		return cmdlet.Arg{Name: p.name, Text: p.text}
	}
	return cmdlet.Arg{Value: item}
}

// parameterName is an element of $args that was written as a parameter.
type parameterName struct{ name, text string }

// stage finds the command and makes its stage.
func (c *commandCode) stage(f *frame, b stageBase) (stage, error) {
	f.at = c.node
	if c.nameExpr != nil {
		v, err := c.nameExpr(f)
		if err != nil {
			return nil, err
		}
		return c.invokeValue(f, b, v)
	}
	return c.invokeNamed(f, b, c.name, c.lower)
}

// invokeValue is the stage of & or . with a value: a script block, a command, or a name.
func (c *commandCode) invokeValue(f *frame, b stageBase, v any) (stage, error) {
	if info := commandOf(v); info != nil {
		return c.invokeInfo(f, b, info)
	}
	if m := moduleOf(v); m != nil {
		return c.inModuleCall(f, b, m)
	}
	switch x := object.Base(v).(type) {
	case *scriptBlock:
		args, err := c.evaluate(f)
		if err != nil {
			return nil, err
		}
		return newFunctionStage(b, &function{block: x.block, module: x.module, kind: cmdlet.KindScriptBlock, closure: x.closure}, args, c.operator == syntax.OpDot, ""), nil
	case strayBlock:
		return nil, f.wrap(x.refused())
	case string:
		if x != "" {
			return c.invokeNamed(f, b, x, strings.ToLower(x))
		}
	case nil:
	default:
		if s := object.ToString(x); s != "" && c.operator == syntax.TokUnknown {
			return c.invokeNamed(f, b, s, strings.ToLower(s))
		} else if s != "" {
			if _, isText := x.(object.Char); isText {
				return c.invokeNamed(f, b, s, strings.ToLower(s))
			}
			if t := object.TypeOf(x); t != nil && (isNumber(x) || t.Name == "System.IO.FileInfo") {
				return c.invokeNamed(f, b, s, strings.ToLower(s))
			}
		}
	}
	op := "&"
	if c.operator == syntax.OpDot {
		op = "."
	}
	message := "The expression after '" + op + "' in a pipeline element produced an object that was not valid. It must result in a command name, a script block, or a CommandInfo object."
	e := f.failTarget(object.InvalidOperation, "BadExpression", v, message)
	if len(c.node.Elements) > 0 {
		e.(*object.ErrorRecord).Invocation = f.invocationAt(c.node.Elements[0])
	}
	return nil, e
}

// invokeNamed finds a command by name: aliases, functions, cmdlets, scripts and programs, in this order.
func (c *commandCode) invokeNamed(f *frame, b stageBase, name, lower string) (stage, error) {
	cmd, err := f.in.find(f, name, lower)
	if err != nil {
		return nil, f.placeCommand(err, c.node)
	}
	if cmd == nil {
		return nil, f.placeCommand(f.commandNotFound(name), c.node)
	}
	return c.invokeFound(f, b, cmd, name)
}

// placeCommand marks an error at a command's name.
func (f *frame) placeCommand(err error, n *syntax.Command) error {
	var r *object.ErrorRecord
	if errors.As(err, &r) && r.Invocation == nil {
		if len(n.Elements) > 0 {
			r.Invocation = f.invocationAt(n.Elements[0])
		} else {
			r.Invocation = f.invocationAt(n)
		}
		r.Invocation.CommandName = n.Name()
		f.place(r)
	}
	return err
}

func (c *commandCode) invokeFound(f *frame, b stageBase, cmd *found, name string) (stage, error) {
	if f.in.anyStrict && cmd.function != nil && f.strict() >= strict2 && c.calledWithParens() {
		return nil, f.errAt(c.node, "StrictModeFunctionCallWithParens",
			"The function or command was called as if it were a method. Parameters should be separated by spaces. For information about parameters, see the about_Parameters Help topic.")
	}
	args, err := c.evaluate(f)
	if err != nil {
		return nil, err
	}
	if help := f.in.cmdlets["get-help"]; help != nil && cmd.program == "" && asksHelp(args) {
		return newCmdletStage(b, help.info, []cmdlet.Arg{{Name: "Name", Value: name, HasValue: true}}, "Get-Help"), nil
	}
	switch {
	case cmd.function != nil:
		return newFunctionStage(b, cmd.function, args, c.operator == syntax.OpDot, name), nil
	case cmd.info != nil:
		return newCmdletStage(b, cmd.info, args, name), nil
	case cmd.script != "":
		fn, err := f.in.loadScript(cmd.script)
		if err != nil {
			return nil, f.placeCommand(err, c.node)
		}
		return newFunctionStage(b, fn, args, c.operator == syntax.OpDot, name), nil
	}
	return newNativeStage(b, cmd.program, args), nil
}

// calledWithParens tells F(1, 2) with no space from other calls.
func (c *commandCode) calledWithParens() bool {
	if len(c.node.Elements) != 2 {
		return false
	}
	p, ok := c.node.Elements[1].(*syntax.Paren)
	return ok && p.Extent().StartOffset() == c.node.Elements[0].Extent().EndOffset()
}

func (c *commandCode) invokeInfo(f *frame, b stageBase, x *commandInfo) (stage, error) {
	if x.alias != nil {
		return c.invokeNamed(f, b, x.alias.target, strings.ToLower(x.alias.target))
	}
	return c.invokeFound(f, b, &x.found, x.name)
}

// found is the outcome of looking for a command: one of its fields is set.
type found struct {
	function *function
	info     *cmdlet.Info
	script   string // path
	program  string // path
}

// maxAliases bounds chains of aliases of aliases.
const maxAliases = 32

// find looks for a command. It answers nil where there is none.
func (in *Interp) find(f *frame, name, lower string) (*found, error) {
	for range maxAliases {
		a := f.scope.alias(lower)
		if a == nil {
			break
		}
		if strings.EqualFold(a.target, lower) {
			break
		}
		name, lower = a.target, strings.ToLower(a.target)
	}
	if fn := f.scope.function(lower); fn != nil {
		return &fn.found, nil
	}
	if info, ok := in.cmdlets[lower]; ok {
		return info, nil
	}
	if i := strings.IndexByte(name, '\\'); i > 0 && !strings.ContainsAny(name[:i], `/.`) {
		if cmd := in.findQualified(f, name[:i], lower[i+1:]); cmd != nil {
			return cmd, nil
		}
	}
	if rest, ok := scopePrefix(lower); ok {
		return in.find(f, rest, rest)
	}
	if cmd, err := in.findFile(f, name); cmd != nil || err != nil {
		return cmd, err
	}
	if !strings.ContainsAny(name, `-/\.`) {
		if info, ok := in.cmdlets["get-"+lower]; ok {
			return info, nil
		}
		if fn := f.scope.function("get-" + lower); fn != nil {
			return &fn.found, nil
		}
	}
	return in.autoload(f, name, lower)
}

// scopePrefix takes global: or script: off a command's name.
func scopePrefix(lower string) (string, bool) {
	for _, p := range []string{"global:", "script:", "local:", "private:"} {
		if rest, ok := strings.CutPrefix(lower, p); ok {
			return rest, true
		}
	}
	return "", false
}

// findQualified finds Module\Name.
func (in *Interp) findQualified(f *frame, module, lower string) *found {
	if info, ok := in.cmdlets[lower]; ok && strings.EqualFold(info.info.Module, module) {
		return info
	}
	if m := in.modules.find(module); m != nil {
		if fn := m.exported(lower); fn != nil {
			return &fn.found
		}
	}
	return nil
}

// findFile finds a script or program by path, or a program by name where it is called with & or .
func (in *Interp) findFile(f *frame, name string) (*found, error) {
	isPath := strings.ContainsRune(name, '/') || strings.HasPrefix(name, `.\`) || strings.HasPrefix(name, `..\`) || strings.HasPrefix(name, "~/")
	if !isPath {
		called, _ := f.at.(*syntax.Command)
		if called == nil || called.Operator == syntax.TokUnknown {
			return nil, nil
		}
		if path := in.findProgram(name); path != "" {
			return &found{program: path}, nil
		}
		return nil, nil
	}
	path := in.resolvePath(strings.ReplaceAll(name, `\`, "/"))
	for _, candidate := range []string{path, path + ".ps1"} {
		st, err := os.Stat(candidate)
		if err != nil || st.IsDir() {
			continue
		}
		if strings.EqualFold(filepath.Ext(candidate), ".ps1") {
			return &found{script: candidate}, nil
		}
		if isExecutable(st) {
			return &found{program: candidate}, nil
		}
	}
	return nil, nil
}

func isExecutable(st fs.FileInfo) bool { return executableSuffix(st.Name()) || st.Mode()&0o111 != 0 }

// function finds a function along the chain of scopes.
func (s *scope) function(lower string) *function {
	for p := s; p != nil; p = p.parent {
		if p.functions != nil {
			if fn := p.functions[lower]; fn != nil && (p == s || fn.options&private == 0) {
				return fn
			}
		}
	}
	return nil
}

// alias finds an alias along the chain of scopes.
func (s *scope) alias(lower string) *alias {
	for p := s; p != nil; p = p.parent {
		if p.aliases != nil {
			if a := p.aliases[lower]; a != nil {
				return a
			}
		}
	}
	return nil
}

func (f *frame) findFunction(name string) *function {
	lower := strings.ToLower(name)
	if rest, ok := scopePrefix(lower); ok {
		lower = rest
	}
	return f.scope.function(lower)
}

func (f *frame) findAlias(name string) *alias { return f.scope.alias(strings.ToLower(name)) }

// setAlias defines or changes an alias in a scope.
func (in *Interp) setAlias(s *scope, a *alias) {
	if s.aliases == nil {
		s.aliases = map[string]*alias{}
	}
	a.in = in
	s.aliases[strings.ToLower(a.name)] = a
}

// asksHelp tells whether -? stands among the arguments.
func asksHelp(args []cmdlet.Arg) bool {
	return slices.ContainsFunc(args, func(a cmdlet.Arg) bool { return a.Name == "?" && !a.Splatted })
}
