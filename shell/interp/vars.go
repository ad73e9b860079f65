package interp

import (
	"os"
	"runtime"
	"strings"

	"migsh/shell/object"
)

// defineVariables makes the global scope's variables.
func (in *Interp) defineVariables() {
	in.shared = map[symbol]*variable{}
	in.builtins = map[symbol]func(f *frame) any{}
	put := func(name string, v any, t *traits) *variable {
		s := in.symbols.of(name)
		place := in.global.place(s)
		place.value, place.traits = v, t
		return place
	}
	fixed := func(name string, v any) {
		in.shared[in.symbols.of(name)] = put(name, v, &traits{options: constant | allScope})
	}
	in.errors = object.NewList()
	fixed("true", true)
	fixed("false", false)
	put("null", nil, &traits{options: allScope, set: func(any) error { return nil }})
	fixed("PID", int32(os.Getpid()))
	fixed("Error", in.errors)
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	fixed("HOME", home)
	fixed("PSHOME", in.options.Home)
	fixed("ShellId", "Microsoft.PowerShell")
	fixed("PSEdition", "Core")
	fixed("IsCoreCLR", true)
	fixed("IsLinux", runtime.GOOS == "linux")
	fixed("IsMacOS", runtime.GOOS == "darwin")
	fixed("IsWindows", runtime.GOOS == "windows")
	fixed("PSVersionTable", in.versionTable())
	fixed("Host", object.Instance(typeHost, in))
	fixed("ExecutionContext", object.Instance(typeEngine, in))
	fixed("PSCulture", object.CurrentCulture().Name)
	fixed("PSUICulture", object.CurrentCulture().Name)
	fixed("EnabledExperimentalFeatures", &object.Array{Elem: object.TypeString})

	preference := func(name, value string) {
		var v any = value
		if t := typeActionPreference(); t != nil {
			v = object.EnumValue(t, value)
		}
		put(name, v, &traits{Type: typeActionPreference()})
	}
	preference("ErrorActionPreference", "Continue")
	preference("WarningPreference", "Continue")
	preference("VerbosePreference", "SilentlyContinue")
	preference("DebugPreference", "SilentlyContinue")
	preference("InformationPreference", "SilentlyContinue")
	preference("ProgressPreference", "Continue")
	put("ConfirmPreference", "High", ordinary)
	if t, ok := object.TypeByName("System.Management.Automation.ConfirmImpact"); ok {
		put("ConfirmPreference", object.EnumValue(t, "High"), &traits{Type: t})
	}
	put("WhatIfPreference", false, ordinary)
	put("ErrorView", "ConciseView", ordinary)
	put("FormatEnumerationLimit", int32(4), ordinary)
	put("MaximumHistoryCount", int32(4096), ordinary)
	put("NestedPromptLevel", int32(0), ordinary)
	put("OutputEncoding", "utf-8", ordinary)
	put("PSDefaultParameterValues", object.NewHashtable(), ordinary)
	put("PSNativeCommandUseErrorActionPreference", false, ordinary)
	put("PSNativeCommandArgumentPassing", "Standard", ordinary)
	put("PSModuleAutoLoadingPreference", nil, ordinary)
	put("StackTrace", "", ordinary)
	put("PROFILE", in.options.Profile, ordinary)

	put("PWD", nil, &traits{options: allScope, get: func() any { return in.pathInfo(in.location) }, set: func(any) error { return nil }})
	put("LASTEXITCODE", nil, &traits{options: allScope,
		get: func() any {
			if !in.hasExit {
				return nil
			}
			return int32(in.exitCode)
		},
		set: func(v any) error {
			n, err := object.Convert(v, object.TypeInt32)
			if err != nil {
				return err
			}
			in.setExitCode(int(n.(int32)))
			return nil
		},
	})
	in.shared[in.known.lastExit] = in.global.find(in.known.lastExit)
	in.shared[in.known.pwd] = in.global.find(in.known.pwd)
}

// versionTable is $PSVersionTable, which names migsh.
func (in *Interp) versionTable() *object.Hashtable {
	t := object.NewHashtable()
	t.Type = typeVersionTable
	t.Set("PSVersion", object.Version{Major: 7, Minor: 6, Build: 0, Revision: -1})
	t.Set("PSEdition", "Core")
	t.Set("GitCommitId", "migsh "+in.options.Version)
	t.Set("OS", runtime.GOOS)
	t.Set("Platform", platform())
	t.Set("PSCompatibleVersions", &object.Array{Items: []any{
		object.Version{Major: 1, Build: -1, Revision: -1}, object.Version{Major: 2, Build: -1, Revision: -1}, object.Version{Major: 3, Build: -1, Revision: -1},
		object.Version{Major: 4, Build: -1, Revision: -1}, object.Version{Major: 5, Build: -1, Revision: -1}, object.Version{Major: 5, Minor: 1, Build: -1, Revision: -1},
		object.Version{Major: 6, Build: -1, Revision: -1}, object.Version{Major: 7, Build: -1, Revision: -1},
	}})
	t.Set("Migsh", in.options.Version)
	return t
}

var typeVersionTable = object.Declare(&object.Type{Name: "System.Management.Automation.PSVersionHashTable", Base: object.TypeHashtable})

func platform() string {
	if runtime.GOOS == "windows" {
		return "Win32NT"
	}
	return "Unix"
}

func (in *Interp) pathInfo(path string) any { return object.NewPathInfo("FileSystem", "", path) }

// readProvider reads ${drive:name} of a drive that is no variable's: the content of a file.
func (f *frame) readProvider(drive, name string) (any, error) {
	if strings.EqualFold(drive, "variable") {
		if v := f.scope.lookup(f.in.symbols.of(name)); v != nil {
			return v.get(), nil
		}
		return nil, nil
	}
	if len(drive) == 1 || strings.EqualFold(drive, "file") {
		data, err := os.ReadFile(f.in.resolvePath(drive + ":" + name))
		if err != nil {
			return nil, nil
		}
		return strings.TrimRight(string(data), "\r\n"), nil
	}
	e := object.NewException("System.Management.Automation.DriveNotFoundException", "Cannot find drive. A drive with the name '%s' does not exist.", drive)
	return nil, f.place(object.NewErrorOf(e, "DriveNotFound", object.ObjectNotFound, drive))
}

// writeProvider is ${drive:name} = value.
func (f *frame) writeProvider(drive, name string, v any) error {
	if strings.EqualFold(drive, "variable") {
		return f.assign(f.scope, f.in.symbols.of(name), v)
	}
	if len(drive) == 1 {
		return f.wrap(os.WriteFile(f.in.resolvePath(drive+":"+name), []byte(f.text(plain(v))+"\n"), 0o666))
	}
	e := object.NewException("System.Management.Automation.DriveNotFoundException", "Cannot find drive. A drive with the name '%s' does not exist.", drive)
	return f.place(object.NewErrorOf(e, "DriveNotFound", object.ObjectNotFound, drive))
}
