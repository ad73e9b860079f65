package dotnet

import (
	"math"

	"migsh/shell/object"
)

// The attributes of parameters, variables and functions as values: what [ValidateSet('a')] stands for in the text of a script, and what
// [ValidateSet]::new('a') makes for a dynamic parameter. They only hold what they were given; the interpreter acts on it.

const automation = "System.Management.Automation."

// The attributes that classes of scripts are derived from.
var (
	TypeAttribute          = object.Declare(&object.Type{Name: "System.Attribute"})
	typeMetadata           = object.Declare(&object.Type{Name: automation + "Internal.CmdletMetadataAttribute", Base: TypeAttribute})
	typeParsing            = object.Declare(&object.Type{Name: automation + "Internal.ParsingBaseAttribute", Base: typeMetadata})
	TypeValidateArguments  = object.Declare(&object.Type{Name: automation + "ValidateArgumentsAttribute", Base: typeMetadata})
	TypeValidateEnumerated = object.Declare(&object.Type{Name: automation + "ValidateEnumeratedArgumentsAttribute", Base: TypeValidateArguments})
	TypeTransformation     = object.Declare(&object.Type{Name: automation + "ArgumentTransformationAttribute", Base: typeMetadata})
	_                      = object.NewEnum(automation+"ValidateRangeKind", false, []string{"Positive", "NonNegative", "Negative", "NonPositive"}, nil)
	TypeRemotingCapability = object.NewEnum(automation+"RemotingCapability", false, []string{"None", "PowerShell", "SupportedByCommand", "OwnedByCommand"}, nil)
	abstractAttributes     = []*object.Type{TypeAttribute, typeMetadata, typeParsing, TypeValidateArguments, TypeValidateEnumerated, TypeTransformation}
)

// IsAbstractAttribute tells whether a type is one of the attributes that others are derived from.
func IsAbstractAttribute(t *object.Type) bool {
	for _, a := range abstractAttributes {
		if t == a {
			return true
		}
	}
	return false
}

// An attributeValue is the base value of an attribute: its properties by name, those that were given.
type attributeValue struct{ properties *object.Hashtable }

// An attributeProperty is a property of an attribute with the value that it has where none is given.
type attributeProperty struct {
	signature string
	value     any
}

// NewAttribute makes an attribute by the name of its type without namespace and "Attribute", of alternating names and values of
// properties.
func NewAttribute(name string, properties ...any) *object.Object {
	t, ok := object.TypeByName(automation + name + "Attribute")
	if !ok {
		panic("dotnet: no attribute " + name)
	}
	values := object.NewHashtable()
	for i := 0; i+1 < len(properties); i += 2 {
		values.Set(properties[i], properties[i+1])
	}
	return object.Instance(t, attributeValue{values})
}

// attribute declares an attribute, the names of whose constructors' parameters are those of the properties that they set.
func attribute(name, accelerator string, base *object.Type, constructors []string, properties ...attributeProperty) {
	t := object.Declare(&object.Type{Name: automation + name + "Attribute", Short: accelerator, Base: base})
	object.Extend(t, func(t *object.Type) {
		for _, parameters := range constructors {
			var names []string
			for _, p := range object.SplitOuter(parameters[1 : len(parameters)-1]) {
				_, parameter, _ := cutLast(p)
				names = append(names, parameter)
			}
			constructor(t, parameters, func(a args) (any, error) {
				values := object.NewHashtable()
				for i, n := range names {
					values.Set(n, a[i])
				}
				return object.Instance(t, attributeValue{values}), nil
			})
		}
		for _, p := range properties {
			_, property, _ := cutLast(p.signature)
			settable(t, p.signature, func(v attributeValue) any {
				if x, ok := v.properties.Get(property); ok {
					return x
				}
				return p.value
			}, func(v attributeValue, x any) error {
				v.properties.Set(property, x)
				return nil
			})
		}
	})
}

