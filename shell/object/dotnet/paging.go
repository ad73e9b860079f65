package dotnet

import (
	"strconv"

	"migsh/shell/object"
)

var (
	typePaging     = object.Declare(&object.Type{Name: automation + "PagingParameters"})
	typeTotalCount = object.Declare(&object.Type{Name: automation + "PagingTotalCount"}) // as it says itself: a number with its accuracy
)

type paging struct {
	first, skip uint64
	count       bool
}

// A totalCount is the value of NewTotalCount: how many objects there are in all, from surely (1) to unknown (0).
type totalCount struct {
	total    uint64
	accuracy float64
}

// Text says the number as surely as it is known.
func (c totalCount) Text() string {
	n := strconv.FormatUint(c.total, 10)
	switch {
	case c.accuracy >= 1:
		return "Total count: " + n
	case c.accuracy <= 0:
		return "Unknown total count"
	}
	return "Estimated total count: " + n
}

// NewPagingParameters makes $PSCmdlet.PagingParameters.
func NewPagingParameters(first, skip uint64, count bool) any {
	return object.Instance(typePaging, &paging{first, skip, count})
}

func init() {
	typeTotalCount.ToString = func(v any) string { return of[totalCount](v).Text() }
	object.Extend(typeTotalCount, func(t *object.Type) {
		field(t, "double Accuracy", func(c totalCount) any { return c.accuracy })
		field(t, "ulong TotalCount", func(c totalCount) any { return c.total })
	})
	object.Extend(typePaging, func(t *object.Type) {
		settable(t, "ulong First", func(p *paging) any { return p.first }, func(p *paging, v any) error { p.first = v.(uint64); return nil })
		settable(t, "ulong Skip", func(p *paging) any { return p.skip }, func(p *paging, v any) error { p.skip = v.(uint64); return nil })
		settable(t, "switch IncludeTotalCount", func(p *paging) any { return object.Switch(p.count) }, func(p *paging, v any) error { p.count = object.IsTrue(v); return nil })
		method(t, "System.Object NewTotalCount(ulong totalCount, double accuracy)", func(_ *paging, a args) (any, error) {
			accuracy := a.float(1)
			if accuracy < 0 || accuracy > 1 {
				return nil, throw(automation+"PSArgumentOutOfRangeException", "The accuracy of a total count is a number from 0 to 1. (Parameter 'accuracy')")
			}
			return object.Instance(typeTotalCount, totalCount{a[0].(uint64), accuracy}), nil
		})
	})
}
