package cmdlet

import (
	"errors"
	"fmt"
	"strings"

	"migsh/shell/object"
)

// The validators below are PowerShell's validation attributes, with its words. Those that speak of one value check each
// element of a collection.

// OneOf is [ValidateSet].
type OneOf struct {
	Values []string
	// Source gives the values where they are computed; nil: Values.
	Source        func() ([]string, error)
	CaseSensitive bool
	Message       string // ErrorMessage: {0} the value, {1} the set
}

// Allowed are the values of the set.
func (o OneOf) Allowed() ([]string, error) {
	if o.Source != nil {
		return o.Source()
	}
	return o.Values, nil
}

// Validate implements [Validator].
func (o OneOf) Validate(v any) error {
	values, err := o.Allowed()
	if err != nil {
		return err
	}
	return each(v, func(item any) error {
		text := object.ToString(item)
		for _, allowed := range values {
			if text == allowed || !o.CaseSensitive && strings.EqualFold(text, allowed) {
				return nil
			}
		}
		set := strings.Join(values, ",")
		if o.Message != "" {
			return errors.New(strings.NewReplacer("{0}", text, "{1}", set).Replace(o.Message))
		}
		return fmt.Errorf("The argument %v does not belong to the set %v specified by the ValidateSet attribute. Supply an argument that is in the set and then try the command again.", plain(text), plain(set))
	})
}

// NoneOf refuses values that mean something else, in any case: Add-Member's names of member types, given where a
// property's name may stand too.
type NoneOf struct{ Values []string }

// Validate implements [Validator].
func (n NoneOf) Validate(v any) error {
	text := object.ToString(v)
	for _, taken := range n.Values {
		if strings.EqualFold(text, taken) {
			return fmt.Errorf("The argument %v is the name of a member type, and cannot be a name here.", plain(text))
		}
	}
	return nil
}

// plain is a text that errors show between double quotes, as it is.
type plain string

// String returns the text between double quotes, unescaped.
func (p plain) String() string { return `"` + string(p) + `"` }

// Range is [ValidateRange]; the bounds are of one numeric type (or any comparable one).
type Range struct{ Min, Max any }

// Validate implements [Validator].
func (r Range) Validate(v any) error {
	return each(v, func(item any) error {
		if low, err := object.Compare(item, r.Min, true); err != nil {
			return err
		} else if low < 0 {
			return fmt.Errorf("The %s argument is less than the minimum allowed range of %s. Supply an argument that is greater than or equal to %[2]s and then try the command again.", object.ToString(item), object.ToString(r.Min))
		}
		if high, err := object.Compare(item, r.Max, true); err != nil {
			return err
		} else if high > 0 {
			return fmt.Errorf("The %s argument is greater than the maximum allowed range of %s. Supply an argument that is less than or equal to %[2]s and then try the command again.", object.ToString(item), object.ToString(r.Max))
		}
		return nil
	})
}

// RangeKind is [ValidateRange('Positive')] and its like.
type RangeKind string

// Validate implements [Validator].
func (k RangeKind) Validate(v any) error {
	return each(v, func(item any) error {
		c, err := object.Compare(item, int32(0), true)
		if err != nil {
			return err
		}
		bad := ""
		switch k {
		case "Positive":
			if c <= 0 {
				bad = "greater than zero"
			}
		case "NonNegative":
			if c < 0 {
				bad = "greater than or equal to zero"
			}
		case "Negative":
			if c >= 0 {
				bad = "smaller than zero"
			}
		case "NonPositive":
			if c > 0 {
				bad = "smaller than or equal to zero"
			}
		}
		if bad != "" {
			return fmt.Errorf("The argument %v cannot be validated because its value is not %s.", plain(object.ToString(item)), bad)
		}
		return nil
	})
}

// Length is [ValidateLength], in UTF-16 units.
type Length struct{ Min, Max int }

// Validate implements [Validator].
func (l Length) Validate(v any) error {
	return each(v, func(item any) error {
		text, ok := object.Base(item).(string)
		if !ok {
			return errors.New("The argument is not a string. Specify an argument that is a string, and then try the command again.")
		}
		n := object.Length(text)
		if n < l.Min {
			return fmt.Errorf("The character length (%d) of the argument is too short. Specify an argument with a length that is greater than or equal to \"%d\", and then try the command again.", n, l.Min)
		}
		if n > l.Max {
			return fmt.Errorf("The character length of the %d argument is too long. Shorten the character length of the argument so it is fewer than or equal to \"%d\" characters, and then try the command again.", n, l.Max)
		}
		return nil
	})
}

// Count is [ValidateCount].
type Count struct{ Min, Max int }

// Validate implements [Validator].
func (c Count) Validate(v any) error {
	n := 1
	if v == nil {
		n = 0
	} else if items, ok := object.ItemsOf(v); ok {
		n = len(items)
	}
	switch {
	case c.Min == c.Max && n != c.Max:
		return fmt.Errorf("The parameter requires exactly %d value(s) - %d value(s) were provided.", c.Max, n)
	case n < c.Min || n > c.Max:
		return fmt.Errorf("The parameter requires at least %d value(s) and no more than %d value(s) - %d value(s) were provided.", c.Min, c.Max, n)
	}
	return nil
}

