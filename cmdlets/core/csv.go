package core

import (
	"bufio"
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
		Name: "Import-Csv", Module: moduleUtility, Aliases: []string{"ipcsv"}, DefaultSet: "DelimiterPath",
		Synopsis: "Creates table-like custom objects from the items in a character-separated value (CSV) file.",
	}, func() cmdlet.Cmdlet { return &importCSV{Delimiter: ','} })
	_ = declare(cmdlet.Spec{
		Name: "Export-Csv", Module: moduleUtility, Aliases: []string{"epcsv"}, DefaultSet: "Delimiter", ShouldProcess: true,
		Synopsis: "Converts objects into a series of character-separated value (CSV) strings and saves the strings to a file.",
	}, func() cmdlet.Cmdlet {
		return &exportCSV{csvWriting: csvWriting{Delimiter: ','}, Encoding: "utf8NoBOM"}
	})
	_ = declare(cmdlet.Spec{
		Name: "ConvertFrom-Csv", Module: moduleUtility, DefaultSet: "Delimiter",
		Synopsis: "Converts object properties in character-separated value (CSV) format into CSV versions of the original objects.",
	}, func() cmdlet.Cmdlet { return &convertFromCSV{Delimiter: ','} })
	_ = declare(cmdlet.Spec{
		Name: "ConvertTo-Csv", Module: moduleUtility, DefaultSet: "Delimiter", OutputTypes: []string{"System.String"},
		Synopsis: "Converts .NET objects into a series of character-separated value (CSV) strings.",
	}, func() cmdlet.Cmdlet { return &convertToCSV{csvWriting: csvWriting{Delimiter: ','}} })
)

type importCSV struct {
	Delimiter   object.Char `param:"set=DelimiterPath pos=1; set=DelimiterLiteralPath pos=1" validate:"notnull" help:"The character between fields."`
	Path        []string    `param:"set=DelimiterPath,CulturePath mandatory pos=0 pipeline" help:"The files."`
	LiteralPath []string    `param:"set=DelimiterLiteralPath,CultureLiteralPath mandatory pipelinebyname" alias:"PSPath,LP" help:"The files, their names taken as they are."`
	UseCulture  bool        `param:"set=CulturePath,CultureLiteralPath mandatory" help:"Takes the culture's list separator for the delimiter."`
	Header      []string    `param:"" validate:"notnullorempty" help:"The names of the columns, for files without a header."`
	Encoding    string      `param:"" validate:"notnullorempty" complete:"encoding" typename:"System.Text.Encoding" help:"The files' encoding, where they do not tell it themselves."`
}

// listSeparator is the delimiter of -UseCulture.
func listSeparator() object.Char { return object.Char(object.CurrentCulture().ListSeparator()) }

// Process reads the files.
func (c *importCSV) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.UseCulture {
		c.Delimiter = listSeparator()
	}
	enc, err := encodingByName(c.Encoding)
	if err != nil {
		return err
	}
	for _, path := range append(slices.Clone(c.Path), c.LiteralPath...) {
		file, err := oneFile(out.Session(), path, len(c.LiteralPath) > 0)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			if err := out.Error(object.RecordOf(readError(file, err))); err != nil {
				return err
			}
			continue
		}
		table := &csvTable{header: c.Header}
		if err := table.read(newCSVReader(decodeText(data, enc), c.Delimiter), out.Warning, out.Write); err != nil {
			return err
		}
	}
	return nil
}

type convertFromCSV struct {
	Delimiter   object.Char `param:"set=Delimiter pos=1" validate:"notnull" help:"The character between fields."`
	UseCulture  bool        `param:"set=UseCulture mandatory" help:"Takes the culture's list separator for the delimiter."`
	InputObject []string    `param:"mandatory pos=0 pipeline allowempty" help:"The text."`
	Header      []string    `param:"" validate:"notnullorempty" help:"The names of the columns, for text without a header."`

	table csvTable
}

// Begin takes the header given.
func (c *convertFromCSV) Begin(context.Context, cmdlet.Out) error {
	c.table.header = c.Header
	if c.UseCulture {
		c.Delimiter = listSeparator()
	}
	return nil
}

// Process reads the records of each text; the header is that of the first.
func (c *convertFromCSV) Process(_ context.Context, _ any, out cmdlet.Out) error {
	for _, text := range c.InputObject {
		if err := c.table.read(newCSVReader(text, c.Delimiter), out.Warning, out.Write); err != nil {
			return err
		}
	}
	return nil
}

