package interp

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// typeModule is the type of what Get-Module gives.
var typeModule *object.Type

func init() { typeModule = declareModule() }

// moduleOf is the module behind an object, nil where there is none.
func moduleOf(v any) *module {
	if o, ok := v.(*object.Object); ok {
		if m, ok := o.Base.(*module); ok {
			return m
		}
	}
	return nil
}

// object is the module as scripts see it, always the same.
func (m *module) object() any {
	if m.self == nil {
		m.self = object.Instance(typeModule, m)
	}
	return m.self
}

func declareModule() *object.Type {
	t := object.Declare(&object.Type{
		Name: "System.Management.Automation.PSModuleInfo", Short: "psmoduleinfo", Base: object.TypeObject,
		ToString: func(v any) string {
			if m := moduleOf(v); m != nil {
				return m.name
			}
			return ""
		},
		Views: object.Views{Table: []object.Column{
			{Property: "ModuleType", Width: 10}, {Property: "Version", Width: 10}, {Header: "PreRelease", Value: preRelease, Width: 10}, {Property: "Name", Width: 35},
			{Header: "ExportedCommands", Value: exportedNames},
		}, List: []object.Column{
			{Property: "Name"}, {Property: "Path"}, {Property: "Description"}, {Property: "ModuleType"}, {Property: "Version"}, {Property: "PreRelease"}, {Property: "NestedModules"},
			{Property: "ExportedFunctions"}, {Property: "ExportedCmdlets"}, {Property: "ExportedVariables"}, {Property: "ExportedAliases"},
		}},
	})
	object.Extend(t, func(t *object.Type) {
		add := func(name string, get func(m *module) any) {
			t.Instance.Add(&object.Member{Name: name, Kind: object.KindProperty, Get: func(recv any) (any, error) {
				if m := moduleOf(recv); m != nil {
					return get(m), nil
				}
				return nil, nil
			}})
		}
		text := func(name, key string) { add(name, func(m *module) any { return m.manifest.text(key) }) }
		add("Name", func(m *module) any { return m.name })
		add("Path", func(m *module) any { return m.path })
		add("ModuleBase", func(m *module) any { return m.base() })
		add("Version", func(m *module) any { return m.version })
		add("ModuleType", func(m *module) any {
			if m.script {
				return "Script"
			}
			return "Manifest"
		})
		add("Guid", func(m *module) any {
			g, err := object.Convert(m.manifest.text("GUID"), object.TypeGuid)
			if err != nil {
				return object.Guid{}
			}
			return g
		})
		for name, key := range map[string]string{
			"Description": "Description", "Author": "Author", "CompanyName": "CompanyName", "Copyright": "Copyright", "RootModule": "RootModule",
			"HelpInfoUri": "HelpInfoURI", "Prefix": "DefaultCommandPrefix",
		} {
			text(name, key)
		}
		add("PowerShellVersion", func(m *module) any {
			v, err := object.ParseVersion(m.manifest.text("PowerShellVersion"))
			if err != nil {
				return nil
			}
			return v
		})
		add("PrivateData", func(m *module) any {
			if m.manifest == nil {
				return nil
			}
			return m.manifest.table.Value("PrivateData")
		})
		add("Tags", func(m *module) any { return m.galleryData("Tags") })
		add("ProjectUri", func(m *module) any { return m.galleryData("ProjectUri") })
		add("ReleaseNotes", func(m *module) any { return m.galleryData("ReleaseNotes") })
		add("CompatiblePSEditions", func(m *module) any { return textList(m.manifest.texts("CompatiblePSEditions")) })
		add("Scripts", func(m *module) any { return textList(m.manifest.texts("ScriptsToProcess")) })
		add("FileList", func(m *module) any { return textList(m.manifest.texts("FileList")) })
		add("NestedModules", func(m *module) any { return moduleList(append(slices.Clone(m.nested), m.inside...)) })
		add("RequiredModules", func(m *module) any { return moduleList(m.required) })
		add("ExportedFunctions", func(m *module) any { return m.exportedFunctions() })
		add("ExportedCmdlets", func(*module) any { return object.NewHashtable() })
		add("ExportedAliases", func(m *module) any { return m.exportedAliases() })
		add("ExportedVariables", func(m *module) any { return m.exportedVariables() })
		add("ExportedCommands", func(m *module) any {
			all := m.exportedFunctions()
			for k, v := range m.exportedAliases().All() {
				all.Set(k, v)
			}
			return all
		})
		add("SessionState", func(m *module) any { return object.Instance(typeSessionState, m.in) })
		add("OnRemove", func(m *module) any { return m.onRemove })
		t.Instance.Find("OnRemove").Set = func(recv, v any) error {
			moduleOf(recv).onRemove = object.Base(v)
			return nil
		}
		t.Instance.Add(&object.Member{Name: "Invoke", Kind: object.KindMethod, Overloads: []object.Overload{{
			Params:  []object.Param{{Name: "sb", Type: object.TypeScriptBlock}, {Name: "args", Type: object.TypeObjectArray, Variadic: true}},
			Returns: object.TypeObject,
			Call: func(recv any, args []any) (any, error) {
				bound, err := moduleOf(recv).bound(args[0])
				if err != nil {
					return nil, err
				}
				items, _ := object.ItemsOf(args[1])
				out, err := bound.Call(nil, items...)
				return object.Collect(out), err
			},
		}}})
		t.Instance.Add(&object.Member{Name: "NewBoundScriptBlock", Kind: object.KindMethod, Overloads: []object.Overload{{
			Params: []object.Param{{Name: "scriptBlockToBind", Type: object.TypeScriptBlock}}, Returns: object.TypeScriptBlock,
			Call: func(recv any, args []any) (any, error) { return moduleOf(recv).bound(args[0]) },
		}}})
	})
	return t
}

