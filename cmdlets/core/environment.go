package core

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Host", Module: moduleUtility, Synopsis: "Gets an object that represents the current host program.",
	}, func() cmdlet.Cmdlet { return &getHost{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-Culture", Module: moduleUtility, DefaultSet: "CurrentCulture", Synopsis: "Gets the current culture set in the operating system.",
	}, func() cmdlet.Cmdlet { return &getCulture{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-UICulture", Module: moduleUtility, Synopsis: "Gets the current UI culture settings in the operating system.",
	}, func() cmdlet.Cmdlet { return &getUICulture{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-Uptime", Module: moduleUtility, DefaultSet: "Timespan", Synopsis: "Gets the TimeSpan since last boot.",
	}, func() cmdlet.Cmdlet { return &getUptime{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-FileHash", Module: moduleUtility, DefaultSet: "Path", Synopsis: "Computes the hash value for a file by using a specified hash algorithm.",
	}, func() cmdlet.Cmdlet { return &getFileHash{Algorithm: "SHA256"} })
	_ = declare(cmdlet.Spec{
		Name: "Get-Error", Module: moduleUtility, DefaultSet: "Newest", Synopsis: "Gets and displays the most recent error messages from the current session.",
		OutputTypes: []string{"System.Management.Automation.ErrorRecord#PSExtendedError", "System.Exception#PSExtendedError"},
	}, func() cmdlet.Cmdlet { return &getError{} })
	_ = declare(cmdlet.Spec{
		Name: "Out-GridView", Module: moduleUtility, Aliases: []string{"ogv"}, Synopsis: "Sends output to an interactive table in a separate window; there are no windows here.",
	}, func() cmdlet.Cmdlet { return &outGridView{} })
)

type getHost struct{}

// Process puts out $Host.
func (*getHost) Process(_ context.Context, _ any, out cmdlet.Out) error {
	v, _ := out.Session().Variable("Host", "global")
	return out.Write(v)
}

type getCulture struct {
	Name            []string `param:"set=Name mandatory pos=0 pipeline" help:"The cultures' names."`
	NoUserOverrides bool     `param:"set=CurrentCulture,Name" help:"Has no effect: there are no overrides here."`
	ListAvailable   bool     `param:"set=ListAvailable" help:"Lists all cultures; not supported."`
}

// Process puts out cultures.
func (c *getCulture) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.ListAvailable {
		return object.NewError("ListAvailableNotSupported", object.NotImplemented, nil, "Get-Culture cannot list all cultures here. Ask for one by its name: Get-Culture -Name de-DE.")
	}
	if len(c.Name) == 0 {
		return writeCulture("CurrentCulture", out)
	}
	t, ok := object.TypeByName("System.Globalization.CultureInfo")
	if !ok {
		return object.NewError("CultureNotFound", object.ObjectNotFound, nil, "Cultures are not known here.")
	}
	for _, n := range c.Name {
		v, err := object.Construction(t, []any{n})
		if err != nil {
			e := object.NewException("System.Globalization.CultureNotFoundException", "Culture is not supported. (Parameter 'name')\n%s is an invalid culture identifier.", n)
			if err := out.Error(object.NewErrorOf(e, "ItemNotFoundException", object.ObjectNotFound, n)); err != nil {
				return err
			}
			continue
		}
		if err := out.Write(v); err != nil {
			return err
		}
	}
	return nil
}

type getUICulture struct{}

// Process puts out the culture of messages.
func (*getUICulture) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return writeCulture("CurrentUICulture", out)
}

func writeCulture(name string, out cmdlet.Out) error {
	t, ok := object.TypeByName("System.Globalization.CultureInfo")
	if !ok {
		return object.NewError("CultureNotFound", object.ObjectNotFound, nil, "Cultures are not known here.")
	}
	v, ok, err := object.GetStatic(t, name)
	if err != nil {
		return err
	}
	if !ok {
		return object.NewError("CultureNotFound", object.ObjectNotFound, nil, "The current culture is not known here.")
	}
	return out.Write(v)
}

type getUptime struct {
	Since bool `param:"set=Since" help:"Tells when the system started."`
}

