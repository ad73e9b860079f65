package interp

import (
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
	"migsh/shell/syntax"
)

// typeCmdletObject is the type of $PSCmdlet.
var typeCmdletObject = declareCmdletObject()

// cmdletObject is $PSCmdlet, which advanced functions have.
func (s *functionStage) cmdletObject() (any, bool) {
	if s.binding == nil || !s.binding.Info().Advanced {
		return nil, false
	}
	if s.self == nil {
		s.self = object.Instance(typeCmdletObject, s)
	}
	return s.self, true
}

func stageOf(v any) *functionStage {
	if o, ok := v.(*object.Object); ok {
		v = o.Base
	}
	s, _ := v.(*functionStage)
	return s
}

func declareCmdletObject() *object.Type {
	t := object.Declare(&object.Type{Name: "System.Management.Automation.PSScriptCmdlet", Base: object.TypeObject})
	object.Extend(t, func(t *object.Type) {
		get := func(name string, fn func(s *functionStage) any) {
			t.Instance.Add(&object.Member{Name: name, Kind: object.KindProperty, Get: func(recv any) (any, error) {
				if s := stageOf(recv); s != nil {
					return fn(s), nil
				}
				return nil, nil
			}})
		}
		method := func(name string, returns *object.Type, params int, fn func(s *functionStage, args []any) (any, error)) {
			ps := make([]object.Param, params)
			for i := range ps {
				ps[i] = object.Param{Name: "arg" + string(rune('0'+i)), Type: object.TypeObject}
			}
			t.Instance.Add(&object.Member{Name: name, Kind: object.KindMethod, Overloads: []object.Overload{{Params: ps, Returns: returns, Call: func(recv any, args []any) (any, error) {
				s := stageOf(recv)
				if s == nil {
					return nil, nil
				}
				return fn(s, args)
			}}}})
		}
		get("MyInvocation", func(s *functionStage) any { return s.call.invocation(s.frame) })
		get("ParameterSetName", func(s *functionStage) any { return s.binding.Set() })
		get("CommandRuntime", func(s *functionStage) any { return s.self })
		get("PagingParameters", func(s *functionStage) any {
			if !s.binding.Info().Paging {
				return nil
			}
			rare := s.parts()
			if rare.paging == nil {
				p := s.binding.Paging()
				rare.paging = dotnet.NewPagingParameters(p.First, p.Skip, p.IncludeTotalCount)
			}
			return rare.paging
		})
		get("Stopping", func(s *functionStage) any { return false })
		get("SessionState", func(s *functionStage) any { return s.frame.in.sessionState() })
		get("Host", func(s *functionStage) any {
			if v := s.frame.in.global.find(s.frame.in.symbols.of("Host")); v != nil {
				return v.get()
			}
			return nil
		})
		for n := 1; n <= 2; n++ {
			method("ShouldProcess", object.TypeBoolean, n, func(s *functionStage, args []any) (any, error) {
				action := s.fn.name
				if len(args) > 1 {
					action = object.ToString(args[1])
				}
				return boxed(s.frame.shouldProcess(&s.asks, s.common, s.binding.Info().ConfirmImpact, object.ToString(args[0]), action))
			})
			method("WriteObject", object.TypeVoid, n, func(s *functionStage, args []any) (any, error) {
				if len(args) > 1 && object.IsTrue(args[1]) {
					return object.Nothing, unroll(args[0], s.out)
				}
				return object.Nothing, s.out.write(args[0])
			})
			method("WriteInformation", object.TypeVoid, n, func(s *functionStage, args []any) (any, error) {
				var tags []string
				if len(args) > 1 {
					for _, t := range itemsOf(args[1]) {
						tags = append(tags, object.ToString(t))
					}
				}
				return object.Nothing, s.frame.information(args[0], tags, s.common.InformationAction)
			})
		}
		method("ShouldProcess", object.TypeBoolean, 3, func(s *functionStage, args []any) (any, error) {
			return boxed(s.frame.shouldProcessText(&s.asks, s.common, s.binding.Info().ConfirmImpact, object.ToString(args[0]), object.ToString(args[2]), object.ToString(args[1])))
		})
		for _, n := range []int{2, 4} {
			method("ShouldContinue", object.TypeBoolean, n, func(s *functionStage, args []any) (any, error) {
				return boxed(s.frame.shouldContinue(&s.asks, object.ToString(args[0]), object.ToString(args[1])))
			})
		}
		method("WriteError", object.TypeVoid, 1, func(s *functionStage, args []any) (any, error) {
			r := s.recordFor(args[0])
			return object.Nothing, s.writeError(r)
		})
		method("ThrowTerminatingError", object.TypeVoid, 1, func(s *functionStage, args []any) (any, error) {
			return nil, &terminated{s, s.recordFor(args[0])}
		})
		text := func(name string, fn func(s *functionStage, text string) error) {
			method(name, object.TypeVoid, 1, func(s *functionStage, args []any) (any, error) {
				return object.Nothing, fn(s, object.ToString(args[0]))
			})
		}
		text("WriteWarning", func(s *functionStage, text string) error {
			return s.frame.stream(syntax.StreamWarning, s.frame.in.known.warning, "", newRecord(warningRecord, text, nil), text)
		})
		text("WriteVerbose", func(s *functionStage, text string) error {
			return s.frame.stream(syntax.StreamVerbose, s.frame.in.known.verbose, "", newRecord(verboseRecord, text, nil), text)
		})
		text("WriteDebug", func(s *functionStage, text string) error {
			return s.frame.stream(syntax.StreamDebug, s.frame.in.known.debug, "", newRecord(debugRecord, text, nil), text)
		})
		method("GetVariableValue", object.TypeObject, 1, func(s *functionStage, args []any) (any, error) {
			if v := s.frame.scope.lookup(s.frame.in.symbols.of(object.ToString(args[0]))); v != nil {
				return v.get(), nil
			}
			return nil, nil
		})
		method("GetUnresolvedProviderPathFromPSPath", object.TypeString, 1, func(s *functionStage, args []any) (any, error) {
			return s.frame.in.resolvePath(object.ToString(args[0])), nil
		})
	})
	return t
}

// terminated is the error of ThrowTerminatingError: it ends the function, and is an error of the caller's statement.
type terminated struct {
	stage  *functionStage
	record *object.ErrorRecord
}

func (t *terminated) Error() string { return t.record.Error() }
func (t *terminated) Unwrap() error { return t.record }

// recordFor is the record that a function writes, with the function as its command.
func (s *functionStage) recordFor(v any) *object.ErrorRecord {
	r, ok := object.Base(v).(*object.ErrorRecord)
	if !ok {
		if x, isException := object.Base(v).(*object.Exception); isException {
			r = object.NewErrorOf(x, x.TypeName(), object.NotSpecified, nil)
		} else {
			r = object.NewError("RuntimeException", object.NotSpecified, v, "%s", object.ToString(v))
		}
	}
	if r.Invocation == nil {
		c := *r
		r = &c
		if s.node != nil {
			r.Invocation = s.f.invocationAt(s.node)
		} else {
			r.Invocation = s.f.invocationAt(s.f.at)
		}
		r.Invocation.CommandName = s.name
		if r.Command == "" {
			r.Command = s.fn.name
		}
		if r.Activity == "" {
			r.Activity = s.fn.name
		}
		r.StackTrace = s.f.stackTrace()
	}
	return r
}

// sessionState is $ExecutionContext.SessionState as far as scripts use it.
func (in *Interp) sessionState() any { return object.Instance(typeSessionState, in) }
