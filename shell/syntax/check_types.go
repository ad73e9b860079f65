package syntax

import "strings"

// resolveTypes tells types defined twice in a scope, and properties assigned
// to in methods without $this.
func (c *checker) resolveTypes(root *ScriptBlock) {
	var scan func(n Node, scope map[string]bool, class *TypeDefinition, method bool)
	depth := 0
	scan = func(n Node, scope map[string]bool, class *TypeDefinition, method bool) {
		if depth++; depth > maxTreeDepth {
			panic(tooComplicated{})
		}
		defer func() { depth-- }()
		switch n := n.(type) {
		case *ScriptBlock:
			scope = make(map[string]bool)
			if len(c.path) > 0 {
				method = false
			}
		case *TypeDefinition:
			if name := strings.ToLower(n.Name); scope[name] {
				c.report(n.extent, "MemberAlreadyDefined", n.Name)
			} else {
				scope[name] = true
			}
			class, method = n, false
		case *FunctionMember:
			for _, parameter := range n.Parameters {
				scan(parameter, scope, class, true)
			}
			for _, block := range n.Body.Blocks() {
				scan(block, make(map[string]bool), class, true)
			}
			return
		case *FunctionDefinition, *ScriptBlockExpression:
			method = false
		case *Assignment:
			if method {
				c.assignedProperty(n.Left, class)
			}
		}
		checkOrder(n, func(child Node) bool {
			scan(child, scope, class, method)
			return true
		})
	}
	scan(root, nil, nil, false)
}

// assignedProperty tells that a variable assigned to in a method has the name
// of a property, which was meant then.
func (c *checker) assignedProperty(target Expression, class *TypeDefinition) {
	if list, ok := target.(*ArrayLiteral); ok {
		for _, e := range list.Elements {
			c.assignedProperty(e, class)
		}
		return
	}
	for {
		convert, ok := target.(*Convert)
		if !ok {
			break
		}
		target = convert.Child
	}
	v, ok := target.(*Variable)
	if !ok {
		return
	}
	for _, m := range class.Members {
		property, ok := m.(*PropertyMember)
		if !ok || !strings.EqualFold(property.Name, v.Path) {
			continue
		}
		if property.Flags&MemberStatic != 0 {
			c.report(v.extent, "MissingTypeInStaticPropertyAssignment", "["+class.Name+"]::", property.Name)
		} else {
			c.report(v.extent, "MissingThis", "$this.", property.Name)
		}
		return
	}
}

// catches tells catch clauses that nothing can come to.
func (c *checker) catches(n *Try) {
	for i, first := range n.Catches {
		for _, later := range n.Catches[i+1:] {
			if len(first.Types) == 0 {
				c.report(later.extent.before(), "EmptyCatchNotLast")
				break
			}
			for _, caught := range first.Types {
				for _, t := range later.Types {
					if name := exceptionName(t.TypeName); name != "" && inheritsFrom(name, exceptionName(caught.TypeName)) {
						c.report(t.extent, "ExceptionTypeAlreadyCaught", name)
					}
				}
			}
		}
	}
}

