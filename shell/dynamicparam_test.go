package shell_test

import "testing"

func TestDynamicParameters(t *testing.T) {
	const functions = `
function New-Dynamic($Name, $Type, $Attributes) { [System.Management.Automation.RuntimeDefinedParameter]::new($Name, $Type, $Attributes) }
function Get-Thing {
    [CmdletBinding()] param([Parameter(Position = 0)] [string] $Kind, [Parameter(Position = 1)] [string] $Other)
    dynamicparam {
        $table = [System.Management.Automation.RuntimeDefinedParameterDictionary]::new()
        if ($Kind -eq 'fruit') {
            $attributes = [System.Collections.ObjectModel.Collection[System.Attribute]]::new()
            $attributes.Add([Parameter]@{ Mandatory = $true; HelpMessage = 'which' })
            $attributes.Add([ValidateSet]::new('apple', 'pear'))
            $attributes.Add([Alias]::new('fr'))
            $table.Add('Fruit', [System.Management.Automation.RuntimeDefinedParameter]::new('Fruit', [string], $attributes))
            $table.Add('Count', (New-Dynamic Count ([int]) ([Parameter]@{ Position = 2 })))
            $table.Add('Fresh', (New-Dynamic Fresh ([switch]) ([Parameter]::new())))
        }
        $table
    }
    end { ($PSBoundParameters.GetEnumerator() | Sort-Object Key | ForEach-Object { "$($_.Key)=$($_.Value)" }) -join ' '; $table.Values | Where-Object IsSet | ForEach-Object { "$($_.Name):$($_.Value)" } }
}
`
	runCases(t, []scriptCase{
		{"by name, by alias, with a switch", functions + `Get-Thing fruit -fr pear -Fresh`, "Fresh=True Fruit=pear Kind=fruit\nFruit:pear\nFresh:True\n"},
		{"the value of a dynamic parameter is no positional argument", functions + `Get-Thing -Fruit pear fruit x 5`, "Count=5 Fruit=pear Kind=fruit Other=x\nFruit:pear\nCount:5\n"},
		{"converted and checked", functions + `try { Get-Thing fruit -Fruit nut } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }; try { Get-Thing fruit -Fruit pear -Count x } catch { $_.FullyQualifiedErrorId }`,
			"ParameterArgumentValidationError,Get-Thing\nCannot validate argument on parameter 'Fruit'. The argument \"nut\" does not belong to the set \"apple,pear\" specified by the ValidateSet attribute. Supply an argument that is in the set and then try the command again.\nParameterArgumentTransformationError,Get-Thing\n"},
		{"there only if the block says so", functions + `try { Get-Thing meat -Fruit pear } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }`, "NamedParameterNotFound,Get-Thing\nA parameter cannot be found that matches parameter name 'Fruit'.\n"},
		{"mandatory", functions + `try { Get-Thing fruit } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }`, "MissingMandatoryParameter,Get-Thing\nCannot process command because of one or more missing mandatory parameters: Fruit.\n"},
		{"splatted, and from the defaults of the session", functions + `$PSDefaultParameterValues['Get-Thing:Count'] = 7; $a = @{ Kind = 'fruit'; Fruit = 'apple' }; Get-Thing @a`, "Count=7 Fruit=apple Kind=fruit\nFruit:apple\nCount:7\n"},
		{"from the pipeline", `function f { [CmdletBinding()] param() dynamicparam { $d = [System.Management.Automation.RuntimeDefinedParameterDictionary]::new()
$d.Add('In', [System.Management.Automation.RuntimeDefinedParameter]::new('In', [int], [Parameter]@{ ValueFromPipeline = $true })); $d } process { "$($PSBoundParameters.In)/$($d.In.Value)" } }
1, '2' | f`, "1/1\n2/2\n"},
		{"Get-Command tells them", functions + `(Get-Command Get-Thing).Parameters.ContainsKey('Fruit'); $c = Get-Command Get-Thing -ArgumentList fruit; $c.Parameters['Fruit'].IsDynamic; $c.Parameters['Kind'].IsDynamic; $c.Parameters['Fruit'].Attributes.TypeId.Name -join ','
Get-Command Get-Thing -Syntax -ArgumentList fruit`,
			"False\nTrue\nFalse\nParameterAttribute,ValidateSetAttribute,AliasAttribute\n\nGet-Thing [[-Kind] <string>] [[-Other] <string>] [[-Count] <int>] -Fruit <string> [-Fresh] [<CommonParameters>]\n\n"},
		{"Get-Help tells those that are always there", `function f { [CmdletBinding()] param($A) dynamicparam { $d = [System.Management.Automation.RuntimeDefinedParameterDictionary]::new(); $d.Add('More', [System.Management.Automation.RuntimeDefinedParameter]::new('More', [int], [Parameter]::new())); $d } end {} }
(Get-Help f -Parameter More).Name; (Get-Help f | Out-String) -match '-More <int>'`, "More\nTrue\n"},
		{"the Tab key knows them", functions + `(TabExpansion2 'Get-Thing fruit -Fr').CompletionMatches.CompletionText -join ','; (TabExpansion2 'Get-Thing -Kind fruit -Fruit ').CompletionMatches.CompletionText -join ','; @((TabExpansion2 'Get-Thing meat -Fr').CompletionMatches).Count`,
			"-Fruit,-Fresh\napple,pear\n0\n"},
		{"a block that fails", `function f { [CmdletBinding()] param() dynamicparam { throw 'no' } end { 'end' } }; try { f } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }`, "GetDynamicParametersException,f\nCannot retrieve the dynamic parameters for the cmdlet. no\n"},
		{"several objects", `function f { [CmdletBinding()] param() dynamicparam { 1; 2 } end { 'end' } }; try { f } catch { $_.Exception.Message -replace '^(.*?dynamicparam block\.).*', '$1' }`, "Cannot retrieve the dynamic parameters for the cmdlet. Object \"1 2\" is the wrong type to return from the dynamicparam block.\n"},
		{"a name that is taken", `function f { [CmdletBinding()] param($A) dynamicparam { $d = [System.Management.Automation.RuntimeDefinedParameterDictionary]::new(); $d.Add('A', [System.Management.Automation.RuntimeDefinedParameter]::new('A', [int], [Parameter]::new())); $d } end { 'end' } }
try { f } catch { $_.Exception.Message }`, "A parameter with the name 'A' was defined multiple times for the command.\n"},
		{"without [CmdletBinding()] the block does not run", `function f { param($A) dynamicparam { throw 'no' } end { "end $A" } }; f 1`, "end 1\n"},
		{"nothing, and a block that asks for its own function", `function f { [CmdletBinding()] param($A) dynamicparam { $null = (Get-Command f).Parameters } end { "end $A" } }; f 1; (Get-Command f).Parameters.ContainsKey('A')`, "end 1\nTrue\n"},
		{"sets of parameters", `function f { [CmdletBinding(DefaultParameterSetName = 'One')] param([Parameter(ParameterSetName = 'One')] $A) dynamicparam { $d = [System.Management.Automation.RuntimeDefinedParameterDictionary]::new(); $d.Add('B', [System.Management.Automation.RuntimeDefinedParameter]::new('B', [int], [Parameter]@{ ParameterSetName = 'Two' })); $d } end { $PSCmdlet.ParameterSetName } }
f -A 1; f -B 1; f; try { f -A 1 -B 2 } catch { $_.FullyQualifiedErrorId }`, "One\nTwo\nOne\nAmbiguousParameterSet,f\n"},
	})
}

