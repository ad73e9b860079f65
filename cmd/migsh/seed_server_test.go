//go:build unix

package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"migsh/internal/testserver"
)

// seedServers shows what the articles promise of testing servers and of endpoints: S0.23 to S0.25, S1.7 to S1.13 and S1.25 to S1.34.
func seedServers(t *testing.T, w *seedWorld) {
	t.Run("S0.23", func(t *testing.T) {
		for name, server := range map[string]testserver.Any{
			"Dovecot": w.source, "Cyrus": testserver.StartCyrus(t, testserver.CyrusOptions{}), "Courier": testserver.StartCourier(t, testserver.CourierOptions{}),
		} {
			t.Run(name, func(t *testing.T) {
				p := newProgram(t).trusting(server.Base().CAFile)
				p.shows(fmt.Sprintf(`$t = Test-MigrationServerAvailability -RemoteServer localhost -Port %d -Security Tls
$t | Format-List Result, ConnectionSettings, Software, TlsVersion
"IDLE offered: $($t.Capabilities -contains 'IDLE'), took: $($t.Elapsed -gt [timespan]::Zero -and $t.Elapsed -lt [timespan]'0:1')"`, server.Base().IMAPPort),
					"Result             : Success\n", fmt.Sprintf("ConnectionSettings : localhost:%d Tls Basic\n", server.Base().IMAPPort), "Software           : "+name, "TlsVersion         : TLS", "IDLE offered: True, took: True\n")
			})
		}
	})
	t.Run("S0.24", func(t *testing.T) { testServerFaults(t, w) })
	t.Run("S1.7", func(t *testing.T) {
		p := newProgram(t).trusting(w.source.CAFile)
		p.shows(fmt.Sprintf("New-MigrationEndpoint -IMAP -Name ByAddress -RemoteServer 127.0.0.1 -Port %d -Security Ssl | Format-List RemoteServer\n"+
			"New-MigrationEndpoint -IMAP -Name ByName -RemoteServer localhost -Port %[1]d -Security Ssl -AcceptUntrustedCertificates | Format-List RemoteServer", w.source.IMAPSPort),
			"RemoteServer : 127.0.0.1\n", "RemoteServer : localhost\n", "WARNING: 127.0.0.1 is an address, and certificates are issued for names")
	})
	t.Run("S1.8", func(t *testing.T) {
		w.shows(t, "Test-MigrationServerAvailability "+w.server+"| ForEach-Object LocalAddress", "127.0.0.1")
	})
	t.Run("S1.10", func(t *testing.T) {
		r := newProgram(t).shows("Get-Command *migration* | ForEach-Object Name")
		for _, name := range []string{"Test-MigrationServerAvailability", "New-MigrationEndpoint", "Get-MigrationEndpoint", "Set-MigrationEndpoint", "Remove-MigrationEndpoint",
			"New-MigrationBatch", "Get-MigrationBatch", "Set-MigrationBatch", "Start-MigrationBatch", "Stop-MigrationBatch", "Complete-MigrationBatch", "Remove-MigrationBatch",
			"Get-MigrationUser", "Set-MigrationUser", "Start-MigrationUser", "Stop-MigrationUser", "Remove-MigrationUser", "Get-MigrationUserStatistics",
			"Get-MigrationStatistics", "Get-MigrationStatus", "Complete-Migration", "Get-MigrationConfig", "Set-MigrationConfig", "Export-MigrationReport"} {
			if !strings.Contains("\n"+r.stdout, "\n"+name+"\n") {
				t.Errorf("%s is not listed in\n%s", name, r.stdout)
			}
		}
	})
	t.Run("S1.11", func(t *testing.T) {
		cyrus := testserver.StartCyrus(t, testserver.CyrusOptions{})
		for name, server := range map[string]*testserver.Server{"Dovecot": w.source.Server, "Cyrus": cyrus.Server} {
			t.Run(name, func(t *testing.T) {
				var script strings.Builder
				var says []string
				for _, port := range []int{server.IMAPPort, server.IMAPSPort} {
					for _, security := range []string{"None", "Tls", "Ssl"} {
						fmt.Fprintf(&script, "\"%d %s: $((Test-MigrationServerAvailability -IMAP -RemoteServer localhost -Port %[1]d -Security %[2]s).Result)\"\n", port, security)
						verdict := "Failed"
						if (port == server.IMAPSPort) == (security == "Ssl") {
							verdict = "Success"
						}
						says = append(says, fmt.Sprintf("%d %s: %s\n", port, security, verdict))
					}
				}
				newProgram(t).trusting(server.CAFile).shows(script.String(), says...)
			})
		}
	})
	t.Run("S1.12", func(t *testing.T) {
		stripped := testserver.NewProxy(t, scripted(t, map[string]string{"": "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n"}))
		p := newProgram(t)
		p.shows(fmt.Sprintf("$t = Test-MigrationServerAvailability -IMAP -RemoteServer localhost -Port %d -Security Tls\n$t.Result; $t.Message\n"+
			"New-MigrationEndpoint -IMAP -Name X -RemoteServer localhost -Port %[1]d -Security Tls; \"endpoints: $(@(Get-MigrationEndpoint).Count)\"", stripped.Port()),
			"Failed\n", "STARTTLS", "endpoints: 0\n")
	})
	t.Run("S1.25", func(t *testing.T) {
		p := newProgram(t).trusting(w.source.CAFile)
		p.shows(fmt.Sprintf("New-MigrationEndpoint -IMAP -Name IMAPEndpoint -RemoteServer localhost -Port %d -Security Ssl\nGet-MigrationEndpoint | Format-List Security, Verified", w.source.IMAPSPort),
			"IMAPEndpoint", "Security : Ssl\nVerified : True\n")
	})
	t.Run("S1.26", func(t *testing.T) {
		p := newProgram(t).trusting(w.source.CAFile)
		p.shows(fmt.Sprintf("New-MigrationEndpoint -IMAP -Name IMAPEndpoint -RemoteServer localhost -Port %d -Security Tls -MaxConcurrentMigrations 50 -MaxConcurrentIncrementalSyncs 25 | Out-Null\n"+
			"Get-MigrationEndpoint IMAPEndpoint | Format-List Port, Security, Max*", w.source.IMAPPort),
			fmt.Sprintf("Port                          : %d\nSecurity                      : Tls\nMaxConcurrentMigrations       : 50\nMaxConcurrentIncrementalSyncs : 25\n", w.source.IMAPPort))
	})
	t.Run("S1.27", func(t *testing.T) {
		newProgram(t).shows("New-MigrationEndpoint -IMAP -Name Off -RemoteServer localhost -Port 1 -Security None; \"endpoints: $(@(Get-MigrationEndpoint).Count)\"\n"+
			"New-MigrationEndpoint -IMAP -Name Off -RemoteServer localhost -Port 1 -Security None -SkipVerification | Format-List Identity, Verified",
			"could not be completed", "endpoints: 0\n", "Identity : Off\nVerified : False\n")
	})
	t.Run("S1.32", func(t *testing.T) {
		r := w.shows(t, "Get-MigrationEndpoint Source | Format-List EndpointType,RemoteServer,Port,Security,Max*")
		want := fmt.Sprintf("EndpointType                  : IMAP\nRemoteServer                  : 127.0.0.1\nPort                          : %d\nSecurity                      : None\n"+
			"MaxConcurrentMigrations       : 100\nMaxConcurrentIncrementalSyncs : 20", w.source.IMAPPort)
		if got := strings.TrimSpace(r.stdout); got != want {
			t.Errorf("printed is\n%s\nwant\n%s", got, want)
		}
	})
	t.Run("S1.34", func(t *testing.T) { testEndpointInUse(t, w) })
}

