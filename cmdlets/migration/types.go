package migration

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/shell/object"
)

const exchange = "Microsoft.Exchange.Data.Storage.Management."

// property is one property of a declared type with a Go value of type T behind it.
type property[T any] struct {
	name string
	typ  *object.Type // nil: Object
	get  func(v *T) any
}

// declare makes a type whose objects are snapshots of a T.
func declare[T any](name string, text func(v *T) string, views object.Views, properties ...property[T]) *object.Type {
	t := &object.Type{Name: name, Views: views, Instance: &object.Members{}}
	if text != nil {
		t.ToString = func(v any) string { return text(snapshot[T](v)) }
	}
	for _, p := range properties {
		typ := p.typ
		if typ == nil {
			typ = object.TypeObject
		}
		t.Instance.Add(&object.Member{Name: p.name, Kind: object.KindProperty, Type: typ,
			Get: func(recv any) (any, error) { return p.get(snapshot[T](recv)), nil }})
	}
	return object.Declare(t)
}

// snapshot is the Go value behind an object of a declared type.
func snapshot[T any](v any) *T { return v.(*object.Object).Base.(*T) }

// blank declares properties that Exchange has and that mean nothing here: always $null, so that scripts that list them run.
func blank[T any](names ...string) []property[T] {
	out := make([]property[T], len(names))
	for i, n := range names {
		out[i] = property[T]{name: n, get: func(*T) any { return nil }}
	}
	return out
}

// enum declares an enumeration whose values print as their names; Value gives the name too, as the remote session's objects do.
func enum[E ~string](name string, values []E) *object.Type {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}
	t := object.NewEnum(name, false, names, nil)
	object.Extend(t, func(t *object.Type) {
		if t.Instance == nil {
			t.Instance = &object.Members{}
		}
		t.Instance.Add(&object.Member{Name: "Value", Kind: object.KindProperty, Type: object.TypeString,
			Get: func(recv any) (any, error) { return recv.(object.Enum).String(), nil }})
	})
	return t
}

var (
	enumBatchStatus   = enum(exchange+"MigrationBatchStatus", migration.BatchStatuses)
	enumUserStatus    = enum(exchange+"MigrationUserStatus", migration.UserStatuses)
	enumSummary       = enum(exchange+"MigrationUserStatusSummary", migration.StatusSummaries)
	enumState         = enum(exchange+"MigrationState", migration.States)
	enumType          = enum(exchange+"MigrationType", migration.EndpointTypes)
	enumDirection     = enum(exchange+"MigrationBatchDirection", []migration.BatchDirection{migration.DirectionOnboarding, migration.DirectionOffboarding, migration.DirectionLocal})
	enumSecurity      = enum("Microsoft.Exchange.Data.IMAPSecurityMechanism", migration.Securities)
	enumAuthenticaton = enum("Microsoft.Exchange.Data.AuthenticationMethod", migration.Authentications)
	enumScore         = enum(exchange+"DataConsistencyScore", migration.ConsistencyScores)
	enumObjectState   = enum("Microsoft.Exchange.Data.ObjectState", []string{"New", "Unchanged", "Changed", "Deleted"})
	enumTestResult    = enum(exchange+"MigrationServerAvailabilityResult", []migration.TestResult{migration.TestSuccess, migration.TestFailed})
)

// unchanged is the ObjectState of what was read and not altered since, as all that is given out here.
var unchanged = object.EnumValue(enumObjectState, "Unchanged")

// named is the enumeration's value of a name; the empty name is $null.
func named[E ~string](t *object.Type, v E) any {
	if v == "" {
		return nil
	}
	return object.EnumValue(t, string(v))
}

// when is a time in the zone of its batch, $null if there is none.
func when(t time.Time, zone *time.Location) any {
	if t.IsZero() {
		return nil
	}
	clock := object.DateTimeOf(t.UTC())
	if zone == nil || zone == time.UTC {
		return clock
	}
	_, offset := t.In(zone).Zone()
	return object.DateTime{Ticks: clock.Ticks + int64(offset)*10_000_000, Kind: object.KindUnspecified}
}

