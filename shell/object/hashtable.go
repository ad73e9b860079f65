package object

// Hashtable is System.Collections.Hashtable, OrderedDictionary or Dictionary[K,V]. Keys keep the order in which they were
// added; string keys are compared without regard to case unless CaseSensitive is set.
type Hashtable struct {
	Type          *Type // Hashtable when nil
	CaseSensitive bool

	keys   []any
	values []any
	index  map[any]int
}

// NewHashtable returns an empty table.
func NewHashtable() *Hashtable { return &Hashtable{} }

// Len returns the number of entries.
func (h *Hashtable) Len() int { return len(h.keys) }
