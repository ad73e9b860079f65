package object

import (
	"math"
	"strings"
	"testing"
)

// Values and errors are PowerShell 7's.
func TestConvert(t *testing.T) {
	tests := []struct {
		v    any
		t    *Type
		want string // type and text, or the error's id and message
	}{
		{"5", TypeInt32, "System.Int32 5"}, {" 5 ", TypeInt32, "System.Int32 5"}, {"", TypeInt32, "System.Int32 0"}, {"0x1F", TypeInt32, "System.Int32 31"},
		{"1,234", TypeInt32, "System.Int32 1234"}, {"1e3", TypeInt32, "System.Int32 1000"}, {"1.5", TypeInt32, "System.Int32 2"},
		{1.5, TypeInt32, "System.Int32 2"}, {2.5, TypeInt32, "System.Int32 2"}, {-0.5, TypeInt64, "System.Int64 0"},
		{"abc", TypeInt32, `InvalidCastFromStringToInteger: Cannot convert value "abc" to type "System.Int32". Error: "The input string 'abc' was not in a correct format."`},
		{int64(2147483648), TypeByte, `InvalidCastIConvertible: Cannot convert value "2147483648" to type "System.Byte". Error: "Value was either too large or too small for an unsigned byte."`},
		{math.Inf(1), TypeInt32, `InvalidCastIConvertible: Cannot convert value "∞" to type "System.Int32". Error: "Value was either too large or too small for an Int32."`},
		{NewArray(int32(1), int32(2)), TypeInt32, `ConvertToFinalInvalidCastException: Cannot convert the "System.Object[]" value of type "System.Object[]" to type "System.Int32".`},
		{nil, TypeInt32, "System.Int32 0"}, {nil, TypeDateTime, `nullToObjectInvalidCast: Cannot convert null to type "System.DateTime".`},
		{"abc", TypeChar, `InvalidCastParseTargetInvocation: Cannot convert value "abc" to type "System.Char". Error: "String must be exactly one character long."`},
		{"1.10", TypeDecimal, "System.Decimal 1.1"}, {1e300, TypeDecimal, `InvalidCastIConvertible: Cannot convert value "1E+300" to type "System.Decimal". Error: "Value was either too large or too small for a Decimal."`},
		{"1.2.3", TypeVersion, "System.Version 1.2.3"}, {"1.02:03:04", TypeTimeSpan, "System.TimeSpan 1.02:03:04"}, {int32(31), TypeDateTime, "System.DateTime 01/01/0001 00:00:00"},
		{"xyz", TypeGuid, `InvalidCastParseTargetInvocationWithFormatProvider: Cannot convert value "xyz" to type "System.Guid". Error: "Unrecognized Guid format."`},
		{"int[]", TypeType, "System.RuntimeType int[]"}, {"no.such", TypeType, `InvalidCastFromStringToType: Cannot convert the "no.such" value of type "System.String" to type "System.Type".`},
		{"5", ArrayOf(TypeInt32), "System.Int32[] 5"}, {"Stop", TypeActionPreference, "System.Management.Automation.ActionPreference Stop"}, {"sto", TypeActionPreference, "System.Management.Automation.ActionPreference Stop"},
	}
	for _, tt := range tests {
		got := ""
		if v, err := Convert(tt.v, tt.t); err != nil {
			r := RecordOf(err)
			got = r.ID + ": " + r.Exception.Message
		} else {
			got = TypeOf(v).Name + " " + ToString(v)
		}
		if got != tt.want {
			t.Errorf("[%s]%v is %s\n\twant %s", tt.t.Name, tt.v, got, tt.want)
		}
	}
}

