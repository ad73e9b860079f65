package foldermap

import "testing"

// TestPain names the tests here by the pains of docs/checklist.md that they show.
func TestPain(t *testing.T) {
	t.Run("P17", TestPlan)
	t.Run("P18", TestPlanIsOneToOne)
	t.Run("P23", TestPlan)
}
