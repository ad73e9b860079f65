package syncer

import (
	"context"
	"slices"

	"migsh/internal/mailbox"
)

// copyAll copies the plan.
func (f *folderPass) copyAll(ctx context.Context, plan []planned) error {
	if err := f.gatherClaims(ctx); err != nil {
		return err
	}
	if err := f.foresee(ctx, plan); err != nil {
		return err
	}
	f.progress(PhaseCopy)
	windows := f.windows(plan)
	// Without UIDPLUS each window's UIDs are looked up before the next one goes. Else one call of Append takes many,
	// but not all, so that what has to be sent again does not pile up.
	step := windowsPerCall
	if !f.target.Info().Features.UIDPlus {
		step = 1
	}
	for part := range slices.Chunk(windows, step) {
		if err := f.sendFully(ctx, part); err != nil {
			return err
		}
	}
	return f.sendDeferred(ctx)
}

// sendDeferred settles the messages that may be at the target altered. By now every message that is there byte for byte
// has been claimed by its own.
func (f *folderPass) sendDeferred(ctx context.Context) error {
	deferred := f.deferred
	f.deferred = nil
	if len(deferred) == 0 {
		return nil
	}
	before := f.result.Matched
	f.alike = true
	defer func() { f.alike = false }()
	for part := range chunk(deferred, f.window()) {
		if err := f.sendFully(ctx, []*window{{uids: part, size: part.Len()}}); err != nil {
			return err
		}
	}
	if n := f.result.Matched - before; n > 0 {
		f.report("Warning", "Folder %q: %d messages are at the target already, but another tool or the target has altered them; they are not copied again.", f.Source, n)
	}
	return nil
}

// sendFully sends windows, and then, in ever smaller groups, what the target did not take for the company it was in.
func (f *folderPass) sendFully(ctx context.Context, windows []*window) error {
	apart, again, err := f.send(ctx, windows, false)
	if err != nil {
		return err
	}
	for len(apart) > 0 {
		group := apart[0]
		apart = apart[1:]
		var half []mailbox.UIDSet
		for part := range chunk(group, max((group.Len()+1)/2, 1)) {
			more, stripped, err := f.send(ctx, []*window{{uids: part, size: part.Len()}}, false)
			if err != nil {
				return err
			}
			half = append(half, more...)
			for uid := range stripped.All() {
				again.Add(uid)
			}
		}
		apart = append(half, apart...)
	}
	for uid := range again.All() {
		if _, _, err := f.send(ctx, []*window{{uids: mailbox.UIDs(uid), size: 1}}, true); err != nil {
			return err
		}
	}
	return nil
}
