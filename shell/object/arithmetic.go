package object

import (
	"math"
	"math/big"
	"strings"
)

// Add is the + operator.
func Add(a, b any) (any, error) {
	if x, ok := a.(int32); ok {
		if y, ok := b.(int32); ok {
			return fitInt32(int64(x) + int64(y)), nil
		}
	}
	a, b = Base(a), Base(b)
	switch x := a.(type) {
	case nil:
		return b, nil
	case string:
		if y, ok := b.(string); ok {
			return x + y, nil
		}
		return x + ToString(b), nil
	case Char:
		return x.String() + ToString(b), nil
	case *Hashtable:
		y, ok := b.(*Hashtable)
		if b == nil {
			return x, nil
		}
		if !ok {
			return nil, NewError("AddHashTableToNonHashTable", InvalidOperation, nil, "A hash table can only be added to another hash table.")
		}
		return mergeTables(x, y)
	}
	if items, ok := ItemsOf(a); ok {
		if more, ok := ItemsOf(b); ok {
			return &Array{Items: append(items[:len(items):len(items)], more...)}, nil
		}
		return &Array{Items: append(items[:len(items):len(items)], b)}, nil
	}
	return arithmetic(a, b, &opAdd)
}

func mergeTables(x, y *Hashtable) (any, error) {
	sum := x.Clone()
	sum.Type, sum.CaseSensitive = nil, false
	for k, v := range y.All() {
		if sum.Has(k) {
			inner := NewException("System.ArgumentException", "Item has already been added. Key in dictionary: '%s'  Key being added: '%s'", ToString(k), ToString(k))
			return nil, NewErrorOf(inner, inner.TypeName(), OperationStopped, nil)
		}
		sum.Set(k, v)
	}
	return sum, nil
}

// Subtract is the - operator.
func Subtract(a, b any) (any, error) {
	if x, ok := a.(int32); ok {
		if y, ok := b.(int32); ok {
			return fitInt32(int64(x) - int64(y)), nil
		}
	}
	return arithmetic(Base(a), Base(b), &opSubtract)
}

// Multiply is the * operator: numbers, and the repetition of strings and arrays.
func Multiply(a, b any) (any, error) {
	if x, ok := a.(int32); ok {
		if y, ok := b.(int32); ok {
			return fitInt32(int64(x) * int64(y)), nil
		}
	}
	a, b = Base(a), Base(b)
	switch x := a.(type) {
	case nil:
		return nil, nil
	case string:
		n, err := times(b)
		if err != nil || n == 0 {
			return "", err
		}
		return strings.Repeat(x, n), nil
	case bool:
		if t := TypeOf(b); t == nil || t == TypeBoolean || isNumeric(t) || t == TypeString || t == TypeChar {
			return nil, NewError("NotADefinedOperationForType", InvalidOperation, nil, "The operation '[System.Boolean] * [%s]' is not defined.", typeNameOr(t, "System.Object"))
		}
	}
	if items, ok := ItemsOf(a); ok {
		n, err := times(b)
		if err != nil {
			return nil, err
		}
		out := make([]any, 0, len(items)*n)
		for range n {
			out = append(out, items...)
		}
		return &Array{Items: out}, nil
	}
	return arithmetic(a, b, &opMultiply)
}

func typeNameOr(t *Type, other string) string {
	if t == nil {
		return other
	}
	return t.Name
}

func times(b any) (int, error) {
	n, err := Convert(b, TypeInt32)
	if err != nil {
		return 0, err
	}
	if n.(int32) < 0 {
		e := NewException("System.ArgumentOutOfRangeException", "times ('%d') must be a non-negative value. (Parameter 'times')\nActual value was %d.", n, n)
		return 0, NewErrorOf(e, e.TypeName(), OperationStopped, nil)
	}
	return int(n.(int32)), nil
}

// Divide is the / operator; integers that do not divide evenly give a double.
func Divide(a, b any) (any, error) { return arithmetic(Base(a), Base(b), &opDivide) }

// Remainder is the % operator.
func Remainder(a, b any) (any, error) { return arithmetic(Base(a), Base(b), &opRemainder) }

