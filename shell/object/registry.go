package object

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// The types that the shell itself refers to. All others are found by name.
var (
	TypeObject    = declare("System.Object", "object", nil)
	TypeValueType = declare("System.ValueType", "", TypeObject)
	TypeEnum      = declare("System.Enum", "enum", TypeValueType, "System.IComparable", "System.IFormattable", "System.IConvertible")

	TypeString  = declare("System.String", "string", TypeObject, "System.IComparable", "System.IConvertible", "System.ICloneable", "System.Collections.IEnumerable")
	TypeChar    = value("System.Char", "char", "System.IComparable", "System.IConvertible", "System.IFormattable")
	TypeBoolean = value("System.Boolean", "bool", "System.IComparable", "System.IConvertible")
	TypeSByte   = number("System.SByte", "sbyte")
	TypeByte    = number("System.Byte", "byte")
	TypeInt16   = number("System.Int16", "int16")
	TypeUInt16  = number("System.UInt16", "uint16")
	TypeInt32   = number("System.Int32", "int")
	TypeUInt32  = number("System.UInt32", "uint")
	TypeInt64   = number("System.Int64", "long")
	TypeUInt64  = number("System.UInt64", "ulong")
	TypeSingle  = number("System.Single", "float")
	TypeDouble  = number("System.Double", "double")
	TypeDecimal = number("System.Decimal", "decimal")
	TypeBigInt  = value("System.Numerics.BigInteger", "bigint", "System.IComparable", "System.IFormattable")

	TypeDateTime = value("System.DateTime", "datetime", "System.IComparable", "System.IConvertible", "System.IFormattable")
	TypeTimeSpan = value("System.TimeSpan", "timespan", "System.IComparable", "System.IFormattable")
	TypeGuid     = value("System.Guid", "guid", "System.IComparable", "System.IFormattable")
	TypeVersion  = declare("System.Version", "version", TypeObject, "System.IComparable", "System.ICloneable", "System.IFormattable")
	TypeVoid     = value("System.Void", "void")

	TypeType        = declare("System.Type", "type", TypeObject)
	TypeRuntimeType = declare("System.RuntimeType", "", TypeType)
	TypeDelegate    = declare("System.Delegate", "delegate", TypeObject)

	TypeArray       = declare("System.Array", "array", TypeObject, "System.ICloneable", "System.Collections.IList", "System.Collections.ICollection", "System.Collections.IEnumerable")
	TypeArrayList   = declare("System.Collections.ArrayList", "", TypeObject, "System.ICloneable", "System.Collections.IList", "System.Collections.ICollection", "System.Collections.IEnumerable")
	TypeList        = generic("System.Collections.Generic.List`1", TypeObject, "System.Collections.IList", "System.Collections.ICollection", "System.Collections.IEnumerable")
	TypeCollection  = generic("System.Collections.ObjectModel.Collection`1", TypeObject, "System.Collections.IList", "System.Collections.ICollection", "System.Collections.IEnumerable")
	TypeHashtable   = declare("System.Collections.Hashtable", "hashtable", TypeObject, "System.ICloneable", "System.Collections.IDictionary", "System.Collections.ICollection", "System.Collections.IEnumerable")
	TypeOrdered     = declare("System.Collections.Specialized.OrderedDictionary", "ordered", TypeObject, "System.Collections.IDictionary", "System.Collections.ICollection", "System.Collections.IEnumerable")
	TypeDictionary  = generic("System.Collections.Generic.Dictionary`2", TypeObject, "System.Collections.IDictionary", "System.Collections.ICollection", "System.Collections.IEnumerable")
	TypeKeys        = declare("System.Collections.Hashtable+KeyCollection", "", TypeObject, "System.Collections.ICollection", "System.Collections.IEnumerable")
	TypeValues      = declare("System.Collections.Hashtable+ValueCollection", "", TypeObject, "System.Collections.ICollection", "System.Collections.IEnumerable")
	TypeEntry       = value("System.Collections.DictionaryEntry", "")
	TypeNullable    = generic("System.Nullable`1", TypeValueType)
	TypeKeyValue    = generic("System.Collections.Generic.KeyValuePair`2", TypeValueType)
	TypeObjectArray = ArrayOf(TypeObject)

	TypePSObject       = declare("System.Management.Automation.PSObject", "psobject", TypeObject, "System.IFormattable", "System.IComparable")
	TypePSCustomObject = declare("System.Management.Automation.PSCustomObject", "pscustomobject", TypeObject)
	TypeScriptBlock    = declare("System.Management.Automation.ScriptBlock", "scriptblock", TypeObject)
	TypeSwitch         = value("System.Management.Automation.SwitchParameter", "switch")
	TypeReference      = declare("System.Management.Automation.PSReference", "ref", TypeObject)
	TypeErrorRecord    = declare("System.Management.Automation.ErrorRecord", "", TypeObject)
	TypePSMethod       = declare("System.Management.Automation.PSMethod", "", TypeObject)
	TypeInvocation     = declare("System.Management.Automation.InvocationInfo", "", TypeObject)
	TypeRegex          = declare("System.Text.RegularExpressions.Regex", "regex", TypeObject)
	TypeException      = declare("System.Exception", "", TypeObject)
)

