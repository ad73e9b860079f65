// Package token reads the smallest parts of IMAP's grammar (RFC 9051, section 9), for all who read what servers send.
package token

import (
	"bytes"
	"math"
)

// Number reads digits that make an int64.
func Number(digits []byte) (int64, bool) {
	if len(digits) == 0 {
		return 0, false
	}
	n := int64(0)
	for _, c := range digits {
		d := int64(c - '0')
		if c < '0' || c > '9' || n > (math.MaxInt64-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	return n, true
}

// Announced is the length of the literal that a line ends with, such as "… {12}" or "… {12+}", or -1. The line may have its end.
func Announced(line []byte) int64 {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 || line[len(line)-1] != '}' {
		return -1
	}
	open := bytes.LastIndexByte(line, '{')
	if open < 0 {
		return -1
	}
	digits := bytes.TrimSuffix(line[open+1:len(line)-1], []byte("+"))
	n, ok := Number(digits)
	if !ok {
		return -1
	}
	return n
}

// Quoted reads the quoted string that p begins with and resolves its escapes. A backslash before anything but a quote or a backslash stands for
// itself: servers whose hierarchy separator is a backslash forget to double it.
func Quoted(p []byte) (text, rest []byte, ok bool) {
	text = make([]byte, 0, 32)
	for i := 1; i < len(p); i++ {
		switch c := p[i]; {
		case c == '"':
			return text, p[i+1:], true
		case c == '\\' && i+1 < len(p) && (p[i+1] == '"' || p[i+1] == '\\'):
			i++
			text = append(text, p[i])
		default:
			text = append(text, c)
		}
	}
	return nil, nil, false
}
