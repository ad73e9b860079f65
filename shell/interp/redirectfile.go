package interp

import (
	"bufio"
	"os"

	"migsh/shell/object"
)

// openRedirect opens the file of > or >>. What is written is rendered as it would be shown.
func (f *frame) openRedirect(name string, appending bool) (sink, func() error, error) {
	path := f.in.resolvePath(name)
	mode := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	if appending {
		mode = os.O_CREATE | os.O_WRONLY | os.O_APPEND
	}
	file, err := os.OpenFile(path, mode, 0o666)
	if err != nil {
		return nil, nil, f.errRedirect(path, err)
	}
	r := &redirectFile{in: f.in, file: file, w: bufio.NewWriter(file)}
	return r, r.close, nil
}

// errRedirect is the error of a file that cannot be written.
func (f *frame) errRedirect(path string, cause error) error {
	typ, text := "System.IO.IOException", cause.Error()
	switch {
	case os.IsNotExist(cause):
		typ, text = "System.IO.DirectoryNotFoundException", "Could not find a part of the path '"+path+"'."
	case os.IsPermission(cause):
		typ, text = "System.UnauthorizedAccessException", "Access to the path '"+path+"' is denied."
	}
	e := object.NewException(typ, "%s", text)
	e.Cause = cause
	r := object.NewErrorOf(e, "FileOpenFailure", object.OpenError, nil)
	r.Command, r.Activity = "Microsoft.PowerShell.Commands.OutFileCommand", "Out-File"
	return f.place(r)
}

// redirectFile is a sink into a file. Strings are written as they come, in order with all else.
type redirectFile struct {
	in    *Interp
	file  *os.File
	w     *bufio.Writer
	batch []any
}

func (r *redirectFile) write(v any) error {
	if record := recordBase(v); record != nil { // a warning or its like is its text
		v = record.Text
	}
	if s, ok := v.(string); ok && len(r.batch) == 0 {
		_, err := r.w.WriteString(s + "\n")
		return err
	}
	r.batch = append(r.batch, v)
	return nil
}

func (r *redirectFile) close() error {
	var failed error
	if len(r.batch) > 0 {
		text, err := r.in.text(r.batch)
		if err == nil {
			_, err = r.w.WriteString(text)
		}
		failed = err
	}
	if err := r.w.Flush(); failed == nil {
		failed = err
	}
	if err := r.file.Close(); failed == nil {
		failed = err
	}
	return failed
}
