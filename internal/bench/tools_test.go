package bench

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"migsh/internal/testserver"
)

// A route is what is copied where.
type route struct {
	source, user string // address and login
	target       string
	targetUser   string
	server       *testserver.Dovecot // the target itself
	dir          string              // the tool's own files
}

// A tool copies a mailbox. Each call of what make returns is one run: the first copies, later ones look for changes.
type tool struct {
	name string
	make func(w *world, r route) (func(memory bool) (cost, error), error)
	// once: it has no memory, only the first run means something.
	once bool
	// near: it is not tried behind a long way.
	near bool
}

var tools = []tool{
	{name: "reference, 1 pair", once: true, make: referenceTool(1)},
	{name: "reference, 2 pairs", once: true, make: referenceTool(2)},
	{name: "migsh", make: migshTool},
	{name: "mbsync", make: mbsyncTool},
	{name: "interimap", make: interimapTool},
	{name: "doveadm backup", make: doveadmTool, near: true},
}

func referenceTool(pairs int) func(*world, route) (func(bool) (cost, error), error) {
	return func(w *world, r route) (func(bool) (cost, error), error) {
		job, err := json.Marshal(referenceJob{r.source, r.user, r.target, r.targetUser, pairs, filepath.Join(r.dir, "journal")})
		if err != nil {
			return nil, err
		}
		self, err := os.Executable()
		return func(memory bool) (cost, error) {
			c, _, err := measure(w.Context(), memory, []string{referenceVariable + "=" + string(job)}, r.dir, self)
			return c, err
		}, err
	}
}

// migshTool runs the whole program; its own start, that of its state and its end are measured too.
func migshTool(w *world, r route) (func(bool) (cost, error), error) {
	return w.prepare(r.dir, r.source, r.target, []string{userRow(r.user, r.targetUser)}, "")
}

// prepare makes endpoints and a batch of these users. The first call of what it returns starts the batch and ends when all is
// synced; each other one syncs again.
func (w *world) prepare(dir, source, target string, users []string, endpointOptions string) (func(memory bool) (cost, error), error) {
	list := write(w, filepath.Join(dir, "users.csv"),
		"EmailAddress,UserName,Password,TargetUserName,TargetPassword\n"+strings.Join(users, "\n")+"\n")
	run := func(memory bool, script string) (cost, error) {
		c, out, err := measure(w.Context(), memory, nil, dir, w.migsh, "-NoProfile", "-NonInteractive", "-Home", filepath.Join(dir, "home"), "-Command", script)
		if err == nil && strings.Contains(out, "Failed") {
			err = fmt.Errorf("migsh: %s", out)
		}
		return c, err
	}
	_, err := run(false, fmt.Sprintf(`$ErrorActionPreference = 'Stop'
New-MigrationEndpoint -IMAP -Name Old %s -Security None %s | Out-Null
New-MigrationEndpoint -IMAP -Name New %s -Security None %s | Out-Null
New-MigrationBatch -Name B -SourceEndpoint Old -TargetEndpoint New -CSVData ([IO.File]::ReadAllBytes('%s')) | Out-Null`,
		hostAndPort(source), endpointOptions, hostAndPort(target), endpointOptions, list))
	command := "Start-MigrationBatch B"
	return func(memory bool) (cost, error) {
		c, err := run(memory, command)
		command = "Set-MigrationBatch B -SyncNow"
		return c, err
	}, err
}

// userRow is a line of the user list.
func userRow(user, targetUser string) string {
	return fmt.Sprintf("%s@example.com,%s,secret,%s,secret", targetUser, user, targetUser)
}

func hostAndPort(address string) string {
	host, port, _ := net.SplitHostPort(address)
	return "-RemoteServer " + host + " -Port " + port
}

func mbsyncTool(w *world, r route) (func(bool) (cost, error), error) {
	store := func(name, address, user string) string {
		host, port, _ := net.SplitHostPort(address)
		return fmt.Sprintf("IMAPAccount %s\nHost %s\nPort %s\nUser %s\nPass secret\nSSLType None\nAuthMechs LOGIN\n\nIMAPStore %s\nAccount %s\n\n",
			name, host, port, user, name, name)
	}
	config := write(w, filepath.Join(r.dir, "mbsyncrc"), store("far", r.source, r.user)+store("near", r.target, r.targetUser)+
		"Channel all\nFar :far:\nNear :near:\nPatterns *\nCreate Near\nSync Pull\nCopyArrivalDate yes\nSyncState "+filepath.Join(r.dir, "state")+"/\n")
	return func(memory bool) (cost, error) {
		c, _, err := measure(w.Context(), memory, nil, r.dir, "mbsync", "-q", "-q", "-c", config, "all")
		return c, err
	}, os.MkdirAll(filepath.Join(r.dir, "state"), 0o700)
}

func interimapTool(w *world, r route) (func(bool) (cost, error), error) {
	side := func(name, address, user string) string {
		host, port, _ := net.SplitHostPort(address)
		return fmt.Sprintf("[%s]\ntype = imap\nhost = %s\nport = %s\nusername = %s\npassword = secret\nSTARTTLS = NO\nauth = plain\n\n", name, host, port, user)
	}
	config := write(w, filepath.Join(r.dir, "interimap.conf"), "database = bench.db\nlist-mailbox = \"*\"\n\n"+
		side("local", r.target, r.targetUser)+side("remote", r.source, r.user))
	env := []string{"XDG_DATA_HOME=" + r.dir, "XDG_CONFIG_HOME=" + r.dir}
	return func(memory bool) (cost, error) {
		c, _, err := measure(w.Context(), memory, env, r.dir, "interimap", "-q", "--config="+config)
		return c, err
	}, os.MkdirAll(filepath.Join(r.dir, "interimap"), 0o700)
}

// doveadmTool writes into the target's store itself, without IMAP: what no client can do.
func doveadmTool(w *world, r route) (func(bool) (cost, error), error) {
	host, port, err := net.SplitHostPort(r.source)
	return func(memory bool) (cost, error) {
		args := append(r.server.DoveadmCommand(), "-o", "imapc_host="+host, "-o", "imapc_port="+port, "-o", "imapc_user="+r.user, "-o", "imapc_password=secret",
			"-o", "imapc_features=rfc822.size fetch-headers", "-o", "mail_prefetch_count=20", "backup", "-R", "-u", r.targetUser, "imapc:")
		c, _, err := measure(w.Context(), memory, nil, r.dir, args...)
		return c, err
	}, err
}
