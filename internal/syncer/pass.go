package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/migration"
	"migsh/store"
)

// A pass is one run over a pair of mailboxes. Its goroutines work in turns, see [turn]; all that follows is touched only by who
// has the turn.
type pass struct {
	Job
	turn    turn
	pair    string
	source  mailbox.Source // of the first link
	target  mailbox.Target
	links   []*link
	initial bool           // nothing was known of the mailbox before
	alone   bool           // no further links: one was tried and did not hold
	spares  []*spareLink   // opened and not yet used
	leaving sync.WaitGroup // links that are being ended

	begun         time.Time
	tooLarge      int64                            // the length of the smallest message that the target has refused for it, 0 if none
	known         map[string]*storedFolder         // by source name
	targetFolders map[string]mailbox.Folder        // by name, as the target listed them
	targets       map[string]string                // source names by the target names that are given to them
	dated         []datedMessage                   // a few of those that were copied
	datesSeen     bool                             // they have been looked at
	working       []*folderPass                    // those of the round
	gone          []string                         // source names of known folders that are no longer there
	leavers       map[uint64]leaver                // what has left them in this round, by identity
	unsettled     bool                             // a round follows
	saved         struct{ source, target savings } // on connections that have ended
	state         Progress
	result        Result
}

// A link is a connection to each of both mailboxes, over which messages flow from one to the other.
type link struct {
	source waitingReader
	target waitingTarget
	// recalled, unless nil, is closed when the link is to end because somebody else waits for its connections. The first
	// link of a pass is never recalled, and the pass does not outlive it; it does outlive the others.
	recalled <-chan struct{}
}

// wanted tells whether somebody else waits for the link's connections.
func (l *link) wanted() bool {
	select {
	case <-l.recalled:
		return true
	default:
		return false
	}
}

// Run makes one pass: it opens both mailboxes, copies what was not copied yet, and carries flags over. It may be ended
// at any moment, by ctx or by a crash; the next pass goes on where this one stopped. When ctx ends, what is on its way
// is settled for a few seconds at most, and everything known is written down before Run returns.
//
// Trouble with a message or a folder is noted in the result and does not end the pass. Any other trouble does: the
// error is, or wraps, a *[mailbox.Error] whose class says what to do (wait for a person, wait a while, come again at
// once), the context's error, or one of the store's; when a mailbox could not even be opened, a *[SideError] around it
// tells which. The result tells what was done until then.
//
// What is remembered of a folder and can't be read any more does not end the pass: it begins once more, with that folder forgotten.
func Run(ctx context.Context, job Job) (Result, error) {
	if job.Now == nil {
		job.Now = time.Now
	}
	var before Result
	for forgotten := map[string]bool{}; ; {
		result, err := run(ctx, job)
		result.add(before)
		lost, ok := errors.AsType[*lostMemory](err)
		if !ok || ctx.Err() != nil || forgotten[lost.folderID] {
			return result, err
		}
		forgotten[lost.folderID] = true
		if err := forgetFolder(ctx, job.Store, job.Pair.ID(), lost.folderID); err != nil {
			return result, err
		}
		(&pass{Job: job}).report("Warning", "Something that is stored is damaged: %v. Messages that were deleted at the target come back.", lost)
		before = result
	}
}

func run(ctx context.Context, job Job) (Result, error) {
	p := &pass{Job: job, pair: job.Pair.ID()}
	p.Store = waitingStore{&p.turn, p.Store}
	p.result.LostKeywords = map[string]int64{}
	p.turn.take()
	defer p.turn.give()
	err := p.run(ctx)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("the copy of %s was interrupted at a checkpoint: %w", p.Pair.TargetMailbox, context.Cause(ctx))
	}
	return p.result, err
}

func (p *pass) run(ctx context.Context) error {
	p.begun = p.Now()
	known, err := storedFolders(ctx, p.Store, p.pair)
	if err != nil {
		return err
	}
	p.known, p.initial = known, len(known) == 0
	defer p.close()
	if err := p.open(ctx); err != nil {
		return err
	}
	mappings, err := p.plan(ctx)
	if err != nil {
		return err
	}
	if err := p.folders(ctx, mappings); err != nil {
		return err
	}
	p.state.Folder = ""
	p.tellFoldersGone()
	if p.initial {
		if err := p.tellRights(ctx, mappings); err != nil {
			return err
		}
	}
	p.progress(PhaseDone)
	p.reportLost()
	return p.remember(ctx)
}

