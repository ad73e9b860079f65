package bench

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"
)

// A corpus is a mailbox of the bench, made anew with the same bytes at each call.
type corpus struct {
	name     string
	messages int
	// length is the size of a message in bytes.
	length func(*rand.Rand) int
}

var (
	// small is many messages whose cost is that of a message, not of its bytes: 4 KB each, 85 MB.
	small = corpus{"small", 20_000, around4KB}
	// mixed has the sizes of real mailboxes: half below 12 KB, one in ten above 150 KB, up to 18 MB.
	mixed = corpus{"mixed", 3_000, lognormal(12<<10, 2, 18<<20)}
	// few is what is copied far away.
	few = corpus{"few", 2_000, around4KB}
)

func around4KB(rng *rand.Rand) int { return 700 + rng.IntN(7100) }

func lognormal(median float64, sigma float64, limit int) func(*rand.Rand) int {
	return func(rng *rand.Rand) int {
		return min(max(int(median*math.Exp(sigma*rng.NormFloat64())), 700), limit)
	}
}

// folders are those of every corpus with the share of messages that each gets, in the server's own spelling.
var folders = []struct {
	name  string // as an IMAP string, without its quotes
	share float64
}{
	{"INBOX", .40}, {"Archive", .15}, {"Sent", .12}, {"Projects", .05}, {"Projects/2024", .05}, {"Projects/2025", .05},
	{"Lists", .04}, {"Lists/golang-nuts", .04}, {`Say \"hello\"`, .03}, {"Entw&APw-rfe", .02}, {"&MOEw,DDr-", .01},
	{`back\\slash`, .01}, {"R&-D", .01}, {"two  spaces", .02}, {"Empty", 0},
}

// A mail is one message of a corpus.
type mail struct {
	folder string
	flags  string
	date   time.Time
	head   []byte
	length int // of head and body
	offset int // into filler
}

// filler is what the bodies are cut from: lines of 76 characters that do not compress well.
var filler = func() []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]byte, 0, 1<<20)
	for len(out) < 1<<20 {
		for range 76 {
			out = append(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[rng.IntN(64)])
		}
		out = append(out, "\r\n"...)
	}
	return out
}()

// mails yields the messages of a corpus, folder after folder.
func (c corpus) mails(yield func(mail) bool) {
	rng := rand.New(rand.NewPCG(uint64(c.messages), 7))
	n := 0
	for _, f := range folders {
		for range int(math.Round(f.share * float64(c.messages))) {
			if n++; !yield(newMail(rng, n, c.name, f.name, c.length(rng))) {
				return
			}
		}
	}
}

func newMail(rng *rand.Rand, n int, corpus, folder string, length int) mail {
	date := time.Date(2019, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600)).Add(time.Duration(n) * 41 * time.Minute)
	head := fmt.Appendf(nil, "From: Sender %d <sender%d@example.org>\r\nTo: someone@example.com\r\nSubject: %s, message %d\r\n"+
		"Date: %s\r\nMessage-ID: <%d.%x@%s.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n",
		n%97, n%97, corpus, n, date.Format(time.RFC1123Z), n, rng.Uint64(), corpus)
	flags := ""
	if rng.IntN(4) > 0 {
		flags = `\Seen`
	}
	if rng.IntN(5) == 0 {
		flags += ` $Forwarded`
	}
	if rng.IntN(20) == 0 {
		flags += ` \Flagged`
	}
	return mail{folder, flags, date, head, max(length, len(head)+2), rng.IntN(len(filler) / 2)}
}

// open gives the message's bytes.
func (m mail) open() io.Reader {
	body := io.LimitReader(&repeated{m.offset}, int64(m.length-len(m.head)-2))
	return io.MultiReader(bytes.NewReader(m.head), body, bytes.NewReader([]byte("\r\n")))
}

// repeated reads filler over and over.
type repeated struct{ at int }

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, filler[r.at:])
	r.at = (r.at + n) % len(filler)
	return n, nil
}
