package object

import (
	"iter"
	"math/big"
)

// Char is System.Char: one UTF-16 code unit.
type Char uint16

// Guid is System.Guid, in the byte order in which it is printed.
type Guid [16]byte

// Version is System.Version; a part that was not given is -1.
type Version struct{ Major, Minor, Build, Revision int32 }

// Kind is System.DateTimeKind.
type Kind uint8

// The kinds of a DateTime.
const (
	KindUnspecified Kind = iota
	KindUTC
	KindLocal
)

// DateTime is System.DateTime: ticks of 100 ns since 0001-01-01 on the clock that Kind names.
type DateTime struct {
	Ticks int64
	Kind  Kind
}

// TimeSpan is System.TimeSpan, in ticks of 100 ns.
type TimeSpan int64

// Enum is a value of an enumeration type.
type Enum struct {
	Type  *Type
	Value int64
}

// Array is a one-dimensional .NET array. Its length is fixed; its elements are of type Elem
// (nil means Object), which whoever stores into it has converted them to.
type Array struct {
	Elem  *Type
	Items []any
	// Frozen is set for arrays that several sessions hold: their elements stay as they are.
	Frozen bool
}

// NewArray returns an Object[] over items, which it keeps.
func NewArray(items ...any) *Array { return &Array{Items: items} }

// List is a growing list: System.Collections.ArrayList, List[T], Collection[T] and their like.
type List struct {
	Type  *Type // ArrayList when nil
	Items []any
	// Table is the table whose keys or values these are; nil for other lists.
	Table *Hashtable
	// Frozen is set for lists that several sessions hold: they stay as they are.
	Frozen bool
}

// BigInt is System.Numerics.BigInteger.
type BigInt = *big.Int

// ScriptBlock is a script block bound to the session that made it. The interpreter implements it; this package and the
// cmdlets only call it.
type ScriptBlock interface {
	// Text is the source between the braces, as ScriptBlock.ToString gives it.
	Text() string
	// Call runs the block with $_ set to dollarUnder (when it has one) and args as $args or parameters, and collects its output.
	// A terminating error comes back as error (see [RecordOf]).
	Call(dollarUnder []any, args ...any) ([]any, error)
	// CallMember runs the block as a member of this, which it sees as $this.
	CallMember(this any, args ...any) ([]any, error)
}

// Switch is System.Management.Automation.SwitchParameter.
type Switch bool

// Reference is [ref]: a variable or value that a callee can write to.
type Reference struct {
	Get func() any
	Set func(v any) error
}

// Sequence is implemented by the base values of objects that the pipeline enumerates: queues, stacks, sets, enumerators.
type Sequence interface {
	All() iter.Seq[any]
	Len() int
}

// NewList returns an ArrayList over items, which it keeps.
func NewList(items ...any) *List { return &List{Items: items} }

// Add appends v.
func (l *List) Add(v any) { l.Items = append(l.Items, v) }

// ElemType is the type of the list's elements.
func (l *List) ElemType() *Type {
	if l.Type != nil && len(l.Type.Args) > 0 {
		return l.Type.Args[0]
	}
	return TypeObject
}

// ElemType is the type of the array's elements.
func (a *Array) ElemType() *Type {
	if a.Elem == nil {
		return TypeObject
	}
	return a.Elem
}

// MakeArray returns an array of n empty elements; a nil type means Object.
func MakeArray(elem *Type, n int) *Array {
	a := &Array{Items: make([]any, n)}
	if elem != nil && elem != TypeObject {
		a.Elem = elem
		if zero := Zero(elem); zero != nil {
			for i := range a.Items {
				a.Items[i] = zero
			}
		}
	}
	return a
}