// open opens both mailboxes at once.
func (p *pass) open(ctx context.Context) error {
	p.progress(PhasePlan)
	l, err := p.connect(ctx)
	p.links = append(p.links, l) // even if only one side could be opened, it is to be closed
	p.source, p.target = l.source, l.target
	if err == nil {
		p.remarks("source", p.source.Info())
		p.remarks("target", p.target.Info())
	}
	return err
}

// remarks tells what the administrator has asked of a server's sessions and can't have.
func (p *pass) remarks(side string, info mailbox.Info) {
	for _, remark := range info.Remarks {
		p.report("Warning", "The %s server, %s: %s", side, info.Server, remark)
	}
}

// connect makes a link. What it could open it returns even if it fails.
func (p *pass) connect(ctx context.Context) (*link, error) {
	l := &link{}
	err := p.turn.together(ctx, 2, slices.Values([]func(context.Context) error{
		func(ctx context.Context) error {
			source, err := answer(&p.turn, func() (mailbox.Source, error) { return p.OpenSource(ctx) })
			if err != nil {
				return &SideError{Source: true, Err: err}
			}
			l.source = waitingReader{&p.turn, source}
			return nil
		},
		func(ctx context.Context) error {
			target, err := answer(&p.turn, func() (mailbox.Target, error) { return p.OpenTarget(ctx) })
			if err != nil {
				return &SideError{Err: err}
			}
			l.target = newWaitingTarget(&p.turn, target)
			return nil
		},
	}))
	if err == nil {
		p.result.Connections++
	}
	return l, err
}

// renew replaces both connections of a link, for folders on it: that to the target is dead, and that to the source was left in the
// middle of a message.
func (p *pass) renew(ctx context.Context, l *link, folders []*folderPass) error {
	p.weigh(l)
	_, _ = l.target.Close(), l.source.Close() // it is known that they did not end in order
	fresh, err := p.connect(ctx)
	if fresh.source.Reader != nil {
		l.source = fresh.source
	}
	if fresh.target.target != nil {
		l.target = fresh.target
	}
	if l == p.links[0] {
		p.source, p.target = l.source, l.target
	}
	for _, f := range folders {
		f.on(l)
	}
	return err
}

// close ends the sessions, all at once.
func (p *pass) close() {
	var ends []func(context.Context) error
	for _, l := range p.links {
		ends = append(ends, p.goodbyes(l)...)
	}
	_ = p.turn.together(context.Background(), len(ends)+1, slices.Values(ends)) // they report their errors themselves
	p.turn.wait(p.leaving.Wait)
	p.reportSaved()
}

// goodbyes are what ends a link. Errors of a goodbye change nothing.
func (p *pass) goodbyes(l *link) (ends []func(context.Context) error) {
	end := func(side string, r mailbox.Reader) func(context.Context) error {
		return func(context.Context) error {
			if err := r.Close(); err != nil {
				p.report("Information", "The connection to the %s did not end in order: %v.", side, err)
			}
			return nil
		}
	}
	p.weigh(l)
	if l.source.Reader != nil {
		ends = append(ends, end("source", l.source))
	}
	if l.target.target != nil {
		ends = append(ends, end("target", l.target))
	}
	return ends
}

// list lists both sides and decides which folder goes where, as if nothing had been copied before.
func (p *pass) list(ctx context.Context) ([]foldermap.Mapping, error) {
	var source, target []mailbox.Folder
	err := p.turn.together(ctx, 2, slices.Values([]func(context.Context) error{
		func(ctx context.Context) (err error) {
			if source, err = p.sourceFolders(ctx); err != nil {
				return &SideError{Source: true, Err: err}
			}
			return nil
		},
		func(ctx context.Context) (err error) {
			if target, err = p.target.Folders(ctx, ""); err != nil {
				return &SideError{Err: err}
			}
			return nil
		},
	}))
	if err != nil {
		return nil, err
	}
	p.targetFolders = map[string]mailbox.Folder{}
	for _, f := range target {
		p.targetFolders[f.Name] = f
	}
	return foldermap.Plan(foldermap.Side{Info: p.source.Info(), Folders: source},
		foldermap.Side{Info: p.target.Info(), Folders: target}, p.Rules), nil
}

