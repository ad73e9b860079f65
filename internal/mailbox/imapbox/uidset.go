package imapbox

import (
	"fmt"

	"migsh/internal/mailbox"
)

// validityError tells two lives of a folder apart.
type validityError struct{ known, found uint32 }

func (e validityError) Error() string {
	return fmt.Sprintf("the folder's UIDVALIDITY is %d, not %d as before", e.found, e.known)
}

// maxSetText bounds a set in a command: servers refuse long lines (RFC 7162, 4, suggests 8192 bytes for the whole line).
const maxSetText = 4000

// pieces cuts a set into sets that are short enough for a command and hold at most limit UIDs each.
func pieces(uids mailbox.UIDSet, limit int) []mailbox.UIDSet {
	const widest = len("4294967295:4294967295,")
	var out []mailbox.UIDSet
	var piece mailbox.UIDSet
	text, count := 0, 0
	for _, r := range uids {
		for {
			part := r
			if room := limit - count; part.Last != mailbox.MaxUID && part.Len() > room {
				part.Last = part.First + mailbox.UID(room) - 1
			}
			piece = append(piece, part)
			text += widest
			if part.Last != mailbox.MaxUID {
				count += part.Len()
			}
			if count >= limit || text > maxSetText-widest {
				out = append(out, piece)
				piece, text, count = nil, 0, 0
			}
			if part.Last == r.Last {
				break
			}
			r.First = part.Last + 1
		}
	}
	if len(piece) > 0 {
		out = append(out, piece)
	}
	return out
}