// Pattern is [ValidatePattern].
type Pattern struct {
	Expression string
	Message    string // ErrorMessage: {0} the value, {1} the pattern
	// CaseSensitive is set where Options says so.
	CaseSensitive bool
}

// Validate implements [Validator].
func (p Pattern) Validate(v any) error {
	return each(v, func(item any) error {
		text := object.ToString(item)
		matches, err := object.Match(text, p.Expression, !p.CaseSensitive)
		if err != nil {
			return err
		}
		if matches != nil {
			return nil
		}
		if p.Message != "" {
			return errors.New(strings.NewReplacer("{0}", text, "{1}", p.Expression).Replace(p.Message))
		}
		return fmt.Errorf("The argument %v does not match the %v pattern. Supply an argument that matches %[2]v and try the command again.", plain(text), plain(p.Expression))
	})
}

// Script is [ValidateScript].
type Script struct {
	Block   object.ScriptBlock
	Message string // ErrorMessage: {0} the value, {1} the script
}

// Validate implements [Validator].
func (s Script) Validate(v any) error {
	return each(v, func(item any) error {
		out, err := s.Block.Call([]any{item})
		if err != nil {
			return err
		}
		if object.IsTrue(object.Collect(out)) {
			return nil
		}
		text := object.ToString(item)
		if s.Message != "" {
			return errors.New(strings.NewReplacer("{0}", text, "{1}", s.Block.Text()).Replace(s.Message))
		}
		return fmt.Errorf("The %v validation script for the argument with value %v did not return a result of True. Determine why the validation script failed, and then try the command again.", plain(s.Block.Text()), plain(text))
	})
}

// NotNull is [ValidateNotNull].
type NotNull struct{}

// Validate implements [Validator].
func (NotNull) Validate(v any) error {
	if v == nil {
		return errors.New("The argument is null. Provide a valid value for the argument, and then try running the command again.")
	}
	if items, ok := object.ItemsOf(v); ok {
		for _, item := range items {
			if item == nil {
				return errNullElement
			}
		}
	}
	return nil
}

var errNullElement = errors.New("The argument is null, empty, or an element of the argument collection contains a null value. Supply a collection that does not contain any null values and then try the command again.")

// NotNullOrEmpty is [ValidateNotNullOrEmpty]; with WhiteSpace it is [ValidateNotNullOrWhiteSpace].
type NotNullOrEmpty struct{ WhiteSpace bool }

// Validate implements [Validator].
func (n NotNullOrEmpty) Validate(v any) error {
	blank := func(s string) bool { return s == "" || n.WhiteSpace && strings.TrimSpace(s) == "" }
	single := "The argument is null or empty. Provide an argument that is not null or empty, and then try the command again."
	if n.WhiteSpace {
		single = "The argument is null, empty, or consists of only white-space characters. Provide an argument that contains non white-space characters, and then try the command again."
	}
	switch x := object.Base(v).(type) {
	case nil:
		return errors.New(single)
	case string:
		if blank(x) {
			return errors.New(single)
		}
		return nil
	case *object.Hashtable:
		if x.Len() == 0 {
			return errors.New(single)
		}
		return nil
	}
	items, ok := object.ItemsOf(v)
	if !ok {
		return nil
	}
	if len(items) == 0 {
		return errors.New("The argument is null, empty, or an element of the argument collection contains a null value. Supply a collection that does not contain any null values and then try the command again.")
	}
	for _, item := range items {
		if s, ok := object.Base(item).(string); item == nil || ok && blank(s) {
			return errNullElement
		}
	}
	return nil
}

func each(v any, check func(any) error) error {
	items, ok := object.ItemsOf(v)
	if !ok {
		return check(v)
	}
	for _, item := range items {
		if err := check(item); err != nil {
			return err
		}
	}
	return nil
}

// Drive is [ValidateDrive]: paths on some drives only. Paths without a drive are on that of the current location.
type Drive struct {
	Names    []string
	Location func() string
}

// Validate implements [Validator].
func (d Drive) Validate(v any) error {
	return each(v, func(item any) error {
		drive, ok := driveOf(object.ToString(item))
		if !ok {
			drive, _ = driveOf(d.Location())
		}
		for _, name := range d.Names {
			if strings.EqualFold(strings.TrimSuffix(name, ":"), drive) {
				return nil
			}
		}
		return fmt.Errorf("The path argument drive %s does not belong to the set of approved drives: %s. Supply a path argument with an approved drive.", drive, strings.Join(d.Names, ","))
	})
}

// driveOf is the name of the drive that a path names; that of the whole file system of Unix is "/".
func driveOf(path string) (string, bool) {
	if strings.HasPrefix(path, "/") {
		return "/", true
	}
	name, _, ok := strings.Cut(path, ":")
	return name, ok && !strings.ContainsAny(name, `/\`)
}
