//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"

	"migsh/internal/sample"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// seedBatches shows what the articles promise of making, starting and stopping batches: S0.21 to S0.42 and S0.56 to S0.81.
func seedBatches(t *testing.T, w *seedWorld) {
	t.Run("S0.21", func(t *testing.T) { testTestBatch(t, w) })
	t.Run("S0.27", func(t *testing.T) {
		list := userList(t, w.list(t, 0, "s027")...)
		w.shows(t, "New-MigrationBatch -SourceEndpoint Source -Name B -CSVData:([System.IO.File]::ReadAllBytes(\""+list+"\")) | Format-List TotalCount, CsvFileName", "TotalCount  : 1\nCsvFileName : users.csv\n")
	})
	t.Run("S0.28", func(t *testing.T) {
		list := userList(t, w.list(t, 0, "s028")...)
		w.shows(t, "$bytes = [IO.File]::ReadAllBytes('"+list+"')\nNew-MigrationBatch A -SourceEndpoint Source -CSVData $bytes | ForEach-Object TotalCount\nRemove-MigrationBatch A -Confirm:$false\n"+
			"New-MigrationBatch B -SourceEndpoint Source -CSVData ( [System.IO.File]::ReadAllBytes( '"+list+"' ) ) | ForEach-Object { \"then $($_.TotalCount)\" }", "1\nthen 1\n")
	})
	t.Run("S0.29", func(t *testing.T) {
		rows := w.list(t, 0, "s029")
		w.shows(t, strings.Replace(w.make(t, rows...), "-SourceEndpoint", "-SOURCEendp", 1)+"-timez 'Pacific Standard Time' -EXCLUDEF 'Junk Mail' | Format-List TimeZone, ExcludedFolders\n"+
			strings.Replace(w.make(t, rows...), "Batch B", "Batch C", 1)+"-S Source", "TimeZone        : Pacific Standard Time\nExcludedFolders : {Junk Mail}\n", "'S' is ambiguous")
	})
	t.Run("S0.31", func(t *testing.T) {
		w.shows(t, "New-MigrationBatch -SourceEndpoint Source\n\"batches: $(@(Get-MigrationBatch).Count)\"", "missing mandatory parameters: Name CSVData", "batches: 0\n")
		s := start(t)
		s.WaitFor(ps)
		s.Type("New-MigrationEndpoint\r")
		s.WaitFor("Supply values for the following parameters:\nName:")
		s.Type("X\r")
		s.WaitFor("Name: X\nRemoteServer:")
		s.Type("no-such-host.invalid\r")
		s.WaitFor("ion to save the endpoint all the same.\n" + ps)
		s.Type("exit\r")
		s.Exit()
	})
	t.Run("S0.34", func(t *testing.T) { testThreeAtOnce(t, w) })
	t.Run("S0.38", func(t *testing.T) {
		w.shows(t, "(Get-Alias FL).Definition\nGet-MigrationEndpoint Source | fl remoteSERVER, SECURITY", "Format-List\n", "RemoteServer : 127.0.0.1\nSecurity     : None\n")
	})
	t.Run("S0.39", func(t *testing.T) { testExcludedFolders(t, w) })
	t.Run("S0.40", func(t *testing.T) {
		rows := w.list(t, 0, "s040")
		for _, list := range []string{`"Deleted Items","Junk Mail"`, `"Deleted Items", "Junk Mail"`, `"Deleted Items" ,"Junk Mail"`, `@('Deleted Items'; 'Junk Mail')`} {
			w.shows(t, w.make(t, rows...)+"-ExcludeFolders "+list+" | ForEach-Object { $_.ExcludedFolders.Count; $_.ExcludedFolders[1] }", "2\nJunk Mail\n")
		}
	})
	t.Run("S0.42", func(t *testing.T) {
		rows := w.list(t, 0, "s042")
		w.shows(t, "Set-MigrationConfig -LegacyMode $true\n"+w.make(t, rows...)+"-StartAfter (Get-Date).AddDays(1) -AutoStart | Out-Null\n(Get-MigrationBatch).Status\n"+
			strings.Replace(w.make(t, rows...), "Batch B", "Batch C", 1)+"\n\"batches: $(@(Get-MigrationBatch).Count)\"",
			"Waiting\n", "The batch 'B' is Waiting, and in legacy mode one batch is active at a time.", "batches: 1\n")
	})
	t.Run("S0.56", func(t *testing.T) {
		rows := w.list(t, 3, "s056a", "s056b")
		w.shows(t, w.make(t, rows[:2]...)+beginAndWait+strings.Replace(w.make(t, rows[0], rows[2]), "Batch B", "Batch C", 1)+
			"-AutoStart | Out-Null\nWait-MigrationBatch C | Out-Null\nGet-MigrationBatch | ForEach-Object { \"$($_.Identity) $($_.Status) $($_.TotalCount)\" }", "B Synced 1\nC Synced 1\n")
		arrived(t, w.target, 3, "s056a@contoso.edu", "s056b@contoso.edu")
	})
	t.Run("S0.57", func(t *testing.T) {
		rows := w.list(t, 3, "s057a", "s057b")
		second := strings.Replace(w.make(t, rows[0], rows[2]), "Batch B", "Batch C", 1)
		w.shows(t, w.make(t, rows[:2]...)+"| Out-Null\n"+second+"| Out-Null\nSet-MigrationConfig -LegacyMode $true\n"+
			"Set-MigrationBatch B -StartAfter (Get-Date).AddDays(1)\nStart-MigrationBatch B\nStart-MigrationBatch C\n\"C is $((Get-MigrationBatch C).Status)\"\n"+
			"Set-MigrationBatch B -StartAfter (Get-Date).AddDays(-1)\nWait-MigrationBatch B | Out-Null\nStart-MigrationBatch C\n\"then $((Wait-MigrationBatch C).Status)\"",
			"The batch 'B' is Waiting, and in legacy mode one batch is active at a time.", "C is Created\n", "then Synced\n")
	})
	seedStatus(t, w)
	seedStop(t, w)
}

