package migration

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxNameLength is the longest name of a batch or endpoint, in characters.
const MaxNameLength = 64

var guidForm = regexp.MustCompile(`^\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\}?$`)

// Identity names an endpoint, batch or user as an administrator does: by its name (a user's is the address), in any case, or by
// its GUID. The empty identity stands for all where a command lists.
type Identity string

// IsGUID tells whether the identity has the form of a GUID.
func (id Identity) IsGUID() bool { return guidForm.MatchString(string(id)) }

// Matches tells whether the identity means the thing of that name and GUID.
func (id Identity) Matches(name, guid string) bool {
	if strings.EqualFold(string(id), name) {
		return true
	}
	return id.IsGUID() && strings.EqualFold(strings.Trim(string(id), "{}"), guid)
}

// FoldName is the form in which names are compared: two names that fold alike are the same name.
func FoldName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// CheckName says whether name may be the name of a batch or endpoint (what says of which).
func CheckName(what, name string) error {
	trimmed := strings.TrimSpace(name)
	switch n := utf8.RuneCountInString(trimmed); {
	case n == 0:
		return NewError(ErrInvalidValue, name, fmt.Sprintf("The name of a %s can't be empty.", what), "")
	case n > MaxNameLength:
		return NewError(ErrInvalidValue, name,
			fmt.Sprintf("The name of the %s has %d characters; at most %d are allowed.", what, n, MaxNameLength), "Choose a shorter one.")
	case !utf8.ValidString(trimmed) || strings.IndexFunc(trimmed, unicode.IsControl) >= 0:
		return NewError(ErrInvalidValue, name, fmt.Sprintf("The name of the %s holds a control character.", what), "Choose another one.")
	case Identity(trimmed).IsGUID():
		return NewError(ErrInvalidValue, name, fmt.Sprintf("'%s' has the form of a GUID and can't be the name of a %s.", trimmed, what),
			"Choose another one.")
	}
	return nil
}

// CheckAddress says whether text can be the address of a mailbox: a local part and a domain. Nothing that would break a line or a
// list passes.
func CheckAddress(text string) error {
	bad := func(why string) error {
		return NewError(ErrInvalidValue, text, fmt.Sprintf("'%s' is not a valid email address: %s.", text, why), "")
	}
	switch {
	case text == "":
		return bad("it is empty")
	case len(text) > 320:
		return bad("it is longer than 320 bytes")
	case !utf8.ValidString(text):
		return bad("it is not valid UTF-8")
	}
	for _, r := range text {
		if unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`,;<>()[]\"`, r) {
			return bad(fmt.Sprintf("it holds %q", r))
		}
	}
	local, domain, at := strings.Cut(text, "@")
	switch {
	case !at:
		return bad("it has no @")
	case local == "":
		return bad("nothing stands before the @")
	case domain == "":
		return bad("nothing stands after the @")
	case strings.Contains(domain, "@"):
		return bad("it has more than one @")
	case strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, ".."):
		return bad("its domain has an empty part")
	}
	return nil
}

// Pair names the two mailboxes that a row joins. What was copied is remembered of the pair, not of the batch, and a pair is in one
// live batch at a time.
type Pair struct {
	SourceServer  string // see [Endpoint.Server]
	SourceLogin   string
	UserRoot      string
	TargetServer  string
	TargetMailbox string
}

// Key is the pair as one short string: equal for equal pairs, different for different ones. Servers and the target mailbox compare
// without regard to case; logins don't, because servers differ in that. It is kept in the store for good and must never change.
func (p Pair) Key() string {
	h := sha256.New()
	for _, part := range []string{
		strings.ToLower(p.SourceServer), p.SourceLogin, strings.Trim(p.UserRoot, "/"), strings.ToLower(p.TargetServer), strings.ToLower(p.TargetMailbox),
	} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
