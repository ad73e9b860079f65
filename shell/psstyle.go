package shell

import (
	"io"
	"strings"
	"sync/atomic"

	"migsh/shell/object"
)

// The values of $PSStyle.OutputRendering: colours where a terminal shows them, never, always.
const (
	renderHost = iota
	renderPlain
	renderAnsi
)

var typeOutputRendering = object.NewEnum("System.Management.Automation.OutputRendering", false, []string{"Host", "PlainText", "Ansi"}, nil)

// psStyle is the session's $PSStyle: whether escape sequences are let through, and those that scripts use.
type psStyle struct {
	rendering atomic.Int64
	// settle shows what was put out before a change.
	settle func() error
}

// Colours in the order of their SGR numbers.
var sgrColours = []string{"Black", "Red", "Green", "Yellow", "Blue", "Magenta", "Cyan", "White"}

var typePSStyle = declarePSStyle()

func declarePSStyle() *object.Type {
	text := func(m *object.Members, name, sequence string) {
		m.Add(&object.Member{Name: name, Kind: object.KindProperty, Type: object.TypeString, Get: func(any) (any, error) { return sequence, nil }})
	}
	colours := object.Declare(&object.Type{Name: "System.Management.Automation.PSStyle+ForegroundColor", Instance: colourMembers('3', '9')})
	background := object.Declare(&object.Type{Name: "System.Management.Automation.PSStyle+BackgroundColor", Instance: colourMembers('4', '0')})
	m := &object.Members{}
	for _, s := range [][2]string{{"Reset", "0"}, {"BlinkOff", "25"}, {"Blink", "5"}, {"BoldOff", "22"}, {"Bold", "1"}, {"DimOff", "22"}, {"Dim", "2"},
		{"HiddenOff", "28"}, {"Hidden", "8"}, {"ReverseOff", "27"}, {"Reverse", "7"}, {"ItalicOff", "23"}, {"Italic", "3"}, {"UnderlineOff", "24"},
		{"Underline", "4"}, {"StrikethroughOff", "29"}, {"Strikethrough", "9"}} {
		text(m, s[0], "\x1b["+s[1]+"m")
	}
	m.Add(&object.Member{Name: "OutputRendering", Kind: object.KindProperty, Type: typeOutputRendering,
		Get: func(recv any) (any, error) {
			return object.Enum{Type: typeOutputRendering, Value: recv.(*object.Object).Base.(*psStyle).rendering.Load()}, nil
		},
		Set: func(recv, v any) error {
			e, err := object.Convert(v, typeOutputRendering)
			if err != nil {
				return err
			}
			style := recv.(*object.Object).Base.(*psStyle)
			if err := style.settle(); err != nil {
				return err
			}
			style.rendering.Store(e.(object.Enum).Value)
			return nil
		}})
	m.Add(&object.Member{Name: "Foreground", Kind: object.KindProperty, Type: colours, Get: func(any) (any, error) { return object.Instance(colours, struct{}{}), nil }})
	m.Add(&object.Member{Name: "Background", Kind: object.KindProperty, Type: background, Get: func(any) (any, error) { return object.Instance(background, struct{}{}), nil }})
	return object.Declare(&object.Type{Name: "System.Management.Automation.PSStyle", Instance: m})
}

// colourMembers names the eight colours and their bright forms; a bright background begins with 10.
func colourMembers(plain, bright byte) *object.Members {
	m := &object.Members{}
	for i, name := range sgrColours {
		digit := string(rune('0' + i))
		light := "\x1b[" + string(rune(bright)) + digit + "m"
		if bright == '0' {
			light = "\x1b[10" + digit + "m"
		}
		dark := "\x1b[" + string(rune(plain)) + digit + "m"
		m.Add(&object.Member{Name: name, Kind: object.KindProperty, Type: object.TypeString, Get: func(any) (any, error) { return dark, nil }})
		m.Add(&object.Member{Name: "Bright" + name, Kind: object.KindProperty, Type: object.TypeString, Get: func(any) (any, error) { return light, nil }})
	}
	return m
}

// rendered is an output that shows escape sequences as $PSStyle.OutputRendering says; colours tells whether it is a terminal that
// shows them.
type rendered struct {
	w       io.Writer
	style   *psStyle
	colours bool
}

// Write implements [io.Writer].
func (r rendered) Write(b []byte) (int, error) {
	if r.plain() {
		return (&plainWriter{w: r.w}).Write(b)
	}
	if r.w == nil {
		return len(b), nil
	}
	return r.w.Write(b)
}

func (r rendered) plain() bool {
	switch r.style.rendering.Load() {
	case renderPlain:
		return true
	case renderAnsi:
		return false
	}
	return !r.colours
}

// withoutEscapes is a text as $PSStyle.OutputRendering PlainText shows it.
func withoutEscapes(text string) string {
	var b strings.Builder
	_, _ = (&plainWriter{w: &b}).Write([]byte(text)) // a Builder takes everything
	return b.String()
}
