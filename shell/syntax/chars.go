package syntax

import "unicode"

// Traits of ASCII characters, a bit each.
const (
	charIdentStart = 1 << iota
	charDigit
	charHex
	charSuffix     // may be a number's type suffix
	charMultiplier // may begin kb, mb, …
	charBlank      // white space, newlines not among it
	charVariable   // may begin a variable's name
	charEndsToken
	charEndsNumber
	charEndsAssembly
)

var charTraits = func() (t [128]uint16) {
	set := func(chars string, bits uint16) {
		for i := 0; i < len(chars); i++ {
			t[chars[i]] |= bits
		}
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	const digits = "0123456789"
	set(letters+"_", charIdentStart|charVariable)
	set(digits, charDigit|charHex|charVariable)
	set("abcdefABCDEF", charHex)
	set("dlnsuyDLNSUY", charSuffix)
	set("kmgtpKMGTP", charMultiplier)
	set("$:?^", charVariable)
	set(" \t\v\f", charBlank|charEndsToken|charEndsAssembly)
	set("\x00\r\n,", charEndsToken|charEndsAssembly)
	set("&();{|}", charEndsToken)
	set("!#%*+-./<>", charEndsNumber)
	set("=]", charEndsNumber|charEndsAssembly)
	return t
}()

func isTrait(r rune, trait uint16) bool { return uint32(r) < 128 && charTraits[r]&trait != 0 }

// isBlank tells whether r is white space; newlines are not.
func isBlank(r rune) bool {
	if r < 128 {
		return charTraits[r]&charBlank != 0
	}
	if r <= 256 {
		return r == 0xA0 || r == 0x85
	}
	return unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp)
}

func isDash(r rune) bool { return r == '-' || r >= 0x2013 && r <= 0x2015 }

func isSingleQuote(r rune) bool { return r == '\'' || r >= 0x2018 && r <= 0x201B }

func isDoubleQuote(r rune) bool { return r == '"' || r >= 0x201C && r <= 0x201E }

// isLetter is .NET's char.IsLetter, for which what lies beyond the basic
// plane is two surrogates, not letters.
func isLetter(r rune) bool {
	if r < 128 {
		return r|0x20 >= 'a' && r|0x20 <= 'z'
	}
	return r <= 0xFFFF && unicode.IsLetter(r)
}

// isDigit is .NET's char.IsDigit.
func isDigit(r rune) bool {
	if r < 128 {
		return r >= '0' && r <= '9'
	}
	return r <= 0xFFFF && unicode.IsDigit(r)
}

func isLetterOrDigit(r rune) bool { return isLetter(r) || isDigit(r) }

func isIdentStart(r rune) bool {
	if r < 128 {
		return charTraits[r]&charIdentStart != 0
	}
	return isLetter(r)
}

func isIdentFollow(r rune) bool {
	if r < 128 {
		return charTraits[r]&(charIdentStart|charDigit) != 0
	}
	return isLetterOrDigit(r)
}

func isVariableStart(r rune) bool {
	if r < 128 {
		return charTraits[r]&charVariable != 0
	}
	return isLetterOrDigit(r)
}

// endsToken tells whether r ends a word in whatever mode.
func endsToken(r rune) bool {
	if r < 128 {
		return charTraits[r]&charEndsToken != 0
	}
	return isBlank(r)
}

// endsNumber tells whether r ends a number in an expression; at a ternary
// operator's signs only where one may follow.
func endsNumber(r rune, ternary bool) bool {
	if r < 128 {
		return charTraits[r]&charEndsNumber != 0 || ternary && (r == '?' || r == ':')
	}
	return isDash(r)
}

func endsAssemblyName(r rune) bool {
	if r < 128 {
		return charTraits[r]&charEndsAssembly != 0
	}
	return isBlank(r)
}