func fitInt32(r int64) any {
	if r == int64(int32(r)) {
		return int32(r)
	}
	return float64(r)
}

// operator is one arithmetic operator over each kind of number.
type operator struct {
	method  string // the .NET method that other types would have for it
	symbol  string
	int64   func(x, y int64) (any, error) // both within Int64; small tells whether an Int32 result is wanted
	float   func(x, y float64) float64
	decimal func(x, y Decimal) (Decimal, error)
	big     func(x, y *big.Int) (*big.Int, error)
}

func divideByZero() error {
	return NewErrorOf(&Exception{Type: typeRuntimeException, Message: errDivideByZero.Message, Inner: errDivideByZero}, "RuntimeException", NotSpecified, nil)
}

var (
	opAdd = operator{
		method: "op_Addition", symbol: "+",
		int64: func(x, y int64) (any, error) {
			if s := x + y; (s > x) == (y > 0) {
				return s, nil
			}
			return float64(x) + float64(y), nil
		},
		float:   func(x, y float64) float64 { return x + y },
		decimal: Decimal.Add,
		big:     func(x, y *big.Int) (*big.Int, error) { return new(big.Int).Add(x, y), nil },
	}
	opSubtract = operator{
		method: "op_Subtraction", symbol: "-",
		int64: func(x, y int64) (any, error) {
			if d := x - y; (d < x) == (y > 0) {
				return d, nil
			}
			return float64(x) - float64(y), nil
		},
		float:   func(x, y float64) float64 { return x - y },
		decimal: Decimal.Sub,
		big:     func(x, y *big.Int) (*big.Int, error) { return new(big.Int).Sub(x, y), nil },
	}
	opMultiply = operator{
		method: "op_Multiply", symbol: "*",
		int64: func(x, y int64) (any, error) {
			if x == 0 || y == 0 {
				return int64(0), nil
			}
			if p := x * y; p/y == x && !(x == -1 && y == math.MinInt64) && !(y == -1 && x == math.MinInt64) {
				return p, nil
			}
			return float64(x) * float64(y), nil
		},
		float:   func(x, y float64) float64 { return x * y },
		decimal: Decimal.Mul,
		big:     func(x, y *big.Int) (*big.Int, error) { return new(big.Int).Mul(x, y), nil },
	}
	opDivide = operator{
		method: "op_Division", symbol: "/",
		int64: func(x, y int64) (any, error) {
			if y == 0 {
				return nil, divideByZero()
			}
			if y == -1 && x == math.MinInt64 || x%y != 0 {
				return float64(x) / float64(y), nil
			}
			return x / y, nil
		},
		float:   func(x, y float64) float64 { return x / y },
		decimal: Decimal.Div,
		big: func(x, y *big.Int) (*big.Int, error) {
			if y.Sign() == 0 {
				return nil, divideByZero()
			}
			return new(big.Int).Quo(x, y), nil
		},
	}
	opRemainder = operator{
		method: "op_Modulus", symbol: "%",
		int64: func(x, y int64) (any, error) {
			if y == 0 {
				return nil, divideByZero()
			}
			if y == -1 {
				return int64(0), nil
			}
			return x % y, nil
		},
		float:   math.Mod,
		decimal: Decimal.Rem,
		big: func(x, y *big.Int) (*big.Int, error) {
			if y.Sign() == 0 {
				return nil, divideByZero()
			}
			return new(big.Int).Rem(x, y), nil
		},
	}
)

func isNumeric(t *Type) bool { return numericRank(t) > 0 }

// arithmetic applies an operator to two values as numbers.
func arithmetic(a, b any, op *operator) (any, error) {
	if x, ok := a.(float64); ok {
		if y, ok := b.(float64); ok {
			return op.float(x, y), nil
		}
	}
	x, y, err := operands(a, b)
	if err != nil {
		return nil, err
	}
	if x == nil || y == nil {
		return operateOn(a, b, op)
	}
	return op.numbers(x, y)
}

