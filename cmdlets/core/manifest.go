package core

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "New-ModuleManifest", Module: moduleCore, ShouldProcess: true, Synopsis: "Creates a new module manifest.",
	}, func() cmdlet.Cmdlet { return &newModuleManifest{} })
	_ = declare(cmdlet.Spec{
		Name: "Test-ModuleManifest", Module: moduleCore, Synopsis: "Verifies that a module manifest describes the contents of a module.",
	}, func() cmdlet.Cmdlet { return &testModuleManifest{} })
	_ = declare(cmdlet.Spec{
		Name: "Import-PowerShellDataFile", Module: moduleUtility, DefaultSet: "ByPath", Synopsis: "Imports values from a data file (.psd1) without running it.",
	}, func() cmdlet.Cmdlet { return &importPowerShellDataFile{} })
)

type newModuleManifest struct {
	Path                       string    `param:"mandatory pos=0" help:"The file to write, with the extension .psd1."`
	NestedModules              []any     `param:"" help:"Modules that are loaded inside the module."`
	GUID                       string    `name:"Guid" param:"" typename:"System.Guid" help:"The module's unique number; a new one where none is given."`
	Author                     string    `param:"" help:"Who wrote the module; the current user where nothing is said."`
	CompanyName                string    `param:"" help:"The author's company."`
	Copyright                  string    `param:"" help:"The copyright statement."`
	RootModule                 string    `param:"" alias:"ModuleToProcess" help:"The module's script file."`
	ModuleVersion              string    `param:"" typename:"System.Version" help:"The version; 0.0.1 where none is given."`
	Description                string    `param:"" help:"What the module is for."`
	ProcessorArchitecture      string    `param:"" validate:"set=None,MSIL,X86,IA64,Amd64,Arm" typename:"System.Reflection.ProcessorArchitecture" help:"The processor that the module needs."`
	PowerShellVersion          string    `param:"" typename:"System.Version" help:"The least version of PowerShell."`
	ClrVersion                 string    `param:"" typename:"System.Version" help:"The least version of .NET's runtime."`
	DotNetFrameworkVersion     string    `param:"" typename:"System.Version" help:"The least version of the .NET Framework."`
	PowerShellHostName         string    `param:"" help:"The name of the host program that the module needs."`
	PowerShellHostVersion      string    `param:"" typename:"System.Version" help:"The least version of that program."`
	RequiredModules            []any     `param:"" help:"Modules that are loaded into the session before."`
	TypesToProcess             []string  `param:"" help:"Files of types (.ps1xml) to load."`
	FormatsToProcess           []string  `param:"" help:"Files of formats (.ps1xml) to load."`
	ScriptsToProcess           []string  `param:"" help:"Scripts to run in the caller's session."`
	RequiredAssemblies         []string  `param:"" help:"Assemblies to load."`
	FileList                   []string  `param:"" help:"The module's files."`
	ModuleList                 []any     `param:"" help:"The modules packed with it."`
	FunctionsToExport          *[]string `param:"" help:"Functions to export; all where nothing is said."`
	AliasesToExport            *[]string `param:"" help:"Aliases to export; all where nothing is said."`
	VariablesToExport          *[]string `param:"" help:"Variables to export; all where nothing is said."`
	CmdletsToExport            *[]string `param:"" help:"Cmdlets to export; all where nothing is said."`
	DscResourcesToExport       []string  `param:"" help:"DSC resources to export."`
	CompatiblePSEditions       []string  `param:"" validate:"set=Desktop,Core" help:"The editions of PowerShell that the module works with."`
	PrivateData                any       `param:"" help:"Data for the module's own use."`
	Tags                       []string  `param:"" help:"Words that help to find the module."`
	ProjectURI                 string    `name:"ProjectUri" param:"" typename:"System.Uri" help:"The project's address."`
	LicenseURI                 string    `name:"LicenseUri" param:"" typename:"System.Uri" help:"The licence's address."`
	IconURI                    string    `name:"IconUri" param:"" typename:"System.Uri" help:"The icon's address."`
	ReleaseNotes               string    `param:"" help:"What has changed."`
	Prerelease                 string    `param:"" help:"The suffix of a version that is no final one."`
	RequireLicenseAcceptance   bool      `param:"" help:"Says that the licence must be accepted."`
	ExternalModuleDependencies []string  `param:"" help:"Modules that are needed and found elsewhere."`
	HelpInfoURI                string    `name:"HelpInfoUri" param:"" help:"Where help is found."`
	PassThru                   bool      `param:"" help:"Gives the manifest's text too."`
	DefaultCommandPrefix       string    `param:"" help:"A prefix for the nouns of the module's commands."`
}

