package shell_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

const typesFile = `<?xml version="1.0" encoding="utf-8"?>
<Types>
  <Type>
    <Name>Files.Thing</Name>
    <Members>
      <ScriptProperty><Name>Double</Name><GetScriptBlock>$this.Size * 2</GetScriptBlock><SetScriptBlock>$this.Size = $args[0] / 2</SetScriptBlock></ScriptProperty>
      <AliasProperty><Name>Length</Name><ReferencedMemberName>Size</ReferencedMemberName></AliasProperty>
      <NoteProperty><Name>Unit</Name><Value>7</Value><TypeName>System.Int32</TypeName></NoteProperty>
      <ScriptMethod><Name>Plus</Name><Script>param($n) $this.Size + $n</Script></ScriptMethod>
      <MemberSet>
        <Name>PSStandardMembers</Name>
        <Members>
          <PropertySet><Name>DefaultDisplayPropertySet</Name><ReferencedProperties><Name>Size</Name><Name>Double</Name></ReferencedProperties></PropertySet>
        </Members>
      </MemberSet>
    </Members>
  </Type>
</Types>`

const formatsFile = `<?xml version="1.0" encoding="utf-8"?>
<Configuration>
  <ViewDefinitions>
    <View>
      <Name>table</Name>
      <ViewSelectedBy><TypeName>Files.Shown</TypeName></ViewSelectedBy>
      <TableControl>
        <TableHeaders>
          <TableColumnHeader><Label>Nr</Label><Width>4</Width><Alignment>Right</Alignment></TableColumnHeader>
          <TableColumnHeader><Label>Twice</Label><Width>8</Width></TableColumnHeader>
          <TableColumnHeader/>
        </TableHeaders>
        <TableRowEntries><TableRowEntry><TableColumnItems>
          <TableColumnItem><PropertyName>Size</PropertyName></TableColumnItem>
          <TableColumnItem><ScriptBlock>"= $($_.Size * 2)"</ScriptBlock></TableColumnItem>
          <TableColumnItem><PropertyName>Name</PropertyName></TableColumnItem>
        </TableColumnItems></TableRowEntry></TableRowEntries>
      </TableControl>
    </View>
    <View>
      <Name>list</Name>
      <ViewSelectedBy><TypeName>Files.Shown</TypeName></ViewSelectedBy>
      <ListControl><ListEntries><ListEntry><ListItems>
        <ListItem><Label>What</Label><PropertyName>Name</PropertyName></ListItem>
      </ListItems></ListEntry></ListEntries></ListControl>
    </View>
  </ViewDefinitions>
</Configuration>`

// TestTypeFiles extends types and views by files (about_Types.ps1xml, about_Format.ps1xml), alone and by a module's manifest.
func TestTypeFiles(t *testing.T) {
	const thing = `$o = [pscustomobject]@{ PSTypeName = 'Files.Thing'; Size = 4; Name = 'n' }; `
	const shown = `$o = [pscustomobject]@{ PSTypeName = 'Files.Shown'; Size = 4; Name = 'n' }; `
	tests := []struct{ name, script, want string }{
		{"members", `Update-TypeData t.types.ps1xml; ` + thing + `$o.Double; $o.Length; $o.Unit + 1; $o.Plus(3); $o.Double = 20; $o.Size; ($o | Format-List | Out-String).Trim()`, "8\n4\n8\n7\n10\nSize   : 10\nDouble : 20\n"},
		{"-AppendPath leaves what there is, -PrependPath does not", `Update-TypeData -TypeName Files.Thing -MemberType ScriptProperty -MemberName Double -Value { 'own' }; ` + thing + `Update-TypeData -AppendPath t.types.ps1xml; $o.Double; Update-TypeData -PrependPath t.types.ps1xml; $o.Double`, "own\n8\n"},
		{"Remove-TypeData -Path", `Update-TypeData t.types.ps1xml; Remove-TypeData -Path t.types.ps1xml; ` + thing + `$null -eq $o.Double`, "True\n"},
		{"views", `Update-FormatData f.format.ps1xml; ` + shown + `($o | Out-String).TrimEnd(); ($o | Format-List | Out-String).Trim(); (Get-FormatData Files.Shown).FormatViewDefinition.Control -join ','`,
			"\n  Nr Twice    Name\n  -- -----    ----\n   4 = 8      n\nWhat : n\nTableControl,ListControl\n"},
		{"files that are none", `Set-Content bad.ps1xml '<Types><Type>'; Set-Content code.ps1xml '<Types><Type><Name>X</Name><Members><CodeProperty/></Members></Type></Types>'; foreach ($f in 'bad.ps1xml', 'code.ps1xml', 't.psd1') { try { Update-TypeData $f -ErrorAction Stop } catch { $_.FullyQualifiedErrorId } }; try { Update-FormatData bad.ps1xml -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }`,
			"UpdateTypeDataXmlError,Microsoft.PowerShell.Commands.UpdateTypeDataCommand\nUpdateTypeDataXmlError,Microsoft.PowerShell.Commands.UpdateTypeDataCommand\nWrongExtension,Microsoft.PowerShell.Commands.UpdateTypeDataCommand\nUpdateFormatDataXmlError,Microsoft.PowerShell.Commands.UpdateFormatDataCommand\n"},
		{"a manifest's files", `Import-Module ./t.psd1; ` + thing + `$o.Double; ` + shown + `($o | Out-String).Trim().Split("` + "`n" + `")[0]`, "8\nNr Twice    Name\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, stdout, stderr := newSession(t)
			dir := s.Commands().Location()
			for name, text := range map[string]string{
				"t.types.ps1xml": typesFile, "f.format.ps1xml": formatsFile, "t.ps1": test.script,
				"t.psd1": "@{ ModuleVersion = '1.0'; TypesToProcess = 't.types.ps1xml'; FormatsToProcess = 'f.format.ps1xml' }",
			} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			s.RunFile(context.Background(), filepath.Join(dir, "t.ps1"), nil, nil)
			if got := stdout.String(); got != test.want {
				t.Errorf("%s\nputs out %q, want %q\n%s", test.script, got, test.want, stderr)
			}
		})
	}
}
