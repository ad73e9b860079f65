package migration

import (
	"fmt"
	"regexp"
	"strings"
)

// NoticeRequest is Send-MigrationNotice's: a mail to each user of a batch.
type NoticeRequest struct {
	Batch Identity
	// Subject and Body may hold the placeholders of [FillNotice].
	Subject, Body string
	// Status selects users; empty means all.
	Status UserStatus `json:",omitempty"`
}

// NoticeResult is whom a notice goes to.
type NoticeResult struct {
	BatchName string
	Count     int
	Warnings  []string `json:",omitempty"`
}

var placeholder = regexp.MustCompile(`\{[A-Za-z]+\}`)

// FillNotice puts a user's values into a template: {EmailAddress}, {LocalPart}, {Domain}, {UserName} and {Batch}. Another name in
// braces is an error, because nobody should get a mail with a hole in it.
func FillNotice(template string, u User) (string, error) {
	local, domain, _ := strings.Cut(u.EmailAddress, "@")
	values := map[string]string{
		"{emailaddress}": u.EmailAddress, "{localpart}": local, "{domain}": domain, "{username}": u.UserName, "{batch}": u.BatchName,
	}
	var unknown string
	text := placeholder.ReplaceAllStringFunc(template, func(name string) string {
		value, known := values[strings.ToLower(name)]
		if !known && unknown == "" {
			unknown = name
		}
		return value
	})
	if unknown != "" {
		return "", NewError(ErrInvalidValue, unknown, fmt.Sprintf("%s can't be filled in.", unknown),
			"Use {EmailAddress}, {LocalPart}, {Domain}, {UserName} or {Batch}.")
	}
	return text, nil
}
