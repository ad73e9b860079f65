package mailboxtest

import "strings"

// A Rung is a way in which IMAP servers let messages be stored and changes be asked for, the fastest first. Hidden capabilities
// bring a server that knows all of them down to it.
type Rung struct {
	Name     string
	Hide     []string
	Compress bool // asked for, of a server that offers it
}

// Rungs are all ways that make a difference. What holds on one of them must hold on each.
var Rungs = []Rung{
	{"batches", nil, false},
	{"batches of short literals", strings.Fields("LITERAL+ QRESYNC"), false},
	{"pipelined", strings.Fields("MULTIAPPEND QRESYNC CONDSTORE"), false},
	{"short literals", strings.Fields("MULTIAPPEND LITERAL+ LIST-STATUS"), false},
	{"asking", strings.Fields("MULTIAPPEND LITERAL+ LITERAL- IMAP4rev2"), false},
	{"bare", strings.Fields("MULTIAPPEND UIDPLUS LIST-EXTENDED LIST-STATUS SPECIAL-USE CREATE-SPECIAL-USE CONDSTORE QRESYNC ENABLE " +
		"NAMESPACE QUOTA ID LITERAL+ LITERAL- BINARY SASL-IR AUTH=PLAIN IMAP4rev2"), false},
	{"compressed", nil, true},
	{"compressed asking", strings.Fields("MULTIAPPEND LITERAL+ LITERAL- IMAP4rev2"), true},
}
