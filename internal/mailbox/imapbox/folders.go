package imapbox

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
	"migsh/internal/mailbox/quirks"
)

// reader is the half that sources and targets share.
type reader struct {
	*session
	examine bool // open folders with EXAMINE
}

// Folders lists the folders from root down.
func (r *reader) Folders(ctx context.Context, root string) ([]mailbox.Folder, error) {
	give, err := r.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()

	l := listing{session: r.session, root: root, seen: make(map[string]int)}
	if err := l.run(); err != nil {
		return nil, err
	}
	if len(l.folders) == 0 && root == "" {
		return nil, r.noFolders()
	}
	r.views(l.folders)
	return l.folders, l.statuses()
}

// noFolders is the fault of a server that lists nothing, not even the inbox, which every mailbox has.
func (r *reader) noFolders() error {
	e := r.cfg.fault(mailbox.FolderMissing, "LIST", errors.New("the server lists no folder at all, not even the inbox"))
	e.Class, e.Fix = mailbox.Person, "look at the mailbox with a mail program: the login may be that of another mailbox, or have no right to list folders"
	if r.quirks.Has(quirks.BrokenMountpoints) {
		e.Fix = "remove the folders mounted in the account that are gone: Zimbra's web mail shows them struck through"
	}
	return e
}

// views marks the folders that only show what others hold.
func (r *reader) views(folders []mailbox.Folder) {
	if !r.quirks.Has(quirks.ViewsOfMail) {
		return
	}
	for i, f := range folders {
		if f.Use == mailbox.UseFlagged || f.Use == mailbox.UseImportant {
			folders[i].View = true
		}
	}
}

// statusItems are what Folders wants to know of each folder.
func (s *session) statusItems() string {
	items := "(MESSAGES UIDNEXT UIDVALIDITY"
	if s.caps.condStore {
		items += " HIGHESTMODSEQ"
	}
	if s.caps.folderLimits {
		items += " APPENDLIMIT"
	}
	return items + ")"
}

// listing collects a list of folders from several answers.
type listing struct {
	*session
	root    string
	folders []mailbox.Folder
	seen    map[string]int // place in folders by name
}

// patterns are what must be asked for. Namespaces besides the personal one need not be among the answers to "*".
func (l *listing) patterns() []string {
	if l.root != "" {
		ns := l.namespaceOf(l.root)
		if ns.Delimiter == 0 {
			return []string{l.root}
		}
		return []string{l.root, l.root + string(ns.Delimiter) + "*"}
	}
	patterns := []string{"*"}
	for _, ns := range slices.Concat(l.info.Others, l.info.Shared) {
		if ns.Prefix != "" {
			patterns = append(patterns, ns.Prefix+"*")
		}
	}
	return patterns
}

// run asks for all lists at once.
func (l *listing) run() error {
	var cmds []*lane.Command
	ask := func(cmd *lane.Command, args []byte) {
		cmds = append(cmds, cmd)
		if err := l.lane.Send(cmd, args); err != nil {
			cmd.Take = nil // Wait will say so
		}
	}
	for _, pattern := range l.patterns() {
		args := l.names.Append([]byte(` "" `), pattern)
		if l.caps.listExtended {
			args = append(args, " RETURN (SUBSCRIBED"...)
			if l.caps.specialUse {
				args = append(args, " SPECIAL-USE"...)
			}
			if l.caps.listStatus {
				args = append(args, " STATUS "+l.statusItems()...)
			}
			args = append(args, ')')
		}
		ask(&lane.Command{Op: "LIST", Take: l.take}, args)
	}
	if !l.caps.listExtended {
		ask(&lane.Command{Op: "LSUB", Take: l.takeSubscribed}, []byte(` "" "*"`))
	}
	for _, cmd := range cmds {
		status, err := l.lane.Wait(cmd)
		if err != nil {
			return l.fault(cmd.Op, "", err)
		}
		if err := refused(status); err != nil && cmd.Op != "LSUB" { // a server that refuses leaves all unsubscribed
			return l.fault(cmd.Op, "", err)
		}
	}
	return nil
}

// take takes what answers a LIST.
func (l *listing) take(resp lane.Response) (bool, error) {
	switch resp.Name {
	case "LIST":
		vals, err := l.lane.R.Values()
		if f, ok := l.entry(vals); ok {
			l.add(f)
		}
		return true, err
	case "STATUS":
		name, st, err := l.takeStatus()
		if i, ok := l.seen[name]; ok && err == nil && l.folders[i].Selectable() {
			l.folders[i].Status = &st
		}
		return true, err
	}
	return false, nil
}

