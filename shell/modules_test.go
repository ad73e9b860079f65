package shell_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// moduleFiles are the modules that the scripts of TestModuleScripts find in mods, which $env:PSModulePath names.
var moduleFiles = map[string]string{
	"mods/Plain/Plain.psm1": `param($Greeting = 'hi')
$script:count = 0
$Exposed = 'first'
function Get-Count { ($script:count++) ; $script:count }
function Get-Greeting { $Greeting }
function Set-Exposed($v) { $script:Exposed = $v }
function Get-Hidden { 'hidden' }
New-Alias count Get-Count
Export-ModuleMember -Function Get-Count, Get-Greeting, Set-Exposed -Alias count -Variable Exposed
$ExecutionContext.SessionState.Module.OnRemove = { $global:removed = 'removed with ' + $script:count }
`,
	"mods/Full/1.0.0/Full.psd1": `@{ RootModule = 'Full.psm1'; ModuleVersion = '1.0.0'; FunctionsToExport = 'Get-Version' }`,
	"mods/Full/1.0.0/Full.psm1": `function Get-Version { '1.0.0' }`,
	"mods/Full/2.1.0/Full.psd1": `@{
	RootModule = 'Full.psm1'
	ModuleVersion = '2.1.0'
	GUID = '3f2504e0-4f89-11d3-9a0c-0305e82c3301'
	Author = 'Joe'
	Description = 'All of it'
	NestedModules = 'Inner.psm1'
	RequiredModules = @(@{ ModuleName = 'Plain'; ModuleVersion = '0.0' })
	ScriptsToProcess = 'prepare.ps1'
	FunctionsToExport = 'Get-Version', 'Get-Inner', 'Get-Base'
	AliasesToExport = @()
	PrivateData = @{ PSData = @{ Tags = 'a', 'b' }; Own = 7 }
}`,
	"mods/Full/2.1.0/Full.psm1": `function Get-Version { '2.1.0' }
function Get-Base { $PSScriptRoot | Split-Path -Leaf; Get-Inner; Get-Secret }
function Get-Secret { 'secret' }
Set-Alias gv2 Get-Version`,
	"mods/Full/2.1.0/Inner.psm1":  `function Get-Inner { 'inner' }; function Get-Inmost { 'inmost' }`,
	"mods/Full/2.1.0/prepare.ps1": `$prepared = 'prepared'`,
	"mods/Types/Types.psm1":       `class Greeter { [string] Greet([string]$who) { return "hello $who" } }; enum Mood { Good; Bad }`,
	"mods/Broken/Broken.psd1":     `@{ ModuleVersion = '1.0'; Nonsense = 1 }`,
	"mods/Old/Old.psd1":           `@{ ModuleVersion = '1.0'; PowerShellVersion = '9.0' }`,
	"mods/Outer/Outer.psm1":       `Import-Module Plain; function Get-Outer { Get-Greeting }`,
	"data.psd1":                   `@{ A = 1, 2; B = @{ C = $true }; D = 'x' }`,
	"code.psd1":                   `@{ A = Get-Date }`,
}

