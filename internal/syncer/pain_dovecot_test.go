package syncer_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestPain shows those pains that need real servers; see TestPain in package syncer.
func TestPain(t *testing.T) {
	t.Run("P12", painMbsync)
}

// A target that mbsync has half filled, and marked with a header line of its own, is completed: nothing that is there is
// copied again, and nothing that migsh copies is altered.
func painMbsync(t *testing.T) {
	mbsync, err := exec.LookPath("mbsync")
	if err != nil {
		t.Fatal("mbsync is missing; install it with: make servers (Debian: isync)")
	}
	server := testserver.StartDovecot(t, testserver.DovecotOptions{})
	server.Fill(t, "tuid", testmail.Plain(7, 200))
	proxy := testserver.NewProxy(t, server.IMAPAddr())
	proxy.UseAll(testserver.Link{CutUp: 120_000, Reset: true})
	dir := t.TempDir()
	rc := filepath.Join(dir, "mbsyncrc")
	var b strings.Builder
	for side, port := range map[string]int{"old": server.IMAPPort, "new": proxy.Port()} {
		user := map[string]string{"old": "tuid", "new": "tuid-new"}[side]
		fmt.Fprintf(&b, "IMAPStore %s\nHost %s\nPort %d\nUser %s\nPass %s\nSSLType None\nAuthMechs LOGIN\n\n", side, server.Host, port, user, server.PasswordOf(user))
	}
	fmt.Fprintf(&b, "Channel move\nFar :old:\nNear :new:\nPatterns INBOX\nSync Pull New\nCreate Near\nSyncState %s/\n", dir)
	if err := os.WriteFile(rc, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), mbsync, "-c", rc, "move").CombinedOutput()
	if err == nil {
		t.Fatalf("mbsync should have been interrupted\n%s", out)
	}
	server.Restart(t) // it may still have been storing what had been sent
	before := server.Snapshot(t, "tuid-new").Messages()
	if before < 10 || before >= 200 {
		t.Fatalf("mbsync has copied %d messages", before)
	}
	j := job(t, config(server, "tuid", 0), config(server, "tuid-new", 0))
	r := pass(t, j)
	if r.Matched != int64(before) || r.Copied != int64(200-before) {
		t.Errorf("%d of %d were matched, %d copied; want %d", r.Matched, before, r.Copied, 200-before)
	}
	if n := server.Snapshot(t, "tuid-new").Messages(); n != 200 {
		t.Errorf("%d messages at the target, want 200", n)
	}
	if r := pass(t, j); r.Copied+r.Matched != 0 {
		t.Errorf("once more: %+v", r)
	}
}
