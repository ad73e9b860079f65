package core

import (
	"os"

	"migsh/shell/object"
)

const megabyte = 1 << 20

var typeProcess = object.Declare(&object.Type{
	Name: "System.Diagnostics.Process", Base: object.Declare(&object.Type{Name: "System.ComponentModel.Component", Base: object.TypeObject}),
	ToString: func(v any) string {
		if p := processOf(v); p != nil {
			return "System.Diagnostics.Process (" + p.name + ")"
		}
		return "System.Diagnostics.Process"
	},
	Views: object.Views{
		Table: []object.Column{ // what is paged and what is not is Windows' to tell; elsewhere PowerShell shows zeros
			{Header: "NPM(K)", Value: func(any) any { return int64(0) }, Width: 7, Right: true},
			{Header: "PM(M)", Value: func(any) any { return 0.0 }, Format: "{0:N2}", Width: 8, Right: true},
			{Header: "WS(M)", Value: func(v any) any { return float64(processOf(v).memory) / megabyte }, Format: "{0:N2}", Width: 10, Right: true},
			{Header: "CPU(s)", Value: func(v any) any { return processOf(v).processor.Seconds() }, Format: "{0:N2}", Width: 10, Right: true},
			{Property: "Id", Width: 7, Right: true}, {Property: "SI", Width: 3, Right: true}, {Property: "ProcessName"},
		},
		Default: []string{"Id", "CPU", "SI", "Name"},
	},
})

// processOf is the process behind an object, nil where there is none.
func processOf(v any) *processInfo {
	if o, ok := v.(*object.Object); ok {
		if p, ok := o.Base.(*processInfo); ok {
			return p
		}
	}
	return nil
}

func (p *processInfo) object() *object.Object { return object.Instance(typeProcess, p) }

// kill ends the process at once.
func (p *processInfo) kill() error {
	found, err := os.FindProcess(int(p.id))
	if err != nil {
		return err
	}
	return found.Kill()
}

func init() {
	object.Extend(typeProcess, func(t *object.Type) {
		alias := func(name string, typ *object.Type, get func(p *processInfo) any) {
			addProperty(t, name, typ, get)
			t.Instance.Find(name).Kind = object.KindAliasProperty
		}
		name := func(p *processInfo) any { return p.name }
		memory := func(p *processInfo) any { return p.memory }
		virtual := func(p *processInfo) any { return p.virtual }
		session := func(p *processInfo) any { return p.session }
		alias("Name", object.TypeString, name)
		alias("SI", object.TypeInt32, session)
		alias("VM", object.TypeInt64, virtual)
		alias("WS", object.TypeInt64, memory)
		addProperty(t, "CPU", object.TypeDouble, func(p *processInfo) any { return p.processor.Seconds() })
		t.Instance.Find("CPU").Kind = object.KindScriptProperty
		addProperty(t, "Id", object.TypeInt32, func(p *processInfo) any { return p.id })
		addProperty(t, "ProcessName", object.TypeString, name)
		addProperty(t, "SessionId", object.TypeInt32, session)
		addProperty(t, "WorkingSet64", object.TypeInt64, memory)
		addProperty(t, "VirtualMemorySize64", object.TypeInt64, virtual)
		addProperty(t, "TotalProcessorTime", object.TypeTimeSpan, func(p *processInfo) any { return object.SpanOf(p.processor) })
		addProperty(t, "StartTime", object.TypeDateTime, func(p *processInfo) any {
			if p.started.IsZero() {
				return nil
			}
			return object.DateTimeOf(p.started.Local())
		})
		addProperty(t, "Path", object.TypeString, func(p *processInfo) any {
			if p.path == "" {
				return nil
			}
			return p.path
		})
		addProperty(t, "Parent", t, func(p *processInfo) any {
			if parent, ok := processWith(p.parent); ok {
				return parent.object()
			}
			return nil
		})
		addProperty(t, "HasExited", object.TypeBoolean, func(p *processInfo) any { return p.ended() })
		t.Instance.Add(&object.Member{Name: "Kill", Kind: object.KindMethod, Overloads: []object.Overload{{Call: func(recv any, _ []any) (any, error) {
			if err := processOf(recv).kill(); err != nil {
				return nil, object.NewException("System.ComponentModel.Win32Exception", "%s", err.Error())
			}
			return object.Nothing, nil
		}}}})
	})
}
