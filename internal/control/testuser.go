package control

import (
	"context"
	"errors"
	"fmt"
	"time"

	"migsh/internal/connect"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/syncer"
)

// TestUser implements migration.Service.
func (c *Control) TestUser(ctx context.Context, r migration.TestUserRequest) (migration.UserTest, error) {
	batch, user, err := c.findUser(ctx, r.Identity)
	if err != nil {
		return migration.UserTest{}, records.Explain(err)
	}
	out := migration.UserTest{EmailAddress: user.Value.EmailAddress, BatchName: batch.Value.Name, Result: migration.TestSuccess}
	source, target, err := c.accounts(ctx, batch.Value, user.Value)
	if err != nil {
		return out, records.Explain(err)
	}
	if out.Source, err = c.probeSide(ctx, connect.SourceSide, source); err != nil {
		return out, err
	}
	if out.Source.Result == migration.TestSuccess && user.Value.UserRoot != "" {
		if err := c.findRoot(ctx, source, user.Value, &out.Source); err != nil {
			return out, err
		}
	}
	if out.Target, err = c.probeSide(ctx, connect.TargetSide, target); err != nil {
		return out, err
	}
	for _, side := range []migration.ConnectionTest{out.Source, out.Target} {
		if side.Result == migration.TestFailed && out.Result == migration.TestSuccess {
			out.Result, out.Message = side.Result, side.Message
		}
	}
	if !r.Verify || out.Target.Result == migration.TestFailed {
		return out, nil
	}
	pair, err := c.pair(ctx, batch.Value, user.Value)
	if err != nil {
		return out, records.Explain(err)
	}
	v, err := syncer.Verify(ctx, syncer.Job{Pair: pair, Store: c.records.Store, OpenTarget: c.connector.Target(target)}, r.Every)
	if ctx.Err() != nil {
		return out, context.Cause(ctx)
	}
	if err != nil {
		fault := connect.UserFault(err, connect.TargetSide, target.Login, out.EmailAddress)
		out.Result, out.Message = migration.TestFailed, "The target could not be read again: "+fault.Summary()
		return out, nil
	}
	return out, c.verified(ctx, &out, v, source)
}

// accounts are the logins of a user at both sides; one that nobody has is zero.
func (c *Control) accounts(ctx context.Context, b records.Batch, u records.User) (source, target connect.Account, err error) {
	row, err := c.records.Row(b.GUID, u)
	if err != nil {
		return source, target, err
	}
	find := func(name string) (endpoint migration.Endpoint, keys connect.Keys, err error) {
		e, err := c.records.FindEndpoint(ctx, migration.Identity(name))
		if err != nil {
			return endpoint, keys, err
		}
		keys, err = c.records.Keys(e.Value)
		return e.Value.Endpoint, keys, err
	}
	endpoint, keys, err := find(b.SourceEndpoint)
	if err != nil {
		return source, target, err
	}
	source, _ = connect.SourceAccount(endpoint, keys, row)
	if endpoint, keys, err = find(b.TargetEndpoint); err != nil {
		return source, target, err
	}
	target, _ = connect.TargetAccount(endpoint, keys, row)
	return source, target, nil
}

// probeSide tries a login. Nobody to log in is a failure as well.
func (c *Control) probeSide(ctx context.Context, side connect.Side, a connect.Account) (migration.ConnectionTest, error) {
	if !a.Usable() {
		return migration.ConnectionTest{Result: migration.TestFailed, Message: nobody(side)}, nil
	}
	test, _, err := c.probe(ctx, a)
	return test, err
}

// findRoot looks whether a login that works sees the UserRoot of its row. The error is ctx's only.
func (c *Control) findRoot(ctx context.Context, account connect.Account, user records.User, test *migration.ConnectionTest) error {
	source, err := c.connector.Source(account)(ctx)
	if err == nil {
		_, _, err = foldermap.AtRoot(ctx, source, user.UserRoot)
		err = errors.Join(err, source.Close())
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		fault := connect.UserFault(err, connect.SourceSide, account.Login, user.EmailAddress)
		test.Result, test.Message = migration.TestFailed, fault.Summary()
	}
	return nil
}

