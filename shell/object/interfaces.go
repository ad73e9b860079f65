package object

import "strings"

// interfaces are those that classes of scripts name as their bases, beside the ones that the declared types have.
var interfaces = [...]string{
	"System.IDisposable", "System.IComparable", "System.ICloneable", "System.IFormattable", "System.IConvertible", "System.IFormatProvider", "System.ICustomFormatter",
	"System.Collections.IComparer", "System.Collections.IEqualityComparer", "System.Collections.IEnumerable", "System.Collections.IEnumerator",
	"System.Management.Automation.IValidateSetValuesGenerator", "System.Management.Automation.IArgumentCompleter",
	"System.IEquatable`1", "System.IComparable`1", "System.Collections.Generic.IComparer`1", "System.Collections.Generic.IEqualityComparer`1",
}

var _ = func() bool {
	for _, name := range interfaces {
		iface(name).IsGenericDefinition = strings.HasSuffix(name, "`1")
	}
	return true
}()
