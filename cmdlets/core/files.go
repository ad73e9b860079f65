package core

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// matchingFiles finds the files that a path with wildcards stands for; a literal path stands for itself. A path that matches nothing
// is an error only where it has no wildcards.
func matchingFiles(s cmdlet.Session, path string, literal bool) ([]string, error) {
	if path == "" {
		return nil, object.NewError("ParameterArgumentValidationErrorEmptyStringNotAllowed", object.InvalidData, nil, "Cannot bind argument to parameter 'Path' because it is an empty string.")
	}
	if literal || !object.HasWildcards(path) {
		t, err := parsePath(s, path)
		if err != nil {
			return nil, err
		}
		if t.drive != nil {
			e := object.NewException("System.Management.Automation.PSNotSupportedException", "Cannot open the file because the current provider (%s) cannot open a file.", t.drive.provider())
			return nil, object.NewErrorOf(e, "ReadWriteFileNotFileSystemProvider", object.InvalidArgument, path)
		}
		return []string{t.path}, nil
	}
	targets, err := expand(s, path, false)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, t := range targets {
		if t.drive == nil {
			found = append(found, t.path)
		}
	}
	return found, nil
}

// oneFile finds the one file that a path stands for.
func oneFile(s cmdlet.Session, path string, literal bool) (string, error) {
	found, err := matchingFiles(s, path, literal)
	if err != nil {
		return "", err
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		e := object.NewException("System.IO.FileNotFoundException", "Cannot perform operation because the wildcard path %s did not resolve to a file.", path)
		return "", object.NewErrorOf(e, "FileOpenFailure", object.OpenError, path)
	}
	e := object.NewException("System.InvalidOperationException", "Cannot perform operation because the path resolved to more than one file. This command cannot operate on multiple files.")
	return "", object.NewErrorOf(e, "ReadWriteMultipleFilesNotSupported", object.InvalidArgument, path)
}

// readError words why a file cannot be read.
func readError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, statErr := filepath.EvalSymlinks(filepath.Dir(path)); statErr != nil {
			e := object.NewException("System.IO.DirectoryNotFoundException", "Could not find a part of the path '%s'.", path)
			return object.NewErrorOf(e, "FileOpenFailure", object.OpenError, path)
		}
		e := object.NewException("System.IO.FileNotFoundException", "Could not find file '%s'.", path)
		return object.NewErrorOf(e, "FileOpenFailure", object.OpenError, path)
	case errors.Is(err, fs.ErrPermission):
		e := object.NewException("System.UnauthorizedAccessException", "Access to the path '%s' is denied.", path)
		return object.NewErrorOf(e, "FileOpenFailure", object.OpenError, path)
	}
	e := object.NewException("System.IO.IOException", "%s", err.Error())
	return object.NewErrorOf(e, "FileOpenFailure", object.OpenError, path)
}

// readTextFile reads a file as text in the encoding named, or in the one that its byte order mark tells.
func readTextFile(path, encoding string) (string, error) {
	enc, err := encodingByName(encoding)
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", readError(path, err)
	}
	return decodeText(data, enc), nil
}