// csvWriting are the parameters of the cmdlets that write CSV.
type csvWriting struct {
	Delimiter              object.Char `param:"set=Delimiter pos=1" validate:"notnull" help:"The character between fields."`
	UseCulture             bool        `param:"set=UseCulture" help:"Takes the culture's list separator for the delimiter."`
	IncludeTypeInformation bool        `param:"" alias:"ITI" help:"Begins with a line that tells the objects' type."`
	NoTypeInformation      bool        `param:"dontshow" alias:"NTI" help:"Leaves that line out, which is so anyway."`
	QuoteFields            []string    `param:"" alias:"QF" help:"The columns to put between quotes."`
	UseQuotes              string      `typename:"Microsoft.PowerShell.Commands.BaseCsvWritingCommand+QuoteKind" param:"" alias:"UQ" validate:"set=Never,Always,AsNeeded" help:"Which fields stand between quotes."`
	NoHeader               bool        `param:"" help:"Leaves the header out."`

	names  []string
	quoted []bool // by column, with -QuoteFields
	shape  *object.Shape
	slots  []int // of the columns in objects of that shape
	line   []byte
	text   string // the delimiter
	types  *object.TypeTable
}

// Begin takes the delimiter of the culture, where that is asked for.
func (c *csvWriting) Begin(context.Context, cmdlet.Out) error {
	if c.UseCulture {
		c.Delimiter = listSeparator()
	}
	return nil
}

// start takes the columns from the first object.
func (c *csvWriting) start(v any, out cmdlet.Out) error {
	c.text, c.types = c.Delimiter.String(), out.Session().TypeData()
	if c.IncludeTypeInformation && c.NoTypeInformation {
		return object.NewError("CannotSpecifyIncludeTypeInformationAndNoTypeInformation", object.InvalidData, nil, "The parameters IncludeTypeInformation and NoTypeInformation cannot be specified together.")
	}
	if out.Bound("QuoteFields") && out.Bound("UseQuotes") {
		return object.NewError("CannotSpecifyQuoteFieldsAndUseQuotes", object.InvalidData, nil, "You must specify either the -UseQuotes or -QuoteFields parameters, but not both.")
	}
	if c.names == nil {
		c.names = columnNames(c.types, v)
	}
	if c.QuoteFields != nil {
		for _, n := range c.names {
			c.quoted = append(c.quoted, slices.ContainsFunc(c.QuoteFields, func(q string) bool { return strings.EqualFold(q, n) }))
		}
	}
	return nil
}

// columnNames are the names of an object's columns: its properties, or a dictionary's keys.
func columnNames(types *object.TypeTable, v any) []string {
	if h, ok := object.Base(v).(*object.Hashtable); ok {
		names := make([]string, 0, h.Len())
		for k := range h.All() {
			names = append(names, object.ToString(k))
		}
		return names
	}
	return types.PropertyNames(v)
}

// head is the header line.
func (c *csvWriting) head() string {
	c.line = c.line[:0]
	for i, n := range c.names {
		c.field(i, n)
	}
	return string(c.line)
}

// row is an object's line.
func (c *csvWriting) row(v any) string {
	c.line = c.line[:0]
	o, _ := v.(*object.Object)
	if o != nil && o.IsCustom() && o.Shape() != c.shape {
		c.shape, c.slots = o.Shape(), nil
		for _, n := range c.names {
			c.slots = append(c.slots, c.shape.Find(n))
		}
	}
	for i, n := range c.names {
		var value any
		switch {
		case o != nil && o.IsCustom():
			if slot := c.slots[i]; slot >= 0 {
				value = o.Slot(slot)
				if _, dynamic := value.(*object.Dynamic); dynamic {
					value, _ = readProperty(c.types, v, n)
				}
			} else { // what type data adds, or nothing
				value, _ = readProperty(c.types, v, n)
			}
		default:
			if h, ok := object.Base(v).(*object.Hashtable); ok {
				value = h.Value(n)
			} else {
				value, _ = readProperty(c.types, v, n)
			}
		}
		if value == nil {
			c.separate(i)
			continue
		}
		if s, ok := value.(string); ok {
			c.field(i, s)
			continue
		}
		c.field(i, csvText(value))
	}
	return string(c.line)
}

// csvText is a value's own text, as its ToString() gives it.
func csvText(v any) string {
	if items, ok := object.ItemsOf(v); ok && items != nil {
		return typeName(object.Base(v))
	}
	if f, ok := object.Base(v).(float64); ok {
		if text, err := object.FormatValue(f, "R", object.CurrentCulture()); err == nil {
			return text
		}
	}
	return object.CultureString(v)
}

func (c *csvWriting) separate(i int) {
	if i > 0 {
		c.line = append(c.line, c.text...)
	}
}

func (c *csvWriting) field(i int, text string) {
	c.separate(i)
	quote := true
	switch {
	case c.quoted != nil:
		quote = c.quoted[i]
	case strings.EqualFold(c.UseQuotes, "Never"):
		quote = false
	case strings.EqualFold(c.UseQuotes, "AsNeeded"):
		quote = strings.Contains(text, c.text) || strings.ContainsAny(text, "\"\r\n")
	}
	if !quote {
		c.line = append(c.line, text...)
		return
	}
	c.line = append(c.line, '"')
	if strings.IndexByte(text, '"') >= 0 {
		text = strings.ReplaceAll(text, `"`, `""`)
	}
	c.line = append(c.line, text...)
	c.line = append(c.line, '"')
}

