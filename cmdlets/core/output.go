package core

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/format"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Out-String", Module: moduleUtility, Aliases: []string{"oss"}, DefaultSet: "NoNewLineFormatting",
		Synopsis: "Outputs input objects as a string.", OutputTypes: []string{"System.String"},
	}, func() cmdlet.Cmdlet { return &outString{} })
	_ = declare(cmdlet.Spec{
		Name: "Out-File", Module: moduleUtility, DefaultSet: "ByPath", ShouldProcess: true, Synopsis: "Sends output to a file.",
	}, func() cmdlet.Cmdlet { return &outFile{Encoding: "utf8NoBOM"} })
)

type outString struct {
	Stream      bool  `param:"set=StreamFormatting" help:"Puts out each line as a string of its own."`
	Width       int32 `param:"" validate:"range=2,2147483647" help:"The number of characters of a line."`
	NoNewline   bool  `param:"set=NoNewLineFormatting" help:"Leaves the line breaks out."`
	InputObject any   `param:"pipeline" help:"The objects."`

	text    strings.Builder
	printer *format.Printer
}

// Begin makes the printer.
func (c *outString) Begin(_ context.Context, out cmdlet.Out) error {
	s := settings(out.Session())
	s.Width--
	if c.Width > 0 {
		s.Width = int(c.Width)
	}
	switch {
	case c.Stream:
		c.printer = format.NewPrinter(&lineWriter{write: out.Write}, s)
	case c.NoNewline:
		c.printer = format.NewPrinter(&joiner{&c.text}, s)
	default:
		c.printer = format.NewPrinter(&c.text, s)
	}
	return nil
}

// Process prints an object.
func (c *outString) Process(_ context.Context, in any, _ cmdlet.Out) error {
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	return c.printer.Write(in)
}

// End puts out the text.
func (c *outString) End(_ context.Context, out cmdlet.Out) error {
	if err := c.printer.Close(); err != nil || c.Stream {
		return err
	}
	return out.Write(c.text.String())
}

// lineWriter hands over each line without its end.
type lineWriter struct {
	write func(v any) error
	rest  string
}

func (w *lineWriter) Write(b []byte) (int, error) {
	text := w.rest + string(b)
	for {
		line, after, found := strings.Cut(text, "\n")
		if !found {
			w.rest = text
			return len(b), nil
		}
		if err := w.write(line); err != nil {
			return 0, err
		}
		text = after
	}
}

// joiner leaves line breaks out.
type joiner struct{ w io.Writer }

func (j *joiner) Write(b []byte) (int, error) {
	_, err := io.WriteString(j.w, strings.ReplaceAll(string(b), "\n", ""))
	return len(b), err
}

type outFile struct {
	FilePath    string `param:"set=ByPath mandatory pos=0" alias:"Path" help:"The file."`
	LiteralPath string `param:"set=ByLiteralPath mandatory pipelinebyname" alias:"PSPath,LP" help:"The file, its name taken as it is."`
	Encoding    string `param:"pos=1" validate:"notnullorempty" complete:"encoding" typename:"System.Text.Encoding" help:"The file's encoding."`
	Append      bool   `param:"" help:"Adds to the end of the file."`
	Force       bool   `param:"" help:"Writes to read-only files too."`
	NoClobber   bool   `param:"" alias:"NoOverwrite" help:"Refuses to replace a file."`
	Width       int32  `param:"" validate:"range=2,2147483647" help:"The number of characters of a line."`
	NoNewline   bool   `param:"" help:"Leaves the line breaks out."`
	InputObject any    `param:"pipeline" help:"The objects."`

	file    *textFile
	printer *format.Printer
}

// fileWidth is the width of lines in files where none is given: wide enough for anything.
const fileWidth = 1 << 20

// Begin opens the file.
func (c *outFile) Begin(_ context.Context, out cmdlet.Out) error {
	path := c.FilePath + c.LiteralPath
	ok, err := out.ShouldProcess(path, "Output to File")
	if err != nil || !ok {
		return err
	}
	mode := textFileMode{Append: c.Append, Force: c.Force, NoClobber: c.NoClobber, Encoding: c.Encoding}
	if c.file, err = createText(out.Session().Resolve(path), mode); err != nil {
		return err
	}
	s := settings(out.Session())
	s.Width = fileWidth
	if c.Width > 0 {
		s.Width = int(c.Width)
	}
	var w io.Writer = c.file
	if c.NoNewline {
		w = &joiner{c.file}
	}
	c.printer = format.NewPrinter(w, s)
	return nil
}

// Process prints an object to the file.
func (c *outFile) Process(_ context.Context, in any, _ cmdlet.Out) error {
	if c.printer == nil {
		return nil
	}
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	return c.printer.Write(in)
}

// End closes the file.
func (c *outFile) End(context.Context, cmdlet.Out) error {
	if c.printer == nil {
		return nil
	}
	return errors.Join(c.printer.Close(), c.file.Close())
}

// textFile is a file being written in some encoding.
type textFile struct {
	*bufio.Writer
	file   *os.File
	encode io.Writer
}

// textFileMode says how a file is opened for writing.
type textFileMode struct {
	Append, Force, NoClobber bool
	Encoding                 string
}

// createText opens a file for writing text. Its errors are PowerShell's.
func createText(path string, mode textFileMode) (*textFile, error) {
	enc, err := encodingByName(mode.Encoding)
	if err != nil {
		return nil, err
	}
	flags := os.O_CREATE | os.O_WRONLY
	switch {
	case mode.Append:
		flags |= os.O_APPEND
	case mode.NoClobber:
		flags |= os.O_EXCL
	default:
		flags |= os.O_TRUNC
	}
	if mode.Force {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o200 == 0 {
			if err := os.Chmod(path, info.Mode().Perm()|0o200); err != nil {
				return nil, openError(path, err)
			}
		}
	}
	f, err := os.OpenFile(path, flags, 0o644)
	if err != nil {
		return nil, openError(path, err)
	}
	fresh := true
	if mode.Append {
		info, err := f.Stat()
		fresh = err == nil && info.Size() == 0
	}
	t := &textFile{file: f, encode: enc.writer(f, fresh)}
	t.Writer = bufio.NewWriterSize(t.encode, 1<<16)
	return t, nil
}

// Close writes what is left and closes the file.
func (t *textFile) Close() error { return errors.Join(t.Flush(), t.file.Close()) }

// openError words why a file cannot be written.
func openError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrExist):
		e := object.NewException("System.IO.IOException", "The file '%s' already exists.", path)
		return object.NewErrorOf(e, "NoClobber", object.ResourceExists, path)
	case errors.Is(err, fs.ErrNotExist):
		e := object.NewException("System.IO.DirectoryNotFoundException", "Could not find a part of the path '%s'.", path)
		return object.NewErrorOf(e, "FileOpenFailure", object.OpenError, path)
	}
	return readError(path, err)
}
