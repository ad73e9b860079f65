// Package bench compares migsh with the tools that move mail today, and with what the servers themselves allow. Every
// figure of one table comes from the same run: the same mailboxes on the same servers, the tools one after the other in
// turns, so that a busy moment of the machine meets all of them. `make bench` runs it; docs/performance.md explains the
// table and keeps the last one.
//
// The measuring stick is the reference (reference_test.go): it streams, digests and writes one journal record for each
// batch to the disk, and does nothing else that a migration needs.
package bench
