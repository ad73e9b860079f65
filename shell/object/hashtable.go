package object

import (
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Hashtable is System.Collections.Hashtable, OrderedDictionary or Dictionary[K,V]. Keys keep the order in which they were
// added; string keys are compared without regard to case unless CaseSensitive is set. Keys of different types differ:
// 1 is not 1L.
type Hashtable struct {
	Type          *Type // Hashtable when nil
	CaseSensitive bool
	// Sorted keeps the keys in their order rather than that of their adding (SortedList, SortedDictionary).
	Sorted bool
	// Synchronized is set for tables that sessions hold in common where others would be copied.
	Synchronized bool

	guard   *sync.RWMutex   // of a table that is held in common; nil before
	enter   func(v any) any // makes values fit for that
	entries []entry
	strings map[string]int // where a string key's entry is
	others  map[any]int    // and one of any other type
	dead    int            // entries deleted but not yet squeezed out
	changes int            // how often it was changed, for enumerations that must not go on then
}

type entry struct {
	key, value any
	deleted    bool
}

// smallTable is the number of entries up to which a table is searched rather than indexed.
const smallTable = 8

// NewHashtable returns an empty table with keys that ignore case, as @{} makes it.
func NewHashtable() *Hashtable { return &Hashtable{} }

// NewOrdered returns an empty OrderedDictionary, as [ordered]@{} makes it.
func NewOrdered() *Hashtable { return &Hashtable{Type: TypeOrdered} }

// TableOf returns a table of alternating keys and values.
func TableOf(pairs ...any) *Hashtable {
	h := NewHashtable()
	for i := 0; i+1 < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// Len returns the number of entries.
func (h *Hashtable) Len() int {
	if h.guard != nil {
		h.guard.RLock()
		defer h.guard.RUnlock()
	}
	return h.live()
}

func (h *Hashtable) live() int { return len(h.entries) - h.dead }

// Ordered tells whether the table is an OrderedDictionary, which can be indexed by position.
func (h *Hashtable) Ordered() bool { return h.Type == TypeOrdered }

// fold is the form of a string key under which it is found.
func (h *Hashtable) fold(s string) string {
	if h.CaseSensitive {
		return s
	}
	return strings.ToLower(s)
}

// otherKey is the comparable form of a key that is no string.
func otherKey(k any) any {
	switch k := k.(type) {
	case Decimal:
		return decimalKey(k.Reduced())
	case BigInt:
		return bigKey(k.String())
	}
	return k
}

type (
	decimalKey string
	bigKey     string
)

func (h *Hashtable) find(key any) int {
	if o, ok := key.(*Object); ok {
		key = o.Unwrap()
	}
	s, isString := key.(string)
	switch {
	case h.strings == nil && h.others == nil:
		for i := range h.entries {
			e := &h.entries[i]
			if e.deleted {
				continue
			}
			if isString {
				if k, ok := e.key.(string); ok && (k == s || !h.CaseSensitive && len(k) == len(s) && strings.EqualFold(k, s)) {
					return i
				}
				continue
			}
			if _, ok := e.key.(string); !ok && otherKey(e.key) == otherKey(key) {
				return i
			}
		}
	case isString:
		if i, ok := h.strings[h.fold(s)]; ok {
			return i
		}
	default:
		if i, ok := h.others[otherKey(key)]; ok {
			return i
		}
	}
	return -1
}

// Get returns the value of key.
func (h *Hashtable) Get(key any) (any, bool) {
	if h.guard != nil {
		h.guard.RLock()
		defer h.guard.RUnlock()
	}
	if i := h.find(key); i >= 0 {
		return h.entries[i].value, true
	}
	return nil, false
}

// Key returns a key as the table holds it, which may differ in case.
func (h *Hashtable) Key(key any) any {
	if h.guard != nil {
		h.guard.RLock()
		defer h.guard.RUnlock()
	}
	if i := h.find(key); i >= 0 {
		return h.entries[i].key
	}
	return nil
}

// Value returns the value of key, nil if it is not there.
func (h *Hashtable) Value(key any) any {
	v, _ := h.Get(key)
	return v
}

// Has tells whether the key is there.
func (h *Hashtable) Has(key any) bool {
	if h.guard != nil {
		h.guard.RLock()
		defer h.guard.RUnlock()
	}
	return h.find(key) >= 0
}

// Set puts value under key; a new key goes last.
func (h *Hashtable) Set(key, value any) {
	if h.guard != nil {
		value = h.enter(value)
		h.guard.Lock()
		defer h.guard.Unlock()
	}
	h.set(key, value)
}

func (h *Hashtable) set(key, value any) {
	h.changes++
	if i := h.find(key); i >= 0 {
		h.entries[i].value = value
		return
	}
	if o, ok := key.(*Object); ok {
		key = o.Unwrap()
	}
	if h.Sorted {
		h.insertAt(h.place(key), key, value)
		return
	}
	h.entries = append(h.entries, entry{key: key, value: value})
	switch {
	case h.strings != nil:
		h.note(len(h.entries) - 1)
	case len(h.entries) > smallTable:
		h.reindex()
	}
}

func (h *Hashtable) note(i int) {
	key := h.entries[i].key
	if s, ok := key.(string); ok {
		h.strings[h.fold(s)] = i
		return
	}
	if h.others == nil {
		h.others = map[any]int{}
	}
	h.others[otherKey(key)] = i
}

func (h *Hashtable) reindex() {
	h.strings, h.others = nil, nil
	if len(h.entries) <= smallTable {
		return
	}
	h.strings = make(map[string]int, len(h.entries))
	for i := range h.entries {
		h.note(i)
	}
}

// Delete removes key and tells whether it was there.
func (h *Hashtable) Delete(key any) bool {
	if h.guard != nil {
		h.guard.Lock()
		defer h.guard.Unlock()
	}
	return h.remove(key)
}

func (h *Hashtable) remove(key any) bool {
	h.changes++
	i := h.find(key)
	if i < 0 {
		return false
	}
	if h.strings != nil {
		if s, ok := h.entries[i].key.(string); ok {
			delete(h.strings, h.fold(s))
		} else {
			delete(h.others, otherKey(h.entries[i].key))
		}
	}
	h.entries[i] = entry{deleted: true}
	h.dead++
	if i == len(h.entries)-1 {
		h.entries = h.entries[:i]
		h.dead--
	} else if h.dead > smallTable && h.dead > len(h.entries)/2 {
		h.squeeze()
	}
	return true
}

func (h *Hashtable) squeeze() {
	if h.dead == 0 {
		return
	}
	live := h.entries[:0:0]
	for _, e := range h.entries {
		if !e.deleted {
			live = append(live, e)
		}
	}
	h.entries, h.dead = live, 0
	h.reindex()
}

// Clear removes all entries.
func (h *Hashtable) Clear() {
	if h.guard != nil {
		h.guard.Lock()
		defer h.guard.Unlock()
	}
	h.entries, h.strings, h.others, h.dead = nil, nil, nil, 0
}

// All yields keys and values in order. The table may be changed meanwhile: entries added are not seen.
func (h *Hashtable) All() iter.Seq2[any, any] {
	return func(yield func(any, any) bool) {
		for _, e := range h.snapshot() {
			if !e.deleted && !yield(e.key, e.value) {
				return
			}
		}
	}
}

// snapshot is what an enumeration goes through: of a table held in common a copy.
func (h *Hashtable) snapshot() []entry {
	if h.guard == nil {
		return h.entries
	}
	h.guard.RLock()
	defer h.guard.RUnlock()
	return slices.Clone(h.entries)
}

// Publish makes the table one that several sessions may use at the same time: every step is done under a lock, and what it holds,
// and gets from now on, goes through enter, which makes it fit for that. It is called while one session only has the table.
func (h *Hashtable) Publish(enter func(v any) any) {
	if h.guard != nil {
		return
	}
	h.Synchronized = true
	h.guard, h.enter = &sync.RWMutex{}, enter
	for i := range h.entries {
		h.entries[i].value = enter(h.entries[i].value)
	}
}

// Change sets what change makes of a key's value, in one step; where it answers false the value stays as it is. change must not
// use the table.
func (h *Hashtable) Change(key any, change func(old any, there bool) (value any, set bool)) {
	if h.guard != nil {
		h.guard.Lock()
		defer h.guard.Unlock()
	}
	var old any
	i := h.find(key)
	if i >= 0 {
		old = h.entries[i].value
	}
	if v, set := change(old, i >= 0); set {
		h.set(key, v)
	}
}

// Fit is a value as the table would hold it; see [Hashtable.Publish].
func (h *Hashtable) Fit(v any) any {
	if h.enter == nil {
		return v
	}
	return h.enter(v)
}

// Take removes a key and gives its value, in one step.
func (h *Hashtable) Take(key any) (value any, ok bool) {
	if h.guard != nil {
		h.guard.Lock()
		defer h.guard.Unlock()
	}
	i := h.find(key)
	if i < 0 {
		return nil, false
	}
	value = h.entries[i].value
	h.remove(key)
	return value, true
}

// Keys returns the keys in order.
func (h *Hashtable) Keys() []any {
	keys := make([]any, 0, h.Len())
	for k := range h.All() {
		keys = append(keys, k)
	}
	return keys
}

// Values returns the values in the order of their keys.
func (h *Hashtable) Values() []any {
	values := make([]any, 0, h.Len())
	for _, v := range h.All() {
		values = append(values, v)
	}
	return values
}

// At returns the entry at position i of an ordered table.
func (h *Hashtable) At(i int) (key, value any, ok bool) {
	if h.guard != nil {
		h.guard.Lock()
		defer h.guard.Unlock()
	}
	h.squeeze()
	if i < 0 || i >= len(h.entries) {
		return nil, nil, false
	}
	return h.entries[i].key, h.entries[i].value, true
}

// place is where a new key belongs in a sorted table; keys without an order go last.
func (h *Hashtable) place(key any) int {
	h.squeeze()
	return sort.Search(len(h.entries), func(i int) bool {
		c, err := Compare(h.entries[i].key, key, false)
		return err == nil && c > 0
	})
}

// SetAt replaces the value at position i and tells whether there was one.
func (h *Hashtable) SetAt(i int, v any) bool {
	if h.guard != nil {
		v = h.enter(v)
		h.guard.Lock()
		defer h.guard.Unlock()
	}
	h.squeeze()
	if i < 0 || i >= len(h.entries) {
		return false
	}
	h.entries[i].value = v
	return true
}

// InsertAt puts a new entry at position i, moving the later ones.
func (h *Hashtable) InsertAt(i int, key, value any) {
	if h.guard != nil {
		value = h.enter(value)
		h.guard.Lock()
		defer h.guard.Unlock()
	}
	h.insertAt(i, key, value)
}

func (h *Hashtable) insertAt(i int, key, value any) {
	h.squeeze()
	h.entries = append(h.entries, entry{})
	copy(h.entries[i+1:], h.entries[i:])
	h.entries[i] = entry{key: key, value: value}
	h.reindex()
}

// Changes counts the changes of the table: an enumeration ends with an error when it changes on the way. A table held in common
// may always change.
func (h *Hashtable) Changes() int {
	if h.guard != nil {
		return 0
	}
	return h.changes
}

// Clone copies the table, not what it holds.
func (h *Hashtable) Clone() *Hashtable {
	if h.guard != nil {
		h.guard.RLock()
		defer h.guard.RUnlock()
	}
	c := &Hashtable{Type: h.Type, CaseSensitive: h.CaseSensitive, Sorted: h.Sorted, Synchronized: h.Synchronized, entries: append([]entry(nil), h.entries...), dead: h.dead}
	c.squeeze()
	c.reindex()
	return c
}