// Process writes the manifest.
func (c *newModuleManifest) Process(_ context.Context, _ any, out cmdlet.Out) error {
	path := out.Session().Resolve(c.Path)
	if !strings.EqualFold(filepath.Ext(path), ".psd1") {
		e := object.NewException("System.InvalidOperationException", "The path '%s' does not have the extension .psd1. Correct the Path parameter so that it does, and then try again.", c.Path)
		return object.NewErrorOf(e, "Modules_InvalidModuleManifestPath", object.InvalidArgument, c.Path)
	}
	if ok, err := out.ShouldProcess(path, "Creating the \""+path+"\" module manifest file."); err != nil || !ok {
		return err
	}
	text := c.text(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		return readError(path, err)
	}
	if c.PassThru {
		return out.Write(text)
	}
	return nil
}

// text is the manifest. What is not given stands there as a comment, to be filled in.
func (c *newModuleManifest) text(name string) string {
	author := c.Author
	if u, err := user.Current(); author == "" && err == nil {
		author = u.Username
	}
	date := time.Now().Format("1/2/2006")
	either := func(given, otherwise string) string {
		if given != "" {
			return given
		}
		return otherwise
	}
	var b strings.Builder
	fmt.Fprintf(&b, "#\n# Module manifest for module '%s'\n#\n# Generated by: %s\n#\n# Generated on: %s\n#\n\n@{\n\n", name, author, date)
	entry := func(key string, v any, indent string) {
		text := dataText(v)
		comment := ""
		if text == "''" || text == "@()" {
			comment = "# "
		}
		fmt.Fprintf(&b, "%s%s%s = %s\n\n", indent, comment, key, text)
	}
	all := func(given *[]string) any {
		if given == nil {
			return "*"
		}
		return *given
	}
	private, _ := object.Base(c.PrivateData).(*object.Hashtable)
	for _, e := range []struct {
		key string
		v   any
	}{
		{"RootModule", c.RootModule}, {"ModuleVersion", either(c.ModuleVersion, "0.0.1")}, {"CompatiblePSEditions", c.CompatiblePSEditions},
		{"GUID", either(c.GUID, uuid.NewString())}, {"Author", author}, {"CompanyName", either(c.CompanyName, "Unknown")},
		{"Copyright", either(c.Copyright, "(c) "+author+". All rights reserved.")}, {"Description", c.Description}, {"PowerShellVersion", c.PowerShellVersion},
		{"PowerShellHostName", c.PowerShellHostName}, {"PowerShellHostVersion", c.PowerShellHostVersion}, {"DotNetFrameworkVersion", c.DotNetFrameworkVersion},
		{"ClrVersion", c.ClrVersion}, {"ProcessorArchitecture", c.ProcessorArchitecture}, {"RequiredModules", c.RequiredModules},
		{"RequiredAssemblies", c.RequiredAssemblies}, {"ScriptsToProcess", c.ScriptsToProcess}, {"TypesToProcess", c.TypesToProcess},
		{"FormatsToProcess", c.FormatsToProcess}, {"NestedModules", c.NestedModules}, {"DscResourcesToExport", c.DscResourcesToExport},
		{"ModuleList", c.ModuleList}, {"FileList", c.FileList}, {"HelpInfoURI", c.HelpInfoURI}, {"DefaultCommandPrefix", c.DefaultCommandPrefix},
	} {
		entry(e.key, e.v, "")
	}
	for _, e := range []struct {
		key   string
		given *[]string
	}{{"FunctionsToExport", c.FunctionsToExport}, {"CmdletsToExport", c.CmdletsToExport}, {"VariablesToExport", c.VariablesToExport}, {"AliasesToExport", c.AliasesToExport}} {
		fmt.Fprintf(&b, "%s = %s\n\n", e.key, dataText(all(e.given)))
	}
	if c.PrivateData != nil && private == nil {
		fmt.Fprintf(&b, "PrivateData = %s\n\n}\n", dataText(c.PrivateData))
		return b.String()
	}
	b.WriteString("PrivateData = @{\n\n    PSData = @{\n\n")
	for _, e := range []struct {
		key string
		v   any
	}{
		{"Tags", c.Tags}, {"LicenseUri", c.LicenseURI}, {"ProjectUri", c.ProjectURI}, {"IconUri", c.IconURI}, {"ReleaseNotes", c.ReleaseNotes},
		{"Prerelease", c.Prerelease}, {"ExternalModuleDependencies", c.ExternalModuleDependencies},
	} {
		entry(e.key, e.v, "        ")
	}
	if c.RequireLicenseAcceptance {
		b.WriteString("        RequireLicenseAcceptance = $true\n\n")
	}
	b.WriteString("    }\n\n")
	if private != nil {
		for k, v := range private.All() {
			entry(dataKey(object.ToString(k)), v, "    ")
		}
	}
	b.WriteString("}\n\n}\n")
	return b.String()
}

