// Package syncer moves one mailbox: every message once, byte for byte, resumable at any moment. [Run] makes one pass over
// a pair of mailboxes (plan, copy, compare flags, checkpoint); the first pass is the initial copy, each later one a delta.
//
// # What is remembered
//
// The memory belongs to the [Pair], not to the batch that asked for the copy, and outlives it. It lies in the store under
// these keys, where <pair> is [Pair.ID] and <folder> a digest of the name under which the source folder was first seen:
//
//	mail/pair/<pair>                               JSON [pairRecord]: whose memory this is
//	mail/folder/<pair>/<folder>                    JSON [folderRecord]: one folder's state, rewritten at each checkpoint
//	mail/page/<pair>/<folder>/<generation>/<uid>   binary page of entries, see [encodePage]: what was decided about each
//	                                               source message from <uid> on, up to the next page
//	mail/item/<pair>/<folder>/<uid>                JSON [migration.SkippedItem]: a message that could not be copied
//
// What can't be read of a folder any more is forgotten with the rest of that folder, whose messages are then found at the target by
// their content.
//
// A source message is *decided* once it has an entry: copied, adopted (it was there already), merged, filtered, refused
// or vanished. Nothing that has an entry is ever sent again. Folder records are replaced at their revision only, so two
// engines can't work on one pair without the second one noticing.
//
// # One stream
//
// All folders go through the steps of a pass together, so that none waits for another one's answers: both sides are listed;
// then folders that have changed list what is new and open or make their targets, all at once; then the messages of all of
// them flow through one call of Fetch and one of Append; then what remains is done. Folders that both lists show to be
// unchanged are not opened. The goroutines of a pass work in turns, see [turn].
//
// A second pair of connections takes whole folders, never a part of one: so messages arrive in the order of their UIDs, as
// mail programs show them, and what a broken connection may have left is looked for in one place. The largest folders go
// first, so that both pairs end at about the same time. Folders whose messages may be at the target already are copied
// after the others, each by itself.
//
// # Exactly once
//
// Messages go in windows of up to [windowMessages]. Before the first byte of a window leaves, a commit puts its UIDs
// and the target's UIDNEXT into the folder record: the intent. It takes the next few windows of the folder along, and the
// entries of those that have been decided meanwhile; so a window costs less than one commit, and until its entries are on
// disk its intent is. Whoever finds an intent at the start of a pass knows that its messages may be at
// the target, at UIDs from that UIDNEXT on, and nowhere else. He reads what is there that no entry claims, and takes
// digests. From then on the window is copied as if nothing had happened, but a message whose digest waits at the
// target is claimed rather than sent; each message at the target is claimed once, so twins stay as many as they were.
//
// A server may store what had reached it after the connection has ended, and after that look. So the look comes when the folder
// has rested for a while ([Job.Settle]), counted from the break, or from the beginning of the pass if nobody noted one. What comes
// later still was sent again by then, and is there twice: what was in doubt stays in the record for an hour, each pass
// looks for second copies of it, and removes those that nobody has touched.
//
// A connection that had to be given up after a refusal leaves nothing in doubt; the pass goes on over a new one.
//
// What the source has moved to another folder the target copies itself, under the same intents, see moved.go.
//
// The same claiming serves all other cases of doubt: a target folder that was filled before migsh came (claims: all of
// it), a source whose UIDVALIDITY changed (claims: the entries of the generation of pages before; those with identities are known
// without, see known.go), a target whose UIDVALIDITY changed (its messages are read and the entries moved to their new UIDs first).
//
// # Flags
//
// An entry keeps the flags on which both sides last agreed. What the source has changed since is done at the target
// too; what the target has changed by itself stays. A message that the user deleted or moved at the target keeps its
// entry, and so never comes back.
package syncer