// lines hands over the lines for an object, with the heads before the first.
func (c *csvWriting) lines(v any, out cmdlet.Out, write func(line string) error) error {
	if c.text == "" {
		if err := c.start(v, out); err != nil {
			return err
		}
		if len(c.names) > 0 {
			if c.IncludeTypeInformation {
				if err := write("#TYPE " + object.TypeNamesOf(v)[0]); err != nil {
					return err
				}
			}
			if !c.NoHeader {
				if err := write(c.head()); err != nil {
					return err
				}
			}
		}
	}
	if len(c.names) == 0 || !c.some(v) {
		return nil
	}
	return write(c.row(v))
}

// some tells whether the object has any of the columns; objects that have none are left out.
func (c *csvWriting) some(v any) bool {
	if o, ok := v.(*object.Object); ok && o.IsCustom() && o.Shape() == c.shape {
		return true
	}
	if _, ok := object.Base(v).(*object.Hashtable); ok {
		return true
	}
	for _, n := range c.names {
		if hasProperty(c.types, v, n) {
			return true
		}
	}
	return false
}

type convertToCSV struct {
	InputObject any `param:"mandatory pos=0 pipeline" help:"The objects."`
	csvWriting
}

// Process puts out the object's line.
func (c *convertToCSV) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return c.lines(c.InputObject, out, func(line string) error { return out.Write(line) })
}

type exportCSV struct {
	InputObject any    `param:"mandatory pipeline" help:"The objects."`
	Path        string `param:"pos=0" help:"The file."`
	LiteralPath string `param:"" alias:"PSPath,LP" help:"The file, its name taken as it is."`
	Force       bool   `param:"" help:"Writes to read-only files too; with -Append, whatever the columns are."`
	NoClobber   bool   `param:"" alias:"NoOverwrite" help:"Refuses to replace a file."`
	Encoding    string `param:"" validate:"notnullorempty" complete:"encoding" typename:"System.Text.Encoding" help:"The file's encoding."`
	Append      bool   `param:"" help:"Adds to the end of the file."`
	csvWriting

	file    *textFile
	refused bool
	known   bool // the columns are those of the file
}

// Begin opens the file.
func (c *exportCSV) Begin(ctx context.Context, out cmdlet.Out) error {
	if err := c.csvWriting.Begin(ctx, out); err != nil {
		return err
	}
	path := c.Path + c.LiteralPath
	if (c.Path == "") == (c.LiteralPath == "") {
		return object.NewError("CannotSpecifyPathAndLiteralPath", object.InvalidArgument, nil, "You must specify either the -Path or -LiteralPath parameters, but not both.")
	}
	ok, err := out.ShouldProcess(path, "")
	if err != nil || !ok {
		c.refused = true
		return err
	}
	file := out.Session().Resolve(path)
	if c.Append {
		if err := c.readHeader(file); err != nil {
			return err
		}
	}
	c.file, err = createText(file, textFileMode{Append: c.Append, Force: c.Force, NoClobber: c.NoClobber, Encoding: c.Encoding})
	return err
}

// readHeader takes the columns of the file that is added to.
func (c *exportCSV) readHeader(file string) error {
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return readError(file, err)
	}
	defer f.Close()
	head, err := bufio.NewReader(f).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return readError(file, err)
	}
	enc, err := encodingByName(c.Encoding)
	if err != nil {
		return err
	}
	if names := newCSVReader(decodeText([]byte(head), enc), c.Delimiter).record(nil); len(names) > 0 {
		c.names, c.known, c.NoHeader = names, true, true
	}
	return nil
}

// Process writes the object's line.
func (c *exportCSV) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.refused {
		return nil
	}
	if c.known && !c.Force {
		for _, n := range c.names {
			if !hasProperty(out.Session().TypeData(), c.InputObject, n) {
				e := object.NewException("System.InvalidOperationException", "Cannot append CSV content to the following file: %s. The appended object does not have a property that corresponds to the following column: %s. To continue with mismatched properties, add the -Force parameter, and then retry the command.", c.Path+c.LiteralPath, n)
				return object.NewErrorOf(e, "CannotAppendCsvWithMismatchedPropertyNames", object.InvalidData, n)
			}
		}
		c.known = false
	}
	if c.Append && c.Force && len(c.names) > 0 {
		_, err := c.file.WriteString(c.forced(out) + "\n")
		return err
	}
	return c.lines(c.InputObject, out, func(line string) error {
		if _, err := c.file.WriteString(line); err != nil {
			return err
		}
		return c.file.WriteByte('\n')
	})
}

// forced is the line of an object whose columns need not be the file's.
func (c *exportCSV) forced(out cmdlet.Out) string {
	c.text, c.types = c.Delimiter.String(), out.Session().TypeData()
	return c.row(c.InputObject)
}

// End closes the file.
func (c *exportCSV) End(context.Context, cmdlet.Out) error {
	if c.file == nil {
		return nil
	}
	return c.file.Close()
}
