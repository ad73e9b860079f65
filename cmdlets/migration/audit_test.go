package migration

import (
	"strings"
	"testing"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
)

// No secret stands in the log, whatever form it was given in, and nothing there is long.
func TestAuditHidesSecrets(t *testing.T) {
	many := make([]any, 1000)
	for i := range many {
		many[i] = "x"
	}
	for _, tt := range []struct {
		name  string
		value any
		want  string
	}{
		{"TargetPassword", "top-secret", hidden},
		{"Credentials", dotnet.NewCredential("ann", "top-secret"), "ann:" + hidden},
		{"Anything", dotnet.NewSecureString("top-secret"), hidden},
		{"AccessToken", "top-secret", hidden},
		{"CSVData", []byte("EmailAddress,UserName,Password\na@b.c,a,top-secret\n"), "(50 bytes)"},
		{"ExcludeFolders", object.NewArray("Junk", "Archive/*"), "Junk, Archive/*"},
		{"SyncNow", true, "True"},
		{"Users", object.NewArray(userObject(migration.User{EmailAddress: "ann@b.c"})), "ann@b.c"},
		{"Long", object.NewArray(many...), strings.Repeat("x, ", auditList) + "… (950 more)"},
	} {
		if got := audited(tt.name, tt.value); got != tt.want {
			t.Errorf("-%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// What changes something is logged, what only looks is not.
func TestAuditedCmdlets(t *testing.T) {
	for _, info := range Commands(nil) {
		verb, _, _ := strings.Cut(info.Name, "-")
		var want bool
		switch verb {
		case "New", "Set", "Remove", "Start", "Stop", "Complete", "Send":
			want = true
		}
		if got := isAudited(cmdlet.Spec{Name: info.Name, ShouldProcess: info.ShouldProcess}); got != want && verb != "Optimize" && verb != "Backup" {
			t.Errorf("%s: %t", info.Name, got)
		}
	}
}
