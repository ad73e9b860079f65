package core_test

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migsh/cmdlets"
	"migsh/shell"
)

// runIn runs a script in a directory of its own and gives what it puts out, errors as their messages.
func runIn(t *testing.T, dir, script string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	s := shell.New(shell.Options{Stdout: &stdout, Stderr: &stderr, Width: 200, Location: dir})
	cmdlets.Register(s.Register, nil)
	s.Execute(context.Background(), script, nil)
	if stderr.Len() > 0 {
		t.Errorf("stderr: %s", stderr.String())
	}
	return stdout.String()
}

// TestArchive packs files, changes one, and unpacks them.
func TestArchive(t *testing.T) {
	got := runIn(t, t.TempDir(), `
New-Item d/e, d/empty -ItemType Directory -Force | Out-Null
'one' > d/e/f.txt; 'two' > g.txt
Compress-Archive d, g.txt -DestinationPath z
'changed' > g.txt
Compress-Archive g.txt z.zip -Update
try { Compress-Archive g.txt z.zip } catch { $_.FullyQualifiedErrorId }
Expand-Archive z.zip out
Get-ChildItem out -Recurse -Name
Get-Content out/g.txt, out/d/e/f.txt
try { Expand-Archive z.zip out } catch { $_.FullyQualifiedErrorId }
Expand-Archive z.zip out -Force -PassThru | ForEach-Object Name
`)
	want := "ArchiveFileExists,Compress-Archive\nd\ng.txt\nd/e\nd/empty\nd/e/f.txt\nchanged\none\nExpandArchiveFileExists,Expand-Archive\nf.txt\nempty\ng.txt\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestArchiveOutside refuses an archive whose entries would land outside the directory, and extracts nothing of it.
func TestArchiveOutside(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "z.zip"))
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for _, name := range []string{"fine.txt", `..\..\evil.txt`} {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	got := runIn(t, dir, `try { Expand-Archive z.zip out } catch { $_.Exception.Message }; Test-Path out`)
	if !strings.Contains(got, "would land outside") || !strings.HasSuffix(got, "False\n") {
		t.Errorf("got %s", got)
	}
}

// TestItemProperties sets properties of files, and asks for those that drives lack.
func TestItemProperties(t *testing.T) {
	got := runIn(t, t.TempDir(), `
'x' > a.txt
Set-ItemProperty a.txt IsReadOnly $true; (Get-Item a.txt).IsReadOnly
Clear-ItemProperty a.txt Attributes; (Get-Item a.txt).IsReadOnly
[pscustomobject]@{ LastWriteTime = '2020-01-02 03:04:05' } | Set-ItemProperty a.txt; (Get-Item a.txt).LastWriteTime.ToString('s')
foreach ($try in { Set-ItemProperty a.txt Nope 1 }, { New-ItemProperty a.txt x }, { Remove-ItemProperty a.txt x }, { Rename-ItemProperty a.txt x y },
    { Copy-ItemProperty a.txt x b }, { Move-ItemProperty a.txt b x }, { Clear-ItemProperty a.txt Name }, { Get-ItemProperty Env:PATH }, { Set-ItemProperty HKLM:\SOFTWARE x 1 }) {
    $ErrorActionPreference = 'Stop'
    try { & $try } catch { $_.FullyQualifiedErrorId }
}`)
	want := `True
False
2020-01-02T03:04:05
SetPropertyError,Microsoft.PowerShell.Commands.SetItemPropertyCommand
NotSupported,Microsoft.PowerShell.Commands.NewItemPropertyCommand
NotSupported,Microsoft.PowerShell.Commands.RemoveItemPropertyCommand
NotSupported,Microsoft.PowerShell.Commands.RenameItemPropertyCommand
NotSupported,Microsoft.PowerShell.Commands.CopyItemPropertyCommand
NotSupported,Microsoft.PowerShell.Commands.MoveItemPropertyCommand
Argument,Microsoft.PowerShell.Commands.ClearItemPropertyCommand
NotSupported,Microsoft.PowerShell.Commands.GetItemPropertyCommand
System.Security.SecurityException,Microsoft.PowerShell.Commands.SetItemPropertyCommand
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestDetailedView shows all that an error knows.
func TestDetailedView(t *testing.T) {
	got := errorsOf(t, "$ErrorView = 'DetailedView'; function f { Write-Error 'bad' }; f")
	for _, want := range []string{"\nException             :\n    Type           : Microsoft.PowerShell.Commands.WriteErrorException\n    Message        : bad\n",
		"\nFullyQualifiedErrorId : Microsoft.PowerShell.Commands.WriteErrorException,f\n", "\nScriptStackTrace      : at f, <No file>: line 1\n                        at <ScriptBlock>, <No file>: line 1\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwithout\n%s", got, want)
		}
	}
}

// TestGetError shows the newest error with its chain of exceptions.
func TestGetError(t *testing.T) {
	got := runIn(t, t.TempDir(), "try { 1 / 0 } catch { }; Get-Error")
	if !strings.Contains(got, "\n    Message        : Attempted to divide by zero.\n") || !strings.Contains(got, "\nFullyQualifiedErrorId : RuntimeException\n") {
		t.Errorf("got %s", got)
	}
}

// errorsOf runs a script and gives what it shows of errors.
func errorsOf(t *testing.T, script string) string {
	t.Helper()
	var stderr bytes.Buffer
	s := shell.New(shell.Options{Stdout: &bytes.Buffer{}, Stderr: &stderr, Width: 200, Location: t.TempDir()})
	cmdlets.Register(s.Register, nil)
	s.Execute(context.Background(), script, nil)
	return stderr.String()
}

// TestInvoke calls blocks in scopes of their own, in the caller's, and with input.
func TestInvoke(t *testing.T) {
	got := runIn(t, t.TempDir(), `
Invoke-Command { param($a) "got $a"; $x = 5 } -ArgumentList 7; "[$x]"
Invoke-Command { $x = 6 } -NoNewScope; $x
(1..3 | Invoke-Command { process { $_ * 2 } }) -join ','
Invoke-Command -ScriptBlock { ($input | Measure-Object -Sum).Sum } -InputObject 1, 2, 3
try { Invoke-Command srv01 { 1 } } catch { $_.FullyQualifiedErrorId }
(Get-PSProvider File*).Name
'@{ msg = "Hallo" }' > de.psd1; New-Item de -ItemType Directory | Out-Null; 'ConvertFrom-StringData "msg = Deutsch"' > de/m.psd1
Import-LocalizedData m -FileName m -BaseDirectory . -UICulture de-DE; $m.msg
Export-Alias al.csv -Name ls; Remove-Alias ls; Import-Alias al.csv -PassThru | ForEach-Object Definition
`)
	want := "got 7\n[]\n6\n2,4,6\n6\nNotSupported,Microsoft.PowerShell.Commands.InvokeCommandCommand\nFileSystem\nDeutsch\nGet-ChildItem\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
