package lane

import (
	"strings"
	"testing"

	"migsh/internal/mailbox/token"
)

func TestMailboxNamesRoundTrip(t *testing.T) {
	for _, text := range []string{"INBOX", "Entwürfe", "a&b", "&", "日本語", "😀 smile", "tab\there", "~", `q"\`, "é", "e\u0301"} {
		if got := decodeName(encodeName(text)); got != text {
			t.Errorf("decode(encode(%q)) = %q", text, got)
		}
	}
	for raw, text := range map[string]string{"&Jjo-": "☺", "&AGE-": "a", "a&b": "a&b", "&&-": "&&", "&ABC": "&ABC", "&2D0-": "&2D0-"} {
		if got := decodeName(raw); got != text {
			t.Errorf("decodeName(%q) = %q, want %q", raw, got, text)
		}
	}
}

// FuzzNames demands that two names of the server's stay two, and that the way back leads to the server's bytes.
func FuzzNames(f *testing.F) {
	f.Add("R&D", "R&-D")
	f.Add("\xfc", "&2D0-")
	f.Fuzz(func(t *testing.T, a, b string) {
		if strings.EqualFold(a, "INBOX") || strings.EqualFold(b, "INBOX") || strings.ContainsAny(a+b, "\r\n\x00") {
			return
		}
		var names Names
		textA, textB := names.Text(a), names.Text(b)
		if (a == b) != (textA == textB) {
			t.Errorf("%q and %q are read as %q and %q", a, b, textA, textB)
		}
		for raw, text := range map[string]string{a: textA, b: textB} {
			if got, _, ok := token.Quoted(names.Append(nil, text)); !ok || string(got) != raw {
				t.Errorf("the way back from %q leads to %q, not %q", text, got, raw)
			}
		}
	})
}
