// Package lane is a streaming codec for the part of IMAP that moves mail: FETCH, APPEND and MULTIAPPEND, STORE, EXAMINE and
// SELECT, LIST with STATUS, and what little else a session needs once somebody is logged in. It is spoken on a connection that
// another client has opened and authenticated.
//
// A [Reader] reads responses one after the other and never holds a message: the literal of a FETCH is an io.Reader on the
// connection's own buffer. A [Writer] writes commands into a buffer, literals included, and waits for an invitation only where
// the server demands one. Both can be used by themselves. A [Conn] joins the two: it numbers commands, keeps those without an
// answer in order, gives each untagged response to the command that wants it, and each tagged one to the command that it
// answers.
//
// # Order and deadlock
//
// Any number of commands may be under way. Whoever waits for one of them ([Conn.Wait], [Conn.Step]) reads for all. As long as
// what is sent fits into the buffers on the way, as commands without literals do, the same goroutine may send and then wait.
// Who sends messages needs two: one that sends, and one that does nothing but read, whatever the other waits for; else both
// sides end up waiting for the other to take what it has sent.
//
// # What is not forgiven
//
// The grammar is read leniently wherever no doubt can arise about where a response ends: missing or doubled blanks, unknown
// attributes and responses, strange dates, flags and names. Anything that leaves a doubt is an error for good: a literal behind
// which the response does not go on, a tag that nobody used, a line longer than [MaxLine]. The connection must be closed then,
// because what comes next could be the text of a message.
package lane
