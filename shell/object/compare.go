package object

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"unicode"
)

// Equal is $a -eq $b (ignoreCase) or -ceq for two single values: the right one is converted to the left one's type.
func Equal(a, b any, ignoreCase bool) bool {
	switch x := a.(type) {
	case int32:
		if y, ok := b.(int32); ok {
			return x == y
		}
	case string:
		if y, ok := b.(string); ok {
			return EqualStrings(x, y, ignoreCase)
		}
	}
	a, b = Base(a), Base(b)
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if x, ok := a.(string); ok {
		return EqualStrings(x, ToString(b), ignoreCase)
	}
	if isNumber(a) && isNumber(b) {
		c, ok := compareNumbers(a, b)
		return ok && c == 0
	}
	if same(a, b) {
		return true
	}
	if x, ok := a.(Char); ok && ignoreCase {
		switch y := b.(type) {
		case string:
			if r := []rune(y); len(r) == 1 {
				return unicode.ToUpper(rune(x)) == unicode.ToUpper(r[0])
			}
		case Char:
			return unicode.ToUpper(rune(x)) == unicode.ToUpper(rune(y))
		}
	}
	c, err := Convert(b, TypeOf(a))
	if err != nil {
		return false
	}
	return same(a, c)
}

// same is Object.Equals of two values of one type.
func same(a, b any) bool {
	switch x := a.(type) {
	case Decimal:
		y, ok := b.(Decimal)
		return ok && x.Cmp(y) == 0
	case BigInt:
		y, ok := b.(BigInt)
		return ok && x.Cmp(y) == 0
	case DateTime:
		y, ok := b.(DateTime)
		return ok && x.Ticks == y.Ticks
	case float64:
		y, ok := b.(float64)
		return ok && (x == y || math.IsNaN(x) && math.IsNaN(y))
	case *Object:
		y, ok := b.(*Object)
		if !ok {
			return false
		}
		if x == y {
			return true
		}
		if e, ok := x.Base.(Equaler); ok && x.Type == y.Type {
			return e.Equals(y.Base)
		}
		return false
	}
	return a == b
}

// Equaler is implemented by base values that equal others by content, as .NET's Equals does.
type Equaler interface{ Equals(other any) bool }

// Comparer is implemented by base values with an order (IComparable).
type Comparer interface{ CompareTo(other any) int }

func isNumber(v any) bool {
	switch v.(type) {
	case int32, int64, float64, uint8, int8, int16, uint16, uint32, uint64, float32, Decimal, BigInt:
		return true
	}
	return false
}

// compareNumbers answers false for NaN, which has no order.
func compareNumbers(a, b any) (int, bool) {
	switch {
	case isBig(a) || isBig(b):
		x, err := toBigInt(a)
		if err != nil {
			return 0, false
		}
		y, err := toBigInt(b)
		if err != nil {
			return 0, false
		}
		return x.(*big.Int).Cmp(y.(*big.Int)), true
	case isDecimal(a) || isDecimal(b):
		x, err := toDecimal(a)
		if err == nil {
			var y any
			if y, err = toDecimal(b); err == nil {
				return x.(Decimal).Cmp(y.(Decimal)), true
			}
		}
		return order(floatOf(a), floatOf(b))
	case isFloat(a) || isFloat(b):
		return order(floatOf(a), floatOf(b))
	}
	x, _ := wholeOf(a)
	y, _ := wholeOf(b)
	switch {
	case x == y:
		return 0, true
	case x.neg != y.neg:
		if x.neg {
			return -1, true
		}
		return 1, true
	case (x.abs < y.abs) != x.neg:
		return -1, true
	}
	return 1, true
}

func order(x, y float64) (int, bool) {
	switch {
	case x < y:
		return -1, true
	case x > y:
		return 1, true
	case x == y:
		return 0, true
	}
	return 0, false
}

