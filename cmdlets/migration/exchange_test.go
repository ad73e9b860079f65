package migration

import (
	"bufio"
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"testing"

	"migsh/shell/cmdlet"
)

// exchangeParameters is the list of Exchange's cmdlets and parameters, with what becomes of each here: it works, it is idle (bound, with a
// warning that it has no effect) or it is refused by name.
//
//go:embed testdata/exchange.tsv
var exchangeParameters string

// what is different here on purpose, and why.
var differences = map[string]string{
	"Test-MigrationServerAvailability -Endpoint position": "an endpoint's name may be given without -Endpoint",
	"Test-MigrationServerAvailability -Endpoint pipeline": "endpoints can be piped to their test",
	"New-MigrationEndpoint -Name position":                "a name may be given without -Name",
	"New-MigrationBatch -Name position":                   "a name may be given without -Name, except with -Users",
	"Get-MailboxFolderStatistics -Identity pipeline":      "mailboxes can be piped",
	"Set-Mailbox -Identity pipeline":                      "mailboxes can be piped",
	"Complete-Migration prompts":                          "it ends every batch, as Complete-MigrationBatch ends one",
}

// Everything that Exchange's migration cmdlets take is taken here, in the same way, or is answered by name.
func TestExchangeParameters(t *testing.T) {
	all := map[string]*cmdlet.Info{}
	for _, info := range Commands(nil) {
		all[info.Name] = info
	}
	used := map[string]bool{}
	differ := func(key, format string, args ...any) {
		t.Helper()
		if differences[key] == "" {
			t.Errorf(key+": "+format, args...)
		}
		used[key] = true
	}
	for lines := bufio.NewScanner(strings.NewReader(exchangeParameters)); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		f := strings.Split(lines.Text(), "\t")
		name, parameter, treatment, kind, position, pipeline := f[0], f[1], f[2], f[3], f[4], f[5]
		info := all[name]
		if info == nil {
			t.Errorf("there is no %s", name)
			continue
		}
		if parameter == "-" {
			if (treatment == "shouldprocess") != info.ShouldProcess {
				differ(name+" shouldprocess", "want %s", treatment)
			}
			if (kind == "prompts") != (info.ConfirmImpact == cmdlet.ImpactHigh) {
				differ(name+" prompts", "want %s", kind)
			}
			continue
		}
		key := name + " -" + parameter
		p, ok := info.Parameter(parameter)
		if !ok {
			t.Errorf("%s is missing, want it %s", key, treatment)
			continue
		}
		if treatment == "works" && p.Name != parameter && !slices.Contains(p.Aliases, parameter) {
			t.Errorf("%s is spelt %s", key, p.Name)
		}
		if got := treated(info, p); got != treatment {
			t.Errorf("%s: it is %s, want %s", key, got, treatment)
		}
		if (kind == "switch") != p.Switch {
			differ(key+" kind", "want a %s", kind)
		}
		if got := positionOf(p); treatment == "works" && got != position {
			differ(key+" position", "%s, want %s", got, position)
		}
		if got := pipelineOf(p); treatment == "works" && got != pipeline {
			differ(key+" pipeline", "%s, want %s", got, pipeline)
		}
	}
	for key := range differences {
		if !used[key] {
			t.Errorf("%s is listed as a difference and is none", key)
		}
	}
}

// treated says what becomes of a parameter.
func treated(info *cmdlet.Info, p *cmdlet.Parameter) string {
	if b, ok := info.New().(interface {
		meaningless() (idle, foreign []string)
	}); ok {
		idle, foreign := b.meaningless()
		switch {
		case slices.Contains(idle, p.Name):
			return "idle"
		case slices.Contains(foreign, p.Name):
			return "refused"
		}
	}
	return "works"
}

func (b *base) meaningless() (idle, foreign []string) { return b.idle, b.foreign }

func positionOf(p *cmdlet.Parameter) string {
	for _, s := range p.Sets {
		if s.Position >= 0 {
			return strconv.Itoa(s.Position)
		}
	}
	return "-"
}

func pipelineOf(p *cmdlet.Parameter) string {
	var ways []string
	for _, s := range p.Sets {
		if s.Pipeline && !slices.Contains(ways, "ByValue") {
			ways = append(ways, "ByValue")
		}
		if s.PipelineByName && !slices.Contains(ways, "ByPropertyName") {
			ways = append(ways, "ByPropertyName")
		}
	}
	if len(ways) == 0 {
		return "-"
	}
	return strings.Join(ways, ",")
}
