package interp

import (
	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// typeHost is the type of $Host, typeEngine that of $ExecutionContext.
var (
	typeHost   = declareHost()
	typeEngine = declareEngine()
)

// engineOf is the interpreter behind $Host and $ExecutionContext.
func engineOf(v any) *Interp {
	if o, ok := v.(*object.Object); ok {
		v = o.Base
	}
	in, _ := v.(*Interp)
	return in
}

func engineProperty(t *object.Type, name string, get func(in *Interp) any) {
	t.Instance.Add(&object.Member{Name: name, Kind: object.KindProperty, Get: func(recv any) (any, error) { return get(engineOf(recv)), nil }})
}

func engineMethod(t *object.Type, name string, returns *object.Type, params []object.Param, call func(in *Interp, args []any) (any, error)) {
	t.Instance.Add(&object.Member{Name: name, Kind: object.KindMethod, Overloads: []object.Overload{{Params: params, Returns: returns, Call: func(recv any, args []any) (any, error) {
		return call(engineOf(recv), args)
	}}}})
}

func declareHost() *object.Type {
	text := []object.Param{{Name: "value", Type: object.TypeString}}
	write := func(newline bool) func(in *Interp, args []any) (any, error) {
		return func(in *Interp, args []any) (any, error) {
			in.options.Host.WriteHost(object.ToString(args[0]), "", "", newline)
			return object.Nothing, nil
		}
	}
	ui := object.Declare(&object.Type{Name: "System.Management.Automation.Internal.Host.InternalHostUserInterface", Base: object.TypeObject})
	object.Extend(ui, func(t *object.Type) {
		engineMethod(t, "WriteLine", object.TypeVoid, text, write(true))
		engineMethod(t, "Write", object.TypeVoid, text, write(false))
		engineMethod(t, "ReadLine", object.TypeString, nil, func(in *Interp, _ []any) (any, error) {
			if !in.options.Host.Interactive() {
				return nil, errNonInteractive()
			}
			return in.options.Host.ReadLine(in.ctx, "")
		})
		engineMethod(t, "PromptForChoice", object.TypeInt32, []object.Param{
			{Name: "caption", Type: object.TypeString}, {Name: "message", Type: object.TypeString}, {Name: "choices", Type: object.TypeObject}, {Name: "defaultChoice", Type: object.TypeInt32},
		}, promptForChoice)
		engineMethod(t, "WriteErrorLine", object.TypeVoid, text, func(in *Interp, args []any) (any, error) {
			return object.Nothing, in.options.Display.NativeError(object.ToString(args[0]))
		})
		for _, stream := range []struct {
			name string
			kind syntax.Stream
		}{{"Warning", syntax.StreamWarning}, {"Verbose", syntax.StreamVerbose}, {"Debug", syntax.StreamDebug}} {
			engineMethod(t, "Write"+stream.name+"Line", object.TypeVoid, text, func(in *Interp, args []any) (any, error) {
				return object.Nothing, in.options.Display.Record(stream.kind, NewRecord(stream.kind, object.ToString(args[0]), ""))
			})
		}
		engineProperty(t, "RawUI", func(in *Interp) any {
			size := object.NewCustom("Width", int32(in.options.Host.Width()), "Height", int32(24))
			return object.NewCustom("WindowTitle", "migsh", "BufferSize", size, "WindowSize", size)
		})
	})
	t := object.Declare(&object.Type{Name: "System.Management.Automation.Internal.Host.InternalHost", Base: object.TypeObject})
	object.Extend(t, func(t *object.Type) {
		engineProperty(t, "Name", func(*Interp) any { return "ConsoleHost" })
		engineProperty(t, "Version", func(*Interp) any { return object.Version{Major: 7, Minor: 6, Build: 0, Revision: -1} })
		engineProperty(t, "UI", func(in *Interp) any { return object.Instance(ui, in) })
		engineProperty(t, "CurrentCulture", func(*Interp) any { return currentCulture() })
		engineProperty(t, "CurrentUICulture", func(*Interp) any { return currentCulture() })
		engineProperty(t, "PrivateData", func(*Interp) any { return nil })
		engineProperty(t, "IsRunspacePushed", func(*Interp) any { return false })
		engineMethod(t, "SetShouldExit", object.TypeVoid, []object.Param{{Name: "exitCode", Type: object.TypeInt32}}, func(_ *Interp, args []any) (any, error) {
			return nil, &flow{kind: flowExit, code: int(args[0].(int32))}
		})
	})
	return t
}

func declareEngine() *object.Type {
	invoke := object.Declare(&object.Type{Name: "System.Management.Automation.CommandInvocationIntrinsics", Base: object.TypeObject})
	text := []object.Param{{Name: "source", Type: object.TypeString}}
	object.Extend(invoke, func(t *object.Type) {
		engineMethod(t, "ExpandString", object.TypeString, text, func(in *Interp, args []any) (any, error) {
			return in.ExpandString(object.ToString(args[0]))
		})
		engineMethod(t, "NewScriptBlock", object.TypeScriptBlock, []object.Param{{Name: "scriptText", Type: object.TypeString}}, func(in *Interp, args []any) (any, error) {
			return in.parseBlock(object.ToString(args[0]), in.current)
		})
		engineMethod(t, "InvokeScript", object.TypeObject, []object.Param{{Name: "script", Type: object.TypeString}}, func(in *Interp, args []any) (any, error) {
			out := object.NewList()
			err := in.session().Evaluate(in.ctx, object.ToString(args[0]), func(v any) error { out.Add(v); return nil })
			return out, err
		})
		engineMethod(t, "GetCommand", object.TypeObject, []object.Param{{Name: "commandName", Type: object.TypeString}, {Name: "type", Type: object.TypeObject}}, func(in *Interp, args []any) (any, error) {
			return in.session().Describe(object.ToString(args[0])), nil
		})
	})
	variables := object.Declare(&object.Type{Name: "System.Management.Automation.PSVariableIntrinsics", Base: object.TypeObject})
	object.Extend(variables, func(t *object.Type) {
		name := object.Param{Name: "name", Type: object.TypeString}
		engineMethod(t, "GetValue", object.TypeObject, []object.Param{name}, func(in *Interp, args []any) (any, error) {
			v, _ := in.session().Variable(object.ToString(args[0]), "")
			return v, nil
		})
		engineMethod(t, "Set", object.TypeVoid, []object.Param{name, {Name: "value", Type: object.TypeObject}}, func(in *Interp, args []any) (any, error) {
			return object.Nothing, in.session().SetVariable(object.ToString(args[0]), "", args[1])
		})
	})
	path := object.Declare(&object.Type{Name: "System.Management.Automation.PathIntrinsics", Base: object.TypeObject})
	object.Extend(path, func(t *object.Type) {
		engineProperty(t, "CurrentLocation", func(in *Interp) any { return in.pathInfo(in.location) })
		engineProperty(t, "CurrentFileSystemLocation", func(in *Interp) any { return in.pathInfo(in.location) })
		engineMethod(t, "GetUnresolvedProviderPathFromPSPath", object.TypeString, []object.Param{{Name: "path", Type: object.TypeString}}, func(in *Interp, args []any) (any, error) {
			return in.resolvePath(object.ToString(args[0])), nil
		})
	})
	state := object.Declare(&object.Type{Name: "System.Management.Automation.SessionState", Base: object.TypeObject})
	object.Extend(state, func(t *object.Type) {
		engineProperty(t, "Path", func(in *Interp) any { return object.Instance(path, in) })
		engineProperty(t, "PSVariable", func(in *Interp) any { return object.Instance(variables, in) })
		engineProperty(t, "InvokeCommand", func(in *Interp) any { return object.Instance(invoke, in) })
		engineProperty(t, "LanguageMode", func(*Interp) any { return "FullLanguage" })
		engineProperty(t, "Module", func(in *Interp) any {
			if m := in.current.scope.module; m != nil {
				return m.object()
			}
			return nil
		})
	})
	typeSessionState = state
	t := object.Declare(&object.Type{Name: "System.Management.Automation.EngineIntrinsics", Base: object.TypeObject})
	object.Extend(t, func(t *object.Type) {
		engineProperty(t, "InvokeCommand", func(in *Interp) any { return object.Instance(invoke, in) })
		engineProperty(t, "SessionState", func(in *Interp) any { return object.Instance(state, in) })
		engineProperty(t, "Host", func(in *Interp) any { return object.Instance(typeHost, in) })
	})
	return t
}

var typeSessionState *object.Type

// ExpandString expands a text as a string in double quotes, in the scope of what runs.
func (in *Interp) ExpandString(text string) (string, error) {
	f := in.current
	b, err := in.parse("", "@\"\n"+text+"\n\"@")
	if err != nil {
		return "", err
	}
	out := &collector{}
	if err := in.newScriptBlock(b, f.scope.module).invoke(out, invocation{dotted: true}); err != nil {
		return "", err
	}
	return f.text(plain(out.value())), nil
}

// currentCulture is [cultureinfo]::CurrentCulture.
func currentCulture() any {
	t, ok := object.TypeByName("System.Globalization.CultureInfo")
	if !ok {
		return nil
	}
	v, _, err := object.GetStatic(t, "CurrentCulture")
	if err != nil {
		return nil
	}
	return v
}

// typeChoice is what PromptForChoice takes besides plain labels.
var typeChoice = declareChoice()

func declareChoice() *object.Type {
	t := object.Declare(&object.Type{Name: "System.Management.Automation.Host.ChoiceDescription", Base: object.TypeObject})
	object.Extend(t, func(t *object.Type) {
		make := func(label, help string) any { return object.Instance(t, &cmdlet.Choice{Label: label, Help: help}) }
		label, help := object.Param{Name: "label", Type: object.TypeString}, object.Param{Name: "helpMessage", Type: object.TypeString}
		t.Constructors = []object.Overload{
			{Params: []object.Param{label}, Returns: t, Call: func(_ any, a []any) (any, error) { return make(object.ToString(a[0]), ""), nil }},
			{Params: []object.Param{label, help}, Returns: t, Call: func(_ any, a []any) (any, error) { return make(object.ToString(a[0]), object.ToString(a[1])), nil }},
		}
		for name, get := range map[string]func(c *cmdlet.Choice) string{
			"Label": func(c *cmdlet.Choice) string { return c.Label }, "HelpMessage": func(c *cmdlet.Choice) string { return c.Help },
		} {
			t.Instance.Add(&object.Member{Name: name, Kind: object.KindProperty, Type: object.TypeString, Get: func(recv any) (any, error) {
				return get(recv.(*object.Object).Base.(*cmdlet.Choice)), nil
			}})
		}
	})
	return t
}

// promptForChoice asks one of several choices and gives its place.
func promptForChoice(in *Interp, args []any) (any, error) {
	items, ok := object.ItemsOf(args[2])
	if !ok || len(items) == 0 {
		return nil, object.NewException("System.ArgumentException", "PromptForChoice needs at least one choice. Pass labels such as '&Yes', '&No'.")
	}
	var choices []cmdlet.Choice
	for _, v := range items {
		v, err := object.Convert(v, typeChoice)
		if err != nil {
			return nil, err
		}
		choices = append(choices, *v.(*object.Object).Base.(*cmdlet.Choice))
	}
	def := int(args[3].(int32))
	if def < -1 || def >= len(choices) {
		return nil, object.NewException("System.ArgumentOutOfRangeException", "The value of the \"defaultChoice\" parameter, %d, is no place in the list of %d choices; -1 stands for none.", def, len(choices))
	}
	n, err := in.options.Host.Choose(in.ctx, object.ToString(args[0]), object.ToString(args[1]), choices, def)
	if err != nil {
		return nil, err
	}
	return int32(n), nil
}
