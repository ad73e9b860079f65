package object

import (
	"slices"
	"strings"
)

// interfaces are those that classes of scripts name as their bases, beside the ones that the declared types have.
var interfaces = [...]string{
	"System.IDisposable", "System.IComparable", "System.ICloneable", "System.IFormattable", "System.IConvertible", "System.IFormatProvider", "System.ICustomFormatter",
	"System.Collections.IComparer", "System.Collections.IEqualityComparer", "System.Collections.IEnumerable", "System.Collections.IEnumerator",
	"System.Management.Automation.IValidateSetValuesGenerator", "System.Management.Automation.IArgumentCompleter",
	"System.IEquatable`1", "System.IComparable`1", "System.Collections.Generic.IComparer`1", "System.Collections.Generic.IEnumerable`1",
	"System.Collections.Generic.ICollection`1", "System.Collections.Generic.IList`1", "System.Collections.Generic.IReadOnlyCollection`1", "System.Collections.Generic.IReadOnlyList`1",
	"System.Collections.Generic.ISet`1", "System.Collections.Generic.IDictionary`2", "System.Collections.Generic.IEqualityComparer`1",
}

var _ = func() bool {
	for _, name := range interfaces {
		iface(name).IsGenericDefinition = strings.Contains(name, "`")
	}
	return true
}()

// isCollectionOf tells whether a type is a collection as an interface such as IList[int] asks for: an array of its elements, or a generic
// type over them that has the interface of the same name without arguments.
func (t *Type) isCollectionOf(base *Type) bool {
	if base.Generic == nil {
		return false
	}
	plain := strings.Replace(base.Generic.Name[:strings.IndexByte(base.Generic.Name, '`')], ".Generic.", ".", 1)
	plain = strings.NewReplacer("IReadOnlyCollection", "ICollection", "IReadOnlyList", "IList", "ISet", "IEnumerable").Replace(plain)
	i, ok := TypeByName(plain)
	if !ok || !t.IsA(i) {
		return false
	}
	if t.Elem != nil {
		return len(base.Args) == 1 && (t.Elem == base.Args[0] || !t.Elem.IsValue && t.Elem.IsA(base.Args[0]))
	}
	return slices.Equal(t.Args, base.Args)
}
