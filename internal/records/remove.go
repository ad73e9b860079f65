package records

import (
	"context"
	"fmt"
	"slices"

	"migsh/internal/migration"
	"migsh/store"
)

// Wipe deletes all that belongs to a batch but the batch record itself: claims, users with their credentials, reports and the rest.
// What is remembered of the pairs of mailboxes is not the batch's and stays. It may be cut off and repeated: claims go first, because
// only the users know them.
func (r *Records) Wipe(ctx context.Context, batchGUID string) error {
	var releases []store.Op
	for item, err := range r.Users.Within(batchGUID).All(ctx) {
		if err != nil {
			return err
		}
		release, err := r.releaseClaim(ctx, item.Value.Pair, batchGUID)
		if err != nil {
			return err
		}
		releases = append(releases, release...)
	}
	if err := WriteAll(ctx, r.Store, releases); err != nil {
		return fmt.Errorf("release the mailboxes of a batch: %w", err)
	}
	for _, prefix := range []string{
		r.Users.Within(batchGUID).Prefix(), r.folders.Within(batchGUID).Prefix(), r.Reports.Within(batchGUID).Prefix(),
		r.warnings.Within(batchGUID).Prefix(),
	} {
		if _, err := store.DeletePrefix(ctx, r.Store, prefix); err != nil {
			return fmt.Errorf("wipe what belongs to a batch: %w", err)
		}
	}
	return nil
}

// RemoveBatch makes the operations that delete the record of a batch that was wiped, and the endpoint that is its own unless others
// use that too.
func (r *Records) RemoveBatch(ctx context.Context, batch store.Item[Batch]) ([]store.Op, error) {
	ops := []store.Op{store.Delete(r.Batches.Key(batch.Names...))}
	name := migration.FoldName(batch.Value.SourceEndpoint)
	own, err := r.Endpoints.Get(ctx, name)
	if isNotFound(err) || err == nil && own.Value.BatchGUID != batch.Value.GUID {
		return ops, nil
	}
	if err != nil {
		return nil, err
	}
	config, err := r.Config(ctx)
	if err != nil {
		return nil, err
	}
	used := migration.FoldName(config.TargetEndpoint) == name
	for other, err := range r.Batches.All(ctx) {
		if err != nil {
			return nil, err
		}
		b := &other.Value
		used = used || b.GUID != batch.Value.GUID && (migration.FoldName(b.SourceEndpoint) == name || migration.FoldName(b.TargetEndpoint) == name)
	}
	if !used {
		ops = append(ops, r.Endpoints.Delete(own))
	}
	return ops, nil
}

// releaseClaim makes the operation that gives a pair free, if the batch has it.
func (r *Records) releaseClaim(ctx context.Context, pair, batchGUID string) ([]store.Op, error) {
	claim, found, err := r.claim(ctx, pair)
	if err != nil || !found || claim.Value.BatchGUID != batchGUID {
		return nil, err
	}
	return []store.Op{r.Claims.Delete(claim)}, nil
}

func (r *Records) claim(ctx context.Context, pair string) (item store.Item[Claim], found bool, err error) {
	item, err = r.Claims.Get(ctx, pair)
	if isNotFound(err) {
		return store.Item[Claim]{Names: []string{pair}}, false, nil
	}
	if err == nil && item.Value.Lost {
		item.Value, err = r.holder(ctx, pair)
	}
	return item, err == nil, err
}

// holder finds with the users who has a pair whose claim can't be read: one who still needs it before one who is done.
func (r *Records) holder(ctx context.Context, pair string) (holder Claim, err error) {
	for batch, err := range r.Batches.All(ctx) {
		if err != nil {
			return holder, err
		}
		if batch.Value.Analyze {
			continue
		}
		for user, err := range r.Users.Within(batch.Value.GUID).All(ctx) {
			if err != nil {
				return holder, err
			}
			if user.Value.Pair != pair {
				continue
			}
			holder = Claim{BatchGUID: batch.Value.GUID, BatchName: batch.Value.Name, Address: user.Value.EmailAddress}
			if user.Value.Status.Summary() != migration.SummaryCompleted {
				return holder, nil
			}
		}
	}
	return holder, nil
}

// RemoveUser makes the operations that delete a user and what belongs to it.
func (r *Records) RemoveUser(ctx context.Context, batchGUID string, user store.Item[User]) ([]store.Op, error) {
	key := UserKey(batchGUID, user.Value.EmailAddress)
	ops := []store.Op{r.Users.Delete(user), store.Delete(r.Reports.Key(key...))}
	release, err := r.releaseClaim(ctx, user.Value.Pair, batchGUID)
	if err != nil {
		return nil, err
	}
	folders, err := r.FolderOps(batchGUID, user.Value.EmailAddress, nil, user.Value.Figures.Folders)
	if err != nil {
		return nil, err
	}
	return append(append(ops, release...), folders...), nil
}

