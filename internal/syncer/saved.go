package syncer

import (
	"migsh/internal/mailbox"
	"migsh/internal/migration"
)

// savings are what compression has made of what was said to one of the servers, in both directions.
type savings struct{ line, words int64 }

// weigh adds what compression has saved on a link, which is about to end.
func (p *pass) weigh(l *link) {
	p.saved.source.add(l.source.Reader)
	p.saved.target.add(l.target.Reader)
}

func (s *savings) add(r mailbox.Reader) {
	if c, ok := r.(mailbox.Compressor); ok {
		line, words := c.Saved()
		s.line += line
		s.words += words
	}
}

// reportSaved tells what compression has saved, if any was used.
func (p *pass) reportSaved() {
	tell := func(side string, s savings) {
		if s.line > 0 {
			p.report("Information", "The connection to the %s was compressed: %v went over the line in place of %v.", side, migration.ByteSize(s.line), migration.ByteSize(s.words))
		}
	}
	tell("source", p.saved.source)
	tell("target", p.saved.target)
}