// operands turns two values into numbers: nulls, booleans, characters and strings become what PowerShell takes them for.
// A value that is no number gives nil.
func operands(a, b any) (x, y any, err error) {
	first := a
	if s, ok := a.(string); ok {
		if a, err = numberFromText(s, b); err != nil {
			return nil, nil, err
		}
	}
	if s, ok := b.(string); ok {
		if x = asNumber(a); x == nil {
			return nil, nil, nil
		}
		if b, err = numberFromText(s, first); err != nil {
			return nil, nil, err
		}
	}
	return asNumber(a), asNumber(b), nil
}

func asNumber(v any) any {
	switch v := v.(type) {
	case nil:
		return int32(0)
	case int32, int64, float64, uint8, int8, int16, uint16, uint32, uint64, float32, Decimal, BigInt:
		return v
	case bool:
		if v {
			return int32(1)
		}
		return int32(0)
	case Char:
		return int32(v)
	}
	return nil
}

// numberFromText reads a string as a number literal, or, where it is none, as a number of the other operand's type.
func numberFromText(s string, other any) (any, error) {
	s2 := strings.TrimSpace(s)
	if s2 == "" {
		return int32(0), nil
	}
	if n, ok := ParseNumber(s2); ok {
		return n, nil
	}
	t := TypeOf(other)
	if t == nil || !isNumeric(t) && t != TypeBigInt {
		t = TypeInt32
	}
	return Convert(s, t)
}

// numbers applies the operator in the wider of two number types.
func (op *operator) numbers(x, y any) (any, error) {
	switch {
	case isBig(x) || isBig(y):
		bx, err := toBigInt(x)
		if err != nil {
			return nil, err
		}
		by, err := toBigInt(y)
		if err != nil {
			return nil, err
		}
		return op.big(bx.(*big.Int), by.(*big.Int))
	case isDecimal(x) || isDecimal(y):
		return op.decimals(x, y)
	case isFloat(x) || isFloat(y):
		return op.float(floatOf(x), floatOf(y)), nil
	}
	_, ux := x.(uint64)
	_, uy := y.(uint64)
	if ux || uy {
		return op.unsigned(x, y)
	}
	r, err := op.int64(int64Of(x), int64Of(y))
	if err != nil {
		return nil, err
	}
	i, ok := r.(int64)
	if !ok || rank(x) >= 7 || rank(y) >= 7 {
		return r, nil
	}
	if rank(x) == 6 || rank(y) == 6 {
		if i >= 0 && i <= math.MaxUint32 && bothUnsigned(x, y) {
			return uint32(i), nil
		}
		if !bothUnsigned(x, y) {
			return i, nil
		}
		return float64(i), nil
	}
	return fitInt32(i), nil
}

func rank(v any) int { return numericRank(TypeOf(v)) }

func bothUnsigned(x, y any) bool { return int64Of(x) >= 0 && int64Of(y) >= 0 }

func isBig(v any) bool     { _, ok := v.(BigInt); return ok }
func isDecimal(v any) bool { _, ok := v.(Decimal); return ok }

func isFloat(v any) bool {
	switch v.(type) {
	case float64, float32:
		return true
	}
	return false
}

func floatOf(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case float32:
		return float64(v)
	case uint64:
		return float64(v)
	case Decimal:
		return v.Float64()
	}
	return float64(int64Of(v))
}

func int64Of(v any) int64 {
	n, _ := wholeOf(v)
	if n.neg {
		return -int64(n.abs)
	}
	return int64(n.abs)
}

// unsigned computes with UInt64 and falls back to a double, or, with a negative operand, to a decimal.
func (op *operator) unsigned(x, y any) (any, error) {
	nx, _ := wholeOf(x)
	ny, _ := wholeOf(y)
	if nx.neg || ny.neg {
		return op.decimals(x, y)
	}
	bx, by := new(big.Int).SetUint64(nx.abs), new(big.Int).SetUint64(ny.abs)
	if op == &opDivide && ny.abs != 0 && nx.abs%ny.abs != 0 {
		return float64(nx.abs) / float64(ny.abs), nil
	}
	r, err := op.big(bx, by)
	if err != nil {
		return nil, err
	}
	if r.IsUint64() {
		return r.Uint64(), nil
	}
	f, _ := new(big.Float).SetInt(r).Float64()
	return f, nil
}

