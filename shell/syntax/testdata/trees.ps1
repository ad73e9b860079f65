Get-Item -Path x -Force:$true, $false a,b 12 0x1F 1kb -5 -- -x
----
echo a$b "c$($d.e + 1)f`n" 'it''s' a`$b $x.y[0].z() @splat (1) {2} key=value C:\x\$y a-b 10.0.0.1
----
& "my tool" --% a | more
----
. ./x.ps1; & { param($a) $a } 1 2>&1 >out.txt 3>$null *>> all.log
----
1 + 2 * 3 -eq 7 -and -not $true -or !$x
----
1,2,3 -join ',' ; -join $x; -split 'a b'; $a -csplit 'x', 2
----
1..10 | % { $_ } | ? Name -eq 'x' |
  Sort-Object
----
Get-X
  # why
  | Select-Object -First 1
----
$x = $y = 5; $a, $b = 1, 2; $x += 1; $x ??= 3; $h.a.b[1] = 2; [int]$n = '5'; ($q) = 1
----
$x = if ($a) { 1 } elseif ($b) { 2 } else { 3 }
----
$a ? 1 : 2; $a ?? $b; $a?.b?[0]; $a ?1:2; $i++; --$i
----
1; 2147483648; 9223372036854775808; 99999999999999999999999999999; 1l; 1u; 4294967296u; 1ul; 1s; 1us; 1y; 255uy; 1n; 1d; 1.50d; 1.5; .5; 1.; 1e3; 1.5e-3; 1kb; 1.5mb; 2gb; 1tb; 1pb; 1lkb; 0xFF; 0xFFFFFFFF; 0xFFFFFFFFFFFFFFFF; 0xFFs; 0xFFFFs; 0xFFy; 0xFFu; 0b101; 0b11111111; 0b1u; -5; -0x10; +3; 1.0d; 1e400
----
"a$b:c" 
----
"$a $($b)c ${d e} $env:PATH $script:x $($x["k"]) $(""q"") `$n $ $1 $? $$ $^ $a.b $a::b"
----
@'
one
'two'
'@
----
@"
x $y
"z" $("w")
"@
----
$global:a; ${global:b c}; $env:HOME; $using:x.y; $variable:z; ${x`}y}; @($_); $PSItem
----
@{ a = 1; 'b c' = 2; $d = { 3 }; 5 = if ($x) { 1 }
  e = Get-X -Y z
}
----
[ordered]@{ a = 1 }; [pscustomobject]@{ b = 2 }; [int[]](1, 2); [System.Collections.Generic.List[string]]::new(); [Dictionary[string,int[]]]; [int[,]]; [a.b+c, asm, Version=1.0]; [int] $x; [string]::Empty.Length
----
$x.Method($a, { $_ }, 1 + 2); $x.Where{ $_ }; $x.$name; $x.'a b'; $x."q$r"; $x::y; [math]::Max(1, 2); $x.foo[int]('a'); $list[0][1..2]; $x.
  y
----
switch -regex -casesensitive ($x) { 'a' { 1 } { $_ -gt 2 } { 2; break } default { 3 } }
----
:outer switch -file a.txt { x* { continue outer } }
----
:loop foreach ($i in 1..3) { continue loop } for ($i = 0; $i -lt 3; $i++) { } for (;;) { break } while ($true) { } do { 1 } while ($x) do { 2 } until ($y)
----
try { 1 } catch [System.IO.IOException], [FormatException] { 2 } catch { throw } finally { 3 }
----
trap [Exception] { continue } throw 'x'; return 5; exit 3
----
function global:Get-X([int]$a = 5, [Parameter(Mandatory, Position = 0)][string[]] $b) { $a } filter f { $_ }
----
function F { [CmdletBinding(SupportsShouldProcess)] [OutputType([int])] param([ValidateSet('a', 'b')] [string] $x = 'a', [switch]$s) dynamicparam { 0 } begin { 1 } process { 2 } end { 3 } clean { 4 } }
----
class A : B, IC { [int] $x = 5; static [string] $y; hidden $z; [ValidateRange(1, 5)][int] $r
  A([int]$x) : base($x) { $this.x = $x }
  [string] ToString() { return 'a' } static [void] M() { } }
----
[Flags()] enum E : byte { a = 1; b; c = 4 }
----
a && b || c; a | b & ; $x = 1 && 2
----
data -SupportedCommand Get-X { 'a' }; data d { @{ a = 1 } }
----
"a" -f 1, 2; 'a' -is [int]; $x -as [string]; $a -shl 1 -band 2 -bor 3; -bnot 5; 'a' -inotlike 'b' -cmatch 'c'
----
,1; ,(1, 2); @(); @(1; 2); $(); (1)
----
“smart” ‘single’ –eq —x
----
Write-Host "a" + 'b' -NoNewline:$false -x:(1) -y: 2 -- -z
----
foo.exe /a:b /c="d e" --long=value -p1 'x'y"z" a{b} %x% ~ ?  *.txt 1.2.3 5z 1..3 #comment
----
using namespace System.IO
using module ./a.psm1
using module @{ ModuleName = 'x'; ModuleVersion = '1.0' }
1
----
[ValidateNotNull()][int] $v = 1; [ref]$x; [void]$y.Add(1); [int]::MaxValue, [int]'5'
----
if ($a -and ($b = Get-X)) { } ; (Get-X | Where-Object y).Name; (a).b; $(a; b).c; "$(a)".d
----
Get-X -a (1,2),3 -b @{x=1} -c {1} -d "$e" -f $g.h -i:$j
----
#requires -Version 5.1 -Modules a, @{ ModuleName = 'b'; ModuleVersion = '1.2' }
#Requires -RunAsAdministrator
param([int]$x)
# a comment
1 <# block #> + 2 `
  + 3
