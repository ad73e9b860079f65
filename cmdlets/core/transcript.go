package core

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// transcript is the session's running transcript.
type transcript struct {
	file *os.File
	err  error // of the first write that failed
}

type transcriptKey struct{}

// Write implements [io.Writer]; what goes wrong is told by Stop-Transcript.
func (t *transcript) Write(b []byte) (int, error) {
	n, err := t.file.Write(b)
	if t.err == nil {
		t.err = err
	}
	return n, err
}

func transcriptOf(s cmdlet.Session) *transcript {
	return s.Keep(transcriptKey{}, func() any { return &transcript{} }).(*transcript)
}

var _ = declare(cmdlet.Spec{
	Name: "Start-Transcript", Module: "Microsoft.PowerShell.Host", Aliases: nil, Synopsis: "Keeps a copy of all output in a text file.", DefaultSet: "ByPath", ShouldProcess: true,
	OutputTypes: []string{"System.String"},
}, func() cmdlet.Cmdlet { return &startTranscript{} })

type startTranscript struct {
	Path             string `param:"set=ByPath pos=0" validate:"notnullorempty" help:"The file. Left out, a file named after the machine and the time, in the home directory."`
	LiteralPath      string `param:"set=ByLiteralPath pos=0" alias:"PSPath,LP" validate:"notnullorempty" help:"The file, by its very name."`
	OutputDirectory  string `param:"set=ByOutputDirectory pos=0" validate:"notnullorempty" help:"The directory of a file named after the machine and the time."`
	Append           bool   `param:"" help:"Add to a file that exists."`
	Force            bool   `param:"" help:"Write to a file that is read-only as well."`
	NoClobber        bool   `param:"" alias:"NoOverwrite" help:"Don't replace a file that exists."`
	UseMinimalHeader bool   `param:"" help:"Begin the file with the time only."`
}

// Process opens the file and begins.
func (c *startTranscript) Process(_ context.Context, _ any, out cmdlet.Out) error {
	t := transcriptOf(out.Session())
	if t.file != nil {
		return object.NewErrorOf(object.NewException("System.Management.Automation.PSInvalidOperationException",
			"Transcription has already been started. Use Stop-Transcript to stop transcription before starting it again."), "CannotStartTranscription", object.InvalidOperation, nil)
	}
	path := c.Path + c.LiteralPath
	if path == "" {
		path = filepath.Join(c.directory(), transcriptName(time.Now()))
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(out.Session().Location(), path)
	}
	if ok, err := out.ShouldProcess(path, "Start-Transcript"); err != nil || !ok {
		return err
	}
	file, err := c.open(path)
	if err != nil {
		return object.NewErrorOf(object.NewException("System.IO.IOException", "The transcript cannot be written: %v.", err), "CannotStartTranscription", object.OpenError, path)
	}
	t.file, t.err = file, nil
	if _, err := fmt.Fprint(t, transcriptHead(c.UseMinimalHeader)); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := out.Session().Transcribe(t); err != nil {
		return err
	}
	return out.Write("Transcript started, output file is " + path)
}

func (c *startTranscript) directory() string {
	if c.OutputDirectory != "" {
		return c.OutputDirectory
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "."
	}
	return home
}

func (c *startTranscript) open(path string) (*os.File, error) {
	mode := os.O_CREATE | os.O_WRONLY
	switch {
	case c.Append:
		mode |= os.O_APPEND
	case c.NoClobber:
		mode |= os.O_EXCL
	default:
		mode |= os.O_TRUNC
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, mode, 0o600)
	if errors.Is(err, fs.ErrPermission) && c.Force {
		if err := os.Chmod(path, 0o600); err != nil {
			return nil, err
		}
		return os.OpenFile(path, mode, 0o600)
	}
	return file, err
}

func transcriptName(at time.Time) string {
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	return "PowerShell_transcript." + host + "." + strings.ReplaceAll(object.NewGuid().String(), "-", "")[:8] + "." + at.Format("20060102150405") + ".txt"
}

const transcriptLine = "**********************\n"

func transcriptHead(minimal bool) string {
	head := transcriptLine + "PowerShell transcript start\nStart time: " + time.Now().Format("20060102150405") + "\n"
	if !minimal {
		name := ""
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
		host, _ := os.Hostname() // a machine without a name has none here
		head += "Username: " + name + "\nMachine: " + host + " (" + runtime.GOOS + ")\nProcess ID: " + fmt.Sprint(os.Getpid()) + "\n"
	}
	return head + transcriptLine
}

var _ = declare(cmdlet.Spec{
	Name: "Stop-Transcript", Module: "Microsoft.PowerShell.Host", ShouldProcess: true, Synopsis: "Ends the copy of all output.", OutputTypes: []string{"System.String"},
}, func() cmdlet.Cmdlet { return &stopTranscript{} })

type stopTranscript struct{}

// Process ends the transcript and closes its file.
func (*stopTranscript) Process(_ context.Context, _ any, out cmdlet.Out) error {
	t := transcriptOf(out.Session())
	if t.file == nil {
		return object.NewErrorOf(object.NewException("System.Management.Automation.PSInvalidOperationException",
			"An error occurred stopping transcription: The host is not currently transcribing."), "InvalidOperation", object.InvalidOperation, nil)
	}
	if ok, err := out.ShouldProcess(t.file.Name(), ""); err != nil || !ok {
		return err
	}
	err := out.Session().Transcribe(nil)
	_, writeErr := fmt.Fprint(t, transcriptLine, "PowerShell transcript end\nEnd time: ", time.Now().Format("20060102150405"), "\n", transcriptLine)
	path := t.file.Name()
	err = errors.Join(err, writeErr, t.err, t.file.Close())
	t.file = nil
	if err != nil {
		return object.NewErrorOf(object.NewException("System.IO.IOException", "The transcript %s is not whole: %v.", path, err), "TranscriptIncomplete", object.WriteError, path)
	}
	return out.Write("Transcript stopped, output file is " + path)
}