// Registry of every type that scripts can name.
var registry = struct {
	sync.RWMutex
	byName  map[string]*Type // by full and short name, folded
	made    map[string]*Type // arrays and constructed generics, by Name
	loaders map[*Type][]func(*Type)
	// generics are the conversions to constructed types, by open type.
	generics map[*Type]func(t *Type, v any) (any, bool, error)
}{}

func index() map[string]*Type {
	if registry.byName == nil {
		registry.byName = map[string]*Type{}
		registry.made = map[string]*Type{}
		registry.loaders = map[*Type][]func(*Type){}
		registry.generics = map[*Type]func(*Type, any) (any, bool, error){}
	}
	return registry.byName
}

// Declare registers a type by its full name, its name without "System." and its accelerator, and returns it. It panics on a
// name that exists already: types are declared once.
func Declare(t *Type) *Type {
	registry.Lock()
	defer registry.Unlock()
	names := index()
	add := func(name string) {
		key := strings.ToLower(name)
		if _, ok := names[key]; ok {
			panic("object: type declared twice: " + name)
		}
		names[key] = t
	}
	add(t.Name)
	if t.Short != "" {
		add(t.Short)
	}
	if t.Base == nil && t.Name != "System.Object" {
		t.Base = names["system.object"]
		if t.IsValue {
			t.Base = names["system.valuetype"]
		}
	}
	return t
}

// Accelerator gives a registered type a further short name.
func Accelerator(name string, t *Type) {
	registry.Lock()
	defer registry.Unlock()
	index()[strings.ToLower(name)] = t
}

// Extend adds a function that declares members of t. It runs when a member of t is first looked for, so that types which
// a script never touches cost nothing.
func Extend(t *Type, load func(*Type)) {
	registry.Lock()
	defer registry.Unlock()
	index()
	registry.loaders[t] = append(registry.loaders[t], load)
	t.loaded.Store(false)
}

// ConvertGeneric declares how values are converted to types constructed from an open generic type; see [Type.Convert].
func ConvertGeneric(def *Type, convert func(t *Type, v any) (any, bool, error)) {
	registry.Lock()
	defer registry.Unlock()
	index()
	registry.generics[def] = convert
}

// load runs what Extend has put off.
func (t *Type) load() {
	if t.loaded.Load() {
		return
	}
	registry.Lock()
	source := t
	if t.Generic != nil {
		source = t.Generic
	}
	fns := registry.loaders[source]
	switch {
	case t.IsGenericDefinition:
		fns = nil // what is declared of it is for the types constructed from it
	case source == t:
		delete(registry.loaders, source)
	}
	registry.Unlock()
	t.loading.Lock()
	defer t.loading.Unlock()
	if t.loaded.Load() {
		return
	}
	if t.Instance == nil {
		t.Instance = &Members{}
	}
	if t.Static == nil {
		t.Static = &Members{}
	}
	for _, fn := range fns {
		fn(t)
	}
	t.loaded.Store(true)
}

func declare(name, short string, base *Type, interfaces ...string) *Type {
	t := &Type{Name: name, Short: short, Base: base}
	for _, i := range interfaces {
		t.Interfaces = append(t.Interfaces, iface(i))
	}
	return Declare(t)
}

func value(name, short string, interfaces ...string) *Type {
	t := declare(name, short, TypeValueType, interfaces...)
	t.IsValue = true
	return t
}

