package bench

import (
	"fmt"
	"io"
	"math"
	"time"
)

// report writes the tables of docs/performance.md.
func report(out io.Writer, results map[key]series) {
	fmt.Fprintln(out, "\n| mailbox | target | round trip | step | tool | s | × migsh | CPU s | RssAnon MB |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|---|---|")
	for _, c := range courses {
		for _, step := range []string{initial, nothing, delta} {
			own := results[key{c.corpus.name, c.store, c.roundTrip, step, "migsh"}]
			for _, t := range tools {
				s := results[key{c.corpus.name, c.store, c.roundTrip, step, t.name}]
				if len(s) == 0 {
					continue
				}
				memory := ""
				if m := s.megabytes(); m > 0 {
					memory = fmt.Sprintf("%.0f", m)
				}
				fmt.Fprintf(out, "| %s | %s | %d ms | %s | %s | %.3f | %.2f | %.2f | %s |\n", c.corpus.name, c.store, c.roundTrip.Milliseconds(),
					step, t.name, s.seconds(), s.seconds()/own.seconds(), s.cpuSeconds(), memory)
			}
		}
	}
	fmt.Fprintln(out, "\n| goal | limit | measured | |")
	fmt.Fprintln(out, "|---|---|---|---|")
	for _, g := range goals {
		measured := g.figure(func(corpus corpus, store string, roundTrip time.Duration, step, tool string) series {
			return results[key{corpus.name, store, roundTrip, step, tool}]
		})
		g.write(out, measured)
	}
}

// A goal is a promise about a figure.
type goal struct {
	text    string
	limit   float64
	atLeast bool // else at most
	figure  func(of lookup) float64
}

type lookup func(corpus corpus, store string, roundTrip time.Duration, step, tool string) series

func (g goal) write(out io.Writer, measured float64) {
	sign, met := "≤", measured <= g.limit
	if g.atLeast {
		sign, met = "≥", measured >= g.limit
	}
	verdict := "**missed**"
	if met {
		verdict = "met"
	}
	if math.IsNaN(measured) {
		verdict = "not measured"
	}
	fmt.Fprintf(out, "| %s | %s %.4g | %.3g | %s |\n", g.text, sign, g.limit, measured, verdict)
}

// times is how much longer the tool takes than another.
func times(corpus corpus, store, tool, other string) func(lookup) float64 {
	return func(of lookup) float64 {
		return of(corpus, store, nearness, initial, tool).seconds() / of(corpus, store, nearness, initial, other).seconds()
	}
}

func seconds(corpus corpus, roundTrip time.Duration, step string) func(lookup) float64 {
	return func(of lookup) float64 { return of(corpus, "mdbox", roundTrip, step, "migsh").seconds() }
}

// stick is the reference with as many connections as migsh has by itself.
const stick = "reference, 2 pairs"

var goals = []goal{
	{"the reference is itself faster than doveadm backup (small, mdbox)", 2, true, times(small, "mdbox", "doveadm backup", stick)},
	{"small, mdbox, as long as the reference", 1.25, false, times(small, "mdbox", "migsh", stick)},
	{"mixed, mdbox, as long as the reference", 1.25, false, times(mixed, "mdbox", "migsh", stick)},
	{"small, mdbox, faster than mbsync", 10, true, times(small, "mdbox", "mbsync", "migsh")},
	{"small, mdbox, faster than interimap", 2, true, times(small, "mdbox", "interimap", "migsh")},
	{"small, mdbox, faster than doveadm backup", 1.5, true, times(small, "mdbox", "doveadm backup", "migsh")},
	{"mixed, mdbox, faster than interimap", 2, true, times(mixed, "mdbox", "interimap", "migsh")},
	{"mixed, mdbox, faster than doveadm backup", 1.5, true, times(mixed, "mdbox", "doveadm backup", "migsh")},
	{"50 ms: 2,000 messages, s", 1, false, seconds(few, farAway, initial)},
	{"50 ms: mixed, s", 2, false, seconds(mixed, farAway, initial)},
	{"50 ms: 20,000 small, times the time without delay", 1.6, false, func(of lookup) float64 {
		return of(small, "mdbox", farAway, initial, "migsh").seconds() / of(small, "mdbox", nearness, initial, "migsh").seconds()
	}},
	{"nothing new, 20,000 small, s", .06, false, seconds(small, nearness, nothing)},
	{"nothing new, 50 ms, round trips", 5, false, func(of lookup) float64 {
		far, near := of(small, "mdbox", farAway, nothing, "migsh"), of(small, "mdbox", nearness, nothing, "migsh")
		return (far.seconds() - near.seconds()) / farAway.Seconds()
	}},
	{"100 new and 200 flags, s", .2, false, seconds(small, nearness, delta)},
	{"100 new and 200 flags, 50 ms, s", .6, false, seconds(small, farAway, delta)},
	{"CPU for 20,000 small, s", .4, false, func(of lookup) float64 { return of(small, "mdbox", nearness, initial, "migsh").cpuSeconds() }},
	{"memory, small, MB", 24, false, func(of lookup) float64 { return of(small, "mdbox", nearness, initial, "migsh").megabytes() }},
	{"memory, mixed, MB", 24, false, func(of lookup) float64 { return of(mixed, "mdbox", nearness, initial, "migsh").megabytes() }},
}