// Process puts out how long the system has been up.
func (c *getUptime) Process(_ context.Context, _ any, out cmdlet.Out) error {
	data, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return fmt.Errorf("tell how long the system has been up: %w", err)
	}
	var seconds float64
	if _, err := fmt.Sscan(string(data), &seconds); err != nil {
		return fmt.Errorf("tell how long the system has been up: %w", err)
	}
	up := time.Duration(seconds) * time.Second
	if c.Since {
		return out.Write(object.DateTimeOf(time.Now().Add(-up)))
	}
	return out.Write(object.SpanOf(up))
}

type getFileHash struct {
	Path        []string `param:"set=Path mandatory pos=0 wildcards" help:"The files."`
	LiteralPath []string `param:"set=LiteralPath mandatory pipelinebyname" alias:"PSPath,LP" help:"The files, their names taken as they are."`
	Algorithm   string   `param:"pos=1" validate:"set=SHA1,SHA256,SHA384,SHA512,MD5" help:"How the hash is computed."`
}

var typeFileHash = object.Declare(&object.Type{Name: "Microsoft.PowerShell.Commands.FileHashInfo", Base: object.TypeObject,
	Views: object.Views{Table: []object.Column{{Property: "Algorithm", Width: 15}, {Property: "Hash", Width: 70}, {Property: "Path"}}}})

func init() {
	object.Extend(typeFileHash, func(t *object.Type) {
		for i, n := range []string{"Algorithm", "Hash", "Path"} {
			addProperty(t, n, object.TypeString, func(f *[3]string) any { return f[i] })
		}
	})
}

// Process hashes the files.
func (c *getFileHash) Process(_ context.Context, _ any, out cmdlet.Out) error {
	for _, path := range append(slices.Clone(c.Path), c.LiteralPath...) {
		files, err := matchingFiles(out.Session(), path, len(c.LiteralPath) > 0)
		if err != nil {
			return err
		}
		for _, f := range files {
			sum, err := c.hash(f)
			if err != nil {
				if err := out.Error(object.RecordOf(readError(f, err))); err != nil {
					return err
				}
				continue
			}
			name := strings.ToUpper(c.Algorithm)
			if err := out.Write(object.Instance(typeFileHash, &[3]string{name, sum, f})); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *getFileHash) hash(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var h hash.Hash
	switch strings.ToUpper(c.Algorithm) {
	case "MD5":
		h = md5.New()
	case "SHA1":
		h = sha1.New()
	case "SHA384":
		h = sha512.New384()
	case "SHA512":
		h = sha512.New()
	default:
		h = sha256.New()
	}
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%X", h.Sum(nil)), nil
}

type getError struct {
	InputObject any   `param:"set=Error pos=0 pipeline" validate:"notnullorempty" help:"An error, instead of the session's last ones."`
	Newest      int32 `param:"set=Newest" alias:"Last" validate:"range=1,2147483647" help:"How many of the session's last errors."`
}

// Process puts out the error given, or the session's last ones, with all that is known of them.
func (c *getError) Process(_ context.Context, _ any, out cmdlet.Out) error {
	errs := []any{c.InputObject}
	if c.InputObject == nil {
		errs = out.Session().Errors().Items
		errs = errs[:min(int(max(c.Newest, 1)), len(errs))]
	}
	for _, e := range errs {
		o := object.Wrap(e)
		if _, ok := e.(*object.Object); !ok {
			o.TypeNames = append([]string{object.TypeNamesOf(e)[0] + "#PSExtendedError"}, object.TypeNamesOf(e)...)
		}
		if err := out.Write(o); err != nil {
			return err
		}
	}
	return nil
}

type outGridView struct {
	InputObject any    `param:"pipeline" help:"The objects."`
	Title       string `param:"" help:"The window's title."`
	PassThru    bool   `param:"" help:"Puts out what the user chooses."`
	OutputMode  string `param:"" validate:"set=None,Single,Multiple" help:"How much the user may choose."`
}

// Begin refuses: there is no window to show.
func (*outGridView) Begin(context.Context, cmdlet.Out) error {
	e := object.NewException("System.NotSupportedException", "Out-GridView needs a window, and migsh has none. Use Format-Table, or Export-Csv and a spreadsheet.")
	return object.NewErrorOf(e, "RemotingNotSupported", object.NotImplemented, nil)
}

// Process has nothing to do.
func (*outGridView) Process(context.Context, any, cmdlet.Out) error { return nil }