func nobody(side connect.Side) string {
	return fmt.Sprintf("Nobody is there to log in at the %s: give the row a password, or the endpoint an administrator.", side)
}

// differencesListed is how many differences a test lists.
const differencesListed = 1000

// verified puts what was found at the target into the answer.
func (c *Control) verified(ctx context.Context, out *migration.UserTest, v syncer.Verification, source connect.Account) error {
	out.Verified = true
	out.CheckedCount, out.SameCount, out.ForeignCount, out.CheckedSize = v.Checked, v.Same, v.Foreign, migration.ByteSize(v.Bytes)
	out.DifferenceCount, out.FlagCount = int64(len(v.Altered)+len(v.Missing)+len(v.Redated)), int64(len(v.Reflagged))
	flags := ""
	if out.FlagCount > 0 {
		flags = fmt.Sprintf(" %s have other flags than were sent, be it that their owner changed them.", migration.Thousands(out.FlagCount))
	}
	switch {
	case out.DifferenceCount > 0:
		out.Result = migration.TestFailed
		out.Message = fmt.Sprintf("Of %s messages that were read again at the target %s are no longer there, be it that their owner deleted or moved them, %s have other bytes than were sent, and %s another date.%s",
			migration.Thousands(v.Checked), migration.Thousands(int64(len(v.Missing))), migration.Thousands(int64(len(v.Altered))), migration.Thousands(int64(len(v.Redated))), flags)
	case out.Message == "":
		out.Message = fmt.Sprintf("%s messages were read again at the target; all have the bytes and dates that were sent.%s", migration.Thousands(v.Checked), flags)
	}
	if out.DifferenceCount+out.FlagCount == 0 {
		return nil
	}
	room := differencesListed
	upTo := func(list []syncer.Difference) []syncer.Difference {
		list = list[:min(len(list), room)]
		room -= len(list)
		return list
	}
	altered, missing, redated, reflagged := upTo(v.Altered), upTo(v.Missing), upTo(v.Redated), upTo(v.Reflagged)
	if err := c.describe(ctx, source, altered, missing, redated, reflagged); err != nil && ctx.Err() == nil {
		out.Message += fmt.Sprintf(" Their subjects can't be read at the source: %v.", err)
	}
	for _, d := range altered {
		out.Differences = append(out.Differences, differenceOf("Altered", d))
		out.Differences[len(out.Differences)-1].FoundDigest = d.Found.String()
	}
	for _, d := range missing {
		out.Differences = append(out.Differences, differenceOf("Missing", d))
	}
	for _, d := range redated {
		m := differenceOf("Date", d)
		m.Sent, m.Found = d.SentDate.Format(time.RFC3339), d.FoundDate.Format(time.RFC3339)
		out.Differences = append(out.Differences, m)
	}
	for _, d := range reflagged {
		m := differenceOf("Flags", d)
		m.Sent, m.Found = d.SentFlags.String(), d.FoundFlags.String()
		out.Differences = append(out.Differences, m)
	}
	return ctx.Err()
}

// describe reads at the source what the messages are about.
func (c *Control) describe(ctx context.Context, account connect.Account, lists ...[]syncer.Difference) error {
	source, err := c.connector.Source(account)(ctx)
	if err != nil {
		return err
	}
	for _, list := range lists {
		err = errors.Join(err, syncer.Describe(ctx, source, list))
	}
	return errors.Join(err, source.Close())
}

func differenceOf(kind string, d syncer.Difference) migration.MessageDifference {
	return migration.MessageDifference{
		Kind: kind, FolderName: d.Folder, TargetFolder: d.Target, UID: uint32(d.SourceUID), TargetUID: uint32(d.TargetUID),
		Subject: d.Subject, Sender: d.Sender, MessageSize: migration.ByteSize(d.Size), SentDigest: d.Sent.String(),
	}
}
