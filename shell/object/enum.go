package object

import (
	"strconv"
	"strings"
)

// NewEnum declares an enumeration. Names and values alternate in pairs as name, then its number; names alone count from 0.
func NewEnum(fullName string, flags bool, names []string, values []int64) *Type {
	if values == nil {
		values = make([]int64, len(names))
		for i := range values {
			values[i] = int64(i)
		}
	}
	return Declare(&Type{
		Name: fullName, Base: TypeEnum, IsValue: true,
		Enum: &EnumInfo{Names: names, Values: values, Flags: flags, Underlying: TypeInt32},
	})
}

// String is the name of the value, a comma-separated list of them for flags, or the number if it has no name.
func (e Enum) String() string {
	info := e.Type.Enum
	for i, v := range info.Values {
		if v == e.Value {
			return info.Names[i]
		}
	}
	if info.Flags && e.Value != 0 {
		rest := e.Value
		var names []string
		for i := len(info.Values) - 1; i >= 0; i-- {
			if v := info.Values[i]; v != 0 && rest&v == v {
				names = append([]string{info.Names[i]}, names...)
				rest &^= v
			}
		}
		if rest == 0 {
			return strings.Join(names, ", ")
		}
	}
	return strconv.FormatInt(e.Value, 10)
}

// Find returns the value of a name without regard to case.
func (i *EnumInfo) Find(name string) (int64, bool) {
	for k, n := range i.Names {
		if strings.EqualFold(n, name) {
			return i.Values[k], true
		}
	}
	return 0, false
}

// EnumValue returns the named value of an enumeration; it panics on a name that does not exist, which is a fault of the program.
func EnumValue(t *Type, name string) Enum {
	v, ok := t.Enum.Find(name)
	if !ok {
		panic("object: no value " + name + " of " + t.Name)
	}
	return Enum{Type: t, Value: v}
}