func TestOperators(t *testing.T) {
	table := TableOf("a", int32(1))
	tests := []struct {
		op   func(a, b any) (any, error)
		a, b any
		want string
	}{
		{Add, int32(math.MaxInt32), int32(1), "System.Double 2147483648"}, {Add, "5", int32(5), "System.String 55"}, {Add, int32(5), "5", "System.Int32 10"}, {Add, int32(1), "1.5", "System.Double 2.5"},
		{Add, Char('x'), int32(-1), "System.String x-1"}, {Add, NewArray(int32(1)), "a", "System.Object[] 1 a"}, {Add, nil, "a", "System.String a"},
		{Add, table, int32(1), "AddHashTableToNonHashTable: A hash table can only be added to another hash table."},
		{Add, table, table, "System.ArgumentException: Item has already been added. Key in dictionary: 'a'  Key being added: 'a'"},
		{Subtract, int64(math.MinInt64), int32(1), "System.Double -9.22337203685478E+18"}, {Multiply, "ab", int32(3), "System.String ababab"}, {Multiply, int32(3), 2.5, "System.Double 7.5"},
		{Divide, int32(7), int32(2), "System.Double 3.5"}, {Divide, int32(6), int32(2), "System.Int32 3"}, {Divide, int32(1), int32(0), "RuntimeException: Attempted to divide by zero."},
		{Remainder, int32(-7), int32(3), "System.Int32 -1"}, {Divide, int32(1), table, "MethodNotFound: Method invocation failed because [System.Collections.Hashtable] does not contain a method named 'op_Division'."},
		{BitAnd, "0x10", "1,234", "System.Int32 16"}, {BitOr, int32(1), int64(2147483648), "System.Int64 2147483649"}, {ShiftLeft, int32(7), "5", "System.Int32 224"}, {ShiftRight, int32(-2147483648), int32(8), "System.Int32 -8388608"},
		{Range, int32(3), int32(1), "System.Object[] 3 2 1"}, {Range, 1.5, int32(3), "System.Object[] 2 3"}, {Range, "a", "c", "System.Object[] a b c"},
	}
	for _, tt := range tests {
		got := ""
		if v, err := tt.op(tt.a, tt.b); err != nil {
			r := RecordOf(err)
			got = r.ID + ": " + r.Exception.Message
		} else {
			got = TypeOf(v).Name + " " + ToString(v)
		}
		if got != tt.want {
			t.Errorf("%v op %v is %s, want %s", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestComparison(t *testing.T) {
	for _, tt := range []struct {
		a, b any
		want bool
	}{
		{"a", "A", true}, {"5", int32(5), true}, {int32(5), "5", true}, {int32(5), "x", false}, {nil, int32(0), false}, {nil, nil, true}, {true, "x", true},
		{math.NaN(), math.NaN(), false}, {int32(1), 1.0, true}, {Char('a'), "A", true}, {Version{1, 2, -1, -1}, "1.2", true},
	} {
		if got := Equal(tt.a, tt.b, true); got != tt.want {
			t.Errorf("%v -eq %v is %v", tt.a, tt.b, got)
		}
	}
	for _, pair := range []string{"a<B", "a<A", "_<a", "-<0", "0<9", "9<a", "a<aa", "co-op<coop", "z<Zoë"} {
		a, b, _ := strings.Cut(pair, "<")
		if CompareStrings(a, b, false) >= 0 || CompareStrings(b, a, false) <= 0 {
			t.Errorf("%s does not come before %s", a, b)
		}
	}
	if _, err := Compare(int32(5), "x", true); RecordOf(err).ID != "InvalidCastFromStringToInteger" {
		t.Errorf("5 -gt 'x': %v", err)
	}
	if _, err := Compare(NewHashtable(), int32(1), true); RecordOf(err).ID != "NotIcomparable" {
		t.Errorf("@{} -gt 1: %v", err)
	}
}

func TestWildcard(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"a*", "ABC", true}, {"*b*", "abc", true}, {"?", "", false}, {"[a-c]x", "BX", true}, {"[a-c]x", "dx", false}, {"a`*", "a*", true}, {"a`*", "ab", false}, {"*", "", true},
		{"[abc]*.txt", "c.TXT", true}, {"a*b*c", "aXXbYYc", true}, {"a*b*c", "aXXbYY", false},
	} {
		w, err := NewWildcard(tt.pattern, true)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Match(tt.text); got != tt.want {
			t.Errorf("%q -like %q is %v", tt.text, tt.pattern, got)
		}
	}
	if _, err := NewWildcard("[a", true); err == nil {
		t.Error("[a is a pattern")
	}
}

func TestDecimal(t *testing.T) {
	d := func(s string) Decimal {
		v, err := ParseDecimal(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, tt := range []struct {
		op         func(x, y Decimal) (Decimal, error)
		x, y, want string
	}{
		{Decimal.Add, "1.10", "1", "2.10"}, {Decimal.Mul, "1.0", "3.14", "3.140"}, {Decimal.Sub, "1.0", "5", "-4.0"}, {Decimal.Div, "1", "3", "0.3333333333333333333333333333"},
		{Decimal.Div, "2.5", "1.0", "2.5"}, {Decimal.Div, "-1", "3.14", "-0.3184713375796178343949044586"}, {Decimal.Rem, "200", "1.0", "0.0"}, {Decimal.Div, "1.10", "1", "1.10"},
		{Decimal.Mul, "18446744073709551615", "1024", "18889465931478580853760"},
	} {
		got, err := tt.op(d(tt.x), d(tt.y))
		if err != nil || got.String() != tt.want {
			t.Errorf("%s and %s make %s, %v; want %s", tt.x, tt.y, got, err, tt.want)
		}
	}
	if _, err := d("79228162514264337593543950335").Add(d("1")); err == nil {
		t.Error("the largest decimal plus one fits")
	}
}