func number(name, short string) *Type {
	return value(name, short, "System.IComparable", "System.IConvertible", "System.IFormattable")
}

func generic(name string, base *Type, interfaces ...string) *Type {
	t := declare(name, "", base, interfaces...)
	t.IsGenericDefinition = true
	return t
}

// iface returns the interface type of that name, declaring it at first use.
func iface(name string) *Type {
	if t, ok := index()[strings.ToLower(name)]; ok {
		return t
	}
	t := &Type{Name: name, IsInterface: true}
	index()[strings.ToLower(name)] = t
	return t
}

// Interface returns the interface type of that full name, declaring it at first use.
func Interface(name string) *Type {
	registry.Lock()
	defer registry.Unlock()
	return iface(name)
}

// ArrayOf returns the type T[].
func ArrayOf(elem *Type) *Type {
	if a := elem.array.Load(); a != nil {
		return a
	}
	short := ""
	if elem.Short != "" {
		short = elem.Short + "[]"
	}
	a := &Type{Name: elem.Name + "[]", Short: short, Base: TypeArray, Elem: elem, Interfaces: TypeArray.Interfaces}
	if elem.array.CompareAndSwap(nil, a) {
		return a
	}
	return elem.array.Load()
}

// Construct returns the generic type def closed over args, such as List`1[System.Int32].
func Construct(def *Type, args ...*Type) *Type {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = a.Name
	}
	name := def.Name + "[" + strings.Join(names, ",") + "]"
	registry.Lock()
	defer registry.Unlock()
	if t, ok := registry.made[name]; ok && slices.Equal(t.Args, args) { // types of scripts may share a name
		return t
	}
	t := &Type{
		Name: name, Base: def.Base, Args: args, Generic: def, IsInterface: def.IsInterface, IsValue: def.IsValue || def.Base == TypeValueType, Interfaces: def.Interfaces,
		ToString: def.ToString, Views: def.Views,
	}
	if convert := registry.generics[def]; convert != nil {
		t.Convert = func(v any) (any, bool, error) { return convert(t, v) }
	}
	registry.made[name] = t
	return t
}

// TypeByName finds a type as a script writes it between brackets: an accelerator, a full name, a name without its leading
// "System.", arrays (int[]) and generics (System.Collections.Generic.List[string]), without regard to case.
func TypeByName(name string) (*Type, bool) {
	name = strings.TrimSpace(name)
	registry.RLock()
	t, ok := registry.byName[name]
	if !ok {
		key := strings.ToLower(name)
		if t, ok = registry.byName[key]; !ok {
			t, ok = registry.byName["system."+key]
		}
	}
	registry.RUnlock()
	if ok {
		return t, true
	}
	if head, found := strings.CutSuffix(name, "[]"); found {
		elem, ok := TypeByName(head)
		if !ok {
			return nil, false
		}
		return ArrayOf(elem), true
	}
	if open := strings.LastIndexByte(name, '['); open > 0 && strings.HasSuffix(name, "]") {
		if commas := name[open+1 : len(name)-1]; commas != "" && strings.Trim(commas, ", ") == "" {
			elem, ok := TypeByName(name[:open])
			if !ok {
				return nil, false
			}
			return makeGrid(elem, strings.Count(commas, ",")+1), true
		}
	}
	if open := strings.IndexByte(name, '['); open > 0 && strings.HasSuffix(name, "]") {
		args := typeArguments(name[open+1 : len(name)-1])
		head := strings.TrimSpace(name[:open])
		if !strings.Contains(head, "`") {
			head += "`" + string(rune('0'+len(args)))
		}
		def, ok := TypeByName(head)
		if !ok || !def.IsGenericDefinition {
			return nil, false
		}
		types := make([]*Type, len(args))
		for i, a := range args {
			if types[i], ok = TypeByName(a); !ok {
				return nil, false
			}
		}
		return Construct(def, types...), true
	}
	// An assembly-qualified name: the assembly is ours in any case.
	if comma := strings.IndexByte(name, ','); comma > 0 {
		return TypeByName(name[:comma])
	}
	return nil, false
}

// SplitOuter splits "string, List[int,bool]" at its outer commas, and cuts blanks off the parts. Nothing has no parts.
func SplitOuter(s string) []string {
	if s == "" {
		return nil
	}
	var parts []string
	depth, start := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(s[start:]))
}