// bound is a script block that runs in the module's session.
func (m *module) bound(v any) (*scriptBlock, error) {
	sb, ok := v.(*scriptBlock)
	if !ok {
		return nil, object.NewError("Argument", object.InvalidArgument, v, "That is no script block of this session.")
	}
	c := *sb
	c.module = m
	return &c, nil
}

func (m *module) base() string {
	if m.manifest != nil {
		return filepath.Dir(m.manifest.path)
	}
	if filepath.IsAbs(m.path) {
		return filepath.Dir(m.path)
	}
	return ""
}

// galleryData is a member of PrivateData.PSData, which says how a module is published.
func (m *module) galleryData(key string) any {
	if m.manifest == nil {
		return nil
	}
	private, _ := m.manifest.table.Value("PrivateData").(*object.Hashtable)
	if private == nil {
		return nil
	}
	data, _ := private.Value("PSData").(*object.Hashtable)
	if data == nil {
		return nil
	}
	return data.Value(key)
}

// preRelease is the suffix of a version that is no final one.
func preRelease(v any) any {
	if m := moduleOf(v); m != nil {
		return m.galleryData("Prerelease")
	}
	return nil
}

// exportedNames are the names of a module's commands, for its view.
func exportedNames(v any) any {
	commands, _, err := object.Property(v, "ExportedCommands")
	if err != nil {
		return nil
	}
	h, ok := commands.(*object.Hashtable)
	if !ok {
		return nil
	}
	return object.NewArray(h.Keys()...)
}

func textList(items []string) any {
	l := object.NewList()
	for _, s := range items {
		l.Add(s)
	}
	return l
}

func moduleList(all []*module) any {
	l := object.NewList()
	for _, m := range all {
		l.Add(m.object())
	}
	return l
}

func (m *module) exportedFunctions() *object.Hashtable {
	h := object.NewHashtable()
	for _, name := range m.declared {
		h.Set(name, nil)
	}
	for _, lower := range slices.Sorted(maps.Keys(m.scope.functions)) {
		if fn := m.scope.functions[lower]; m.exportsFunction(fn) {
			h.Set(fn.name, (&commandInfo{found: found{function: fn}, name: fn.name}).AsObject())
		}
	}
	return h
}

func (m *module) exportedAliases() *object.Hashtable {
	h := object.NewHashtable()
	for _, lower := range slices.Sorted(maps.Keys(m.scope.aliases)) {
		if a := m.scope.aliases[lower]; m.exportsAlias(a) {
			h.Set(a.name, (&commandInfo{name: a.name, alias: a, in: m.in}).AsObject())
		}
	}
	return h
}

func (m *module) exportedVariables() *object.Hashtable {
	h := object.NewHashtable()
	var names []string
	values := map[string]any{}
	m.scope.all(func(s symbol, v *variable) {
		if name := m.in.symbols.names[s]; m.exportsVariable(name) {
			names = append(names, name)
			values[name] = plain(v.get())
		}
	})
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	for _, name := range names {
		h.Set(name, object.NewCustom("Name", name, "Value", values[name]))
	}
	return h
}

// inModuleCall makes & with a module and a block or a command's name call these in the module's session.
func (c *commandCode) inModuleCall(f *frame, b stageBase, m *module) (stage, error) {
	args, err := c.evaluate(f)
	if err != nil {
		return nil, err
	}
	if len(args) > 0 && args[0].Name == "" {
		if sb, ok := object.Base(args[0].Value).(*scriptBlock); ok {
			return newFunctionStage(b, &function{block: sb.block, module: m, kind: cmdlet.KindScriptBlock, closure: sb.closure}, args[1:], false, ""), nil
		}
		name := object.ToString(args[0].Value)
		if fn := m.scope.function(strings.ToLower(name)); fn != nil {
			return newFunctionStage(b, fn, args[1:], false, name), nil
		}
		return nil, f.placeCommand(f.commandNotFound(name), c.node)
	}
	return nil, f.failTarget(object.InvalidOperation, "BadExpression", m.object(), "A module is called with a script block or the name of one of its commands: & $module { ... }.")
}
