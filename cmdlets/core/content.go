package core

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Content", Module: moduleManagement, Aliases: []string{"gc", "cat", "type"}, DefaultSet: "Path",
		Synopsis:    "Gets the content of the item at the specified location.",
		OutputTypes: []string{"System.Byte", "System.String"},
	}, func() cmdlet.Cmdlet { return &getContent{ReadCount: 1, TotalCount: -1, Tail: -1} })
	_ = declare(cmdlet.Spec{
		Name: "Set-Content", Module: moduleManagement, Aliases: []string{"sc"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Writes new content or replaces existing content in a file.",
	}, func() cmdlet.Cmdlet { return &setContent{} })
	_ = declare(cmdlet.Spec{
		Name: "Add-Content", Module: moduleManagement, Aliases: []string{"ac"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Adds content to the specified items, such as adding words to a file.",
	}, func() cmdlet.Cmdlet { return &addContent{} })
	_ = declare(cmdlet.Spec{
		Name: "Clear-Content", Module: moduleManagement, Aliases: []string{"clc"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Deletes the contents of an item, but does not delete the item.",
	}, func() cmdlet.Cmdlet { return &clearContent{} })
)

type getContent struct {
	ReadCount  int64 `param:"pipelinebyname" help:"How many lines to send at a time; 0 sends all as one."`
	TotalCount int64 `param:"pipelinebyname" alias:"First,Head" validate:"range=0,9223372036854775807" help:"How many lines to read from the beginning."`
	Tail       int32 `param:"pipelinebyname" alias:"Last" validate:"range=0,2147483647" help:"How many lines to read from the end."`
	itemPaths
	narrowing
	Force bool `param:"" help:"Also hidden files."`
	credential
	Delimiter    string `param:"dynamic" help:"What ends a line; a line break when left out."`
	Wait         bool   `param:"dynamic" help:"Not supported: the file is read once."`
	Raw          bool   `param:"dynamic" help:"Gives the whole content as one text, with its line breaks."`
	Encoding     any    `param:"dynamic" typename:"System.Text.Encoding" values:"ascii,ansi,bigendianunicode,bigendianutf32,oem,unicode,utf7,utf8,utf8BOM,utf8NoBOM,utf32" help:"The file's encoding: utf8 (the default), utf8BOM, unicode, ascii, ansi ..."`
	AsByteStream bool   `param:"dynamic" help:"Gives bytes instead of lines."`
}

func (c *getContent) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	if err := c.refuse(); err != nil {
		return err
	}
	switch {
	case c.Wait:
		return object.NewError("NotSupported", object.NotImplemented, nil, "-Wait is not supported. Read the file again when it has changed.")
	case c.Raw && (c.TotalCount >= 0 || c.Tail >= 0 || out.Bound("Delimiter")):
		e := object.NewException("System.Management.Automation.PSInvalidOperationException", "The parameters -Raw and -TotalCount, -Tail or -Delimiter cannot be used together. Specify only one of the parameters.")
		return object.NewErrorOf(e, "InvalidOperation", object.InvalidOperation, nil)
	case c.TotalCount >= 0 && c.Tail >= 0:
		e := object.NewException("System.Management.Automation.PSInvalidOperationException", "The parameters -TotalCount and -Tail cannot be used together. Specify only one of the parameters.")
		return object.NewErrorOf(e, "InvalidOperation", object.InvalidOperation, nil)
	}
	for i, path := range append(c.Path[:len(c.Path):len(c.Path)], c.LiteralPath...) {
		targets, wild, err := targetsOf(out.Session(), path, i >= len(c.Path), c.Force)
		if err != nil {
			if err := out.Error(object.RecordOf(err)); err != nil {
				return err
			}
			continue
		}
		targets = slices.DeleteFunc(targets, func(t target) bool { return !c.keeps(t.leaf()) })
		if len(targets) == 0 {
			e := object.NewException("System.Exception", "An object at the specified path %s does not exist, or has been filtered by the -Include or -Exclude parameter.", path)
			if err := out.Error(object.NewErrorOf(e, "ItemNotFound", object.ObjectNotFound, path)); err != nil {
				return err
			}
		}
		for _, t := range targets {
			if !wild && !t.exists() {
				err = out.Error(pathNotFound(t.text()))
			} else {
				err = c.read(ctx, out, t)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *getContent) read(ctx context.Context, out cmdlet.Out, t target) error {
	if t.drive != nil {
		return out.WriteEach(t.drive.content(t.path))
	}
	if t.container() {
		e := object.NewException("System.UnauthorizedAccessException", "Access to the path '%s' is denied.", t.path)
		return out.Error(object.NewErrorOf(e, "GetContentReaderUnauthorizedAccessError", object.PermissionDenied, t.path))
	}
	file, err := os.Open(t.path)
	if err != nil {
		return out.Error(fileError(err, "GetContentReaderIOError", object.ReadError, t.path))
	}
	defer file.Close()
	if c.AsByteStream {
		return c.readBytes(ctx, out, file, t)
	}
	encoding, err := encodingByName(encodingText(c.Encoding))
	if err != nil {
		return err
	}
	w := &contentWriter{out: out, count: c.ReadCount}
	if encoding.name == "utf8" && !c.Raw && !out.Bound("Delimiter") && c.Tail < 0 {
		if plain, err := plainUTF8(file); err != nil {
			return out.Error(fileError(err, "GetContentReaderIOError", object.ReadError, t.path))
		} else if plain {
			return c.stream(ctx, file, w, t.path)
		}
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return out.Error(fileError(err, "GetContentReaderIOError", object.ReadError, t.path))
	}
	text := decodeText(data, encoding)
	if c.Raw {
		return out.Write(text)
	}
	lines := splitContent(text, c.Delimiter)
	if c.Tail >= 0 {
		lines = lines[max(0, len(lines)-int(c.Tail)):]
	}
	for i, line := range lines {
		if c.TotalCount >= 0 && int64(i) >= c.TotalCount {
			break
		}
		if err := w.write(line); err != nil {
			return err
		}
	}
	return w.flush()
}

// plainUTF8 tells whether a file begins without a byte order mark of UTF-16 or UTF-32, and leaves it where the text begins.
func plainUTF8(f *os.File) (bool, error) {
	head := make([]byte, 4)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return false, err
	}
	head = head[:n]
	start := int64(0)
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		start = 3
	}
	plain := !bytes.HasPrefix(head, []byte("\xff\xfe")) && !bytes.HasPrefix(head, []byte("\xfe\xff")) && !bytes.Equal(head, []byte("\x00\x00\xfe\xff"))
	if !plain {
		start = 0
	}
	_, err = f.Seek(start, io.SeekStart)
	return plain, err
}

// stream sends a file's lines as they are read.
func (c *getContent) stream(ctx context.Context, f io.Reader, w *contentWriter, path string) error {
	r := bufio.NewReaderSize(f, 1<<16)
	for left := c.TotalCount; left != 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		chunk, err := r.ReadString('\n')
		if err != nil && err != io.EOF {
			return w.out.Error(fileError(err, "GetContentReaderIOError", object.ReadError, path))
		}
		if chunk == "" {
			break
		}
		chunk = strings.TrimSuffix(strings.TrimSuffix(chunk, "\n"), "\r")
		for line := range strings.SplitSeq(chunk, "\r") { // a lone \r ends a line too
			if left == 0 {
				break
			}
			if err := w.write(strings.ToValidUTF8(line, "\uFFFD")); err != nil {
				return err
			}
			left--
		}
	}
	return w.flush()
}

func (c *getContent) readBytes(ctx context.Context, out cmdlet.Out, f *os.File, t target) error {
	data, err := io.ReadAll(f)
	if err != nil {
		return out.Error(fileError(err, "GetContentReaderIOError", object.ReadError, t.path))
	}
	switch {
	case c.TotalCount >= 0:
		data = data[:min(int64(len(data)), c.TotalCount)]
	case c.Tail >= 0:
		data = data[max(0, len(data)-int(c.Tail)):]
	}
	if c.Raw || c.ReadCount == 0 {
		return out.Write(byteArray(data))
	}
	for chunk := range slices.Chunk(data, int(max(1, c.ReadCount))) {
		if err := ctx.Err(); err != nil {
			return err
		}
		var v any = byteArray(chunk)
		if len(chunk) == 1 && c.ReadCount <= 1 {
			v = chunk[0]
		}
		if err := out.Write(v); err != nil {
			return err
		}
	}
	return nil
}

func byteArray(data []byte) *object.Array {
	a := &object.Array{Elem: object.TypeByte, Items: make([]any, len(data))}
	for i, b := range data {
		a.Items[i] = b
	}
	return a
}

// contentWriter sends lines, in groups where -ReadCount asks for it.
type contentWriter struct {
	out   cmdlet.Out
	count int64
	group []any
}

func (w *contentWriter) write(line string) error {
	if w.count == 1 {
		return w.out.Write(line)
	}
	w.group = append(w.group, line)
	if w.count > 0 && int64(len(w.group)) == w.count {
		return w.flush()
	}
	return nil
}

func (w *contentWriter) flush() error {
	if len(w.group) == 0 {
		return nil
	}
	group := w.group
	w.group = nil
	if len(group) == 1 {
		return w.out.Write(group[0])
	}
	return w.out.Write(object.NewArray(group...))
}

// splitContent cuts a text into lines, or at a delimiter.
func splitContent(text, delimiter string) []string {
	if text == "" {
		return nil
	}
	if delimiter != "" && delimiter != "\n" {
		parts := strings.Split(text, delimiter)
		if parts[len(parts)-1] == "" {
			parts = parts[:len(parts)-1]
		}
		return parts
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// encodingText is the name of an encoding given as text, as a code page or as a System.Text.Encoding.
func encodingText(v any) string {
	switch v := object.Base(v).(type) {
	case nil:
		return ""
	case string:
		return v
	case *object.Object:
		name, ok, err := object.Property(v, "WebName")
		if !ok || err != nil {
			return object.ToString(v)
		}
		text := strings.ToLower(object.ToString(name))
		if mark, ok, err := object.Property(v, "Preamble"); ok && err == nil && text == "utf-8" {
			if items, _ := object.ItemsOf(mark); len(items) > 0 {
				return "utf8bom"
			}
		}
		return text
	}
	return object.ToString(v)
}

// contentPaths are the parameters of the cmdlets that write content.
type contentPaths struct {
	Value       []any    `param:"mandatory pos=1 pipeline pipelinebyname allownull allowempty" help:"What to write, a line each."`
	PassThru    bool     `param:"" help:"Gives what was written."`
	Path        []string `param:"set=Path mandatory pos=0 pipelinebyname wildcards" complete:"file" help:"The files; wildcards are allowed."`
	LiteralPath []string `param:"set=LiteralPath mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"The files, without wildcards."`
	narrowing
	Force bool `param:"" help:"Also read-only files."`
	credential
	NoNewline    bool `param:"dynamic" help:"No line break between values nor at the end."`
	Encoding     any  `param:"dynamic" typename:"System.Text.Encoding" values:"ascii,ansi,bigendianunicode,bigendianutf32,oem,unicode,utf7,utf8,utf8BOM,utf8NoBOM,utf32" help:"The encoding: utf8 (the default), utf8BOM, unicode, ascii, ansi ..."`
	AsByteStream bool `param:"dynamic" help:"Writes bytes."`
}

// contentFile is one file that is being written.
type contentFile struct {
	target
	file *os.File
	w    *bufio.Writer
	enc  io.Writer
	list []any // for drives
}

// contentSink writes what comes down the pipeline to the files that the paths mean.
type contentSink struct {
	*contentPaths
	out       cmdlet.Out
	appending bool
	files     []*contentFile
	opened    string // the paths that files belong to
}

// open opens the files; those of an earlier object with other paths are closed.
func (s *contentSink) open() error {
	paths := append(s.Path[:len(s.Path):len(s.Path)], s.LiteralPath...)
	key := strings.Join(paths, "\x00")
	if s.files != nil && key == s.opened {
		return nil
	}
	if err := s.close(); err != nil {
		return err
	}
	s.opened, s.files = key, []*contentFile{}
	for i, path := range paths {
		targets, wild, err := targetsOf(s.out.Session(), path, i >= len(s.Path), s.Force)
		if err != nil {
			if err := s.out.Error(object.RecordOf(err)); err != nil {
				return err
			}
			continue
		}
		if wild && len(targets) == 0 {
			e := object.NewException("System.Exception", "An object at the specified path %s does not exist, or has been filtered by the -Include or -Exclude parameter.", path)
			if err := s.out.Error(object.NewErrorOf(e, "ItemNotFound", object.ObjectNotFound, path)); err != nil {
				return err
			}
		}
		for _, t := range targets {
			if !s.keeps(t.leaf()) {
				continue
			}
			f, err := s.openOne(t)
			if err != nil {
				return err
			}
			if f != nil {
				s.files = append(s.files, f)
			}
		}
	}
	return nil
}

func (s *contentSink) openOne(t target) (*contentFile, error) {
	action := "Set Content"
	if s.appending {
		action = "Add Content"
	}
	if ok, err := s.out.ShouldProcess("Path: "+t.text(), action); err != nil || !ok {
		return nil, err
	}
	f := &contentFile{target: t}
	if t.drive != nil {
		if s.appending {
			if old := t.drive.content(t.path); old != nil {
				f.list = append(f.list, old)
			}
		}
		return f, nil
	}
	if t.container() {
		e := object.NewException("System.UnauthorizedAccessException", "Access to the path '%s' is denied.", t.path)
		return nil, s.out.Error(object.NewErrorOf(e, "GetContentWriterUnauthorizedAccessError", object.PermissionDenied, t.path))
	}
	encoding, err := encodingByName(encodingText(s.Encoding))
	if err != nil {
		return nil, err
	}
	if s.Force {
		if err := makeWritable(t.path); err != nil {
			return nil, s.out.Error(fileError(err, "GetContentWriterIOError", object.WriteError, t.path))
		}
	}
	mode := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if s.appending {
		mode = os.O_CREATE | os.O_WRONLY | os.O_APPEND
	}
	if f.file, err = os.OpenFile(t.path, mode, 0o666); err != nil {
		id := "GetContentWriterIOError"
		switch {
		case os.IsPermission(err):
			id = "GetContentWriterUnauthorizedAccessError"
		case os.IsNotExist(err):
			id = "GetContentWriterDirectoryNotFoundError"
			return nil, s.out.Error(fileError(err, id, object.ObjectNotFound, t.path))
		}
		return nil, s.out.Error(fileError(err, id, object.WriteError, t.path))
	}
	fresh := true
	if info, err := f.file.Stat(); err == nil {
		fresh = info.Size() == 0
	}
	f.w = bufio.NewWriterSize(f.file, 1<<16)
	f.enc = encoding.writer(f.w, fresh)
	return f, nil
}

func (s *contentSink) write(values []any) error {
	if err := s.open(); err != nil {
		return err
	}
	for _, f := range s.files {
		for _, v := range values {
			if f.drive != nil {
				f.list = append(f.list, v)
				continue
			}
			if err := s.writeOne(f, v); err != nil {
				return err
			}
		}
	}
	if s.PassThru {
		for _, v := range values {
			if err := s.out.Write(v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *contentSink) writeOne(f *contentFile, v any) error {
	if items, ok := object.ItemsOf(v); ok {
		for _, item := range items {
			if err := s.writeOne(f, item); err != nil {
				return err
			}
		}
		return nil
	}
	if s.AsByteStream {
		b, ok := object.Base(v).(byte)
		if !ok {
			converted, err := object.Convert(v, object.TypeByte)
			if err != nil {
				e := object.NewException("System.Management.Automation.PSInvalidOperationException", "Cannot proceed with byte encoding. When using byte encoding the content must be of type byte.")
				return object.NewErrorOf(e, "GetContentWriterArgumentError", object.InvalidArgument, nil)
			}
			b = converted.(byte)
		}
		if err := f.w.WriteByte(b); err != nil {
			return fileError(err, "WriteContentError", object.WriteError, f.path)
		}
		return nil
	}
	if v == nil {
		return nil
	}
	text := object.ToString(v)
	if !s.NoNewline {
		text += "\n"
	}
	if _, err := io.WriteString(f.enc, text); err != nil {
		return fileError(err, "WriteContentError", object.WriteError, f.path)
	}
	return nil
}

// close flushes and closes the files.
func (s *contentSink) close() error {
	var failed error
	for _, f := range s.files {
		if f.drive != nil {
			var v any = object.NewArray(f.list...)
			if len(f.list) == 1 {
				v = f.list[0]
			}
			if err := f.drive.set(f.path, v); err != nil {
				failed = cmp.Or(failed, s.out.Error(object.RecordOf(err)))
			}
			continue
		}
		if err := errors.Join(f.w.Flush(), f.file.Close()); err != nil {
			failed = cmp.Or(failed, error(fileError(err, "WriteContentError", object.WriteError, f.path)))
		}
	}
	s.files = nil
	return failed
}

type setContent struct {
	contentPaths
	sink contentSink
}

func (c *setContent) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return c.sink.run(&c.contentPaths, out, false)
}

// End closes the files.
func (c *setContent) End(context.Context, cmdlet.Out) error { return c.sink.close() }

type addContent struct {
	contentPaths
	sink contentSink
}

func (c *addContent) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return c.sink.run(&c.contentPaths, out, true)
}

// End closes the files.
func (c *addContent) End(context.Context, cmdlet.Out) error { return c.sink.close() }

func (s *contentSink) run(p *contentPaths, out cmdlet.Out, appending bool) error {
	if err := p.refuse(); err != nil {
		return err
	}
	s.contentPaths, s.out, s.appending = p, out, appending
	if err := s.write(p.Value); err != nil {
		return errors.Join(err, s.close())
	}
	return nil
}

type clearContent struct {
	itemPaths
	narrowing
	Force bool `param:"" help:"Also read-only files."`
	credential
}

func (c *clearContent) Process(_ context.Context, _ any, out cmdlet.Out) error {
	targets, err := c.items(out, &c.narrowing, &c.credential, c.Force)
	if err != nil {
		return err
	}
	for _, t := range targets {
		ok, err := out.ShouldProcess("Item: "+t.text(), "Clear Content")
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		switch {
		case t.drive != nil:
			err = t.drive.set(t.path, nil)
		case t.container():
			e := object.NewException("System.Management.Automation.PSInvalidOperationException", "Unable to clear content of '%s' because it is a directory. Clear-Content is only supported on files.", t.path)
			err = object.NewErrorOf(e, "ClearDirectoryContent", object.InvalidOperation, t.path)
		default:
			if c.Force {
				err = makeWritable(t.path)
			}
			if err == nil {
				err = os.Truncate(t.path, 0)
			}
			if err != nil {
				err = fileError(err, "ClearContentIOError", object.WriteError, t.path)
			}
		}
		if err != nil {
			if err := out.Error(object.RecordOf(err)); err != nil {
				return err
			}
		}
	}
	return nil
}
