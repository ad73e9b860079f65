package syncer

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
	"pgregory.net/rapid"
)

// A modelMessage is what the model knows of one message: who has it with which flags, and on which both last agreed.
type modelMessage struct {
	body      string
	atSource  bool
	source    mailbox.Flags
	delivered bool
	atTarget  bool
	target    mailbox.Flags
	agreed    mailbox.Flags
}

// deltaModel plays owners who use both mailboxes while passes go by, some of which die.
type deltaModel struct {
	t       *testing.T
	w       *world
	folders map[string][]*modelMessage
	next    int
}

var modelFlags = []string{mailbox.FlagSeen, mailbox.FlagFlagged, mailbox.FlagAnswered, "$Work"}

// uidOf finds a message by its content.
func uidOf(m *membox.Mailbox, folder, body string) mailbox.UID {
	for _, msg := range m.Messages(folder) {
		if string(msg.Body) == body {
			return msg.UID
		}
	}
	return 0
}

// pick draws a message that fulfils a condition.
func (d *deltaModel) pick(t *rapid.T, cond func(*modelMessage) bool) (string, *modelMessage) {
	folder := rapid.SampledFrom([]string{"INBOX", "A"}).Draw(t, "folder")
	var list []*modelMessage
	for _, m := range d.folders[folder] {
		if cond(m) {
			list = append(list, m)
		}
	}
	if len(list) == 0 {
		t.Skip("no such message")
	}
	return folder, rapid.SampledFrom(list).Draw(t, "message")
}

func toggle(flags mailbox.Flags, name string) mailbox.Flags {
	if flags.Has(name) {
		return flags.Minus(mailbox.Flags{name})
	}
	return flags.Union(mailbox.Flags{name})
}

func (d *deltaModel) deliver(t *rapid.T) {
	folder := rapid.SampledFrom([]string{"INBOX", "A"}).Draw(t, "folder")
	for range rapid.IntRange(1, 6).Draw(t, "number") {
		m := &modelMessage{body: string(text(d.next)), atSource: true,
			source: mailbox.NewFlags(rapid.SliceOfN(rapid.SampledFrom(modelFlags), 0, 2).Draw(t, "flags")...)}
		d.w.source.Deliver(folder, message(d.next, m.source...))
		d.next++
		d.folders[folder] = append(d.folders[folder], m)
	}
}

func (d *deltaModel) deliverToTarget(t *rapid.T) {
	folder := rapid.SampledFrom([]string{"INBOX", "A"}).Draw(t, "folder")
	if d.w.target.Messages(folder) == nil {
		t.Skip("no such folder yet")
	}
	m := &modelMessage{body: string(text(d.next)), delivered: true, atTarget: true}
	d.w.target.Deliver(folder, message(d.next))
	d.next++
	d.folders[folder] = append(d.folders[folder], m)
}

func (d *deltaModel) flag(t *rapid.T) {
	folder, m := d.pick(t, func(m *modelMessage) bool { return m.atSource })
	m.source = toggle(m.source, rapid.SampledFrom(modelFlags).Draw(t, "flag"))
	d.w.source.SetFlags(folder, uidOf(d.w.source, folder, m.body), m.source...)
}

func (d *deltaModel) flagAtTarget(t *rapid.T) {
	folder, m := d.pick(t, func(m *modelMessage) bool { return m.atTarget })
	m.target = toggle(m.target, rapid.SampledFrom(modelFlags).Draw(t, "flag"))
	d.w.target.SetFlags(folder, uidOf(d.w.target, folder, m.body), m.target...)
}

func (d *deltaModel) remove(t *rapid.T) {
	folder, m := d.pick(t, func(m *modelMessage) bool { return m.atSource })
	m.atSource = false
	d.w.source.Remove(folder, uidOf(d.w.source, folder, m.body))
}

func (d *deltaModel) move(t *rapid.T) {
	folder, m := d.pick(t, func(m *modelMessage) bool { return m.atSource })
	other := map[string]string{"INBOX": "A", "A": "INBOX"}[folder]
	if slices.ContainsFunc(d.folders[other], func(o *modelMessage) bool { return o.body == m.body }) {
		t.Skip("it has been there")
	}
	moveAtSource(d.w, folder, uidOf(d.w.source, folder, m.body), other)
	m.atSource = false
	d.folders[other] = append(d.folders[other], &modelMessage{body: m.body, atSource: true, source: m.source})
}

func (d *deltaModel) removeAtTarget(t *rapid.T) {
	folder, m := d.pick(t, func(m *modelMessage) bool { return m.atTarget })
	m.atTarget = false
	d.w.target.Remove(folder, uidOf(d.w.target, folder, m.body))
}

// passDying makes a pass that dies somewhere, now and then twice, and one that does not.
func (d *deltaModel) passDying(t *rapid.T) {
	for range rapid.IntRange(1, 2).Draw(t, "deaths") {
		d.w.crash(d.t, rapid.IntRange(1, 25).Draw(t, "event"), rapid.Bool().Draw(t, "after"))
	}
	d.pass(t)
}