// entry reads a folder from the values of a LIST or LSUB response.
func (s *session) entry(vals []lane.Value) (mailbox.Folder, bool) {
	if len(vals) < 3 || vals[0].Kind != lane.List || vals[2].Kind == lane.List {
		if len(vals) > 0 {
			s.filter.Note("dropped a LIST response that is not IMAP's grammar", vals[0].Text)
		}
		return mailbox.Folder{}, false
	}
	raw := string(vals[2].Text)
	for i := 3; i < len(vals) && vals[i].Kind == lane.Atom && vals[2].Kind == lane.Atom; i++ {
		raw += " " + string(vals[i].Text)
		s.filter.Note("read a mailbox name with blanks but without quotes", []byte(raw))
	}
	if s.names.Odd(raw) {
		s.filter.Note("re-encoded a mailbox name that is not modified UTF-7", []byte(raw))
	}
	f := mailbox.Folder{Name: s.names.Text(raw), Delimiter: delimiter(vals[1])}
	f.Attributes, _ = s.lane.R.Flags(vals[0])
	for i, a := range f.Attributes {
		if use := specialUse(a); use != "" && f.Use == "" {
			f.Use = use
		}
		f.Subscribed = f.Subscribed || strings.EqualFold(a, `\Subscribed`)
		f.Attributes[i] = usual(a)
	}
	return f, true
}

func (l *listing) add(f mailbox.Folder) {
	if l.root != "" && f.Name != l.root && !strings.HasPrefix(f.Name, l.root+string(f.Delimiter)) {
		return // matched a wildcard in the root's name
	}
	if i, twice := l.seen[f.Name]; twice {
		if l.folders[i].Status == nil {
			f.Subscribed = f.Subscribed || l.folders[i].Subscribed
			l.folders[i] = f
		}
		return
	}
	l.seen[f.Name] = len(l.folders)
	l.folders = append(l.folders, f)
}

// attributes are those whose spelling counts with us.
var attributes = []string{
	mailbox.AttrNoSelect, mailbox.AttrNonExistent, mailbox.AttrNoInferiors, mailbox.UseAll, mailbox.UseArchive, mailbox.UseDrafts,
	mailbox.UseFlagged, mailbox.UseImportant, mailbox.UseJunk, mailbox.UseSent, mailbox.UseTrash,
}

// usual is an attribute in its usual spelling.
func usual(attr string) string {
	if i := slices.IndexFunc(attributes, func(a string) bool { return strings.EqualFold(a, attr) }); i >= 0 {
		return attributes[i]
	}
	return attr
}

// specialUse is an attribute that names one, else empty.
func specialUse(attr string) string {
	if a := usual(attr); slices.Contains(attributes[3:], a) {
		return a
	}
	return ""
}

// takeStatus reads a STATUS response.
func (s *session) takeStatus() (folder string, st mailbox.Status, err error) {
	vals, err := s.lane.R.Values()
	if err != nil || len(vals) < 2 || vals[len(vals)-1].Kind != lane.List {
		return "", st, err
	}
	folder = s.names.Text(string(vals[0].Text))
	for item := range slices.Chunk(vals[len(vals)-1].List, 2) {
		if len(item) < 2 {
			break
		}
		s.statusItem(&st, strings.ToUpper(string(item[0].Text)), item[1])
	}
	return folder, st, nil
}

// statusItem notes one item; a value that cannot be is passed over.
func (s *session) statusItem(st *mailbox.Status, item string, v lane.Value) {
	n, ok := v.Number()
	limit := int64(math.MaxUint32)
	if item == "HIGHESTMODSEQ" {
		limit = math.MaxInt64
	}
	switch {
	case item == "APPENDLIMIT" && v.Is("NIL"):
		return
	case !ok, n > limit:
		s.filter.Note("dropped a STATUS item with a value that cannot be", []byte(item+" "+string(v.Text)))
		return
	}
	switch item {
	case "MESSAGES":
		st.Messages = uint32(n)
	case "UIDNEXT":
		st.UIDNext = mailbox.UID(n)
	case "UIDVALIDITY":
		st.UIDValidity = uint32(n)
	case "HIGHESTMODSEQ":
		st.HighestModSeq = uint64(n)
	case "APPENDLIMIT":
		if n != math.MaxUint32 {
			st.AppendLimit = n
		}
	}
}

