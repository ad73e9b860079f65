package object

import (
	"math"
	"testing"
)

func TestToString(t *testing.T) {
	tests := []struct {
		v    any
		want string
	}{
		{nil, ""}, {"a", "a"}, {int32(-5), "-5"}, {true, "True"}, {Char('x'), "x"},
		{1e10, "10000000000"}, {1e15, "1E+15"}, {0.1, "0.1"}, {0.1 + 0.2, "0.3"}, {float64(math.MaxInt64), "9.22337203685478E+18"}, {1e-5, "1E-05"}, {1e300, "1E+300"},
		{NewArray(int32(1), "a", nil), "1 a "}, {TableOf("a", 1), "System.Collections.Hashtable"},
		{NewCustom("a", int32(1), "b", "x"), "@{a=1; b=x}"}, {TypeInt32, "int"},
		{TimeSpan(937840000000), "1.02:03:04"}, {Version{1, 2, 3, -1}, "1.2.3"},
		{DateTime{Ticks: 639029198450000000}, "01/02/2026 03:04:05"},
	}
	for _, tt := range tests {
		if got := ToString(tt.v); got != tt.want {
			t.Errorf("ToString(%#v) = %q, want %q", tt.v, got, tt.want)
		}
	}
}

func TestHashtable(t *testing.T) {
	h := NewHashtable()
	for i := range int32(20) {
		h.Set(i, i)
	}
	h.Set("Name", "x")
	if v, ok := h.Get("NAME"); !ok || v != "x" {
		t.Errorf("Get(NAME) = %v, %v", v, ok)
	}
	if h.Has(int64(3)) {
		t.Error("3L is the key 3")
	}
	for i := range int32(15) {
		if !h.Delete(i) {
			t.Errorf("Delete(%d) found nothing", i)
		}
	}
	if h.Len() != 6 || h.Keys()[0] != int32(15) || h.Keys()[5] != "Name" {
		t.Errorf("keys after deleting: %v", h.Keys())
	}
}

func TestTypeByName(t *testing.T) {
	for name, want := range map[string]string{
		"int": "System.Int32", "System.Int32": "System.Int32", "string[]": "System.String[]", "Collections.ArrayList": "System.Collections.ArrayList",
		"System.Collections.Generic.List[string]":            "System.Collections.Generic.List`1[System.String]",
		"collections.generic.dictionary[string,List`1[int]]": "",
		"System.IO.FileNotFoundException":                    "System.IO.FileNotFoundException",
	} {
		got, ok := TypeByName(name)
		if want == "" {
			if ok {
				t.Errorf("%s is no type, yet found as %s", name, got.Name)
			}
			continue
		}
		if !ok || got.Name != want {
			t.Errorf("TypeByName(%s) = %v, want %s", name, got, want)
		}
	}
	if !init1("System.IO.FileNotFoundException").IsA(init1("System.IO.IOException")) {
		t.Error("FileNotFoundException is no IOException")
	}
}
