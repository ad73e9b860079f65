package logging

import (
	"log/slog"
	"regexp"
	"strings"
)

const redacted = "********"

// secretWords are parts of attribute names whose values are not for the log.
var secretWords = []string{
	"password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "authorization", "cookie",
	"apikey", "privatekey", "bearer",
}

// secretName tells whether an attribute's name promises a secret. Case and
// the marks between words do not matter.
func secretName(name string) bool {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_. ", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
	if name == "pass" || name == "auth" {
		return true
	}
	for _, word := range secretWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// userinfo is the password in a URL, which errors of dialling like to quote.
var userinfo = regexp.MustCompile(`(://[^/?#\s:@]*:)[^/?#\s@]*@`)

// redact hides what looks like a secret by its name, whole groups too, and
// passwords inside URLs. A secret.Text hides itself.
func redact(groups []string, attr slog.Attr) slog.Attr {
	if secretName(attr.Key) || len(groups) > 0 && secretName(groups[len(groups)-1]) {
		return slog.String(attr.Key, redacted)
	}
	switch value := attr.Value.Any().(type) {
	case string:
		if strings.Contains(value, "://") {
			attr.Value = slog.StringValue(userinfo.ReplaceAllString(value, "${1}"+redacted+"@"))
		}
	case error:
		attr.Value = slog.StringValue(userinfo.ReplaceAllString(value.Error(), "${1}"+redacted+"@"))
	}
	return attr
}