// takeSubscribed takes what answers LSUB.
func (l *listing) takeSubscribed(resp lane.Response) (bool, error) {
	vals, mine, err := l.values(resp, "LSUB")
	if f, ok := l.entry(vals); mine && ok && !f.Has(mailbox.AttrNoSelect) {
		if i, ok := l.seen[f.Name]; ok {
			l.folders[i].Subscribed = true
		}
	}
	return mine, err
}

// statusDepth is how many STATUS commands are under way at once.
const statusDepth = 32

// statuses asks one by one for the status of the folders that came without.
func (l *listing) statuses() error {
	type asked struct {
		folder *mailbox.Folder
		cmd    *lane.Command
	}
	var pending []asked
	settle := func(a asked) error {
		status, err := l.lane.Wait(a.cmd)
		if err != nil {
			return l.fault("STATUS", a.folder.Name, err)
		}
		if err := refused(status); err != nil {
			a.folder.StatusErr = l.fault("STATUS", a.folder.Name, err)
			return l.dead
		}
		if a.folder.Status == nil {
			a.folder.StatusErr = l.cfg.fault(mailbox.ProtocolError, "STATUS", errors.New("the server says OK but tells nothing"))
		}
		return nil
	}
	for i := range l.folders {
		f := &l.folders[i]
		if f.Status != nil || !f.Selectable() {
			continue
		}
		cmd := &lane.Command{Op: "STATUS", Take: l.take}
		if err := l.lane.Send(cmd, append(l.named(f.Name), " "+l.statusItems()...)); err != nil {
			return l.fault("STATUS", f.Name, err)
		}
		pending = append(pending, asked{f, cmd})
		if len(pending) == statusDepth {
			if err := settle(pending[0]); err != nil {
				return err
			}
			pending = pending[1:]
		}
	}
	for _, a := range pending {
		if err := settle(a); err != nil {
			return err
		}
	}
	return nil
}

// Open opens a folder anew and tells its state.
func (r *reader) Open(ctx context.Context, folder string) (mailbox.Opened, error) {
	var o *opening
	var opened mailbox.Opened
	err := r.call(ctx, r.command(), folder, func() (err error) {
		o, err = r.ask(folder)
		return err
	}, func() (err error) {
		opened, err = o.wait()
		return err
	})
	return opened, err
}

// command is the way in which the session opens folders.
func (r *reader) command() string {
	if r.examine {
		return "EXAMINE"
	}
	return "SELECT"
}

func (r *reader) open(folder string) (mailbox.Opened, error) {
	o, err := r.ask(folder)
	if err == nil {
		err = r.lane.W.Flush()
	}
	if err != nil {
		return mailbox.Opened{}, r.fault(r.command(), folder, err)
	}
	return o.wait()
}

// wait reads until the folder is open, or is not.
func (o *opening) wait() (mailbox.Opened, error) {
	if _, err := o.lane.Await(o.Command); err != nil {
		return mailbox.Opened{}, o.fault(o.command(), o.folder, err)
	}
	return o.opened()
}

// opening is a SELECT or EXAMINE that is under way.
type opening struct {
	*lane.Command
	*reader
	folder string
	state  mailbox.Opened
	kept   []string // PERMANENTFLAGS
	all    []string // FLAGS
	told   bool     // PERMANENTFLAGS came
	once   sync.Once
	result error // why it could not be opened
}

// ask sends the command that opens a folder. From then on no other is open.
func (r *reader) ask(folder string) (*opening, error) {
	o := &opening{reader: r, folder: folder, state: mailbox.Opened{ReadOnly: r.examine}}
	o.Command = &lane.Command{Op: r.command(), Take: o.take, Said: o.said}
	r.selected = &selection{folder, o}
	args := r.named(folder)
	if r.caps.condStore && !r.enabled {
		args = append(args, " (CONDSTORE)"...)
	}
	return o, r.lane.Send(o.Command, args)
}

// take takes what the server tells while it opens the folder. What it tells while an older command is under way belongs to the
// folder before.
func (o *opening) take(resp lane.Response) (bool, error) {
	if !o.lane.Oldest(o.Command) {
		return false, nil
	}
	switch resp.Name {
	case "EXISTS":
		o.state.Messages = resp.Number
		return true, nil
	case "FLAGS":
		vals, err := o.lane.R.Values()
		if len(vals) == 1 {
			o.all, _ = o.lane.R.Flags(vals[0])
		}
		return true, err
	}
	return false, nil
}