// testTestBatch moves two users for a trial, removes the batch, and moves them with all others: nothing comes twice.
func testTestBatch(t *testing.T, w *seedWorld) {
	names := []string{"s021a", "s021b", "s021c", "s021d"}
	rows := w.list(t, 5, names...)
	for _, n := range names {
		w.source.Run(t, n, `CREATE "Junk Mail"`)
		deliver(t, w.source, n, "Junk Mail", "junk")
	}
	sink := testserver.StartSMTP(t, testserver.SMTPOptions{})
	newBatch := func(name string, rows []string) string {
		return strings.NewReplacer("Batch B", "Batch "+name, "-SourceEndpoint Source", "-Imap "+w.server+"-MaxConcurrentMigrations 2").Replace(w.make(t, rows...)) +
			"-ExcludeFolders 'Junk Mail' -NotificationEmails tester@contoso.edu -AutoStart | Out-Null\n\"" + name + " $((Wait-MigrationBatch " + name + ").Status)\"\n"
	}
	w.shows(t, relay(sink)+
		newBatch("Trial", rows[:3])+"(Get-MigrationUser | Get-MigrationUserStatistics).TransferredItemCount -join ' '\nRemove-MigrationBatch Trial -Confirm:$false\n"+
		newBatch("All", rows)+"(Get-MigrationUser | Get-MigrationUserStatistics).SyncedItemCount -join ' '",
		"Trial Synced\n5 5\n", "All Synced\n5 5 5 5\n")
	arrived(t, w.target, 5, "s021a@contoso.edu", "s021b@contoso.edu", "s021c@contoso.edu", "s021d@contoso.edu")
	sink.Wait(t.Context(), t, 2)
}

