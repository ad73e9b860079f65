//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"migsh/internal/records"
	"migsh/internal/sample"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
	"migsh/store/boltstore"
)

// seedLimits shows what the articles promise of what is copied and how much at once: S0.22, S1.1 to S1.5, S1.29 to S1.31.
func seedLimits(t *testing.T, w *seedWorld) {
	t.Run("S0.22", func(t *testing.T) {
		rows := w.list(t, 40, "s022")
		gate := testserver.NewProxy(t, w.source.IMAPAddr())
		const rate = 64 << 10
		gate.UseAll(testserver.Link{Rate: rate})
		r := newProgram(t).shows(endpoints(gate.Port(), w.target.IMAPPort, "")+w.make(t, rows...)+beginAndWait+
			"$s = Get-MigrationUserStatistics s022@contoso.edu -IncludeReport\n$s.Report.ToString(); $s.AverageBytesTransferredPerHour.ToBytes() -gt 0", "40 messages, ", " over one connection to either server, ", "True\n")
		m := regexp.MustCompile(`\(([\d,]+) bytes\) a minute`).FindStringSubmatch(r.stdout)
		if m == nil {
			t.Fatalf("the report does not say how fast it was:\n%s", r.stdout)
		}
		if n, err := strconv.Atoi(strings.ReplaceAll(m[1], ",", "")); err != nil || n < 1 || n > 60*rate {
			t.Errorf("%d bytes a minute over a link of %d (%v)", n, 60*rate, err)
		}
	})
	t.Run("S1.1", func(t *testing.T) {
		source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Extra: "login_greeting = The Microsoft Exchange IMAP4 service is ready.\nimap_id_send =\n"})
		source.AddUser(t, testserver.Account{Name: "ann", Password: "x"})
		w.target.AddUser(t, testserver.Account{Name: "s11@contoso.edu", Password: "x"})
		var box sample.Mailbox
		for i, path := range [][]string{{"INBOX"}, {"Sent Items"}, {"Calendar"}, {"Calendar", "Birthdays"}, {"Contacts"}, {"Tasks"}} {
			box.Folders = append(box.Folders, sample.Folder{Path: path, Messages: testmail.Plain(uint64(i), 2).Folders[0].Messages})
		}
		source.Fill(t, "ann", box)
		newProgram(t).shows(endpoints(source.IMAPPort, w.target.IMAPPort, "")+w.make(t, "EmailAddress,UserName,Password,TargetPassword", "s11@contoso.edu,ann,x,x")+beginAndWait+
			"(Get-MigrationUser).Status; ((Get-MigrationUserStatistics s11@contoso.edu).Folders | Where-Object Excluded).SourceFolder -join '|'",
			"Synced\n", "Calendar|Calendar/Birthdays|Contacts|Tasks\n")
		arrived(t, w.target, 4, "s11@contoso.edu")
	})
	t.Run("S1.2", func(t *testing.T) {
		messages := 500
		if os.Getenv("MIGSH_SOAK") != "" {
			messages = 500_000
		}
		rows := w.list(t, messages, "s12")
		w.shows(t, strings.Replace(w.make(t, rows...), "New-", "$b = New-", 1)+"-ContentFilter 'Size -lt 400' -AutoStart\nWait-MigrationBatch B | Out-Null\n"+
			"$f = (Get-MigrationUserStatistics s12@contoso.edu).Folders | Where-Object SourceFolder -EQ INBOX\n\"$($f.SourceCount) $($f.FilteredCount -gt 0) $($f.CopiedCount + $f.FilteredCount)\"\n"+
			"Remove-MigrationBatch B -Confirm:$false\n"+w.make(t, rows...)+beginAndWait+"(Get-MigrationBatch B).Status",
			fmt.Sprintf("%d True %[1]d\n", messages), "Synced\n")
		if n := in(t, w.target, "s12@contoso.edu", "INBOX"); n != messages {
			t.Errorf("%d of %d messages arrived", n, messages)
		}
	})
	t.Run("S1.3", func(t *testing.T) {
		large := sample.NewMessage(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), []byte("From: ann@contoso.edu\r\nSubject: a film\r\n\r\n"+strings.Repeat(strings.Repeat("x", 70)+"\r\n", 30_000)))
		w.source.AddUser(t, testserver.Account{Name: "s13", Password: "x"})
		w.source.Fill(t, "s13", sample.Mailbox{Folders: []sample.Folder{{Path: []string{"INBOX"}, Messages: append(testmail.Plain(3, 3).Folders[0].Messages, large)}}})
		for name, target := range map[string]testserver.Any{
			"Dovecot": testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, QuotaMaxMail: "1M"}),
			"Cyrus":   testserver.StartCyrus(t, testserver.CyrusOptions{MaxMessage: 1 << 20}),
		} {
			t.Run(name, func(t *testing.T) {
				target.AddUser(t, testserver.Account{Name: "s13@contoso.edu", Password: "x"})
				newProgram(t).shows(endpoints(w.source.IMAPPort, target.Base().IMAPPort, "")+w.make(t, "EmailAddress,UserName,Password,TargetPassword", "s13@contoso.edu,s13,x,x")+beginAndWait+
					"(Get-MigrationBatch B).Status\n$s = Get-MigrationUserStatistics s13@contoso.edu -IncludeSkippedItems\n\"$($s.SyncedItemCount) $($s.SkippedItemCount)\"\n"+
					"$s.SkippedItems | ForEach-Object { \"$($_.Kind)|$($_.FolderName)|$($_.Subject)|$($_.DateReceived.ToString('yyyy-MM-dd'))|$($_.MessageSize)\" }",
					"Synced\n", "3 1\n", "LargeItem|INBOX|a film|2026-03-01|2.06 MB")
				arrived(t, target, 3, "s13@contoso.edu")
			})
		}
	})
	t.Run("S1.4", func(t *testing.T) {
		rows := w.list(t, 40, "s14")
		gate := testserver.NewProxy(t, w.source.IMAPAddr())
		gate.UseAll(testserver.Link{Rate: 16 << 10})
		session := newProgram(t).live()
		said := session.do(endpoints(gate.Port(), w.target.IMAPPort, "") + w.make(t, rows...) + "-AutoStart\n(Get-MigrationBatch B).StartDateTime.Year\n")
		if n := len(w.target.Snapshot(t, "s14@contoso.edu").Folders); !strings.Contains(said, "Starting") || in(t, w.target, "s14@contoso.edu", "INBOX") == 40 {
			t.Errorf("the prompt came back when the copy was done (%d folders): %s", n, said)
		}
		session.done() // which waits for the copy
		arrived(t, w.target, 40, "s14@contoso.edu")
	})
	t.Run("S1.5", func(t *testing.T) {
		rows := w.list(t, 1, "s15")
		p := newProgram(t)
		p.shows(w.prepare()+w.make(t, rows...)+"| Out-Null\nRemove-MigrationBatch B -Confirm:$false\nSearch-AdminAuditLog | ForEach-Object { \"$($_.Caller) $($_.CmdletName) $($_.ObjectModified) $($_.CmdletParameters)\" }",
			" New-MigrationEndpoint Source ", " New-MigrationBatch B ", " Remove-MigrationBatch B", "!source-s15")
		if info, err := os.Stat(p.home); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("the state directory: %v, %v", info.Mode(), err)
		}
		err := filepath.WalkDir(p.home, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("others may open %s: %v", path, info.Mode())
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("S1.29", func(t *testing.T) {
		names := []string{"s129a", "s129b", "s129c", "s129d", "s129e", "s129f"}
		rows := w.list(t, 15, names...)
		gate := testserver.NewProxy(t, w.source.IMAPAddr())
		newProgram(t).shows(endpoints(gate.Port(), w.target.IMAPPort, "-MaxConcurrentMigrations 2 -MaxConcurrentIncrementalSyncs 2")+w.make(t, rows[:4]...)+"| Out-Null\n"+
			strings.Replace(w.make(t, rows[0], rows[4], rows[5], rows[6]), "Batch B", "Batch C", 1)+"| Out-Null\nGet-MigrationBatch | Start-MigrationBatch\n(Wait-MigrationBatch).Status -join ' '", "Synced Synced\n")
		if most := gate.Stats().Max; most != 2 {
			t.Errorf("%d connections at once, want 2", most)
		}
	})
	t.Run("S1.30", func(t *testing.T) {
		rows := w.list(t, 15, "s130a", "s130b", "s130c")
		gate := testserver.NewProxy(t, w.source.IMAPAddr())
		p := newProgram(t)
		p.ok(endpoints(w.source.IMAPPort, w.target.IMAPPort, "-MaxConcurrentMigrations 3 -MaxConcurrentIncrementalSyncs 1")+w.make(t, rows...)+beginAndWait, "")
		p.shows(fmt.Sprintf("Set-MigrationEndpoint Source -Port %d\nSet-MigrationBatch B -SyncNow\n(Wait-MigrationBatch B).Status", gate.Port()), "Synced\n")
		if s := gate.Stats(); s.Max != 1 || s.Total < 4 { // the test of the new port, and three mailboxes
			t.Errorf("%d of %d connections at once, want 1", s.Max, s.Total)
		}
	})
	t.Run("S1.31", func(t *testing.T) { // that it happens then is shown by S0.58 here, and with a clock of its own by the engine's TestIncrementalSyncEveryDay
		rows := w.list(t, 1, "s131a", "s131b")
		next := "Get-MigrationUser %s | ForEach-Object { \"%[1]s: $([math]::Round(($_.NextSyncTime - $_.LastSuccessfulSyncTime).TotalHours))\" }\n"
		w.shows(t, w.make(t, rows[:2]...)+beginAndWait+fmt.Sprintf(next, "s131a@contoso.edu")+"Set-MigrationConfig -IncrementalSyncInterval 4:00\n"+
			strings.Replace(w.make(t, rows[0], rows[2]), "Batch B", "Batch C", 1)+"-AutoStart | Out-Null\nWait-MigrationBatch C | Out-Null\n"+fmt.Sprintf(next, "s131b@contoso.edu"),
			"s131a@contoso.edu: 24\n", "s131b@contoso.edu: 4\n")
	})
}

// seedEnds shows what the articles promise of statuses, of the end and of removal: S1.35 to S1.49.
func seedEnds(t *testing.T, w *seedWorld) {
	t.Run("S1.35", func(t *testing.T) {
		rows := w.list(t, 2, "s135")
		w.shows(t, w.make(t, rows...)+"-AutoStart | ForEach-Object { \"now $($_.Status)\" }\n(Wait-MigrationBatch B).Status", "now Starting\n", "Synced\n")
		arrived(t, w.target, 2, "s135@contoso.edu")
	})
	t.Run("S1.39", func(t *testing.T) {
		rows := w.list(t, 1, "s139")
		r := newProgram(t).run("Get-MigrationBatch -Status Nonsense", "")
		for _, s := range strings.Fields("Created Starting Syncing Synced SyncedWithErrors IncrementalSyncing Stopping Stopped Completing Completed CompletedWithErrors Failed Waiting Removing Corrupted") {
			if !regexp.MustCompile(`\b` + s + `\b`).MatchString(r.stderr) {
				t.Errorf("%s is not among the statuses: %s", s, r.stderr)
			}
		}
		w.shows(t, w.make(t, rows...)+beginAndWait+"\"$(@(Get-MigrationBatch -Status synced).Count) $(@(Get-MigrationBatch -Status Syncing).Count)\"", "1 0\n")
	})
	t.Run("S1.40", func(t *testing.T) {
		rows := w.list(t, 1, "s140a", "s140b")
		rows[2] = strings.Replace(rows[2], "source-s140b", "mistyped", 1)
		r := newProgram(t).run("Get-MigrationUser -Status Nonsense", "")
		for _, s := range strings.Fields("Queued Validating Provisioning ProvisionUpdating Starting Syncing Synced IncrementalSyncing IncrementalSynced IncrementalFailed IncrementalStopped Completing CompletionSynced Completed CompletedWithWarnings CompletionFailed Failed Stopping Stopped Removing Corrupted") {
			if !regexp.MustCompile(`\b` + s + `\b`).MatchString(r.stderr) {
				t.Errorf("%s is not among the statuses: %s", s, r.stderr)
			}
		}
		w.shows(t, w.make(t, rows...)+beginAndWait+"(Get-MigrationUser -Status Synced).Identity.ToString(); (Get-MigrationUser -StatusSummary Failed).Identity.ToString()", "s140a@contoso.edu\n", "s140b@contoso.edu\n")
	})
	t.Run("S1.43", func(t *testing.T) {
		rows := w.list(t, 1, "s143")
		out := newProgram(t).run(w.prepare()+w.make(t, rows...)+"| Out-Null\nRemove-MigrationBatch -Identity B\n\"left: $(@(Get-MigrationBatch).Count)\"\nRemove-MigrationBatch -Identity B -Confirm:$false\n\"then: $(@(Get-MigrationBatch).Count)\"\n", "N\n").stdout
		for _, want := range []string{"Are you sure you want to perform this action?", "left: 1\n", "then: 0\n"} {
			if !strings.Contains(out, want) {
				t.Errorf("nothing says %q in\n%s", want, out)
			}
		}
		if strings.Count(out, "Are you sure") != 1 {
			t.Errorf("asked is\n%s", out)
		}
	})
	t.Run("S1.45", func(t *testing.T) {
		rows := w.list(t, 1, "s145")
		w.shows(t, w.make(t, rows...)+beginAndWait+"Remove-MigrationBatch B -Confirm:$false\nGet-MigrationBatch B", "The migration batch 'B' can't be found.")
	})
	t.Run("S1.46", func(t *testing.T) {
		rows := w.list(t, 1, "s146")
		p := newProgram(t)
		report := strings.TrimSpace(p.ok(w.prepare()+w.make(t, rows...)+beginAndWait+"Remove-MigrationBatch B -Confirm:$false\n(Get-ChildItem (Get-MigrationConfig).ReportDirectory).FullName", ""))
		page, err := os.ReadFile(report)
		if err != nil || !strings.Contains(string(page), "s146@contoso.edu") {
			t.Errorf("the report %q: %v", report, err)
		}
		st, err := boltstore.Open(t.Context(), filepath.Join(p.home, "state.db"), boltstore.Options{Schema: records.Schema})
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		for r, err := range st.Scan(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(r.Value), `"Password":`) || strings.Contains(string(r.Value), `"TargetPassword":`) {
				t.Errorf("a password is left in %s: %s", r.Key, r.Value)
			}
		}
	})
	t.Run("S1.48", func(t *testing.T) {
		rows := w.list(t, 1, "s148a", "s148b")
		rows[2] = strings.Replace(rows[2], "source-s148b", "mistyped", 1)
		r := w.shows(t, w.make(t, rows...)+beginAndWait+"Get-MigrationUser -Status Failed | Get-MigrationUserStatistics -IncludeReport -IncludeSkippedItems | FL Status,Error,SkippedItemCount,SkippedItems,Report",
			"Status           : Failed\n", "Error            : We had trouble signing in to this account", "SkippedItemCount : 0\n", "SkippedItems     : ", "Report           : ", "The copy of s148b@contoso.edu begins.")
		if strings.Contains(r.stdout, "s148a") {
			t.Errorf("the one that arrived is listed:\n%s", r.stdout)
		}
	})
	t.Run("S1.49", func(t *testing.T) {
		rows := w.list(t, 2, "s149a", "s149b")
		right := rows[2]
		rows[2] = strings.Replace(rows[2], "source-s149b", "mistyped", 1)
		w.shows(t, w.make(t, rows...)+beginAndWait+"Set-MigrationBatch B -CSVData ([IO.File]::ReadAllBytes('"+userList(t, rows[0], right)+"')) -WarningAction SilentlyContinue\n"+
			"$Failed = Get-MigrationUser s149b@contoso.edu\nStop-MigrationBatch B -Confirm:$false; Wait-MigrationBatch B | Out-Null\nNew-MigrationBatch -Name Retry -Users $Failed -AutoStart | Out-Null\n"+
			"(Wait-MigrationBatch Retry).Status\n(Get-MigrationUser -BatchId Retry).Identity -join ' '", "Synced\ns149b@contoso.edu\n")
		arrived(t, w.target, 2, "s149a@contoso.edu", "s149b@contoso.edu")
	})
}