// exceptionBases tells what the exceptions that scripts catch are derived
// from.
var exceptionBases = map[string]string{
	"System.Exception":                                                "",
	"System.SystemException":                                          "System.Exception",
	"System.ApplicationException":                                     "System.Exception",
	"System.AggregateException":                                       "System.Exception",
	"System.ArgumentException":                                        "System.SystemException",
	"System.ArgumentNullException":                                    "System.ArgumentException",
	"System.ArgumentOutOfRangeException":                              "System.ArgumentException",
	"System.ArithmeticException":                                      "System.SystemException",
	"System.DivideByZeroException":                                    "System.ArithmeticException",
	"System.OverflowException":                                        "System.ArithmeticException",
	"System.FormatException":                                          "System.SystemException",
	"System.UriFormatException":                                       "System.FormatException",
	"System.IndexOutOfRangeException":                                 "System.SystemException",
	"System.InvalidCastException":                                     "System.SystemException",
	"System.InvalidOperationException":                                "System.SystemException",
	"System.ObjectDisposedException":                                  "System.InvalidOperationException",
	"System.NotImplementedException":                                  "System.SystemException",
	"System.NotSupportedException":                                    "System.SystemException",
	"System.PlatformNotSupportedException":                            "System.NotSupportedException",
	"System.NullReferenceException":                                   "System.SystemException",
	"System.OperationCanceledException":                               "System.SystemException",
	"System.OutOfMemoryException":                                     "System.SystemException",
	"System.RankException":                                            "System.SystemException",
	"System.TimeoutException":                                         "System.SystemException",
	"System.UnauthorizedAccessException":                              "System.SystemException",
	"System.Collections.Generic.KeyNotFoundException":                 "System.SystemException",
	"System.IO.IOException":                                           "System.SystemException",
	"System.IO.DirectoryNotFoundException":                            "System.IO.IOException",
	"System.IO.DriveNotFoundException":                                "System.IO.IOException",
	"System.IO.EndOfStreamException":                                  "System.IO.IOException",
	"System.IO.FileNotFoundException":                                 "System.IO.IOException",
	"System.IO.PathTooLongException":                                  "System.IO.IOException",
	"System.IO.InvalidDataException":                                  "System.SystemException",
	"System.Net.WebException":                                         "System.InvalidOperationException",
	"System.Net.Http.HttpRequestException":                            "System.Exception",
	"System.Net.Sockets.SocketException":                              "System.ComponentModel.Win32Exception",
	"System.ComponentModel.Win32Exception":                            "System.Runtime.InteropServices.ExternalException",
	"System.Runtime.InteropServices.ExternalException":                "System.SystemException",
	"System.Security.SecurityException":                               "System.SystemException",
	"System.Xml.XmlException":                                         "System.SystemException",
	"System.Management.Automation.RuntimeException":                   "System.SystemException",
	"System.Management.Automation.ActionPreferenceStopException":      "System.Management.Automation.RuntimeException",
	"System.Management.Automation.CommandNotFoundException":           "System.Management.Automation.RuntimeException",
	"System.Management.Automation.ExtendedTypeSystemException":        "System.Management.Automation.RuntimeException",
	"System.Management.Automation.MethodException":                    "System.Management.Automation.ExtendedTypeSystemException",
	"System.Management.Automation.MethodInvocationException":          "System.Management.Automation.MethodException",
	"System.Management.Automation.SetValueException":                  "System.Management.Automation.ExtendedTypeSystemException",
	"System.Management.Automation.GetValueException":                  "System.Management.Automation.ExtendedTypeSystemException",
	"System.Management.Automation.ParameterBindingException":          "System.Management.Automation.RuntimeException",
	"System.Management.Automation.ParentContainsErrorRecordException": "System.SystemException",
	"System.Management.Automation.ParseException":                     "System.Management.Automation.RuntimeException",
	"System.Management.Automation.PipelineStoppedException":           "System.Management.Automation.RuntimeException",
	"System.Management.Automation.PSArgumentException":                "System.ArgumentException",
	"System.Management.Automation.PSInvalidCastException":             "System.InvalidCastException",
	"System.Management.Automation.PSInvalidOperationException":        "System.InvalidOperationException",
	"System.Management.Automation.PSNotSupportedException":            "System.NotSupportedException",
	"System.Management.Automation.SessionStateException":              "System.Management.Automation.RuntimeException",
	"System.Management.Automation.DriveNotFoundException":             "System.Management.Automation.SessionStateException",
	"System.Management.Automation.ItemNotFoundException":              "System.Management.Automation.SessionStateException",
	"System.Management.Automation.ProviderNotFoundException":          "System.Management.Automation.SessionStateException",
	"System.Management.Automation.ValidationMetadataException":        "System.Management.Automation.MetadataException",
	"System.Management.Automation.MetadataException":                  "System.Management.Automation.RuntimeException",
}

// exceptionName is the full name of an exception that is known, else empty.
func exceptionName(t *TypeName) string {
	if t.Element != nil || len(t.Arguments) > 0 {
		return ""
	}
	for name := range exceptionBases {
		if strings.EqualFold(t.Name, name) || strings.EqualFold("System."+t.Name, name) {
			return name
		}
	}
	return ""
}

func inheritsFrom(name, base string) bool {
	for base != "" && name != "" {
		if name == base {
			return true
		}
		name = exceptionBases[name]
	}
	return false
}