func (o *opening) said(status lane.Status) bool {
	if !o.lane.Oldest(o.Command) {
		return false
	}
	switch status.Code {
	case "UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ":
		o.statusItem(&o.state.Status, status.Code, lane.Value{Text: []byte(status.Args)})
	case "PERMANENTFLAGS":
		vals, err := lane.ParseValues(status.Args)
		if err != nil || len(vals) != 1 {
			o.filter.Note("put aside a response code that is not IMAP's grammar", []byte(status.Args))
			break
		}
		o.told = true
		o.kept, _ = o.lane.R.Flags(vals[0])
	case "MAILBOXID":
		if o.caps.objectID {
			o.state.Identity = objectID(status.Args)
		}
	default:
		return false
	}
	return true
}

// FolderIdentity is a folder's MAILBOXID (RFC 8474), as opening it has shown it. STATUS could tell it too, but within LIST Cyrus 3.6 then
// says what happens to be in its memory.
func (r *reader) FolderIdentity(folder string) string {
	opened, _ := r.remembered(folder)
	return opened.Identity
}

// objectID is an identity in parentheses; "" for what can't be one.
func objectID(text string) string {
	id, opens := strings.CutPrefix(text, "(")
	id, closes := strings.CutSuffix(id, ")")
	odd := func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_')
	}
	if !opens || !closes || len(id) > 255 || strings.ContainsFunc(id, odd) {
		return ""
	}
	return id
}

// opened is the folder's state, once the server has answered.
func (o *opening) opened() (mailbox.Opened, error) {
	o.once.Do(func() { o.result = o.look() })
	return o.state, o.result
}

func (o *opening) look() error {
	if err := refused(o.Status()); err != nil {
		return o.fault(o.command(), o.folder, err)
	}
	if o.Status().Code == "READ-ONLY" {
		o.state.ReadOnly = true
	}
	if !o.told { // then all flags of the folder may be changed (RFC 3501, 7.1)
		o.kept = o.all
	}
	if i := slices.Index(o.kept, `\*`); i >= 0 {
		o.state.AnyKeyword = true
		o.kept = slices.Delete(o.kept, i, i+1)
	}
	o.state.PermanentFlags = mailbox.NewFlags(o.kept...)
	o.remember(o.folder, o.state)
	return nil
}

// remember notes what opening a folder has shown.
func (s *session) remember(folder string, opened mailbox.Opened) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[folder] = opened
}

// remembered is what opening a folder showed last.
func (s *session) remembered(folder string) (mailbox.Opened, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	opened, ok := s.known[folder]
	return opened, ok
}

// isOpen tells, within a turn (take), whether a folder is open, and in which state it was found.
func (s *session) isOpen(folder string) (mailbox.Opened, bool) {
	if s.selected == nil || s.selected.folder != folder || !s.selected.Done() {
		return mailbox.Opened{}, false
	}
	opened, err := s.selected.opened()
	return opened, err == nil
}

// reach opens a folder, unless it is open. It is opened anew if anything is under way: Dovecot mixes the answers to FETCHes that
// follow one another. Its state is there when the opening that is returned is answered.
func (r *reader) reach(folder string) (*opening, error) {
	if _, open := r.isOpen(folder); open && r.lane.Pending() == 0 {
		return r.selected.opening, r.refresh()
	}
	return r.ask(folder)
}

// ensure sees to it that the folder is open in the life that is meant.
func (r *reader) ensure(at mailbox.At) (mailbox.Opened, error) {
	opened, open := r.isOpen(at.Folder)
	if !open {
		var err error
		if opened, err = r.open(at.Folder); err != nil {
			return mailbox.Opened{}, err
		}
	}
	return opened, r.alive(at, opened)
}

// alive compares the life of a folder that is meant with the one that it is in.
func (r *reader) alive(at mailbox.At, opened mailbox.Opened) error {
	if at.UIDValidity == 0 || at.UIDValidity == opened.UIDValidity {
		return nil
	}
	e := r.cfg.fault(mailbox.UIDValidityChanged, r.command(), nil)
	e.Folder = at.Folder
	e.Err = validityError{at.UIDValidity, opened.UIDValidity}
	return e
}