// dataText is a value as a data file writes it.
func dataText(v any) string {
	switch x := object.Base(v).(type) {
	case nil:
		return "''"
	case []string:
		items := make([]any, len(x))
		for i, s := range x {
			items[i] = s
		}
		return dataText(items)
	case []any:
		texts := make([]string, len(x))
		for i, item := range x {
			texts[i] = dataText(item)
		}
		if len(texts) == 0 {
			return "@()"
		}
		return strings.Join(texts, ", ")
	case *object.Hashtable:
		var parts []string
		for k, value := range x.All() {
			text := dataText(value)
			if items, ok := object.ItemsOf(value); ok {
				text = "@(" + dataText(slices.Clone(items)) + ")"
			}
			parts = append(parts, dataKey(object.ToString(k))+" = "+text)
		}
		return "@{" + strings.Join(parts, "; ") + "}"
	case bool:
		return "$" + strings.ToLower(object.ToString(x))
	case int32, int64, float64:
		return object.ToString(x)
	default:
		if items, ok := object.ItemsOf(x); ok {
			return dataText(slices.Clone(items))
		}
		return "'" + strings.ReplaceAll(object.ToString(x), "'", "''") + "'"
	}
}

// dataKey is a table's key as a data file writes it.
func dataKey(key string) string {
	for _, r := range key {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return dataText(key)
		}
	}
	return key
}

type testModuleManifest struct {
	Path string `param:"mandatory pos=0 pipeline pipelinebyname wildcards" help:"The manifest."`
}

// Process checks the manifest and gives the module that it describes.
func (c *testModuleManifest) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	files, err := matchingFiles(out.Session(), c.Path, false)
	if err != nil {
		return err
	}
	for _, file := range files {
		if !strings.EqualFold(filepath.Ext(file), ".psd1") {
			e := object.NewException("System.InvalidOperationException", "The path '%s' does not have the extension .psd1. Correct the Path parameter so that it does, and then try again.", c.Path)
			return object.NewErrorOf(e, "Modules_InvalidModuleManifestPath", object.InvalidArgument, c.Path)
		}
		m, err := out.Session().TestManifest(ctx, file)
		if err != nil {
			return err
		}
		if err := out.Write(m); err != nil {
			return err
		}
	}
	return nil
}

type importPowerShellDataFile struct {
	Path           []string `param:"set=ByPath mandatory pos=0 wildcards" validate:"notnullorempty" help:"The files."`
	LiteralPath    []string `param:"set=ByLiteralPath mandatory pipelinebyname" alias:"PSPath,LP" validate:"notnullorempty" help:"The files, their names taken as they are."`
	SkipLimitCheck bool     `param:"" help:"No limit of keys, which is the rule here."`
}

// Process reads the files.
func (c *importPowerShellDataFile) Process(_ context.Context, _ any, out cmdlet.Out) error {
	for _, path := range append(slices.Clone(c.Path), c.LiteralPath...) {
		files, err := matchingFiles(out.Session(), path, len(c.LiteralPath) > 0)
		if err != nil {
			return err
		}
		for _, file := range files {
			table, err := out.Session().DataFile(file)
			if err != nil {
				e := object.NewException("System.InvalidOperationException", "The file '%s' could not be parsed as a PowerShell Data File: %s", file, object.RecordOf(err).Error())
				if err := out.Error(object.NewErrorOf(e, "CouldNotParseAsPowerShellDataFile", object.InvalidData, file)); err != nil {
					return err
				}
				continue
			}
			if err := out.Write(table); err != nil {
				return err
			}
		}
	}
	return nil
}