func utc(t time.Time) any { return when(t, time.UTC) }

func span(d time.Duration) any { return object.SpanOf(d) }

func number[N ~int | ~int64 | ~int32](n N) any { return int32(n) }

// known is a count that may not be known yet.
func known(n int64) any {
	if n < 0 {
		return nil
	}
	return int32(n)
}

func texts(values []string) any {
	items := make([]any, len(values))
	for i, v := range values {
		items[i] = v
	}
	return &object.Array{Elem: object.TypeString, Items: items}
}

func guid(text string) any {
	v, err := object.Convert(text, object.TypeGuid)
	if err != nil {
		return text
	}
	return v
}

// byteSize is a size that prints as Exchange's do.
type byteSize struct{ migration.ByteSize }

// Equals makes sizes of as many bytes equal.
func (b *byteSize) Equals(other any) bool {
	o, ok := other.(*byteSize)
	return ok && b.ByteSize == o.ByteSize
}

// CompareTo orders sizes by their bytes.
func (b *byteSize) CompareTo(other any) int {
	if o, ok := other.(*byteSize); ok {
		return cmp.Compare(b.ByteSize, o.ByteSize)
	}
	return 1
}

// inBytes finds the bytes in a size's own text.
var inBytes = regexp.MustCompile(`\(([\d,]+) bytes\)$`)

// toByteSize reads what a size is compared with: a number of bytes, a text such as 2GB, or a size's own text.
func toByteSize(v any) (migration.ByteSize, error) {
	if text, ok := v.(string); ok {
		if m := inBytes.FindStringSubmatch(text); m != nil {
			text = strings.ReplaceAll(m[1], ",", "")
		}
		return migration.ParseByteSize(text)
	}
	n, err := object.Convert(v, object.TypeInt64)
	if err != nil {
		return 0, err
	}
	return migration.ByteSize(n.(int64)), nil
}

var typeByteSize = func() *object.Type {
	t := declare("Microsoft.Exchange.Data.ByteQuantifiedSize", func(v *byteSize) string { return v.ByteSize.String() },
		object.Views{Custom: func(v any) string { return object.ToString(v) }},
		property[byteSize]{"Bytes", object.TypeUInt64, func(v *byteSize) any { return uint64(v.ByteSize) }})
	t.Convert = func(v any) (any, bool, error) {
		if _, isObject := v.(*object.Object); isObject || v == nil {
			return nil, false, nil
		}
		b, err := toByteSize(v)
		return object.Instance(t, &byteSize{b}), err == nil, err
	}
	// Limits that may be Unlimited have a Value; scripts read sizes alike.
	t.Instance.Add(&object.Member{Name: "Value", Kind: object.KindProperty, Type: t, Hidden: true, Get: func(recv any) (any, error) { return recv, nil }})
	t.Instance.Add(&object.Member{Name: "ToBytes", Kind: object.KindMethod, Overloads: []object.Overload{{
		Returns: object.TypeUInt64,
		Call:    func(recv any, _ []any) (any, error) { return uint64(snapshot[byteSize](recv).ByteSize), nil },
	}}})
	for i, name := range []string{"ToKB", "ToMB", "ToGB"} {
		t.Instance.Add(&object.Member{Name: name, Kind: object.KindMethod, Overloads: []object.Overload{{
			Returns: object.TypeUInt64,
			Call: func(recv any, _ []any) (any, error) {
				return uint64(snapshot[byteSize](recv).ByteSize) >> (10 * (i + 1)), nil
			},
		}}})
	}
	return t
}()

func size(b migration.ByteSize) any {
	if b < 0 {
		return nil
	}
	return object.Instance(typeByteSize, &byteSize{b})
}

// limit is a number or Unlimited.
func limit(l migration.Limit) any {
	if l == migration.Unlimited {
		return "Unlimited"
	}
	return int32(l)
}