// MoveUser makes the operations by which a user leaves a batch for another, with its pair of mailboxes.
func (r *Records) MoveUser(ctx context.Context, fromGUID string, from store.Item[User], to User, claim Claim) ([]store.Op, error) {
	ops, err := r.RemoveUser(ctx, fromGUID, from)
	if err != nil {
		return nil, err
	}
	create, err := r.Users.Create(to, UserKey(claim.BatchGUID, to.EmailAddress)...)
	if err != nil {
		return nil, err
	}
	take, taken, err := r.ClaimOp(ctx, to.Pair, claim)
	if err != nil {
		return nil, err
	}
	if taken != nil && taken.BatchGUID != fromGUID {
		return nil, migration.NewError(migration.ErrAlreadyExists, to.EmailAddress,
			fmt.Sprintf("'%s' is in the batch '%s' already, as '%s'.", to.EmailAddress, taken.BatchName, taken.Address), "Remove it there first with Remove-MigrationUser.")
	}
	if taken != nil {
		held, _, err := r.claim(ctx, to.Pair)
		if err != nil {
			return nil, err
		}
		held.Value = claim
		if take, err = r.Claims.Replace(held); err != nil {
			return nil, err
		}
	}
	// The claim is handed over, not given back first.
	ops = slices.DeleteFunc(ops, func(op store.Op) bool { return op.Key == take.Key })
	return append(ops, create, take), nil
}

// ClaimOp makes the operation by which a user takes a pair of mailboxes. The second result is who has it, if somebody in another
// live batch does; a finished user and a batch that is gone have nothing any more.
func (r *Records) ClaimOp(ctx context.Context, pair string, c Claim) (store.Op, *Claim, error) {
	item, found, err := r.claim(ctx, pair)
	if err != nil {
		return store.Op{}, nil, err
	}
	if found && item.Value.BatchGUID != c.BatchGUID {
		live, err := r.live(ctx, item.Value)
		if err != nil {
			return store.Op{}, nil, err
		}
		if live {
			return store.Op{}, &item.Value, nil
		}
	}
	item.Value = c
	op, err := r.Claims.Replace(item)
	return op, nil, err
}

// live tells whether a claim still means something.
func (r *Records) live(ctx context.Context, c Claim) (bool, error) {
	batch, err := r.Batches.Get(ctx, migration.FoldName(c.BatchName))
	if isNotFound(err) || err == nil && batch.Value.GUID != c.BatchGUID {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	user, err := r.Users.Get(ctx, UserKey(c.BatchGUID, c.Address)...)
	if isNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return user.Value.Status.Summary() != migration.SummaryCompleted, nil
}

// Sweep finishes what was cut off: it deletes what belongs to no batch, and batches whose removal was begun. Nobody may be
// creating or removing a batch meanwhile.
func (r *Records) Sweep(ctx context.Context) error {
	alive := map[string]bool{}
	unknown := false
	for item, err := range r.Batches.All(ctx) {
		if err != nil {
			return err
		}
		unknown = unknown || item.Value.GUID == ""
		if item.Value.Order.Kind != migration.OrderRemove {
			alive[item.Value.GUID] = true
			continue
		}
		if err := r.Wipe(ctx, item.Value.GUID); err != nil {
			return err
		}
		last, err := r.RemoveBatch(ctx, item)
		if err != nil {
			return err
		}
		if _, err := r.Store.Update(ctx, last...); err != nil {
			return err
		}
	}
	if unknown {
		return nil // what looks like nobody's may be of a batch whose record is damaged
	}
	for _, prefix := range []string{r.Users.Prefix(), r.Reports.Prefix(), r.folders.Prefix(), r.warnings.Prefix()} {
		if err := r.sweepBelow(ctx, prefix, alive); err != nil {
			return fmt.Errorf("sweep %s: %w", prefix, err)
		}
	}
	return nil
}

// sweepBelow deletes the records whose first name below prefix is not the GUID of a batch that is alive.
func (r *Records) sweepBelow(ctx context.Context, prefix string, alive map[string]bool) error {
	dead := map[string]bool{}
	for record, err := range r.Store.Scan(ctx, prefix) {
		if err != nil {
			return err
		}
		names, err := store.Names(record.Key[len(prefix):])
		if err != nil {
			return err
		}
		if !alive[names[0]] {
			dead[names[0]] = true
		}
	}
	for guid := range dead {
		if err := r.Wipe(ctx, guid); err != nil {
			return err
		}
	}
	return nil
}