func (op *operator) decimals(x, y any) (any, error) {
	dx, err := decimalOperand(x)
	if err != nil {
		return nil, err
	}
	dy, err := decimalOperand(y)
	if err != nil {
		return nil, err
	}
	d, err := op.decimal(dx, dy)
	if err != nil {
		e := exceptionOf(err)
		return nil, NewErrorOf(&Exception{Type: typeRuntimeException, Message: e.Message, Inner: e}, "RuntimeException", NotSpecified, nil)
	}
	return d, nil
}

func decimalOperand(v any) (Decimal, error) {
	if d, ok := v.(Decimal); ok {
		return d, nil
	}
	d, err := toDecimal(v)
	if err != nil {
		return Decimal{}, NewErrorOf(errDecimalOverflow, errDecimalOverflow.TypeName(), OperationStopped, nil)
	}
	return d.(Decimal), nil
}

// operateOn looks for the operator among the members of the operands' types.
func operateOn(a, b any, op *operator) (any, error) {
	if ea, ok := a.(Enum); ok {
		return enumOperation(ea, b, op)
	}
	if eb, ok := b.(Enum); ok && asNumber(a) != nil {
		return op.numbers(asNumber(a), enumNumber(eb))
	}
	t := TypeOf(a)
	if t == nil || isNumeric(t) && t != TypeDecimal || t == TypeBoolean || t == TypeChar || t == TypeString {
		if other := TypeOf(b); other != nil && b != nil {
			t = other
		}
	}
	if m := t.StaticMember(op.method); m != nil {
		return Call(nil, m, []any{a, b})
	}
	return nil, operatorNotFound(t, op.method)
}

// operatorNotFound names the type as PowerShell does, for which an object made by a script is a PSObject.
func operatorNotFound(t *Type, method string) error {
	if t == TypePSCustomObject {
		t = TypePSObject
	}
	return methodNotFound(t, method)
}

func enumNumber(e Enum) any {
	if e.Type.Enum.Underlying == TypeInt32 || e.Type.Enum.Underlying == nil {
		return int32(e.Value)
	}
	return e.Value
}

func enumOperation(e Enum, b any, op *operator) (any, error) {
	other := b
	if s, ok := b.(string); ok {
		v, err := enumFromString(s, e.Type)
		if err != nil {
			return nil, err
		}
		other = v
	}
	if o, ok := other.(Enum); ok {
		other = enumNumber(o)
	}
	n := asNumber(other)
	if n == nil {
		return nil, methodNotFound(e.Type, op.method)
	}
	switch n.(type) {
	case float64, float32:
		return nil, thrown("System.InvalidCastException", "Unable to cast object of type '%s' to type 'System.Double'.", e.Type.Name)
	case Decimal:
		return nil, thrown("System.InvalidOperationException", "No coercion operator is defined between types '%s' and 'System.Decimal'.", e.Type.Name)
	}
	r, err := op.numbers(enumNumber(e), n)
	if err != nil {
		return nil, err
	}
	if i, ok := r.(int32); ok {
		return Enum{e.Type, int64(i)}, nil
	}
	return nil, thrown("System.InvalidCastException", "Unable to cast object of type '%s' to type '%s'.", TypeOf(r).Name, e.Type.Name)
}

// thrown is an exception that .NET throws outside of PowerShell's own errors.
func thrown(typeName, format string, args ...any) error {
	e := NewException(typeName, format, args...)
	return NewErrorOf(e, e.TypeName(), OperationStopped, nil)
}

// Negate is unary minus.
func Negate(v any) (any, error) {
	switch n := v.(type) {
	case int32:
		return fitInt32(-int64(n)), nil
	case float64:
		return -n, nil
	}
	return Subtract(int32(0), v)
}

// Plus is unary plus: the value as a number.
func Plus(v any) (any, error) {
	switch Base(v).(type) {
	case int32, int64, float64, Decimal, BigInt, float32, uint32, uint64:
		return Base(v), nil
	}
	return arithmetic(int32(0), Base(v), &opAdd)
}
