package core

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Format-Hex", Module: moduleUtility, Aliases: []string{"fhx"}, Class: "Microsoft.PowerShell.Commands.FormatHex",
	Synopsis: "Displays a file or other input as hexadecimal.", OutputTypes: []string{"Microsoft.PowerShell.Commands.ByteCollection"},
}, func() cmdlet.Cmdlet { return &formatHex{Encoding: "utf8NoBOM", Count: math.MaxInt64} })

var typeByteCollection = object.Declare(&object.Type{
	Name: "Microsoft.PowerShell.Commands.ByteCollection", Base: object.TypeObject,
	ToString: func(v any) string { return v.(*object.Object).Base.(*byteRow).text() },
	Views: object.Views{GroupBy: "Label", Table: []object.Column{
		{Header: "Offset", Value: func(v any) any { return fmt.Sprintf("%016X", v.(*object.Object).Base.(*byteRow).offset) }, Width: 16, Right: true},
		{Header: "Bytes\n00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F", Property: "HexBytes", Width: 47}, {Property: "Ascii"},
	}},
})

func init() {
	object.Extend(typeByteCollection, func(t *object.Type) {
		addProperty(t, "Offset64", object.TypeUInt64, func(b *byteRow) any { return b.offset })
		addProperty(t, "Offset", object.TypeUInt32, func(b *byteRow) any { return uint32(b.offset) })
		addProperty(t, "Bytes", object.ArrayOf(object.TypeByte), func(b *byteRow) any {
			a := &object.Array{Elem: object.TypeByte}
			for _, x := range b.data {
				a.Items = append(a.Items, x)
			}
			return a
		})
		addProperty(t, "Path", object.TypeString, func(b *byteRow) any { return b.path })
		addProperty(t, "HexOffset", object.TypeString, func(b *byteRow) any { return fmt.Sprintf("%016X", b.offset) })
		addProperty(t, "HexBytes", object.TypeString, func(b *byteRow) any { return b.hex() })
		addProperty(t, "Ascii", object.TypeString, func(b *byteRow) any { return b.ascii() })
		addProperty(t, "Label", object.TypeString, func(b *byteRow) any { return b.label })
	})
}

// byteRow are up to sixteen bytes of one input.
type byteRow struct {
	offset      uint64
	data        []byte
	label, path string
}

func (b *byteRow) hex() string { return strings.TrimRight(fmt.Sprintf("% X", b.data), " ") }

// ascii shows the bytes as characters: blanks for none, a sign for those that cannot be shown.
func (b *byteRow) ascii() string {
	var s strings.Builder
	for _, c := range b.data {
		switch {
		case c == 0:
			s.WriteByte(' ')
		case c < ' ' || c >= 0x7f:
			s.WriteRune('\uFFFD')
		default:
			s.WriteByte(c)
		}
	}
	return s.String()
}

// text is the row as ToString gives it; a full row ends its line.
func (b *byteRow) text() string {
	s := fmt.Sprintf("%016X   %-48s %s", b.offset, b.hex(), b.ascii())
	if len(b.data) < 16 {
		return s + strings.Repeat(" ", 16-len(b.data))
	}
	return s + "\n"
}

type formatHex struct {
	Path        []string `param:"set=Path mandatory pos=0 wildcards" validate:"notnullorempty" help:"The files."`
	LiteralPath []string `param:"set=LiteralPath mandatory" alias:"PSPath,LP" validate:"notnullorempty" help:"The files, their names taken as they are."`
	InputObject any      `param:"set=ByInputObject mandatory pipeline" help:"Texts, numbers or bytes."`
	Encoding    string   `param:"set=ByInputObject" validate:"notnullorempty" complete:"encoding" typename:"System.Text.Encoding" help:"How texts become bytes."`
	Count       int64    `param:"" validate:"range=1,9223372036854775807" help:"How many bytes to show."`
	Offset      int64    `param:"" validate:"range=0,9223372036854775807" help:"How many bytes to pass over."`
	Raw         bool     `param:"set=ByInputObject dontshow" help:"Has no effect."`

	pending []byte // of numbers of one type, which are shown together
	of      string
}