// seedHelp shows what the first article promises of help and of time zones: S0.36, S0.37 and S0.82 to S0.85.
func seedHelp(t *testing.T) {
	p := newProgram(t)
	t.Run("S0.36", func(t *testing.T) {
		r := p.shows(`Get-ChildItem "HKLM:\Software\Microsoft\Windows NT\CurrentVersion\Time zones" | FL pschildname`, "PSChildName : Pacific Standard Time\n", "PSChildName : W. Europe Standard Time\n")
		if n := strings.Count(r.stdout, "PSChildName : "); n < 100 {
			t.Errorf("%d time zones", n)
		}
	})
	t.Run("S0.37", func(t *testing.T) {
		r := p.shows(`$TimeZone = Get-ChildItem "HKLM:\Software\Microsoft\Windows NT\CurrentVersion\Time zones" | foreach {Get-ItemProperty $_.PSPath}; $TimeZone | sort Display | Format-Table -Auto PSChildname,Display`,
			"PSChildName", "Display", "Pacific Standard Time", "(UTC-08:00) ")
		if n := strings.Count(r.stdout, "(UTC"); n < 100 {
			t.Errorf("%d time zones", n)
		}
	})
	t.Run("S0.82", func(t *testing.T) {
		r := p.shows("Get-Help New-MigrationBatch", "SYNOPSIS", "SYNTAX", "DESCRIPTION", "!EXAMPLE 1")
		for _, set := range []string{"-SourceEndpoint <", "-RemoteServer <", "-Users] <"} {
			if !strings.Contains(r.stdout, set) {
				t.Errorf("no syntax has %s:\n%s", set, r.stdout)
			}
		}
	})
	t.Run("S0.83", func(t *testing.T) {
		r := p.shows("Get-Help New-MigrationBatch -Examples", "SYNOPSIS", "!PARAMETERS", "PS > ", "ReadAllBytes(")
		if n := strings.Count(r.stdout, "- Example "); n < 2 {
			t.Errorf("%d examples", n)
		}
	})
	t.Run("S0.84", func(t *testing.T) {
		r := p.shows("Get-Help New-MigrationBatch -Detailed\n'-- ' + ((Get-Command New-MigrationBatch).Parameters.Keys -join ' ')", "DESCRIPTION", "SYNTAX", "PARAMETERS", "- Example 1")
		_, names, _ := strings.Cut(r.stdout, "-- Name")
		for _, name := range strings.Fields("CSVData SourceEndpoint TargetEndpoint RemoteServer Port Security MaxConcurrentMigrations ExcludeFolders TimeZone NotificationEmails StartAfter CompleteAfter AutoStart") {
			if !strings.Contains(r.stdout, "\n    -"+name+" <") && !strings.Contains(r.stdout, "\n    -"+name+" [<") {
				t.Errorf("-%s is not described (parameters: %s)", name, names)
			}
		}
	})
	t.Run("S0.85", func(t *testing.T) { // that every example parses is shown by cmdlets/migration's TestHelpFiles
		p.shows(`$poor = foreach ($c in Get-Command -Name *-Migration*, Complete-Migration -CommandType Cmdlet) {
	$h = Get-Help $c.Name -Full
	if (-not $h.Synopsis.Trim() -or $h.Synopsis -match [regex]::Escape($c.Name + ' [')) { "$($c.Name): no synopsis" }
	if (@($h.examples.example).Count -lt 2) { "$($c.Name): $(@($h.examples.example).Count) examples" }
	foreach ($p in $h.parameters.parameter) { if (-not ($p.description.Text -join '').Trim()) { "$($c.Name) -$($p.name): no description" } }
}
"poor: $($poor -join '; ')|"`, "poor: |")
	})
}