// scripted is a server that greets with its text for "" and answers each command by what begins with the command's name, "NO" to others.
func scripted(t *testing.T, answers map[string]string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				fmt.Fprint(conn, answers[""])
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					tag, rest, _ := strings.Cut(lines.Text(), " ")
					command, _, _ := strings.Cut(rest, " ")
					answer, known := answers[strings.ToUpper(command)]
					switch {
					case known:
						fmt.Fprint(conn, strings.ReplaceAll(answer, "TAG", tag))
					case strings.EqualFold(command, "LOGOUT"):
						fmt.Fprintf(conn, "* BYE\r\n%s OK\r\n", tag)
						return
					default:
						fmt.Fprintf(conn, "%s NO I don't know %s\r\n", tag, command)
					}
				}
			}()
		}
	}()
	return listener.Addr().String()
}

// portOf is the port of an address.
func portOf(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// testServerFaults has a server that is not there, or is another, and demands an explanation of its own for each.
func testServerFaults(t *testing.T, w *seedWorld) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := portOf(t, closed.Addr().String())
	closed.Close()
	for _, c := range []struct{ name, server, says string }{
		{"unknown host", "no-such-host.invalid -Port 143", "no address is known for this name"},
		{"refused port", "127.0.0.1 -Port " + refused, "nothing accepts connections there"},
		{"clear text to a TLS port", fmt.Sprintf("127.0.0.1 -Port %d -Security None", w.source.IMAPSPort), "speaks TLS from the first byte"},
		{"TLS to a port that begins in clear", fmt.Sprintf("127.0.0.1 -Port %d -Security Ssl", w.source.IMAPPort), "does not speak TLS from the first byte; it began with \"* OK"},
		{"SMTP", "127.0.0.1 -Security None -Port " + portOf(t, scripted(t, map[string]string{"": "220 mail.example ESMTP\r\n"})), `is not an IMAP server (it is an SMTP or FTP server: it said "220 mail.example ESMTP")`},
		{"POP3", "127.0.0.1 -Security None -Port " + portOf(t, scripted(t, map[string]string{"": "+OK POP3 ready\r\n"})), `is not an IMAP server (it is a POP3 server: it said "+OK POP3 ready")`},
		{"HTTP", "127.0.0.1 -Security None -Port " + portOf(t, scripted(t, map[string]string{"": "HTTP/1.1 400 Bad Request\r\n\r\n"})), `is not an IMAP server (it is a web server: it said "HTTP/1.1 400 Bad Request")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			newProgram(t).shows("$t = Test-MigrationServerAvailability -RemoteServer "+c.server+"\n$t.Result; $t.Message; $t.ErrorDetail", "Failed\n", c.says, "MigrationServerConnectionFailedException")
		})
	}
	if os.Getenv("MIGSH_SOAK") != "" { // it takes the fifteen seconds of Exchange
		t.Run("silence", func(t *testing.T) {
			newProgram(t).shows("(Test-MigrationServerAvailability -RemoteServer 127.0.0.1 -Security None -Port "+portOf(t, scripted(t, map[string]string{"": ""}))+").Message", "timed out after 00:00:15")
		})
	}
}

// testEndpointInUse raises an endpoint's limit while a batch of three waits for its only connection, and tries to remove the endpoint.
func testEndpointInUse(t *testing.T, w *seedWorld) {
	rows := w.list(t, 3, "s134a", "s134b", "s134c")
	gate := testserver.NewProxy(t, w.source.IMAPAddr())
	p := newProgram(t)
	session := p.live()
	said := session.do(endpoints(gate.Port(), w.target.IMAPPort, "-MaxConcurrentMigrations 1 -MaxConcurrentIncrementalSyncs 1") + w.make(t, rows...) + `-StartAfter (Get-Date).AddDays(1) -AutoStart | Out-Null
try { Remove-MigrationEndpoint Source -Confirm:$false } catch { "refused: $_" }`)
	if !strings.Contains(said, "refused: The migration endpoint 'Source' can't be removed: the batch 'B' uses it.") {
		t.Errorf("removing the endpoint says %s", said)
	}
	gate.Pause()
	session.do("Set-MigrationBatch B -StartAfter (Get-Date).AddDays(-1)")
	if _, err := gate.Wait(t.Context(), func(s testserver.ProxyStats) bool { return s.Open == 1 }); err != nil {
		t.Fatal(err)
	}
	session.do("Set-MigrationEndpoint Source -MaxConcurrentMigrations 3 -SkipVerification")
	if _, err := gate.Wait(t.Context(), func(s testserver.ProxyStats) bool { return s.Open == 3 }); err != nil {
		t.Fatal(err)
	}
	gate.Resume()
	if said := session.do("(Wait-MigrationBatch B).Status"); !strings.Contains(said, "Synced") {
		t.Errorf("the batch is %s", said)
	}
	session.done()
}
