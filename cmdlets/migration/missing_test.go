package migration

import "testing"

// What is explained to be missing is missing.
func TestMissing(t *testing.T) {
	for _, info := range Commands(nil) {
		if why := missing[info.Name]; why != "" {
			t.Errorf("%s is here, and it is said: %s", info.Name, why)
		}
	}
	for name, why := range missing {
		if why == "" {
			t.Errorf("it is not said why there is no %s", name)
		}
	}
}
