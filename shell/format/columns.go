package format

// minColumn is the narrowest that a column is cut to before it is dropped.
const minColumn = 1

// fit gives each column its width for a table of at most total cells: columns without a width share what is left; too wide a
// table loses width, then whole columns, from the right (dropped columns get -1). This is PowerShell's ColumnWidthManager.
func fit(widths []int, total int) {
	if assign(widths, total) {
		trim(widths, total)
	}
}

// assign gives widths to the columns that have none and tells whether the table has to be trimmed.
func assign(widths []int, total int) bool {
	fixed := make([]bool, len(widths))
	all := true
	for i, w := range widths {
		fixed[i] = w > 0
		all = all && fixed[i]
	}
	if all {
		return tableWidth(widths) > total
	}
	for i := range widths {
		if !fixed[i] {
			widths[i] = minColumn
		}
	}
	room := total - tableWidth(widths)
	if room < 0 {
		return true
	}
	open := 0
	for i := range widths {
		if !fixed[i] {
			open++
		}
	}
	for i := range widths {
		if !fixed[i] {
			share := (room + open - 1) / open // the first ones get the odd cells
			widths[i] += share
			room -= share
			open--
		}
	}
	return false
}

func trim(widths []int, total int) {
	for {
		excess := tableWidth(widths) - total
		if excess <= 0 {
			return
		}
		last := -1
		for i, w := range widths {
			if w > 0 {
				last = i
			}
		}
		if last < 0 {
			return
		}
		if w := widths[last] - excess; w >= minColumn {
			widths[last] = w
		} else {
			widths[last] = -1
		}
	}
}

// tableWidth is the width of the visible columns with a blank between each two.
func tableWidth(widths []int) int {
	sum, visible := 0, 0
	for _, w := range widths {
		if w > 0 {
			sum += w
			visible++
		}
	}
	return sum + max(visible-1, 0)
}
