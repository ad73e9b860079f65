package cmdlet

import (
	"slices"
	"strings"
)

// Distance is how many letters have to be added, left out, exchanged or swapped with their neighbour to make b of a, without
// regard to case.
func Distance(a, b string) int {
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	row := make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}

// Similar lists the names that may have been meant by a misspelt one, the likeliest first, three at most.
func Similar(name string, names []string) []string {
	limit := max(1, min(3, len(name)/3))
	type candidate struct {
		name     string
		distance int
	}
	var found []candidate
	for _, n := range names {
		if len(n) < len(name)-limit || len(n) > len(name)+limit {
			continue
		}
		if d := Distance(name, n); d > 0 && d <= limit {
			found = append(found, candidate{n, d})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.distance - b.distance })
	var out []string
	for _, c := range found[:min(3, len(found))] {
		out = append(out, c.name)
	}
	return out
}