// plan decides which folder goes where, in keeping with what was copied before.
func (p *pass) plan(ctx context.Context) ([]foldermap.Mapping, error) {
	mappings, err := p.list(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.followRenames(ctx, mappings); err != nil {
		return nil, err
	}
	p.keepNames(mappings)
	p.gone = p.foldersGone(mappings)
	for _, m := range mappings {
		if m.LeftOut != "" {
			continue
		}
		p.state.FoldersTotal++
		if m.Source.Status != nil {
			p.state.MessagesTotal += int64(m.Source.Status.Messages)
		}
		if k := p.known[m.Source.Name]; k != nil {
			p.state.MessagesDone += k.present()
		}
	}
	p.report("Information", "%d folders with %d messages are to be copied, %d folders are left out.",
		p.state.FoldersTotal, p.state.MessagesTotal, len(mappings)-p.state.FoldersTotal)
	p.progress(PhasePlan)
	return mappings, nil
}

// sourceFolders lists the source, from the UserRoot down if there is one.
func (p *pass) sourceFolders(ctx context.Context) ([]mailbox.Folder, error) {
	root, folders, err := foldermap.AtRoot(ctx, p.source, p.Pair.UserRoot)
	p.Rules.Root = root
	return folders, err
}

// keepNames lets folders that were copied before keep their target, and new ones keep off it.
func (p *pass) keepNames(mappings []foldermap.Mapping) {
	taken := map[string]bool{}
	defer func() {
		p.targets = map[string]string{}
		for _, m := range mappings {
			if m.LeftOut == "" {
				p.targets[m.Target] = m.Source.Name
			}
		}
	}()
	for i := range mappings {
		if k := p.known[mappings[i].Source.Name]; k != nil && mappings[i].LeftOut == "" {
			if mappings[i].Target != k.Target {
				mappings[i].Target, mappings[i].Shared = k.Target, false
				mappings[i].Note = "it was copied there before, and stays"
			}
			taken[k.Target] = true
		}
	}
	for i := range mappings {
		m := &mappings[i]
		if p.known[m.Source.Name] != nil || m.LeftOut != "" || m.Shared {
			continue
		}
		wish := m.Target
		for n := 2; taken[m.Target]; n++ {
			m.Target = fmt.Sprintf("%s (%d)", wish, n)
			m.Note = fmt.Sprintf("another folder of the source has the target's name %q already", wish)
		}
		taken[m.Target] = true
	}
}

// remember notes that the pass ended well.
func (p *pass) remember(ctx context.Context) error {
	record := pairRecord{Format: formatVersion, Pair: p.Pair, First: p.begun.UTC(), Last: p.Now().UTC()}
	old, err := p.Store.Get(ctx, pairKey(p.pair))
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return fmt.Errorf("read the state of the mailbox: %w", err)
	default:
		var before pairRecord
		if err := json.Unmarshal(old.Value, &before); err == nil { // else when it began is lost
			record.First = before.First
		}
	}
	value, err := json.Marshal(record)
	if err == nil {
		_, err = p.Store.Update(ctx, store.Set(pairKey(p.pair), value))
	}
	if err != nil {
		return fmt.Errorf("write the state of the mailbox: %w", err)
	}
	return nil
}

func (p *pass) progress(phase Phase) {
	p.state.Phase = phase
	if p.Observer != nil {
		p.Observer.Progress(p.state)
	}
}

func (p *pass) report(level, format string, args ...any) {
	if p.Observer != nil {
		p.Observer.Report(migration.ReportLine{Time: p.Now().UTC(), Level: level, Message: fmt.Sprintf(format, args...)})
	}
}

// reportLost tells which keywords the target did not keep.
func (p *pass) reportLost() {
	var names []string
	for name := range p.result.LostKeywords {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		p.report("Warning", "The target does not keep the keyword %q; %d messages arrived without it.", name, p.result.LostKeywords[name])
	}
}

func sortCounts(counts []migration.FolderCount) {
	slices.SortFunc(counts, func(a, b migration.FolderCount) int { return strings.Compare(a.SourceFolder, b.SourceFolder) })
}
