package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/zeebo/blake3"
)

// The reference copies all folders of a mailbox between two Dovecots as fast as a client can: pipelined UID FETCH on one
// connection feeds MULTIAPPEND on another; a digest is made of every message, and a journal record of every batch is on the
// disk before the next. It can't be interrupted, repeated, or used with another server.
//
// It runs as a process of its own: the test binary, started with these words in the environment.
const referenceVariable = "MIGSH_BENCH_REFERENCE"

type referenceJob struct {
	Source, User, Target, TargetUser string
	Pairs                            int
	Journal                          string
}

// A stretch is what one pair takes at a time.
type stretch struct {
	folder   string
	from, to int // UIDs
}

const stretchMessages = 1000

func reference(job referenceJob) error {
	journal, err := os.Create(job.Journal)
	if err != nil {
		return err
	}
	defer journal.Close()
	source, err := dial(job.Source, job.User)
	if err != nil {
		return err
	}
	target, err := dial(job.Target, job.TargetUser)
	if err != nil {
		return err
	}
	stretches, err := listAndCreate(source, target)
	if err != nil {
		return err
	}
	work := make(chan stretch, len(stretches))
	for _, s := range stretches {
		work <- s
	}
	close(work)

	var mu sync.Mutex // of the journal
	record := func(batch any) error {
		mu.Lock()
		defer mu.Unlock()
		if err := json.NewEncoder(journal).Encode(batch); err != nil {
			return err
		}
		return journal.Sync()
	}
	var pairs sync.WaitGroup
	faults := make([]error, job.Pairs)
	for i := range job.Pairs {
		pairs.Go(func() {
			faults[i] = func() (err error) {
				from, to := source, target
				if i > 0 {
					if from, err = dial(job.Source, job.User); err != nil {
						return err
					}
					if to, err = dial(job.Target, job.TargetUser); err != nil {
						return err
					}
				}
				out := newAppender(to, record)
				return errors.Join(copyStretches(from, out, work), out.close())
			}()
		})
	}
	pairs.Wait()
	return errors.Join(faults...)
}

// listAndCreate makes the folders, all at once, and cuts what is in them.
func listAndCreate(source, target *wire) ([]stretch, error) {
	var stretches []stretch
	var names []string
	err := source.do(`LIST "" "*" RETURN (STATUS (UIDNEXT))`, func(line string) {
		if rest, ok := strings.CutPrefix(line, "* LIST "); ok {
			_, name, _ := strings.Cut(rest, `"/" `)
			names = append(names, name)
		} else if rest, ok := strings.CutPrefix(line, "* STATUS "); ok {
			name, rest, _ := cutLast(rest, " (UIDNEXT ")
			next, _ := strconv.Atoi(strings.TrimSuffix(rest, ")"))
			for from := 1; from < next; from += stretchMessages {
				stretches = append(stretches, stretch{name, from, min(from+stretchMessages, next) - 1})
			}
		}
	})
	if err != nil {
		return nil, err
	}
	var tags []string
	for _, name := range names {
		if name != "INBOX" {
			tags = append(tags, target.begin("CREATE "+name+"\r\n"))
		}
	}
	if err := target.w.Flush(); err != nil {
		return nil, err
	}
	for _, tag := range tags {
		if err := target.finish(tag, nil); err != nil && !strings.Contains(err.Error(), "ALREADYEXISTS") {
			return nil, err
		}
	}
	slices.SortStableFunc(stretches, func(a, b stretch) int { return strings.Compare(a.folder, b.folder) })
	return stretches, nil
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// copyStretches asks for a stretch while the one before arrives.
func copyStretches(from *wire, out *appender, work <-chan stretch) error {
	type asked struct {
		folder    string
		open, tag string
	}
	var ahead []asked
	folder := ""
	ask := func() error {
		s, ok := <-work
		if !ok {
			return nil
		}
		a := asked{folder: s.folder}
		if s.folder != folder {
			folder = s.folder
			a.open = from.begin("EXAMINE " + s.folder + "\r\n")
		}
		a.tag = from.begin(fmt.Sprintf("UID FETCH %d:%d (UID FLAGS INTERNALDATE BODY.PEEK[])\r\n", s.from, s.to))
		ahead = append(ahead, a)
		return from.w.Flush()
	}
	if err := errors.Join(ask(), ask()); err != nil {
		return err
	}
	c := copier{from: from, out: out}
	for len(ahead) > 0 {
		a := ahead[0]
		ahead = ahead[1:]
		if a.open != "" {
			if err := from.finish(a.open, nil); err != nil {
				return err
			}
		}
		if err := c.stretch(a.folder, a.tag); err != nil {
			return err
		}
		if err := ask(); err != nil {
			return err
		}
	}
	return nil
}

// referenceBatch is a record of the journal.
type referenceBatch struct {
	Folder  string
	UIDs    []int
	Digests [][]byte
}

type copier struct {
	from *wire
	out  *appender
	hash hash.Hash
}

// stretch copies the answer to one UID FETCH.
func (c *copier) stretch(folder, tag string) error {
	if c.hash == nil {
		c.hash = blake3.New()
	}
	ending := []byte(tag + " ")
	for {
		line, err := c.from.r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if bytes.HasPrefix(line, ending) {
			if !bytes.HasPrefix(line[len(ending):], []byte("OK")) {
				return fmt.Errorf("UID FETCH: %s", line)
			}
			return nil
		}
		size, ok := between(line, "BODY[] {", "}")
		if !ok {
			continue
		}
		length, err := strconv.ParseInt(size, 10, 64)
		if err != nil {
			return err
		}
		number, _ := between(line, "(UID ", " ")
		uid, err := strconv.Atoi(number)
		if err != nil {
			return err
		}
		flags, _ := between(line, "FLAGS (", ")")
		date, _ := between(line, `INTERNALDATE "`, `"`)
		flags = strings.TrimSpace(strings.Replace(flags, `\Recent`, "", 1))
		c.hash.Reset()
		body := io.TeeReader(io.LimitReader(c.from.r, length), c.hash)
		err = c.out.add(folder, flags, date, length, body, func() any { return &referenceBatch{Folder: folder} })
		if err != nil {
			return err
		}
		batch := c.out.batch.(*referenceBatch)
		batch.UIDs = append(batch.UIDs, uid)
		batch.Digests = append(batch.Digests, c.hash.Sum(nil)[:16])
	}
}

func between(line []byte, before, after string) (string, bool) {
	_, rest, ok := bytes.Cut(line, []byte(before))
	if !ok {
		return "", false
	}
	found, _, ok := bytes.Cut(rest, []byte(after))
	return string(found), ok
}
