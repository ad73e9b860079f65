package object

import "math"

// BitAnd is -band, BitOr -bor, BitXor -bxor.
func BitAnd(a, b any) (any, error) {
	return bitwise(a, b, "op_BitwiseAnd", func(x, y uint64) uint64 { return x & y })
}

// BitOr is -bor.
func BitOr(a, b any) (any, error) {
	return bitwise(a, b, "op_BitwiseOr", func(x, y uint64) uint64 { return x | y })
}

// BitXor is -bxor.
func BitXor(a, b any) (any, error) {
	return bitwise(a, b, "op_ExclusiveOr", func(x, y uint64) uint64 { return x ^ y })
}

func bitwise(a, b any, method string, op func(x, y uint64) uint64) (any, error) {
	if x, ok := a.(int32); ok {
		if y, ok := b.(int32); ok {
			return int32(op(uint64(uint32(x)), uint64(uint32(y)))), nil
		}
	}
	a, b = Base(a), Base(b)
	enum, _ := a.(Enum)
	if enum.Type == nil {
		if e, ok := b.(Enum); ok && asNumber(a) == nil {
			enum = e
		}
	}
	if e, ok := b.(string); ok && enum.Type != nil {
		v, err := enumFromString(e, enum.Type)
		if err != nil {
			return nil, err
		}
		b = v
	}
	if e, ok := a.(Enum); ok {
		a = enumNumber(e)
	}
	both := false
	if e, ok := b.(Enum); ok {
		both = enum.Type == e.Type
		b = enumNumber(e)
	}
	x, y, err := operands(a, b)
	if err != nil {
		return nil, err
	}
	if x == nil || y == nil {
		t := TypeOf(a)
		if asNumber(a) != nil || t == TypeString {
			t = TypeOf(b)
		}
		if isFraction(x) || isFraction(y) {
			return nil, &Exception{Type: init1("System.NullReferenceException"), Message: "Object reference not set to an instance of an object."}
		}
		return nil, operatorNotFound(t, method)
	}
	if x, err = bitOperand(x); err != nil {
		return nil, err
	}
	if y, err = bitOperand(y); err != nil {
		return nil, err
	}
	r := op(bitsOf(x), bitsOf(y))
	var out any
	switch widest := max(rank(x), rank(y)); {
	case widest <= 5:
		out = int32(r)
	case widest == 6:
		switch {
		case bothUnsigned(x, y):
			out = uint32(r)
		default:
			out = int64(r)
		}
	case widest == 7:
		out = int64(r)
	default:
		out = r
		if nx, _ := wholeOf(x); nx.neg {
			out = int64(r)
		} else if ny, _ := wholeOf(y); ny.neg {
			out = int64(r)
		}
	}
	if i, ok := out.(int32); ok && both {
		return Enum{enum.Type, int64(i)}, nil
	}
	return out, nil
}

func isFraction(v any) bool { return isFloat(v) || isDecimal(v) }

// bitOperand makes integers of fractions: UInt64, or Int64 if negative.
func bitOperand(v any) (any, error) {
	if !isFraction(v) {
		return v, nil
	}
	t := TypeUInt64
	if floatOf(v) < 0 || floatOf(v) == 0 && math.Signbit(floatOf(v)) {
		t = TypeInt64
	}
	return toInteger(v, t)
}

func bitsOf(v any) uint64 {
	n, _ := wholeOf(v)
	if n.neg {
		return -n.abs
	}
	return n.abs
}

// ShiftLeft is -shl.
func ShiftLeft(a, b any) (any, error) { return shift(a, b, "op_LeftShift", true) }

// ShiftRight is -shr.
func ShiftRight(a, b any) (any, error) { return shift(a, b, "op_RightShift", false) }

func shift(a, b any, method string, left bool) (any, error) {
	a, b = Base(a), Base(b)
	var err error
	if s, ok := a.(string); ok {
		if a, err = numberFromText(s, b); err != nil {
			return nil, err
		}
	}
	if s, ok := b.(string); ok {
		if b, err = numberFromText(s, a); err != nil {
			return nil, err
		}
	}
	if e, ok := a.(Enum); ok {
		a = enumNumber(e)
	}
	x := asNumber(a)
	if x == nil {
		return nil, operatorNotFound(TypeOf(a), method)
	}
	count, err := Convert(b, TypeInt32)
	if err != nil {
		return nil, err
	}
	n := uint(count.(int32))
	if x, err = shiftOperand(x); err != nil {
		return nil, err
	}
	switch x := x.(type) {
	case int64:
		if left {
			return x << (n & 63), nil
		}
		return x >> (n & 63), nil
	case uint64:
		if left {
			return x << (n & 63), nil
		}
		return x >> (n & 63), nil
	case uint32:
		if left {
			return x << (n & 31), nil
		}
		return x >> (n & 31), nil
	}
	i := int32(int64Of(x))
	if left {
		return i << (n & 31), nil
	}
	return i >> (n & 31), nil
}

func shiftOperand(v any) (any, error) {
	if !isFraction(v) {
		return v, nil
	}
	for _, t := range []*Type{TypeInt32, TypeUInt32, TypeInt64, TypeUInt64} {
		if n, err := toInteger(v, t); err == nil {
			return n, nil
		}
	}
	return nil, cannotConvert(v, TypeUInt64)
}

// BitNot is -bnot.
func BitNot(v any) (any, error) {
	v = Base(v)
	if s, ok := v.(string); ok {
		n, err := numberFromText(s, nil)
		if err != nil {
			return nil, err
		}
		v = n
	}
	if e, ok := v.(Enum); ok {
		return Enum{e.Type, int64(int32(^e.Value))}, nil
	}
	x := asNumber(v)
	if x == nil {
		return nil, methodNotFound(TypeOf(v), "op_OnesComplement")
	}
	x, err := shiftOperand(x)
	if err != nil {
		return nil, err
	}
	switch x := x.(type) {
	case int64:
		return ^x, nil
	case uint64:
		return ^x, nil
	case uint32:
		return ^x, nil
	}
	return ^int32(int64Of(x)), nil
}
