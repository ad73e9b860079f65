package object

// Shareable is implemented by the base values of collections that several sessions may hold at once.
type Shareable interface {
	// Publish is called before a second session sees the collection; see [Hashtable.Publish].
	Publish(enter func(v any) any)
	// Common tells that the collection exists to be held by several sessions. Another is copied for a second session, see
	// [Copyable], and held by several only as part of one that is.
	Common() bool
}

// Copyable is implemented by base values that change, of which a second session gets a copy.
type Copyable interface {
	// CopyInto gives o a base value of its own; copy copies what it holds.
	CopyInto(o *Object, copy func(v any) any)
}

// ErrFrozen refuses to change what several sessions hold without a lock.
func ErrFrozen() error {
	e := NewException("System.NotSupportedException", "The value is read-only: a collection that several sessions share holds it. Put a changed copy in its place, or keep what changes in a table or collection of its own that is made to be shared: [hashtable]::Synchronized(), [System.Collections.ArrayList]::Synchronized() or one of System.Collections.Concurrent.")
	return NewErrorOf(e, "NotSupportedException", InvalidOperation, nil)
}

// frozen is the same shape for objects that several sessions hold, whose members stay as they are.
func (s *Shape) frozen() *Shape {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isFrozen {
		return s
	}
	if s.twin == nil {
		s.twin = NewShape(s.Names...)
		s.twin.isFrozen, s.twin.twin = true, s
	}
	return s.twin
}

// Freeze has the object's members stay as they are.
func (o *Object) Freeze() { o.shape = o.Shape().frozen() }

// Frozen tells whether the object's members stay as they are.
func (o *Object) Frozen() bool { return o.shape != nil && o.shape.isFrozen }
