package syncer

import (
	"context"

	"migsh/internal/mailbox"
)

// A datedMessage is a message that was copied, for a look whether the target has kept its date of arrival.
type datedMessage struct {
	folder *folderPass
	target mailbox.UID
	date   int64
}

// datesLookedAt is how many messages of a pass are looked at for their dates: a target keeps dates, or it doesn't.
const datesLookedAt = 5

// sampleDate notes some of the messages that the first pass copies: what it finds is true of the later ones. Dates in the future say nothing: Dovecot takes none, whatever else it keeps.
func (p *pass) sampleDate(f *folderPass, e entry) {
	if p.initial && len(p.dated) < datesLookedAt && e.Target != 0 && e.Date != noDate && e.Date < p.Now().Unix() {
		p.dated = append(p.dated, datedMessage{f, e.Target, e.Date})
	}
}

// datesAskedFrom is how many messages an initial copy must have brought for a look at dates to be worth a question.
const datesAskedFrom = 20

// lookAtDates warns, in the initial copy, of a target that gives messages the date of their copying. It looks once.
func (p *pass) lookAtDates(ctx context.Context, target mailbox.Target) error {
	if p.initial && !p.datesSeen && p.result.Copied >= datesAskedFrom && len(p.dated) > 0 {
		p.datesSeen = true
		f := p.dated[0].folder
		want := map[mailbox.UID]int64{}
		var uids mailbox.UIDSet
		for _, m := range p.dated {
			if m.folder == f {
				want[m.target] = m.date
				uids.Add(m.target)
			}
		}
		for m, err := range target.List(ctx, f.targetAt(), mailbox.Query{UIDs: uids}) {
			if class := mailbox.ClassOf(err); err != nil && (class == mailbox.PerFolder || class == mailbox.PerMessage) {
				break
			}
			if err != nil {
				return err
			}
			if date, asked := want[m.UID]; asked && unix(m.Date) != date {
				p.report("Warning", "The target does not keep dates of arrival: the message with UID %d of folder %q arrived %v and is dated %v there.",
					m.UID, f.Target, timeOf(date), m.Date)
				break
			}
		}
	}
	return nil
}