func TestCmdletBinding(t *testing.T) {
	runCases(t, []scriptCase{
		{"paging", `function f { [CmdletBinding(SupportsPaging)] param() $p = $PSCmdlet.PagingParameters; if ($p.IncludeTotalCount) { "$($p.NewTotalCount(9, 1.0))"; "$($p.NewTotalCount(9, 0.5))"; "$($p.NewTotalCount(0, 0))" }
"$($p.Skip) $($p.First)" }; f; f -First 3 -Skip 2 -IncludeTotalCount`, "0 18446744073709551615\nTotal count: 9\nEstimated total count: 9\nUnknown total count\n2 3\n"},
		{"the syntax of paging", `function f { [CmdletBinding(SupportsPaging, SupportsShouldProcess)] param($A) }; (Get-Command f).ParameterSets.Syntax; try { f -First x } catch { $_.FullyQualifiedErrorId }`,
			"[[-A] <Object>] [-WhatIf] [-Confirm] [-IncludeTotalCount] [-Skip <ulong>] [-First <ulong>] [<CommonParameters>]\nParameterArgumentTransformationError,f\n"},
		{"without paging there are no such parameters", `function f { [CmdletBinding()] param() "$($null -eq $PSCmdlet.PagingParameters)" }; f; try { f -First 1 } catch { $_.FullyQualifiedErrorId }`, "True\nNamedParameterNotFound,f\n"},
		{"no positions", `function f { [CmdletBinding(PositionalBinding = $false)] param($A, [Parameter(Position = 0)] $B) "$A/$B" }; f 1; try { f 1 2 } catch { $_.FullyQualifiedErrorId }`, "/1\nPositionalParameterNotFound,f\n"},
		{"the address of the help", `function f { [CmdletBinding(HelpUri = 'https://example.org/f', RemotingCapability = 'PowerShell')] param() }; (Get-Command f).HelpUri; (Get-Command f).RemotingCapability`, "https://example.org/f\nPowerShell\n"},
		{"ConfirmImpact asks from a level on", `function f { [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'Low')] param() if ($PSCmdlet.ShouldProcess('x', 'do')) { 'done' } }; f; f -WhatIf; $ConfirmPreference = 'Low'; f -Confirm:$false`, "done\nWhat if: Performing the operation \"do\" on target \"x\".\ndone\n"},
		{"the default set", `function f { [CmdletBinding(DefaultParameterSetName = 'B')] param([Parameter(ParameterSetName = 'A')] $A, [Parameter(ParameterSetName = 'B')] $B) $PSCmdlet.ParameterSetName }; f; f -A 1; (Get-Command f).DefaultParameterSet`, "B\nA\nB\n"},
		{"a property that there is none of", `try { Invoke-Expression 'function f { [CmdletBinding(Nope = 1)] param() }; f' } catch { $_.FullyQualifiedErrorId }`, "PropertyNotFoundForAttribute,Microsoft.PowerShell.Commands.InvokeExpressionCommand\n"},
	})
}
