package migration_test

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"migsh/cmdlets"
	"migsh/cmdlets/migration"
	service "migsh/internal/migration"
	"migsh/shell"
	"migsh/shell/object"
)

var update = flag.Bool("update", false, "write the golden files anew")

// piped is what a command prints of an object that is piped to it.
func piped(t *testing.T, o any, command string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	s := shell.New(shell.Options{Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr, Width: 120, Version: "test"})
	cmdlets.Register(s.Register, func(context.Context) (service.Service, error) { t.Fatal("the service is asked"); return nil, nil })
	s.Execute(t.Context(), command, []any{o})
	if stderr.Len() > 0 {
		t.Errorf("%s: %s", command, stderr.String())
	}
	return stdout.String()
}

// Every object is shown as the golden files have it: by itself, with all its properties, and as JSON, which ends and tells no password.
func TestViews(t *testing.T) {
	for _, sample := range migration.Samples() {
		t.Run(sample.Name, func(t *testing.T) {
			text := piped(t, sample.Object, "ConvertTo-Json -InputObject @($input)[0] -Depth 4 -WarningAction Stop")
			if !json.Valid([]byte(text)) {
				t.Errorf("this is not JSON: %s", text)
			}
			got := piped(t, sample.Object, "$input") + "==== Format-List *\n" + piped(t, sample.Object, "$input | Format-List *") + "==== ConvertTo-Json -Depth 4\n" + text
			file := filepath.Join("testdata", "views", sample.Name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("it is shown otherwise than in %s; if that is meant, run this test with -update and look at the difference:\n%s", file, got)
			}
		})
	}
}

// exchangeProperties is a list of the properties that Exchange's objects have.
//
//go:embed testdata/properties.tsv
var exchangeProperties string

// what objects lack of Exchange's properties, and why.
var lacking = map[string]string{
	"MigrationBatch MigrationErrors":           "a batch does not carry its users: Get-MigrationUser -Status Failed lists them, MigrationStatus has them",
	"MigrationBatch SuccessReportUrl":          "reports are attached to mails, or written by Export-MigrationReport; they have no address",
	"MigrationBatch ErrorReportUrl":            "as SuccessReportUrl",
	"MigrationBatch ActiveMigrationStatistics": "as MigrationErrors",
	"MigrationBatch CheckWLSA":                 "there are no Windows Live accounts",
	"MigrationBatch LimitErrorsTo":             "errors are not limited",
	"MigrationBatch SuppressErrors":            "errors are not suppressed",
	"MigrationEndpoint Credentials":            "passwords are never given out; Username names the administrator",
	"MigrationServerAvailability RunspaceId":   "there is no remote session",
}

// Objects have the properties of Exchange's, so that scripts which read them find them.
func TestExchangeProperties(t *testing.T) {
	objects := map[string]any{}
	for _, s := range migration.Samples() {
		objects[s.Name] = s.Object
	}
	var missing []string
	for lines := bufio.NewScanner(strings.NewReader(exchangeProperties)); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		name, property, _ := strings.Cut(lines.Text(), "\t")
		o := objects[name]
		if o == nil {
			t.Fatalf("there is no sample of %s", name)
		}
		if _, ok, err := object.Property(o, property); err != nil || !ok {
			missing = append(missing, name+" "+property)
			if lacking[name+" "+property] == "" {
				t.Errorf("%s lacks %s (%v)", name, property, err)
			}
		}
	}
	for key := range lacking {
		if !slices.Contains(missing, key) {
			t.Errorf("%s is listed as lacking and is there", key)
		}
	}
}

// Sizes are compared and put in order by their bytes, with numbers, texts and each other.
func TestSizesCompare(t *testing.T) {
	var user any
	for _, s := range migration.Samples() {
		if s.Name == "MigrationUserStatistics" {
			user = s.Object
		}
	}
	for command, want := range map[string]string{
		"$u.EstimatedTotalSize -gt 100MB":                                        "True",
		"$u.EstimatedTotalSize -lt 100MB":                                        "False",
		"$u.EstimatedTotalSize -ge '120MB'":                                      "True",
		"$u.EstimatedTotalSize -eq '120.5 MB (126,353,408 bytes)'":               "True",
		"$u.EstimatedTotalSize -gt $u.BytesTransferred":                          "True",
		"$u.EstimatedTotalSize.Value.ToMB()":                                     "120",
		"$u.EstimatedTotalSize.ToBytes()":                                        "126353408",
		"$u.EstimatedTotalSize":                                                  "120.5 MB (126,353,408 bytes)",
		"($u.EstimatedTotalSize, $u.CurrentBytesTransferredPerMinute | sort)[0]": "1 MB (1,048,576 bytes)",
		"($u | Where-Object BytesTransferred -GT 1GB | Measure-Object).Count":    "0",
		"$u.EstimatedTotalSize | ConvertTo-Json -Compress":                       `{"Bytes":126353408}`,
	} {
		if got := strings.TrimSpace(piped(t, user, "$u = @($input)[0]; "+command)); got != want {
			t.Errorf("%s: %q, want %q", command, got, want)
		}
	}
}
