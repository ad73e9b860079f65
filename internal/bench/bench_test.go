package bench

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"
)

var (
	rounds = flag.Int("rounds", 5, "how often everything is measured")
	only   = flag.String("only", "", "a regular expression for the courses to run, which are named like small/mdbox/50ms")
	using  = flag.String("tools", "", "a regular expression for the tools to run, by the names of the tables")
)

func TestMain(m *testing.M) {
	if text := os.Getenv(referenceVariable); text != "" {
		var job referenceJob
		err := json.Unmarshal([]byte(text), &job)
		if err == nil {
			err = reference(job)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "reference:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// What is measured of a tool, one after the other.
const (
	initial  = "first copy"
	nothing  = "nothing new"
	delta    = "100 new, 200 flags"
	farAway  = 50 * time.Millisecond
	nearness = time.Duration(0)
)

// A key names a measurement.
type key struct {
	corpus, store string
	roundTrip     time.Duration
	step, tool    string
}

// A course is one mailbox on one way, run through by some tools in turns.
type course struct {
	corpus    corpus
	store     string
	roundTrip time.Duration
	// repeats: later runs of the tools are measured too.
	repeats bool
	takes   func(tool) bool
}

func (c course) String() string {
	return fmt.Sprintf("%s/%s/%dms", c.corpus.name, c.store, c.roundTrip.Milliseconds())
}

var courses = []course{
	{small, "mdbox", nearness, true, everyTool},
	{mixed, "mdbox", nearness, true, everyTool},
	{small, "maildir", nearness, false, everyTool},
	{mixed, "maildir", nearness, false, everyTool},
	{few, "mdbox", farAway, true, func(t tool) bool { return !t.near }},
	{mixed, "mdbox", farAway, false, quick},
	{small, "mdbox", farAway, true, quick},
}

func everyTool(tool) bool { return true }

// quick tools are those that do not take minutes from far away.
func quick(t tool) bool { return t.name == "migsh" || t.once }

// BenchmarkCopy is the comparison with the reference and with other tools. It runs once, whatever -benchtime says, as
// it does its own repeating.
func BenchmarkCopy(b *testing.B) {
	wanted, err := regexp.Compile(*only)
	if err != nil {
		b.Fatal(err)
	}
	chosenTools, err := regexp.Compile(*using)
	if err != nil {
		b.Fatal(err)
	}
	tools = slices.DeleteFunc(tools, func(t tool) bool { return !chosenTools.MatchString(t.name) })
	for range b.N {
		w := newWorld(b)
		var chosen []course
		filled := map[string]bool{}
		for _, c := range courses {
			if !wanted.MatchString(c.String()) {
				continue
			}
			chosen = append(chosen, c)
			if !filled[c.corpus.name] {
				w.fill(w.source.Server, c.corpus.name, c.corpus.mails)
				filled[c.corpus.name] = true
			}
		}
		results := map[key]series{}
		for round := range *rounds {
			for _, c := range chosen {
				w.round(c, round, results)
			}
			fmt.Fprintf(os.Stderr, "round %d of %d is done\n", round+1, *rounds)
		}
		report(os.Stdout, results)
	}
}

// round runs a course through once.
func (w *world) round(c course, round int, results map[key]series) {
	target := w.target[c.store]
	r := route{source: w.source.IMAPAddr(), user: c.corpus.name, target: target.IMAPAddr(), server: target}
	if c.roundTrip > 0 {
		r.source = behind(w, w.source.Server, c.roundTrip).Addr()
		r.target = behind(w, target.Server, c.roundTrip).Addr()
	}
	type started struct {
		tool
		run  func(bool) (cost, error)
		user string
	}
	var running []started
	measure := func(s started, step string) {
		result, err := s.run(s.name == "migsh")
		if err != nil {
			w.Errorf("%s, %s: %v", s.name, step, err)
			return
		}
		k := key{c.corpus.name, c.store, c.roundTrip, step, s.name}
		results[k] = append(results[k], result)
	}
	for i := range tools {
		t := tools[(i+round)%len(tools)]
		if !c.takes(t) {
			continue
		}
		r.targetUser = w.fresh()
		r.dir = filepath.Join(w.dir, r.targetUser)
		if err := os.Mkdir(r.dir, 0o700); err != nil {
			w.Fatal(err)
		}
		run, err := t.make(w, r)
		if err != nil {
			w.Errorf("%s: %v", t.name, err)
			continue
		}
		s := started{t, run, r.targetUser}
		measure(s, initial)
		w.count(t.name, target, r.targetUser, r.user)
		if !t.once && c.repeats {
			measure(s, nothing)
			running = append(running, s)
		}
	}
	if !c.repeats {
		return
	}
	w.changes++
	w.change(c.corpus.name, w.changes)
	for _, s := range running {
		measure(s, delta)
		w.count(s.name, target, s.user, r.user)
	}
}