func init() {
	object.Extend(TypeAttribute, func(t *object.Type) {
		field(t, "System.Object TypeId", func(o *object.Object) any { return object.TypeOf(o) })
	})
	plain := []string{"()"}
	message := attributeProperty{"string ErrorMessage", nil}
	attribute("Parameter", "Parameter", typeParsing, plain,
		attributeProperty{"int Position", int32(math.MinInt32)}, attributeProperty{"string ParameterSetName", "__AllParameterSets"},
		attributeProperty{"bool Mandatory", false}, attributeProperty{"bool ValueFromPipeline", false},
		attributeProperty{"bool ValueFromPipelineByPropertyName", false}, attributeProperty{"bool ValueFromRemainingArguments", false},
		attributeProperty{"string HelpMessage", nil}, attributeProperty{"string HelpMessageBaseName", nil},
		attributeProperty{"string HelpMessageResourceId", nil}, attributeProperty{"bool DontShow", false})
	attribute("Alias", "Alias", typeParsing, []string{"(Params string[] aliasNames)"}, attributeProperty{"System.Collections.IList AliasNames", nil})
	for _, name := range []string{"AllowNull", "AllowEmptyString", "AllowEmptyCollection"} {
		attribute(name, name, typeMetadata, plain)
	}
	attribute("SupportsWildcards", "SupportsWildcards", typeParsing, plain)
	attribute("PSDefaultValue", "PSDefaultValue", typeParsing, plain, attributeProperty{"System.Object Value", nil}, attributeProperty{"string Help", nil})
	attribute("ArgumentCompleter", "ArgumentCompleter", TypeAttribute, []string{"(type Type)", "(scriptblock ScriptBlock)"},
		attributeProperty{"type Type", nil}, attributeProperty{"scriptblock ScriptBlock", nil})
	attribute("ArgumentCompletions", "ArgumentCompletions", TypeAttribute, []string{"(Params string[] Completions)"}, attributeProperty{"System.Collections.IList Completions", nil})
	attribute("Credential", "Credential", TypeTransformation, plain)

	attribute("ValidateSet", "ValidateSet", TypeValidateEnumerated, []string{"(type Generator)", "(Params string[] ValidValues)"},
		message, attributeProperty{"bool IgnoreCase", true}, attributeProperty{"System.Collections.IList ValidValues", nil}, attributeProperty{"type Generator", nil})
	attribute("ValidateRange", "ValidateRange", TypeValidateEnumerated, []string{"(System.Object MinRange, System.Object MaxRange)", "(" + automation + "ValidateRangeKind RangeKind)"},
		attributeProperty{"System.Object MinRange", nil}, attributeProperty{"System.Object MaxRange", nil}, attributeProperty{"System.Object RangeKind", nil})
	attribute("ValidateLength", "ValidateLength", TypeValidateEnumerated, []string{"(int MinLength, int MaxLength)"}, attributeProperty{"int MinLength", nil}, attributeProperty{"int MaxLength", nil})
	attribute("ValidateCount", "ValidateCount", TypeValidateArguments, []string{"(int MinLength, int MaxLength)"}, attributeProperty{"int MinLength", nil}, attributeProperty{"int MaxLength", nil})
	attribute("ValidatePattern", "ValidatePattern", TypeValidateEnumerated, []string{"(string RegexPattern)"},
		attributeProperty{"string RegexPattern", nil}, message, attributeProperty{"System.Text.RegularExpressions.RegexOptions Options", object.EnumValue(typeRegexOptions, "IgnoreCase")})
	attribute("ValidateScript", "ValidateScript", TypeValidateEnumerated, []string{"(scriptblock ScriptBlock)"}, attributeProperty{"scriptblock ScriptBlock", nil}, message)
	attribute("ValidateDrive", "ValidateDrive", TypeValidateArguments, []string{"(Params string[] ValidRootDrives)"}, attributeProperty{"System.Collections.IList ValidRootDrives", nil})
	attribute("ValidateUserDrive", "ValidateUserDrive", TypeValidateArguments, plain)
	attribute("ValidateTrustedData", "ValidateTrustedData", TypeValidateArguments, plain)
	attribute("ValidateNotNull", "ValidateNotNull", TypeValidateArguments, plain)
	attribute("ValidateNotNullOrEmpty", "ValidateNotNullOrEmpty", TypeValidateArguments, plain)
	attribute("ValidateNotNullOrWhiteSpace", "ValidateNotNullOrWhiteSpace", TypeValidateArguments, plain)
}