// errUnordered is what compare gives for NaN: every ordering operator then answers false.
var errUnordered = errors.New("not ordered")

// Compare orders two single values as -lt and its like and Sort-Object do: -1, 0 or 1. It converts the right one to the
// left one's type and fails where that is impossible or the type has no order.
func Compare(a, b any, ignoreCase bool) (int, error) {
	c, err := compare(a, b, ignoreCase)
	if err == errUnordered {
		x, y := floatOf(Base(a)), floatOf(Base(b))
		switch {
		case math.IsNaN(x) && math.IsNaN(y):
			return 0, nil
		case math.IsNaN(x):
			return -1, nil
		}
		return 1, nil
	}
	return c, err
}

func compare(a, b any, ignoreCase bool) (int, error) {
	switch x := a.(type) {
	case int32:
		if y, ok := b.(int32); ok {
			switch {
			case x < y:
				return -1, nil
			case x > y:
				return 1, nil
			}
			return 0, nil
		}
	case string:
		if y, ok := b.(string); ok {
			return CompareStrings(x, y, ignoreCase), nil
		}
	}
	a, b = Base(a), Base(b)
	if a == nil || b == nil {
		return compareNull(a, b), nil
	}
	if x, ok := a.(string); ok {
		return CompareStrings(x, ToString(b), ignoreCase), nil
	}
	if isNumber(a) && isNumber(b) {
		c, ok := compareNumbers(a, b)
		if !ok {
			return 0, errUnordered
		}
		return c, nil
	}
	if text, ok := b.(string); ok && isNumber(a) {
		n, err := numberFromText(text, a)
		if err != nil {
			return 0, err
		}
		return compare(a, n, ignoreCase)
	}
	if e, ok := a.(Enum); ok && isNumber(b) {
		return compare(e.Value, b, ignoreCase)
	}
	if o, ok := a.(*Object); ok && o.Type != nil {
		for t := o.Type; t != nil; t = t.Base {
			if t.Compare != nil {
				return t.Compare(a, b)
			}
		}
	}
	if !comparable(a) {
		return 0, notComparable(a, b)
	}
	y := b
	if TypeOf(a) != TypeOf(b) {
		c, err := Convert(b, TypeOf(a))
		if err != nil {
			return 0, NewErrorOf(&Exception{
				Type: typeRuntimeException, Inner: exceptionOf(err),
				Message: "Could not compare \"" + ToString(a) + "\" to \"" + ToString(b) + "\". Error: \"" + exceptionOf(err).Message + "\"",
			}, "ComparisonFailure", InvalidArgument, nil)
		}
		y = c
	}
	switch x := a.(type) {
	case bool:
		if x == y.(bool) {
			return 0, nil
		}
		if x {
			return 1, nil
		}
		return -1, nil
	case Char:
		if ignoreCase {
			return sign(int(unicode.ToUpper(rune(x))) - int(unicode.ToUpper(rune(y.(Char))))), nil
		}
		return sign(int(x) - int(y.(Char))), nil
	case DateTime:
		return sign64(x.Ticks, y.(DateTime).Ticks), nil
	case TimeSpan:
		return sign64(int64(x), int64(y.(TimeSpan))), nil
	case Guid:
		return compareGuids(x, y.(Guid)), nil
	case Version:
		return compareVersions(x, y.(Version)), nil
	case Enum:
		return sign64(x.Value, y.(Enum).Value), nil
	case *Object:
		if c, ok := x.Base.(Comparer); ok {
			if o, ok := y.(*Object); ok {
				return c.CompareTo(o.Base), nil
			}
		}
	}
	if c, ok := compareNumbersOf(a, y); ok {
		return c, nil
	}
	if same(a, y) {
		return 0, nil
	}
	return 0, notComparable(a, b)
}