// pass makes a pass and moves the model on.
func (d *deltaModel) pass(t *rapid.T) {
	r, err := Run(d.t.Context(), d.w.job())
	if err != nil {
		t.Fatalf("pass: %v", err)
	}
	for _, f := range r.Folders {
		if f.Source != f.Decided() {
			t.Fatalf("the balance of %q does not close: %+v", f.SourceFolder, f)
		}
	}
	for _, list := range d.folders {
		for _, m := range list {
			switch {
			case !m.atSource:
			case !m.delivered:
				m.delivered, m.atTarget, m.target, m.agreed = true, true, m.source, m.source
			default:
				m.target = m.target.Union(m.source.Minus(m.agreed)).Minus(m.agreed.Minus(m.source))
				m.agreed = m.source
			}
		}
	}
}

// check compares the target with the model. A message that is not delivered yet by the model is not there.
func (d *deltaModel) check(t *rapid.T) {
	for folder, list := range d.folders {
		var want, got []string
		for _, m := range list {
			if m.atTarget {
				want = append(want, fmt.Sprintf("%q %s", m.target, m.body))
			}
		}
		for _, m := range d.w.target.Messages(folder) {
			got = append(got, fmt.Sprintf("%q %s", m.Flags, m.Body))
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Fatalf("%q: missing %q, too many %q\n%s", folder, without(want, got), without(got, want), strings.Join(d.w.log.lines, "\n"))
		}
	}
}

// TestDeltaModel lets two owners and many passes, some dying, work at random, and compares with a model of what should
// come of it.
func TestDeltaModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		source := membox.Options{NoCondStore: rapid.Bool().Draw(rt, "source without CONDSTORE"), Identities: rapid.Bool().Draw(rt, "identities")}
		target := membox.Options{NoUIDPlus: rapid.Bool().Draw(rt, "target without UIDPLUS"), Group: rapid.SampledFrom([]int{1, 3}).Draw(rt, "group")}
		d := &deltaModel{t: t, w: newWorld(source, target), folders: map[string][]*modelMessage{}}
		d.w.source.AddFolder("A")
		eager := rapid.Bool().Draw(rt, "eager target")
		d.w.change = func(j *Job) {
			if eager {
				open := j.OpenTarget
				j.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
					inner, err := open(ctx)
					return eagerTarget{inner}, err
				}
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"deliver":         d.deliver,
			"deliverToTarget": d.deliverToTarget,
			"flag":            d.flag,
			"flagAtTarget":    d.flagAtTarget,
			"remove":          d.remove,
			"move":            d.move,
			"removeAtTarget":  d.removeAtTarget,
			"renumberSource": func(t *rapid.T) {
				d.w.source.Renumber(rapid.SampledFrom([]string{"INBOX", "A"}).Draw(t, "folder"))
			},
			"renumberTarget": func(t *rapid.T) {
				if folder := rapid.SampledFrom([]string{"INBOX", "A"}).Draw(t, "folder"); d.w.target.Messages(folder) != nil {
					d.w.target.Renumber(folder)
				}
			},
			"pass":      d.pass,
			"passDying": d.passDying,
			"":          d.check,
		})
	})
}

// An eagerTarget pulls messages in a goroutine of its own, well ahead of the results, as a pipelining connection does.
type eagerTarget struct{ mailbox.Target }

type ahead struct {
	out *mailbox.Outgoing
	err error
}

func (e eagerTarget) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return func(yield func(mailbox.Appended, error) bool) {
		queue := make(chan ahead, 5)
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			defer close(queue)
			for out, err := range msgs {
				a := ahead{out, err}
				if err == nil {
					body, err := io.ReadAll(out.Body)
					a.err = err
					copied := *out
					copied.Body = strings.NewReader(string(body))
					a.out = &copied
				}
				select {
				case queue <- a:
				case <-stop:
					return
				}
				if a.err != nil {
					return
				}
			}
		})
		defer wg.Wait()
		defer close(stop)
		for r, err := range e.Target.Append(ctx, func(yield func(*mailbox.Outgoing, error) bool) {
			for a := range queue {
				if !yield(a.out, a.err) {
					return
				}
			}
		}) {
			if !yield(r, err) {
				return
			}
		}
	}
}

func TestEagerTarget(t *testing.T) {
	for _, group := range []int{1, 4} {
		w := newWorld(membox.Options{}, membox.Options{Group: group})
		w.deliver("INBOX", 0, 60)
		w.change = func(j *Job) {
			open := j.OpenTarget
			j.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
				inner, err := open(ctx)
				return eagerTarget{inner}, err
			}
		}
		w.crash(t, 20, true)
		w.sync(t)
		w.same(t, "INBOX")
	}
}