// testThreeAtOnce counts the mailboxes that are open at the source while eight rows are copied, three at a time. Whenever the source
// stands still, three are open, as long as rows wait.
func testThreeAtOnce(t *testing.T, w *seedWorld) {
	var names []string
	for i := range 8 {
		names = append(names, fmt.Sprintf("s034%c", 'a'+i))
	}
	rows := w.list(t, 10, names...)
	gate := testserver.NewProxy(t, w.source.IMAPAddr())
	gate.UseAll(testserver.Link{Rate: 64 << 10})
	p := newProgram(t)
	session := p.live()
	session.do(endpoints(gate.Port(), w.target.IMAPPort, "-MaxConcurrentMigrations 3 -MaxConcurrentIncrementalSyncs 3") + w.make(t, rows...) + "-AutoStart | Out-Null")
	base := gate.Stats().Total
	for waiting := 5; waiting > 0; waiting-- { // another mailbox is opened as soon as one is done
		stats, err := gate.Wait(t.Context(), func(s testserver.ProxyStats) bool { return s.Open == 3 && s.Total >= base+8-waiting })
		if err != nil {
			t.Fatalf("three are never open at once: %+v, %v", stats, err)
		}
	}
	if said := session.do("(Wait-MigrationBatch B).Status"); !strings.Contains(said, "Synced") {
		t.Errorf("the batch is %s", said)
	}
	session.done()
	if most := gate.Stats().Max; most != 3 {
		t.Errorf("%d were open at once, want 3", most)
	}
	for _, n := range names {
		arrived(t, w.target, 10, n+"@contoso.edu")
	}
}

// testExcludedFolders leaves folders out, on servers that put them beside the inbox and below it.
func testExcludedFolders(t *testing.T, w *seedWorld) {
	for name, source := range map[string]testserver.Any{
		"beside":  testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true}),
		"below":   testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Separator: ".", Prefix: "INBOX."}),
		"Courier": testserver.StartCourier(t, testserver.CourierOptions{}),
	} {
		t.Run(name, func(t *testing.T) {
			target := "s039-" + strings.ToLower(name) + "@contoso.edu"
			source.AddUser(t, testserver.Account{Name: "ann", Password: "x"})
			w.target.AddUser(t, testserver.Account{Name: target, Password: "x"})
			var box sample.Mailbox
			messages := testmail.Plain(9, 2).Folders[0].Messages
			for _, path := range [][]string{{"INBOX"}, {"Deleted Items"}, {"Deleted Items", "Old"}, {"Junk Mail"}, {"Junk Mail", "Older"}, {"Work"}} {
				box.Folders = append(box.Folders, sample.Folder{Path: path, Messages: messages})
			}
			source.Base().Fill(t, "ann", box)
			list := userList(t, "EmailAddress,UserName,Password,TargetPassword", target+",ann,x,x")
			newProgram(t).shows(endpoints(source.Base().IMAPPort, w.target.IMAPPort, "")+"New-MigrationBatch B -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('"+list+"')) -ExcludeFolders 'deleted items','JUNK MAIL/*' "+beginAndWait+
				"(Get-MigrationUserStatistics "+target+").Folders | Where-Object Excluded | ForEach-Object { \"excluded: $($_.SourceFolder)\" }\n"+
				"(Get-MigrationUserStatistics "+target+" -IncludeReport).Report.ToString()",
				"excluded: "+source.Base().Name("Deleted Items")+"\n", "excluded: "+source.Base().Name("Junk Mail")+"\n", "excluded: "+source.Base().Name("Junk Mail", "Older")+"\n",
				"!excluded: "+source.Base().Name("Deleted Items", "Old")+"\n")
			for path, want := range map[string]int{"INBOX": 2, "Work": 2, "Deleted Items/Old": 2, "Deleted Items": 0, "Junk Mail": 0, "Junk Mail/Older": 0} {
				if got := in(t, w.target, target, strings.Split(path, "/")...); got != want {
					t.Errorf("%q has %d messages, want %d", path, got, want)
				}
			}
		})
	}
}

