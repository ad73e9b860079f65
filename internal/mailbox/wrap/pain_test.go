package wrap

import "testing"

// TestPain names the tests here by the pains of docs/checklist.md that they show.
func TestPain(t *testing.T) {
	t.Run("P16", TestFilter)
	t.Run("P16 long lines", TestFilterLineTooLong)
	t.Run("P29 BYE", TestFilterKeepsByeAndAlerts)
	t.Run("P30", TestGuardStall)
	t.Run("P30 slow", TestGuardSlowButLiving)
	t.Run("P30 waiting", TestGuardIdleConnectionMayBeSilent)
}
