// Package archtest holds the rules of the house: which package may import
// which, where each required library lives, and what may lie in the tree. Its
// test applies them to the module; nothing else imports it.
package archtest

// module is the path that go.mod gives the module.
const module = "migsh"

// floors puts every package on its floor. A package imports only from lower
// floors, never from its own. A new package gets its line here, on the lowest
// floor that is above everything it imports.
var floors = map[string]int{
	"cmd/migsh": 7,

	"shell":   6,
	"cmdlets": 6,

	"shell/repl":           5,
	"cmdlets/core":         5,
	"cmdlets/migration":    5,
	"cmdlets/subscription": 5,
	"cmdlets/demo":         5,
	"internal/service":     5,
	"internal/host":        5,

	"shell/interp":     4,
	"shell/complete":   4,
	"shell/help":       4,
	"shell/format":     4,
	"internal/engine":  4,
	"internal/control": 4,

	"shell/cmdlet":                 3,
	"internal/records":             3,
	"internal/syncer":              3,
	"internal/connect/imapconnect": 3,
	"internal/notify":              3,
	"internal/demo":                3,
	"store/boltstore":              3,
	"store/memstore":               3,

	"shell/object":               2,
	"shell/object/dotnet":        3,
	"internal/mailbox/imapbox":   2,
	"internal/mailbox/popbox":    2,
	"internal/mailbox/membox":    2,
	"internal/mailbox/foldermap": 2,
	"store":                      2,
	"internal/connect":           2,

	"shell/syntax":            1,
	"shell/object/netfmt":     1,
	"internal/mailbox":        0,
	"internal/mailbox/token":  0,
	"internal/mailbox/lane":   1,
	"internal/mailbox/wrap":   1,
	"internal/mailbox/quirks": 1,
	"internal/mailbox/login":  1,
	"internal/oauth":          1,
	"internal/csvfile":        1,
	"internal/report":         1,

	"internal/migration": 0,
	"internal/secret":    0,
	"internal/statedir":  0,
	"internal/logging":   0,
	"internal/wintz":     0,
	"internal/wintz/gen": 0,
	"internal/sample":    0,
	"internal/repair":    0,
}

// support lists the packages that only tests import. They may import from any
// floor. So may packages whose name ends in "test" (storetest, mailboxtest);
// those need no line here.
var support = map[string]bool{
	"internal/testserver": true,
	"internal/testmail":   true,
	"internal/bench":      true,
}

// A wall keeps two parts of the house apart. It holds for tests too.
type wall struct {
	from, to string // a directory and everything below it
	reason   string
}

var walls = []wall{
	{"shell", "internal", "the shell knows nothing of mail; cmdlets/migration and cmd/ are where they meet"},
	{"shell", "store", "the shell knows nothing of mail; cmdlets/migration and cmd/ are where they meet"},
	{"internal", "shell", "the engine knows nothing of the shell; cmdlets/migration and cmd/ are where they meet"},
	{"internal", "cmdlets", "the engine knows nothing of the shell; cmdlets/migration and cmd/ are where they meet"},
	{"store", "shell", "the store knows nothing of the shell"},
	{"store", "cmdlets", "the store knows nothing of the shell"},
	{"store", "cmd", "the store knows nothing of the program around it"},
	{"internal", "cmd", "the engine knows nothing of the program around it"},
}

// homes names the one package that may import each required library. Tests
// are free.
var homes = map[string]string{
	"github.com/c-bata/go-prompt":               "shell/repl",
	"github.com/olekukonko/tablewriter":         "shell/format",
	"github.com/emersion/go-imap/v2/imapclient": "internal/mailbox/imapbox",
	"go.etcd.io/bbolt":                          "store/boltstore",
}

// topLevel lists what may lie in the root of the tree, besides names that
// begin with a dot and what .gitignore names.
var topLevel = map[string]bool{
	"cmd": true, "shell": true, "cmdlets": true, "store": true,
	"examples": true, "internal": true, "docs": true,
	"Makefile": true, "go.mod": true, "go.sum": true,
	"README.md": true, "LICENSE": true,
}
