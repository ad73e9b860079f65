package cmdlet

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"migsh/shell/object"
)

// Spec is what a compiled cmdlet says of itself besides its parameters.
type Spec struct {
	Name       string // "Get-Item"
	Module     string
	Aliases    []string
	Synopsis   string
	DefaultSet string
	// ShouldProcess gives it -WhatIf and -Confirm; it asks by itself when Impact reaches $ConfirmPreference.
	ShouldProcess bool
	Impact        Impact // ImpactMedium when ShouldProcess is set and nothing is said
	OutputTypes   []string
	// Class is the .NET class whose name ends FullyQualifiedErrorId; derived from Name when empty.
	Class string
	// Extra are parameters without a field: accepted so that scripts bind, seen only through Out.Bound.
	Extra []*Parameter
	// Plain leaves out the common parameters: in PowerShell it is a function without [CmdletBinding()].
	Plain bool
}

// Declare reads a cmdlet's parameters from the tags of the struct that make returns, and gives its Info. It panics on a faulty
// declaration, since that is a mistake of the program.
func Declare(spec Spec, make func() Cmdlet) *Info {
	info := &Info{
		Name: spec.Name, Kind: KindCmdlet, Module: spec.Module, Aliases: spec.Aliases, Synopsis: spec.Synopsis,
		DefaultSet: spec.DefaultSet, Advanced: !spec.Plain, ShouldProcess: spec.ShouldProcess, ConfirmImpact: spec.Impact,
		ErrorName: spec.Class, OutputTypes: spec.OutputTypes, New: make,
	}
	if info.ShouldProcess && info.ConfirmImpact == ImpactNone {
		info.ConfirmImpact = ImpactMedium
	}
	if info.ErrorName == "" {
		info.ErrorName = "Microsoft.PowerShell.Commands." + strings.ReplaceAll(spec.Name, "-", "") + "Command"
	}
	declareFields(info, reflect.TypeOf(make()).Elem(), nil)
	for _, p := range spec.Extra {
		p.Index = len(info.Parameters)
		info.Parameters = append(info.Parameters, p)
	}
	return info
}

func declareFields(info *Info, t reflect.Type, path []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(path[:len(path):len(path)], i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			declareFields(info, f.Type, at) // parameters shared by several cmdlets
			continue
		}
		tag, ok := f.Tag.Lookup("param")
		if !ok {
			continue
		}
		p := &Parameter{Name: f.Name, Help: f.Tag.Get("help"), Completer: f.Tag.Get("complete"), TypeName: f.Tag.Get("typename"), DefaultText: f.Tag.Get("default"), field: at}
		fault := func(format string, args ...any) {
			panic(fmt.Sprintf("cmdlet.Declare: %s -%s: %s", info.Name, f.Name, fmt.Sprintf(format, args...)))
		}
		if name := f.Tag.Get("name"); name != "" {
			p.Name = name
		}
		if a := f.Tag.Get("alias"); a != "" {
			p.Aliases = strings.Split(a, ",")
		}
		if v := f.Tag.Get("values"); v != "" {
			p.Values = strings.Split(v, ",")
		}
		p.Switch = f.Type.Kind() == reflect.Bool
		typeName := f.Tag.Get("type")
		if typeName == "" {
			typeName = goTypeName(f.Type)
		}
		if typeName == "" {
			fault("no parameter can be of the Go type %s", f.Type)
		}
		if typeName == "object" && p.Name == "InputObject" && p.TypeName == "" {
			p.TypeName = object.TypePSObject.Name // as PowerShell's own cmdlets have it
		}
		if typeName != "object" {
			t, ok := object.TypeByName(typeName)
			if !ok {
				fault("unknown type %s", typeName)
			}
			p.Type = t
		}
		if err := parseRoles(p, tag); err != nil {
			fault("%v", err)
		}
		if err := parseValidators(p, f.Tag.Get("validate"), f.Tag.Get("pattern")); err != nil {
			fault("%v", err)
		}
		p.Index = len(info.Parameters)
		info.Parameters = append(info.Parameters, p)
	}
}

// parseRoles reads a param tag: attributes for each set, separated by semicolons.
func parseRoles(p *Parameter, tag string) error {
	for _, part := range strings.Split(tag, ";") {
		set := ParameterSet{Name: AllSets, Position: -1}
		var names []string
		for _, word := range strings.Fields(part) {
			key, value, _ := strings.Cut(word, "=")
			switch key {
			case "set":
				names = strings.Split(value, ",")
			case "pos":
				n, err := strconv.Atoi(value)
				if err != nil {
					return fmt.Errorf("pos=%s is no number", value)
				}
				set.Position = n
			case "mandatory":
				set.Mandatory = true
			case "pipeline":
				set.Pipeline = true
			case "pipelinebyname":
				set.PipelineByName = true
			case "remaining":
				set.Remaining = true
			case "allownull":
				p.AllowNull = true
			case "allowempty":
				p.AllowEmptyString, p.AllowEmptyCollection = true, true
			case "hidden":
				p.DontShow, p.Hidden = true, true
			case "dontshow":
				p.DontShow = true
			case "dynamic":
				p.Dynamic = true
			case "wildcards":
				p.SupportsWildcards = true
			default:
				return fmt.Errorf("unknown word %q in the param tag", word)
			}
		}
		if len(names) == 0 {
			names = []string{AllSets}
		}
		for _, name := range names {
			set.Name = name
			p.Sets = append(p.Sets, set)
		}
	}
	return nil
}

func parseValidators(p *Parameter, tag, pattern string) error {
	for _, word := range strings.Fields(tag) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "notnull":
			p.Validators = append(p.Validators, NotNull{})
		case "notnullorempty":
			p.Validators = append(p.Validators, NotNullOrEmpty{})
		case "notnullorwhitespace":
			p.Validators = append(p.Validators, NotNullOrEmpty{WhiteSpace: true})
		case "set":
			p.Validators = append(p.Validators, OneOf{Values: strings.Split(value, ",")})
		case "notin":
			p.Validators = append(p.Validators, NoneOf{Values: strings.Split(value, ",")})
		case "range", "length", "count":
			low, high, err := bounds(value)
			if err != nil {
				return fmt.Errorf("%s: %w", word, err)
			}
			switch key {
			case "length":
				p.Validators = append(p.Validators, Length{int(low), int(high)})
			case "count":
				p.Validators = append(p.Validators, Count{int(low), int(high)})
			default:
				if low == int64(int32(low)) && high == int64(int32(high)) {
					p.Validators = append(p.Validators, Range{int32(low), int32(high)})
				} else {
					p.Validators = append(p.Validators, Range{low, high})
				}
			}
		case "positive", "nonnegative":
			kind := map[string]RangeKind{"positive": "Positive", "nonnegative": "NonNegative"}[key]
			p.Validators = append(p.Validators, kind)
		default:
			return fmt.Errorf("unknown word %q in the validate tag", word)
		}
	}
	if pattern != "" {
		p.Validators = append(p.Validators, Pattern{Expression: pattern})
	}
	return nil
}

func bounds(value string) (low, high int64, err error) {
	a, b, _ := strings.Cut(value, ",")
	if low, err = strconv.ParseInt(a, 10, 64); err != nil {
		return 0, 0, err
	}
	high, err = strconv.ParseInt(b, 10, 64)
	return low, high, err
}