// Process shows an object's bytes, or the files'.
func (c *formatHex) Process(_ context.Context, in any, out cmdlet.Out) error {
	if len(c.Path)+len(c.LiteralPath) > 0 {
		return c.files(out)
	}
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	items := []any{in}
	if list, ok := object.ItemsOf(in); ok {
		items = list
	}
	for _, v := range items {
		if f, ok := filePath(v); ok {
			if err := c.file(f, out); err != nil {
				return err
			}
			continue
		}
		data, ok := c.bytesOf(v)
		if !ok {
			e := object.NewException("System.ArgumentException", "Cannot convert input of type '%s' to hexadecimal. To view the hexadecimal formatting of its string representation, pipe it to the Out-String cmdlet before piping it to Format-Hex.", typeName(object.Base(v)))
			return out.Error(object.NewErrorOf(e, "FormatHexTypeNotSupported", object.InvalidArgument, v))
		}
		name := typeName(object.Base(v))
		if name != c.of || name == "System.String" {
			if err := c.flush(out); err != nil {
				return err
			}
			c.of = name
		}
		c.pending = append(c.pending, data...)
	}
	return nil
}

// bytesOf are the bytes that a value has in memory, or its text's.
func (c *formatHex) bytesOf(v any) ([]byte, bool) {
	order := binary.LittleEndian
	switch x := object.Base(v).(type) {
	case string:
		enc, err := encodingByName(c.Encoding)
		if err != nil {
			return nil, false
		}
		var data []byte
		for _, r := range x {
			data = enc.put(data, r)
		}
		return data, true
	case bool:
		if x {
			return []byte{1, 0, 0, 0}, true
		}
		return []byte{0, 0, 0, 0}, true
	case object.Char:
		return order.AppendUint16(nil, uint16(x)), true
	case object.Enum:
		return order.AppendUint32(nil, uint32(x.Value)), true
	case int8:
		return []byte{byte(x)}, true
	case uint8:
		return []byte{x}, true
	case int16:
		return order.AppendUint16(nil, uint16(x)), true
	case uint16:
		return order.AppendUint16(nil, x), true
	case int32:
		return order.AppendUint32(nil, uint32(x)), true
	case uint32:
		return order.AppendUint32(nil, x), true
	case int64:
		return order.AppendUint64(nil, uint64(x)), true
	case uint64:
		return order.AppendUint64(nil, x), true
	case float32:
		return order.AppendUint32(nil, math.Float32bits(x)), true
	case float64:
		return order.AppendUint64(nil, math.Float64bits(x)), true
	}
	return nil, false
}

// End shows what is left.
func (c *formatHex) End(_ context.Context, out cmdlet.Out) error { return c.flush(out) }

func (c *formatHex) flush(out cmdlet.Out) error {
	data, of := c.pending, c.of
	c.pending, c.of = nil, ""
	if data == nil {
		return nil
	}
	short := of[strings.LastIndexByte(of, '.')+1:]
	return c.show(data, fmt.Sprintf("%s (%s)", short, of), "", out)
}

func (c *formatHex) files(out cmdlet.Out) error {
	for _, path := range append(slices.Clone(c.Path), c.LiteralPath...) {
		files, err := matchingFiles(out.Session(), path, len(c.LiteralPath) > 0)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := c.file(f, out); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *formatHex) file(path string, out cmdlet.Out) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return out.Error(object.RecordOf(readError(path, err)))
	}
	return c.show(data, path, path, out)
}

// show puts out the rows of the part asked for.
func (c *formatHex) show(data []byte, label, path string, out cmdlet.Out) error {
	start := min(c.Offset, int64(len(data)))
	data = data[start:]
	data = data[:min(c.Count, int64(len(data)))]
	for i := 0; i < len(data); i += 16 {
		row := &byteRow{offset: uint64(start) + uint64(i), data: data[i:min(i+16, len(data))], label: label, path: path}
		if err := out.Write(object.Instance(typeByteCollection, row)); err != nil {
			return err
		}
	}
	return nil
}