// seedStatus shows what Get-MigrationBatch and Get-MigrationStatus tell of a batch of three, one of which fails and one of whose rows
// has no proper address.
func seedStatus(t *testing.T, w *seedWorld) {
	rows := w.list(t, 4, "s063a", "s063b", "s063c")
	rows[3] = strings.Replace(rows[3], "source-s063c", "mistyped", 1)
	p := newProgram(t)
	r := p.run(w.prepare()+w.make(t, append(rows, "no address,x,y,z")...)+`-NotificationEmails admin@contoso.edu -TimeZone 'Pacific Standard Time' | Out-Null
'== S0.63 before'; (Get-MigrationBatch).Status
$before = [datetime]::UtcNow
Start-MigrationBatch
Wait-MigrationBatch | Out-Null
$b = Get-MigrationBatch
'== S0.63'; $b.Status
'== S0.64'; $b.StartDateTimeUTC -ge $before.AddSeconds(-1) -and $b.StartDateTimeUTC -le [datetime]::UtcNow
[math]::Round(($b.StartDateTimeUTC - $b.StartDateTime).TotalHours)
'== S0.65'; $b.SourceEndpoint | Format-List RemoteServer, Port, Security, MaxConcurrentMigrations
'== S0.66'; $b.TotalCount
'== S0.67'; $b.SyncedCount
'== S0.68'; $b.ValidationWarnings | Format-List RowIndex, EmailAddress, LocalizedErrorMessage
'== S0.69'; $b.FailedCount; Get-MigrationUser -BatchId B -Status Failed | ForEach-Object { "$($_.Identity): $($_.ErrorSummary)" }
'== S0.70'; $b.NotificationEmails
'== S0.71'; (Get-MigrationStatus).Status
'== S0.72'; (Get-MigrationStatus).RequestCount
'== S0.73'; (Get-MigrationStatus).MigratedCount
'== S0.74'; (Get-MigrationStatus).FailedCount; (Get-MigrationStatus).Errors
'== S1.37'; Get-MigrationBatch -Identity B | Format-List
'== S1.38'; Get-MigrationBatch -Identity B | Format-List Status
'== end'
`, "")
	for name, says := range map[string][]string{
		"S0.63": {"\nCreated\n", "\nSyncedWithErrors\n"},
		"S0.64": {"\nTrue\n", "\n8\n", "\n7\n"},
		"S0.65": {"RemoteServer            : 127.0.0.1\n", fmt.Sprintf("Port                    : %d\n", w.source.IMAPPort), "MaxConcurrentMigrations : 100\n"},
		"S0.66": {"\n3\n"},
		"S0.67": {"\n2\n"},
		"S0.68": {"RowIndex              : 4\n", "EmailAddress          : no address\n", "Row 4 is left out"},
		"S0.69": {"\n1\n", "s063c@contoso.edu: We had trouble signing in to this account: the source login 's063c'"},
		"S0.70": {"\nadmin@contoso.edu\n"},
		"S0.71": {"\nSyncedWithErrors\n"},
		"S0.72": {"\n3\n"},
		"S0.73": {"\n2\n"},
		"S0.74": {"\n1\n", "s063c@contoso.edu: We had trouble signing in"},
		"S1.37": {"Identity                   : B\n", "Status                     : SyncedWithErrors\n", "TotalCount                 : 3\n", "SourceEndpoint             : Source\n", "ExcludedFolders            : {}\n", "LastSyncedDateTime         : ", "Report                     :"},
		"S1.38": {"\nStatus : SyncedWithErrors\n"},
	} {
		t.Run(name, func(t *testing.T) {
			said := section(r.stdout, name)
			for _, want := range says {
				if name == "S0.64" && (want == "\n8\n" || want == "\n7\n") { // with or without summer time
					if !strings.Contains(said, "\n8\n") && !strings.Contains(said, "\n7\n") {
						t.Errorf("the start is not shown in the batch's time zone: %s", said)
					}
					continue
				}
				if !strings.Contains(said, want) {
					t.Errorf("nothing says %q in\n%s\n%s", want, said, r.stderr)
				}
			}
		})
	}
}

// section is what a script has shown between its lines "== name…" and the next such line that is another's.
func section(text, name string) string {
	var b strings.Builder
	for _, part := range strings.Split("\n"+text, "\n== ")[1:] {
		if title, body, _ := strings.Cut(part, "\n"); title == name || strings.HasPrefix(title, name+" ") {
			b.WriteString("\n" + body + "\n")
		}
	}
	return b.String()
}

