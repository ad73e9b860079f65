// Package object is the object model of the shell: the values that variables hold and pipelines carry, the .NET types
// that scripts believe them to have, their members, conversions and operators.
//
// A value is a Go any out of a closed list, chosen so that a type switch tells its .NET type:
//
//	nil         $null                    string      System.String (UTF-8 here; lengths and indexes count UTF-16 units)
//	bool        System.Boolean           Char        System.Char
//	int8        System.SByte             uint8       System.Byte
//	int16       System.Int16             uint16      System.UInt16
//	int32       System.Int32             uint32      System.UInt32
//	int64       System.Int64             uint64      System.UInt64
//	float32     System.Single            float64     System.Double
//	Decimal     System.Decimal           *big.Int    System.Numerics.BigInteger
//	DateTime    System.DateTime          TimeSpan    System.TimeSpan
//	Guid        System.Guid              Version     System.Version
//	Enum        any enumeration          *Type       System.RuntimeType
//	*Array      T[] (Object[] mostly)    *List       ArrayList, List[T], Collection[T]
//	*Hashtable  Hashtable, OrderedDictionary, Dictionary[K,V]
//	ScriptBlock a script block           *ErrorRecord, *Exception   errors
//	Switch      SwitchParameter              *Reference  [ref]
//	*Object     everything else: PSCustomObject, a declared type with a Go base value, or a wrapper
//	            that hangs extra members on one of the values above
//
// Numbers, dates and their formats are netfmt's; the members that scripts may use of .NET's types are declared in dotnet,
// which the evaluator imports.
//
// Nothing here runs script code, prints, or knows of mail.
package object
