package interp

import (
	"unicode/utf16"
	"unicode/utf8"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// index is target[index].
func (c *compiler) index(e *syntax.Index) exprFunc {
	target, at, conditional := c.expr(e.Target), c.indexExpr(e.Index), e.NullConditional
	return func(f *frame) (any, error) {
		v, err := target(f)
		if err != nil {
			return nil, err
		}
		if conditional && v == nil {
			return nil, nil
		}
		i, err := at(f)
		if err != nil {
			return nil, err
		}
		return f.getIndex(v, i)
	}
}

func (c *compiler) indexExpr(e syntax.Expression) exprFunc { return c.expr(e) }

// getIndex reads v[i].
func (f *frame) getIndex(v, i any) (any, error) {
	switch x := v.(type) {
	case *object.Array:
		if n, ok := i.(int32); ok {
			return f.element(x.Items, int(n))
		}
	case *object.List:
		if n, ok := i.(int32); ok && x.Type == nil {
			return f.element(x.Items, int(n))
		}
	case *object.Hashtable:
		if s, ok := i.(string); ok {
			return x.Value(s), nil
		}
	case string:
		if n, ok := i.(int32); ok {
			if c, ok := charAt(x, int(n)); ok {
				return c, nil
			}
			return f.outOfRange()
		}
	case nil:
		return nil, f.fail(object.InvalidOperation, "NullArray", "Cannot index into a null array.")
	}
	if i == nil {
		return nil, f.fail(object.InvalidOperation, "NullArrayIndex", "Index operation failed; the array index evaluated to null.")
	}
	if f.in.anyStrict && f.strict() >= strict3 {
		if several, isMany := object.ItemsOf(i); isMany {
			if _, isTable := object.Base(v).(*object.Hashtable); !isTable {
				for _, one := range several {
					if _, ok, err := object.IndexStrict(v, one); err == nil && !ok {
						return f.outOfRange()
					}
				}
			}
		}
		out, ok, err := object.IndexStrict(v, i)
		if err != nil {
			return nil, f.wrap(err)
		}
		if !ok {
			return f.outOfRange()
		}
		return out, nil
	}
	out, err := object.Index(v, i)
	if err != nil {
		return nil, f.wrap(err)
	}
	return out, nil
}

func (f *frame) element(items []any, n int) (any, error) {
	if n < 0 {
		n += len(items)
	}
	if n < 0 || n >= len(items) {
		return f.outOfRange()
	}
	return items[n], nil
}

// outOfRange is $null, or an error in strict mode.
func (f *frame) outOfRange() (any, error) {
	if f.in.anyStrict && f.strict() >= strict3 {
		e := object.NewException("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
		return nil, f.place(object.NewErrorOf(e, "System.IndexOutOfRangeException", object.OperationStopped, nil))
	}
	return nil, nil
}

// charAt is the UTF-16 unit of a string, counted from the end when n is negative.
func charAt(s string, n int) (object.Char, bool) {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			units := utf16.Encode([]rune(s))
			if n < 0 {
				n += len(units)
			}
			if n < 0 || n >= len(units) {
				return 0, false
			}
			return object.Char(units[n]), true
		}
	}
	if n < 0 {
		n += len(s)
	}
	if n < 0 || n >= len(s) {
		return 0, false
	}
	return object.Char(s[n]), true
}

// setIndex is v[i] = x.
func (f *frame) setIndex(v, i, x any) error {
	switch t := v.(type) {
	case *object.Array:
		if n, ok := i.(int32); ok && t.Elem == nil && !t.Frozen {
			at := int(n)
			if at < 0 {
				at += len(t.Items)
			}
			if at >= 0 && at < len(t.Items) {
				t.Items[at] = x
				return nil
			}
		}
	case *object.Hashtable:
		if i != nil && t.Type == nil {
			t.Set(object.Base(i), x)
			return nil
		}
	case nil:
		return f.fail(object.InvalidOperation, "NullArray", "Cannot index into a null array.")
	}
	if i == nil {
		return f.fail(object.InvalidOperation, "NullArrayIndex", "Index operation failed; the array index evaluated to null.")
	}
	return f.wrap(object.SetIndex(v, i, x))
}
