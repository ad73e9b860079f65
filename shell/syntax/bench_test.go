package syntax_test

import (
	"fmt"
	"strings"
	"testing"

	"migsh/shell/syntax"
)

// BenchmarkParse reads a script of 20,000 lines.
func BenchmarkParse(b *testing.B) {
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "function Get-Thing%d {\n    param([Parameter(Mandatory)][string] $Name, [int] $Count = %d)\n"+
			"    if ($Name -like 'a*') { Get-Item -Path $Name | Where-Object { $_.Length -gt %d } } else { \"x$($Count + 1)\" }\n}\n", i, i, i)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, errors := syntax.Parse("", text.String()); len(errors) > 0 {
			b.Fatal(errors[0])
		}
	}
}
