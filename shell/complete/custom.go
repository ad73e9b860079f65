package complete

import (
	"path/filepath"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
	"migsh/shell/syntax"
)

// Registered are a session's completers of Register-ArgumentCompleter.
type Registered struct {
	parameters map[string]object.ScriptBlock // by command:parameter, or by the parameter alone
	native     map[string]object.ScriptBlock // by the program
	fallback   object.ScriptBlock            // for programs that have none of their own
}

type registeredKey struct{}

// RegisteredIn are the completers of a session.
func RegisteredIn(s cmdlet.Session) *Registered {
	return s.Keep(registeredKey{}, func() any {
		return &Registered{parameters: map[string]object.ScriptBlock{}, native: map[string]object.ScriptBlock{}}
	}).(*Registered)
}

// Parameter has a block complete the values of a parameter, of one command or, if command is empty, of all.
func (r *Registered) Parameter(command, parameter string, block object.ScriptBlock) {
	key := strings.ToLower(parameter)
	if command != "" {
		key = strings.ToLower(command) + ":" + key
	}
	r.parameters[key] = block
}

// Native has a block complete the arguments of a program.
func (r *Registered) Native(program string, block object.ScriptBlock) {
	r.native[strings.ToLower(program)] = block
}

// Fallback has a block complete the arguments of programs that have no block of their own.
func (r *Registered) Fallback(block object.ScriptBlock) { r.fallback = block }

// program finds the block of a program by its name, by that of its file, or by that without an extension.
func (r *Registered) program(name string) object.ScriptBlock {
	file := filepath.Base(name)
	for _, n := range []string{name, file, strings.TrimSuffix(file, filepath.Ext(file))} {
		if b, ok := r.native[strings.ToLower(n)]; ok {
			return b
		}
	}
	return r.fallback
}

// fromScript offers what the completers of scripts say of a parameter: the one that was registered, or else that of the declaration.
func (c *completer) fromScript(info *cmdlet.Info, p *cmdlet.Parameter, cmd *syntax.Command, word string) bool {
	registered := RegisteredIn(c.s)
	for _, key := range []string{info.Name + ":" + p.Name, p.Name} {
		if b, ok := registered.parameters[strings.ToLower(key)]; ok {
			if c.ask(cmdlet.CompleterBlock{Block: b}, info, p, cmd, word) {
				return true
			}
			break
		}
	}
	return p.CompleteWith != nil && c.ask(p.CompleteWith, info, p, cmd, word)
}

func (c *completer) ask(completer cmdlet.ArgumentCompleter, info *cmdlet.Info, p *cmdlet.Parameter, cmd *syntax.Command, word string) bool {
	found, err := completer.Complete(info.Name, p.Name, word, dotnet.Node(c.tree, cmd), c.bound(info, cmd))
	if err != nil {
		return false // the Tab key has nowhere to show an error
	}
	return c.found(found)
}

// found adds what a script has put out: completions, or texts that stand for themselves.
func (c *completer) found(values []any) bool {
	for _, v := range values {
		if r, ok := dotnet.CompletionOf(v); ok {
			c.add(Item{r.Text, r.ListItem, Kind(r.Kind), r.ToolTip})
			continue
		}
		text := object.ToString(v)
		c.add(Item{text, text, KindText, text})
	}
	return len(values) > 0
}

// bound are the arguments that a command has, as far as they can be told without running anything.
func (c *completer) bound(info *cmdlet.Info, cmd *syntax.Command) *object.Hashtable {
	bound := object.NewHashtable()
	for _, a := range c.arguments(cmd) {
		switch p := resolve(info, a.Name); {
		case a.Name == "":
		case p == nil:
		case a.HasValue:
			bound.Set(p.Name, a.Value)
		}
	}
	g := &given{used: map[string]bool{}, sets: info.Sets()}
	for k := range bound.All() {
		g.used[strings.ToLower(k.(string))] = true
	}
	for _, a := range c.arguments(cmd) {
		if a.Name != "" {
			continue
		}
		if p := g.positionalParameter(info); p != nil {
			bound.Set(p.Name, a.Value)
		}
		g.positional++
	}
	return bound
}

// arguments are a command's arguments whose values are plain, but for the last, which is being completed. A parameter's value is with it
// unless it is a switch.
func (c *completer) arguments(cmd *syntax.Command) []cmdlet.Arg {
	var args []cmdlet.Arg
	info, _ := c.s.Command(cmd.Name())
	elements := cmd.Elements[1:max(1, len(cmd.Elements)-1)]
	for i := 0; i < len(elements); i++ {
		name, ok := elements[i].(*syntax.CommandParameter)
		if !ok {
			if v, ok := c.plainValue(elements[i]); ok {
				args = append(args, cmdlet.Arg{Value: v})
			}
			continue
		}
		a := cmdlet.Arg{Name: name.Name, Text: "-" + name.Name}
		switch {
		case name.Argument != nil:
			a.Value, a.HasValue = c.plainValue(name.Argument)
		case info != nil && isSwitch(info, name.Name):
			a.Value, a.HasValue = object.Switch(true), true
		case i+1 < len(elements):
			if _, next := elements[i+1].(*syntax.CommandParameter); !next {
				i++
				a.Value, a.HasValue = c.plainValue(elements[i])
			}
		}
		if a.HasValue {
			args = append(args, a)
		}
	}
	return args
}

func isSwitch(info *cmdlet.Info, name string) bool {
	p := resolve(info, name)
	return p != nil && p.Switch
}

// plainValue is the value of a constant or of a variable.
func (c *completer) plainValue(n syntax.Node) (any, bool) {
	if v, ok := n.(*syntax.Variable); ok && v.Scope == syntax.ScopeNone {
		return c.s.Variable(v.Name, "")
	}
	v, err := dotnet.SafeValue(n)
	return v, err == nil
}

// program completes an argument of a program.
func (c *completer) program(cmd *syntax.Command, word string) bool {
	block := RegisteredIn(c.s).program(cmd.Name())
	if block == nil {
		return false
	}
	found, err := block.Call(nil, word, dotnet.Node(c.tree, cmd), int32(object.Length(c.text)))
	return err == nil && c.found(found)
}