// seedCutover shows what the articles promise of the MX record, which a name server of the test's own tells: S0.62, S1.41 and S1.42.
func seedCutover(t *testing.T, w *seedWorld) {
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, TLSOnly: true}) // at an address that is not the source's
	w.source.AddUser(t, testserver.Account{Name: "s062", Password: "x"})
	w.source.Fill(t, "s062", testmail.Plain(1, 2))
	target.AddUser(t, testserver.Account{Name: "s062@contoso.edu", Password: "x"})
	dns := startDNS(t)
	dns.deliverTo("old.contoso.edu")
	p := newProgram(t).trusting(target.CAFile)
	p.env = append(p.env, "MIGSH_DNS_SERVER="+dns.address)
	const status = "Test-MigrationCutover B | ForEach-Object { \"$($_.Domain) to $($_.PointsTo), $($_.NotSyncedCount) not synced, ready: $($_.Ready)\" }\n"
	p.ok(fmt.Sprintf("New-MigrationEndpoint Source -IMAP -RemoteServer 127.0.0.1 -Port %d -Security None | Out-Null\nNew-MigrationEndpoint Target -IMAP -RemoteServer 127.0.0.2 -Port %d -Security Ssl -WarningAction SilentlyContinue | Out-Null\n"+
		"Set-MigrationConfig -TargetEndpoint Target\n", w.source.IMAPPort, target.IMAPSPort)+
		w.make(t, "EmailAddress,UserName,Password,TargetPassword", "s062@contoso.edu,s062,x,x")+"-WarningAction SilentlyContinue "+beginAndWait, "")
	t.Run("S0.62", func(t *testing.T) {
		p.shows(status+"Complete-Migration -WhatIf\nComplete-MigrationBatch B -WhatIf", "contoso.edu to Source, ",
			"WARNING: The MX record of contoso.edu still points at the source (old.contoso.edu): mail goes on arriving there.")
		dns.deliverTo("new.contoso.edu")
		p.shows("Complete-MigrationBatch B -WhatIf", "WARNING: The MX record of contoso.edu was changed at ", "!still points at the source")
	})
	t.Run("S1.41", func(t *testing.T) {
		dns.deliverTo("new.contoso.edu")
		p.shows(status, "contoso.edu to Target, 1 not synced, ready: False\n")
		p.shows("Set-MigrationBatch B -SyncNow\nWait-MigrationBatch B | Out-Null\n"+status+
			"Get-MigrationBatch B | Format-List LastSyncedDateTime\n(Get-MigrationUser).LastSuccessfulSyncTime -is [datetime]", "contoso.edu to Target, 0 not synced, ready: False\n", "LastSyncedDateTime : ", "True\n")
	})
	t.Run("S1.42", func(t *testing.T) {
		dns.deliverTo("new.contoso.edu")
		const warning = "WARNING: The MX record of contoso.edu was changed at "
		p.shows("Test-MigrationCutover -Domain contoso.edu -ChangedTime ([datetime]::UtcNow.AddHours(-71)) | Out-Null\nRemove-MigrationBatch B -WhatIf", warning, "until")
		p.shows("Test-MigrationCutover -Domain contoso.edu -ChangedTime ([datetime]::UtcNow.AddHours(-73)) | Out-Null\nSet-MigrationBatch B -SyncNow\nWait-MigrationBatch B | Out-Null\n"+status+"Remove-MigrationBatch B -WhatIf",
			"contoso.edu to Target, 0 not synced, ready: True\n", "!"+warning)
	})
}

