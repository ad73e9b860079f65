package object

import "unicode/utf16"

// mostRange is the longest range that is made.
const mostRange = 50_000_000

// Range is the .. operator: integers, or characters where both ends are one.
func Range(a, b any) (any, error) {
	from, to, chars, err := RangeEnds(a, b)
	if err != nil {
		return nil, err
	}
	n := to - from
	if n < 0 {
		n = -n
	}
	if n > mostRange {
		return nil, NewError("RangeTooLarge", InvalidArgument, nil, "The range %d..%d is too long to be made; use a for loop.", from, to)
	}
	items := make([]any, 0, n+1)
	step := int64(1)
	if to < from {
		step = -1
	}
	for i := from; ; i += step {
		if chars {
			items = append(items, Char(i))
		} else {
			items = append(items, int32(i))
		}
		if i == to {
			break
		}
	}
	return &Array{Items: items}, nil
}

// RangeEnds returns the ends of a range as numbers, for loops that need no array; chars tells that they are characters.
func RangeEnds(a, b any) (from, to int64, chars bool, err error) {
	a, b = Base(a), Base(b)
	if x, ok := rangeChar(a); ok {
		if y, ok := rangeChar(b); ok {
			return int64(x), int64(y), true, nil
		}
	}
	if from, err = rangeEnd(a); err == nil {
		to, err = rangeEnd(b)
	}
	return from, to, false, err
}

func rangeChar(v any) (Char, bool) {
	switch v := v.(type) {
	case Char:
		return v, true
	case string:
		if u := utf16.Encode([]rune(v)); len(u) == 1 && !(u[0] >= '0' && u[0] <= '9') {
			return Char(u[0]), true
		}
	}
	return 0, false
}

func rangeEnd(v any) (int64, error) {
	switch n := v.(type) {
	case int32:
		return int64(n), nil
	case nil:
		return 0, nil
	case string:
		i, ok := plainInt(n)
		if !ok {
			e := badInput(n)
			return 0, NewErrorOf(e, e.TypeName(), OperationStopped, nil)
		}
		return i, nil
	}
	n, err := Convert(v, TypeInt32)
	if err != nil {
		inner := NewException("System.InvalidCastException", "Unable to cast object of type '%s' to type 'System.IConvertible'.", TypeOf(v).Name)
		if r := RecordOf(err); r.Exception.Inner != nil {
			inner = r.Exception.Inner
		}
		return 0, NewErrorOf(inner, inner.TypeName(), OperationStopped, nil)
	}
	return int64(n.(int32)), nil
}

// plainInt reads an integer with blanks and a sign, nothing else.
func plainInt(s string) (int64, bool) {
	b, err := bigFromText(s)
	if err != nil || !b.IsInt64() {
		return 0, false
	}
	for _, r := range s {
		if r == '.' || r == ',' || r == 'e' || r == 'E' {
			return 0, false
		}
	}
	return b.Int64(), true
}

// As is the -as operator: nil where the conversion fails.
func As(v any, t *Type) any {
	if v == nil && t != TypeString {
		if t == TypeBoolean || isNumeric(t) || t == TypeChar {
			c, _ := Convert(v, t) // null always converts to these
			return c
		}
		return nil
	}
	c, err := Convert(v, t)
	if err != nil {
		return nil
	}
	return c
}

// TypeOperand is the right side of -is and -as: a type, or the name of one.
func TypeOperand(v any, operator string) (*Type, error) {
	switch x := Base(v).(type) {
	case *Type:
		return x, nil
	case string:
		if t, ok := TypeByName(x); ok {
			return t, nil
		}
	}
	if v == nil {
		return nil, NewError("RuntimeException", InvalidOperation, nil, "-%s operator: the right operand is no type.", operator)
	}
	_, err := Convert(v, TypeType)
	if err == nil {
		err = cannotConvert(v, TypeType)
	}
	if operator == "is" {
		e := exceptionOf(err)
		return nil, NewErrorOf(&Exception{Type: typeRuntimeException, Message: e.Message, Inner: e}, "RuntimeException", NotSpecified, nil)
	}
	return nil, err
}

// Increment is ++ and Decrement --: step is 1 or -1.
func Increment(v any, step int32) (any, error) {
	switch n := Base(v).(type) {
	case nil:
		return step, nil
	case int32:
		return fitInt32(int64(n) + int64(step)), nil
	case bool, string, Char:
	default:
		if asNumber(n) != nil {
			return Add(n, step)
		}
	}
	op := "++"
	if step < 0 {
		op = "--"
	}
	return nil, NewError("OperatorRequiresNumber", InvalidOperation, nil, "The '%s' operator works only on numbers. The operand is a '%s'.", op, TypeOf(v).Name)
}
