package dotnet

import (
	"testing"

	"migsh/shell/object"
)

// Every signature must parse, and name types that exist.
func TestDeclarations(t *testing.T) {
	object.LoadAll()
	for _, name := range []string{"System.Collections.Generic.List[int]", "System.Collections.Generic.Dictionary[string,int]", "System.Collections.Generic.HashSet[string]", "System.Collections.Generic.Queue[string]", "System.Collections.Generic.Stack[int]", "System.Collections.Generic.SortedDictionary[string,int]", "System.Collections.Generic.KeyValuePair[string,int]"} {
		typ, ok := object.TypeByName(name)
		if !ok {
			t.Errorf("no type %s", name)
			continue
		}
		if len(typ.InstanceMembers()) < 5 {
			t.Errorf("%s has only %d members", name, len(typ.InstanceMembers()))
		}
	}
}
