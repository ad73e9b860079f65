package imapbox

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
	"migsh/internal/mailbox/quirks"
)

// labelled tells whether the server's folders are labels, and one copy of each message is wanted.
func (s *session) labelled() bool {
	return s.quirks.Has(quirks.OneCopyOfMail) && slices.Contains(s.caps.all, "X-GM-EXT-1")
}

// identity is Gmail's X-GM-MSGID, or a digest of the EMAILID (RFC 8474), which has up to 255 characters.
func identity(m *lane.Fetched) uint64 {
	if m.EmailID == "" {
		return m.Identity
	}
	sum := sha256.Sum256([]byte(m.EmailID))
	return max(binary.BigEndian.Uint64(sum[:]), 1)
}

// labelled are a message's flags, with a keyword for each label besides that of the folder. Its star is a flag already.
func labelled(m *lane.Fetched) mailbox.Flags {
	if len(m.Labels) == 0 {
		return m.Flags
	}
	names := slices.Clone(m.Flags)
	for _, label := range m.Labels {
		if !strings.EqualFold(label, `\Starred`) {
			names = append(names, keyword(label))
		}
	}
	return mailbox.NewFlags(names...)
}

// keyword is a label as a keyword: as the server writes it, in modified UTF-7, and with _ for what a keyword can't have. What Gmail
// calls important has a keyword that is registered (RFC 8457).
func keyword(label string) string {
	if strings.EqualFold(label, `\Important`) {
		return "$Important"
	}
	name := strings.Map(func(r rune) rune {
		if r < 0x80 && lane.ValidFlag(string(r)) {
			return r
		}
		return '_'
	}, strings.TrimPrefix(label, `\`))
	return name
}