// TestModuleScripts runs pieces of script around modules, manifests and data files.
func TestModuleScripts(t *testing.T) {
	tests := []struct{ name, script, want string }{
		{"private state, parameters, OnRemove", `Import-Module Plain -ArgumentList 'hello'; Get-Count; count; Get-Greeting; try { Get-Hidden } catch { 'hidden' }; Remove-Module Plain; $removed; [bool](Get-Command count -ErrorAction Ignore)`, "0\n1\n1\n2\nhello\nhidden\nremoved with 2\nFalse\n"},
		{"variables are the module's own", `Import-Module Plain; $Exposed; Set-Exposed second; $Exposed`, "first\nsecond\n"},
		{"commands load their module", `Get-Greeting; (Get-Module | Where-Object Path).Name`, "hi\nPlain\n"},
		{"by an alias of a manifest, by module and name", `Full\Get-Version; (Get-Module Full).Version.ToString()`, "2.1.0\n2.1.0\n"},
		{"not with $PSModuleAutoLoadingPreference", `$PSModuleAutoLoadingPreference = 'None'; try { Get-Greeting } catch { $_.FullyQualifiedErrorId }`, "CommandNotFoundException\n"},
		{"Get-Command finds what could be loaded", `(Get-Command Get-Inner).Source`, "Inner\n"},
		{"a manifest", `$m = Import-Module Full -PassThru; $m.Name; "$($m.Version)"; $m.ModuleType; $m.Author; "$($m.Guid)"; $m.PrivateData.Own; $m.Tags -join ','; $m.NestedModules.Name; $m.RequiredModules.Name; ($m.ExportedFunctions.Keys | Sort-Object) -join ','; $prepared; Get-Base; [bool](Get-Alias gv2 -ErrorAction Ignore); [bool](Get-Command Get-Inmost -ErrorAction Ignore)`,
			"Full\n2.1.0\nScript\nJoe\n3f2504e0-4f89-11d3-9a0c-0305e82c3301\n7\na,b\nInner\nPlain\nGet-Base,Get-Inner,Get-Version\nprepared\n2.1.0\ninner\nsecret\nFalse\nFalse\n"},
		{"versions", `Import-Module Full -RequiredVersion 1.0.0; Get-Version; Remove-Module Full; Import-Module Full -MaximumVersion '1.*'; Get-Version; Remove-Module Full; Import-Module Full -MinimumVersion 1.5; Get-Version; try { Import-Module Full -MinimumVersion 3.0 -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }`,
			"1.0.0\n1.0.0\n2.1.0\nModules_ModuleWithVersionNotFound,Microsoft.PowerShell.Commands.ImportModuleCommand\n"},
		{"-FullyQualifiedName", `Import-Module -FullyQualifiedName @{ ModuleName = 'Full'; RequiredVersion = '1.0.0' }; Get-Version; (Get-Module -FullyQualifiedName @{ ModuleName = 'Full'; ModuleVersion = '2.0' }).Count`, "1.0.0\n0\n"},
		{"-Prefix", `Import-Module Plain -Prefix My; Get-MyGreeting; [bool](Get-Command Set-MyExposed -ErrorAction Ignore); (Get-Module Plain).ExportedFunctions.Keys -join ','`, "hi\nTrue\nGet-Count,Get-Greeting,Set-Exposed\n"},
		{"-Function and -Alias", `Import-Module Plain -Function Get-G* -Alias none; Get-Greeting; $PSModuleAutoLoadingPreference = 'None'; [bool](Get-Command Get-Count -ErrorAction Ignore); [bool](Get-Alias count -ErrorAction Ignore)`, "hi\nFalse\nFalse\n"},
		{"-Scope Local", `& { Import-Module Plain -Scope Local; Get-Greeting }; $PSModuleAutoLoadingPreference = 'None'; [bool](Get-Command Get-Greeting -ErrorAction Ignore)`, "hi\nFalse\n"},
		{"-Force loads anew", `Import-Module Plain; $null = Get-Count; Import-Module Plain; Get-Count; Import-Module Plain -Force; Get-Count`, "1\n2\n0\n1\n"},
		{"a module's imports are its own", `Import-Module Outer; Get-Outer; (Get-Module | Where-Object Path).Name; (Get-Module -All | Where-Object Path).Name | Sort-Object; $PSModuleAutoLoadingPreference = 'None'; [bool](Get-Command Get-Greeting -ErrorAction Ignore)`, "hi\nOuter\nOuter\nPlain\nFalse\n"},
		{"-ListAvailable -All", `Get-Module -ListAvailable -All Full, Inner, Plain | ForEach-Object { Split-Path $_.Path -Leaf } | Sort-Object -Unique; @(Get-Module -ListAvailable Inner).Count`, "Full.psd1\nFull.psm1\nInner.psm1\nPlain.psm1\n0\n"},
		{"-ListAvailable", `Get-Module -ListAvailable Full, Plain | ForEach-Object { "$($_.Name) $($_.Version)" }; (Get-Module Full -ListAvailable)[0].ExportedFunctions.Keys -join ','; @(Get-Module | Where-Object Path).Count`, "Full 2.1.0\nFull 1.0.0\nPlain 0.0\nGet-Version,Get-Inner,Get-Base\n0\n"},
		{"& with a module", `$m = Import-Module Plain -PassThru; & $m { Get-Hidden; $script:count }; & $m Get-Hidden; $m.Invoke({ Get-Hidden }); & $m.NewBoundScriptBlock({ $Exposed }); "$m"`, "hidden\n0\nhidden\nhidden\nfirst\nPlain\n"},
		{"#requires -Modules loads", "#requires -Modules Plain, @{ ModuleName = 'Full'; ModuleVersion = '2.0' }\n$PSModuleAutoLoadingPreference = 'None'; Get-Greeting; Get-Version", "hi\n2.1.0\n"},
		{"#requires -Modules of what there is not", `Set-Content r.ps1 '#requires -Modules Nowhere'; try { ./r.ps1 } catch { $_.FullyQualifiedErrorId }`, "ScriptRequiresMissingModules\n"},
		{"using module", `Set-Content u.ps1 "using module Types` + "`n" + `[Greeter]::new().Greet('joe'); [Mood]::Bad"; ./u.ps1`, "hello joe\nBad\n"},
		{"using module by path", `Set-Content u.ps1 "using module ./mods/Types/Types.psm1` + "`n" + `[Greeter]::new().Greet('ann')"; ./u.ps1`, "hello ann\n"},
		{"what a manifest may not say", `foreach ($n in 'Broken', 'Old', 'None') { try { Import-Module $n -ErrorAction Stop } catch { $_.FullyQualifiedErrorId } }`,
			"Modules_InvalidManifestMember,Microsoft.PowerShell.Commands.ImportModuleCommand\nModules_InsufficientPowerShellVersion,Microsoft.PowerShell.Commands.ImportModuleCommand\nModules_ModuleNotFound,Microsoft.PowerShell.Commands.ImportModuleCommand\n"},
		{"New-ModuleManifest and Test-ModuleManifest", `Set-Content My.psm1 'function Get-My { 1 }'; New-ModuleManifest My.psd1 -RootModule My.psm1 -ModuleVersion 1.2 -FunctionsToExport Get-My -Tags a, "b'c" -Author joe -PrivateData @{ k = 5 }; $m = Test-ModuleManifest My.psd1; "$($m.Name) $($m.Version) $($m.Author)"; $m.Tags -join '|'; Import-Module ./My.psd1; Get-My; (Get-Module My).PrivateData.k; Remove-Item My.psm1; try { Test-ModuleManifest My.psd1 } catch { $_.FullyQualifiedErrorId }`,
			"My 1.2 joe\na|b'c\n1\n5\nModules_InvalidRootModuleInModuleManifest,Microsoft.PowerShell.Commands.TestModuleManifestCommand\n"},
		{"Import-PowerShellDataFile", `$d = Import-PowerShellDataFile data.psd1; $d.A[1]; $d.B.C; $d.D; try { Import-PowerShellDataFile code.psd1 -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }`, "2\nTrue\nx\nCouldNotParseAsPowerShellDataFile,Microsoft.PowerShell.Commands.ImportPowerShellDataFileCommand\n"},
		{"a directory by path", `Import-Module ./mods/Full; Get-Version; (Get-Module Full).ModuleBase | Split-Path -Leaf`, "2.1.0\n2.1.0\n"},
		{"the list of modules", `Import-Module Plain; (Get-Module Plain | Out-String).Trim()`, "ModuleType Version    PreRelease Name                                ExportedCommands\n---------- -------    ---------- ----                                ----------------\nScript     0.0                   Plain                               {Get-Count, Get-Greeting, Set-Exposed, count}\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, stdout, stderr := newSession(t)
			dir := s.Commands().Location()
			for name, text := range moduleFiles {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PSModulePath", filepath.Join(dir, "mods"))
			path := filepath.Join(dir, "t.ps1")
			if err := os.WriteFile(path, []byte(test.script), 0o666); err != nil {
				t.Fatal(err)
			}
			s.RunFile(context.Background(), path, nil, nil)
			if got := stdout.String(); got != test.want {
				t.Errorf("%s\nputs out %q, want %q\n%s", test.script, got, test.want, stderr)
			}
		})
	}
}