// dnsStub is a name server that knows contoso.edu.
type dnsStub struct {
	address string
	mu      sync.Mutex
	mx      string
}

// deliverTo sets the MX record.
func (d *dnsStub) deliverTo(host string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mx = host
}

func startDNS(t *testing.T) *dnsStub {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &dnsStub{address: conn.LocalAddr().String()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		packet := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			if answer := d.answer(packet[:n]); answer != nil {
				if _, err := conn.WriteTo(answer, from); err != nil {
					return
				}
			}
		}
	}()
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	return d
}

// answer answers a query with one question (RFC 1035); what is not known has no answer.
func (d *dnsStub) answer(query []byte) []byte {
	if len(query) < 12 {
		return nil
	}
	var name []string
	at := 12
	for at < len(query) && query[at] != 0 {
		next := at + 1 + int(query[at])
		if next >= len(query) {
			return nil
		}
		name = append(name, strings.ToLower(string(query[at+1:next])))
		at = next
	}
	if at+5 > len(query) {
		return nil
	}
	question, kind := query[12:at+5], int(query[at+1])<<8|int(query[at+2])
	const typeA, typeMX = 1, 15
	var data []byte
	switch host := strings.Join(name, "."); {
	case kind == typeMX && host == "contoso.edu":
		d.mu.Lock()
		data = []byte{0, 10}
		for label := range strings.SplitSeq(d.mx, ".") {
			data = append(append(data, byte(len(label))), label...)
		}
		data = append(data, 0)
		d.mu.Unlock()
	case kind == typeA && host == "old.contoso.edu":
		data = []byte{127, 0, 0, 1}
	case kind == typeA && host == "new.contoso.edu":
		data = []byte{127, 0, 0, 2}
	}
	answer := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
	if data == nil {
		return answer
	}
	answer[7] = 1
	answer = append(answer, 0xc0, 12, 0, byte(kind), 0, 1, 0, 0, 0, 60, byte(len(data)>>8), byte(len(data)))
	return append(answer, data...)
}