// seedStop stops a batch of four, one of which is done and two of which are under way, and starts it again.
func seedStop(t *testing.T, w *seedWorld) {
	names := []string{"s075a", "s075b", "s075c", "s075d"}
	rows := w.list(t, 30, names...)
	sink := testserver.StartSMTP(t, testserver.SMTPOptions{})
	gate := testserver.NewProxy(t, w.source.IMAPAddr())
	session := newProgram(t).live()
	session.do(endpoints(gate.Port(), w.target.IMAPPort, "-MaxConcurrentMigrations 2 -MaxConcurrentIncrementalSyncs 2") +
		fmt.Sprintf("Set-MigrationConfig -SmtpServer localhost -SmtpPort %d -SmtpSecurity None -SmtpFrom migsh@contoso.edu -NotificationEmails admin@contoso.edu\n", sink.Port) +
		w.make(t, rows[:2]...) + "-AutoStart | Out-Null; Wait-MigrationBatch B | Out-Null\n")
	gate.UseAll(testserver.Link{Rate: 32 << 10})
	before := gate.Stats()
	session.do("Set-MigrationBatch B -AddUsers -CSVData ([IO.File]::ReadAllBytes('" + userList(t, rows...) + "')); Start-MigrationBatch B")
	if _, err := gate.Wait(t.Context(), func(s testserver.ProxyStats) bool { return s.Open == 2 && s.Down >= before.Down+8<<10 }); err != nil {
		t.Fatal(err)
	}
	gate.Pause()
	const users = "Get-MigrationUser | ForEach-Object { \"$($_.Identity) $($_.Status)\" }\n"
	stopping := session.do("Stop-MigrationBatch -Confirm:$false\n\"the batch is $((Get-MigrationBatch).Status)\"\n" + users)
	gate.Resume()
	stopped := session.do("\"the batch is $((Wait-MigrationBatch).Status)\"\n" + users + "(Get-MigrationUserStatistics s075a@contoso.edu).SyncedItemCount")
	mails := sink.Wait(t.Context(), t, 2) // the first copy, and the stop
	demand := func(number, said string, says ...string) {
		t.Run(number, func(t *testing.T) {
			for _, want := range says {
				if !strings.Contains(said, want) {
					t.Errorf("nothing says %q in\n%s", want, said)
				}
			}
		})
	}
	demand("S0.75", stopping, "the batch is Stopping\n")
	t.Run("S0.77", func(t *testing.T) {
		if !strings.HasSuffix(strings.TrimSpace(stopped), "30") {
			t.Errorf("of the finished mailbox is said %s", stopped)
		}
		arrived(t, w.target, 30, "s075a@contoso.edu")
	})
	t.Run("S0.78", func(t *testing.T) {
		for _, want := range []string{"s075b@contoso.edu Stopping\n", "s075c@contoso.edu Stopping\n", "s075d@contoso.edu Stopped\n"} {
			if !strings.Contains(stopping, want) {
				t.Errorf("while it stops, nothing says %q in\n%s", want, stopping)
			}
		}
		if !strings.Contains(stopped, "the batch is Stopped\n") {
			t.Errorf("in the end: %s", stopped)
		}
		arrived(t, w.target, 30, "s075b@contoso.edu", "s075c@contoso.edu")
		arrived(t, w.target, 0, "s075d@contoso.edu")
	})
	last := mails[len(mails)-1]
	demand("S0.79", last.Text, "was stopped", "Mailboxes migrated: 3\r\n", "Mailboxes not migrated yet: 1\r\n")
	t.Run("S0.80", func(t *testing.T) {
		list := last.Attachments["MigrationErrors.csv"]
		for name, why := range map[string]string{"s075b": "It was being migrated when the batch was stopped", "s075c": "It was being migrated when the batch was stopped", "s075d": "It was waiting when the batch was stopped"} {
			if !strings.Contains(list, "\n"+name+"@contoso.edu,"+name+",,"+why) && !strings.Contains(list, "\n"+name+"@contoso.edu,"+name+",,\""+why) {
				t.Errorf("the list lacks %s with %q:\n%s", name, why, list)
			}
		}
		if strings.Contains(list, "s075a") {
			t.Errorf("the list has the mailbox that was done:\n%s", list)
		}
	})
	again := session.do("Start-MigrationBatch\n\"the batch is $((Wait-MigrationBatch).Status)\"")
	session.done()
	t.Run("S0.81", func(t *testing.T) {
		if !strings.Contains(again, "the batch is Synced\n") {
			t.Errorf("started again: %s", again)
		}
		for _, n := range names {
			arrived(t, w.target, 30, n+"@contoso.edu")
		}
	})
}