// comparable tells whether a type has an order (IComparable).
func comparable(v any) bool {
	switch v := v.(type) {
	case *Object:
		_, ok := v.Base.(Comparer)
		return ok
	case *Hashtable, *Array, *List, *Type, ScriptBlock, *Exception, *ErrorRecord, Switch, *Reference, *InvocationInfo:
		return false
	}
	return true
}

func notComparable(a, b any) error {
	if o, ok := a.(*Object); ok && o.IsCustom() {
		if same(a, b) {
			return errUnordered
		}
		return NewErrorOf(&Exception{
			Type: typeRuntimeException,
			Message: "Cannot compare \"" + ToString(a) + "\" to \"" + ToString(b) + "\" because the objects are not the same type or the object \"" +
				ToString(a) + "\" does not implement \"IComparable\".",
		}, "PSObjectCompareTo", InvalidArgument, nil)
	}
	return NewErrorOf(&Exception{
		Type:    typeRuntimeException,
		Message: "Cannot compare \"" + CultureString(a) + "\" because it is not IComparable.",
	}, "NotIcomparable", InvalidArgument, nil)
}

func compareNumbersOf(a, b any) (int, bool) {
	if !isNumber(a) || !isNumber(b) {
		return 0, false
	}
	return compareNumbers(a, b)
}

// compareNull orders $null before everything but negative numbers.
func compareNull(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		if isNumber(b) && floatOf(b) < 0 {
			return 1
		}
		return -1
	}
	if isNumber(a) && floatOf(a) < 0 {
		return -1
	}
	return 1
}

func sign(i int) int { return max(-1, min(1, i)) }

func sign64(x, y int64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func compareGuids(x, y Guid) int {
	for i := range x {
		if x[i] != y[i] {
			return sign(int(x[i]) - int(y[i]))
		}
	}
	return 0
}

func compareVersions(x, y Version) int {
	for _, p := range [][2]int32{{x.Major, y.Major}, {x.Minor, y.Minor}, {x.Build, y.Build}, {x.Revision, y.Revision}} {
		if p[0] != p[1] {
			return sign64(int64(p[0]), int64(p[1]))
		}
	}
	return 0
}

// Relation is a comparison operator without its case: -eq, -ne, -lt, -le, -gt, -ge.
type Relation uint8

// The relations.
const (
	EQ Relation = iota
	NE
	LT
	LE
	GT
	GE
)

// Relate is a comparison operator on any two values: a collection on the left is filtered, all else gives a bool.
func Relate(rel Relation, a, b any, ignoreCase bool) (any, error) {
	if items, ok := ItemsOf(a); ok {
		out := &Array{}
		for _, e := range items {
			yes, err := holds(rel, e, b, ignoreCase)
			if err != nil {
				return nil, err
			}
			if yes {
				out.Items = append(out.Items, e)
			}
		}
		return out, nil
	}
	return anyBool(holds(rel, a, b, ignoreCase))
}

func anyBool(b bool, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return b, nil
}

func holds(rel Relation, a, b any, ignoreCase bool) (bool, error) {
	switch rel {
	case EQ:
		return Equal(a, b, ignoreCase), nil
	case NE:
		return !Equal(a, b, ignoreCase), nil
	}
	c, err := compare(a, b, ignoreCase)
	if err == errUnordered {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	switch rel {
	case LT:
		return c < 0, nil
	case LE:
		return c <= 0, nil
	case GT:
		return c > 0, nil
	}
	return c >= 0, nil
}

// Contains is $collection -contains $v; a value that is no collection counts as one of one element.
func Contains(collection, v any, ignoreCase bool) bool {
	items, ok := ItemsOf(collection)
	if !ok {
		return Equal(collection, v, ignoreCase)
	}
	for _, e := range items {
		if Equal(e, v, ignoreCase) {
			return true
		}
	}
	return false
}

// EqualStrings compares as -eq or -ceq does.
func EqualStrings(a, b string, ignoreCase bool) bool {
	if a == b {
		return true
	}
	return ignoreCase && strings.EqualFold(a, b)
}