// typeArguments are the type arguments in a name, each of which may stand in brackets of its own.
func typeArguments(s string) []string {
	parts := SplitOuter(s)
	for i, p := range parts {
		if strings.HasPrefix(p, "[") && strings.HasSuffix(p, "]") {
			parts[i] = p[1 : len(p)-1]
		}
	}
	return parts
}

// AllTypes returns every registered type once, for completion.
func AllTypes() []*Type {
	registry.RLock()
	defer registry.RUnlock()
	seen := map[*Type]bool{}
	var out []*Type
	for _, t := range registry.byName {
		if !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}

// IsA tells whether a value of type t is one of type base too.
func (t *Type) IsA(base *Type) bool {
	for u := t; u != nil; u = u.Base {
		if u == base || u.Generic != nil && u.Generic == base {
			return true
		}
	}
	if base == TypeObject {
		return true
	}
	if base.IsInterface {
		for u := t; u != nil; u = u.Base {
			for _, i := range u.Interfaces {
				if i == base || i.IsA(base) {
					return true
				}
			}
			if u.isCollectionOf(base) {
				return true
			}
		}
	}
	// Arrays of references are covariant.
	if t.Elem != nil && base.Elem != nil && !t.Elem.IsValue && !base.Elem.IsValue {
		return t.Elem.IsA(base.Elem)
	}
	return false
}

// String returns the full name.
func (t *Type) String() string { return t.Name }

// PSName is what "$type" shows: the accelerator where there is one, else the full name.
func (t *Type) PSName() string {
	switch {
	case t.Elem != nil:
		return t.Elem.PSName() + "[]"
	case t.Short != "":
		return t.Short
	}
	return t.Name
}

// TypeOf returns the .NET type of v; nil for $null.
func TypeOf(v any) *Type {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return TypeString
	case int32:
		return TypeInt32
	case bool:
		return TypeBoolean
	case int64:
		return TypeInt64
	case float64:
		return TypeDouble
	case *Object:
		switch {
		case v.Type != nil:
			return v.Type
		case v.Base != nil:
			return TypeOf(v.Base)
		}
		return TypePSCustomObject
	case *Array:
		if v.Elem == nil {
			return TypeObjectArray
		}
		return ArrayOf(v.Elem)
	case *Hashtable:
		if v.Type == nil {
			return TypeHashtable
		}
		return v.Type
	case *List:
		if v.Type == nil {
			return TypeArrayList
		}
		return v.Type
	case Char:
		return TypeChar
	case uint8:
		return TypeByte
	case int8:
		return TypeSByte
	case int16:
		return TypeInt16
	case uint16:
		return TypeUInt16
	case uint32:
		return TypeUInt32
	case uint64:
		return TypeUInt64
	case float32:
		return TypeSingle
	case Decimal:
		return TypeDecimal
	case BigInt:
		return TypeBigInt
	case DateTime:
		return TypeDateTime
	case TimeSpan:
		return TypeTimeSpan
	case Guid:
		return TypeGuid
	case Version:
		return TypeVersion
	case Switch:
		return TypeSwitch
	case Enum:
		return v.Type
	case *Type:
		return TypeRuntimeType
	case *Exception:
		if v.Type == nil {
			return TypeException
		}
		return v.Type
	case *ErrorRecord:
		return TypeErrorRecord
	case *InvocationInfo:
		return TypeInvocation
	case *Reference:
		return TypeReference
	case ScriptBlock:
		return TypeScriptBlock
	}
	return TypeObject
}

// IsInstance is the -is operator.
func IsInstance(v any, t *Type) bool {
	own := TypeOf(v)
	if own == nil {
		return false
	}
	if t == TypePSObject || t == TypePSCustomObject {
		o, ok := v.(*Object)
		return ok && (t == TypePSObject && o.Type == nil || own == TypePSCustomObject)
	}
	if t.Generic == TypeNullable {
		return own == t.Args[0]
	}
	return own.IsA(t)
}

type typeState struct {
	loaded  atomic.Bool
	loading sync.Mutex
	array   atomic.Pointer[Type]
	cache   atomic.Pointer[map[string]*Member]
	statics atomic.Pointer[map[string]*Member]
}
