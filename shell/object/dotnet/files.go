package dotnet

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"migsh/shell/object"
)

var (
	typeFile      = object.Declare(&object.Type{Name: "System.IO.File", IsStatic: true})
	typeDirectory = object.Declare(&object.Type{Name: "System.IO.Directory", IsStatic: true})
	_             = object.NewEnum("System.IO.SearchOption", false, []string{"TopDirectoryOnly", "AllDirectories"}, nil)
	_             = object.NewEnum("System.IO.FileMode", false, []string{"CreateNew", "Create", "Open", "OpenOrCreate", "Truncate", "Append"}, []int64{1, 2, 3, 4, 5, 6})
	_             = object.NewEnum("System.IO.FileAccess", true, []string{"Read", "Write", "ReadWrite"}, []int64{1, 2, 3})
)

func init() {
	object.Extend(typeFile, fileMembers)
	object.Extend(typeDirectory, directoryMembers)
	object.Extend(object.TypeFileInfo, fileInfoMembers)
	object.Extend(object.TypeDirectoryInfo, func(t *object.Type) {
		method(t, "System.IO.DirectoryInfo CreateSubdirectory(string path)", func(f *object.File, a args) (any, error) {
			path := filepath.Join(f.Path, a.str(0))
			if err := os.MkdirAll(path, 0o777); err != nil {
				return nil, ioError(path, err)
			}
			return object.NewFile(path, true), nil
		})
	})
}

// ioError puts an error of the file system into .NET's words.
func ioError(path string, err error) error {
	full, absErr := filepath.Abs(path)
	if absErr != nil {
		full = path
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, statErr := os.Stat(filepath.Dir(full)); statErr != nil {
			return throw("System.IO.DirectoryNotFoundException", "Could not find a part of the path '%s'.", full)
		}
		e := object.NewException("System.IO.FileNotFoundException", "Could not find file '%s'.", full)
		e.Fields = object.TableOf("FileName", full)
		return e
	case errors.Is(err, fs.ErrPermission):
		return throw("System.UnauthorizedAccessException", "Access to the path '%s' is denied.", full)
	case errors.Is(err, fs.ErrExist):
		return throw("System.IO.IOException", "The file '%s' already exists.", full)
	case errors.Is(err, syscall.EISDIR):
		return throw("System.UnauthorizedAccessException", "Access to the path '%s' is denied.", full)
	case errors.Is(err, syscall.ENOTDIR):
		return throw("System.IO.DirectoryNotFoundException", "Could not find a part of the path '%s'.", full)
	}
	return throw("System.IO.IOException", "%s : '%s'", err.Error(), full)
}

func pathArgument(a args, i int) (string, error) {
	switch {
	case a[i] == nil:
		return "", nullArgument("path")
	case a.str(i) == "":
		return "", argument("The value cannot be an empty string. (Parameter 'path')")
	}
	return a.str(i), nil
}

func readBytes(a args) ([]byte, error) {
	path, err := pathArgument(a, 0)
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, ioError(path, err)
	}
	return b, nil
}

// lines splits text at line ends of any kind; a last one ends the text.
func lines(s string) []string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	s = strings.TrimSuffix(s, "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

func writeFile(a args, content []byte, flag int) (any, error) {
	path, err := pathArgument(a, 0)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, 0o666)
	if err != nil {
		return nil, ioError(path, err)
	}
	_, err = f.Write(content)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, ioError(path, err)
	}
	return nil, nil
}

func joinLines(items []any) string {
	var b strings.Builder
	for _, l := range items {
		b.WriteString(object.ToString(l))
		b.WriteByte('\n')
	}
	return b.String()
}

func fileMembers(t *object.Type) {
	static(t, "byte[] ReadAllBytes(string path)", func(a args) (any, error) {
		b, err := readBytes(a)
		if err != nil {
			return nil, err
		}
		return object.BytesToArray(b), nil
	})
	text := func(a args, enc encoding) (string, error) {
		b, err := readBytes(a)
		if err != nil {
			return "", err
		}
		return enc.detect(b), nil
	}
	static(t, "string ReadAllText(string path)", func(a args) (any, error) { return anyText(text(a, utf8NoBOM)) })
	static(t, "string ReadAllText(string path, System.Text.Encoding encoding)", func(a args) (any, error) { return anyText(text(a, encodingOf(a[1]))) })
	allLines := func(a args, enc encoding) (any, error) {
		s, err := text(a, enc)
		if err != nil {
			return nil, err
		}
		return stringArray(lines(s)), nil
	}
	for _, name := range []string{"ReadAllLines", "ReadLines"} {
		static(t, "string[] "+name+"(string path)", func(a args) (any, error) { return allLines(a, utf8NoBOM) })
		static(t, "string[] "+name+"(string path, System.Text.Encoding encoding)", func(a args) (any, error) { return allLines(a, encodingOf(a[1])) })
	}
	for name, flag := range map[string]int{"Write": os.O_TRUNC, "Append": os.O_APPEND} {
		bom := flag == os.O_TRUNC
		static(t, "void "+name+"AllText(string path, string contents)", func(a args) (any, error) { return writeFile(a, []byte(a.str(1)), flag) })
		static(t, "void "+name+"AllText(string path, string contents, System.Text.Encoding encoding)", func(a args) (any, error) {
			return writeFile(a, encodingOf(a[2]).file(a.str(1), bom), flag)
		})
		static(t, "void "+name+"AllLines(string path, string[] contents)", func(a args) (any, error) { return writeFile(a, []byte(joinLines(a.items(1))), flag) })
		static(t, "void "+name+"AllLines(string path, string[] contents, System.Text.Encoding encoding)", func(a args) (any, error) {
			return writeFile(a, encodingOf(a[2]).file(joinLines(a.items(1)), bom), flag)
		})
	}
	static(t, "void WriteAllBytes(string path, byte[] bytes)", func(a args) (any, error) { return writeFile(a, object.BytesOf(a[1]), os.O_TRUNC) })
	static(t, "bool Exists(string path)", func(a args) (any, error) {
		info, err := os.Stat(a.str(0))
		return err == nil && !info.IsDir(), nil
	})
	static(t, "void Delete(string path)", func(a args) (any, error) {
		path, err := pathArgument(a, 0)
		if err != nil {
			return nil, err
		}
		if info, err := os.Lstat(path); err == nil && info.IsDir() {
			return nil, throw("System.UnauthorizedAccessException", "Access to the path '%s' is denied.", path)
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, ioError(path, err)
		}
		return nil, nil
	})
	copyFile := func(a args, overwrite bool) (any, error) {
		b, err := readBytes(a)
		if err != nil {
			return nil, err
		}
		flag := os.O_TRUNC
		if !overwrite {
			flag = os.O_EXCL
		}
		return writeFile(a[1:], b, flag)
	}
	static(t, "void Copy(string sourceFileName, string destFileName)", func(a args) (any, error) { return copyFile(a, false) })
	static(t, "void Copy(string sourceFileName, string destFileName, bool overwrite)", func(a args) (any, error) { return copyFile(a, a.bool(2)) })
	move := func(a args, overwrite bool) (any, error) {
		if _, err := os.Stat(a.str(0)); err != nil {
			return nil, ioError(a.str(0), err)
		}
		if _, err := os.Stat(a.str(1)); err == nil && !overwrite {
			return nil, throw("System.IO.IOException", "Cannot create a file when that file already exists.")
		}
		if err := os.Rename(a.str(0), a.str(1)); err != nil {
			return nil, ioError(a.str(1), err)
		}
		return nil, nil
	}
	static(t, "void Move(string sourceFileName, string destFileName)", func(a args) (any, error) { return move(a, false) })
	static(t, "void Move(string sourceFileName, string destFileName, bool overwrite)", func(a args) (any, error) { return move(a, a.bool(2)) })
	static(t, "System.IO.FileAttributes GetAttributes(string path)", func(a args) (any, error) {
		if _, err := os.Stat(a.str(0)); err != nil {
			return nil, ioError(a.str(0), err)
		}
		v, _, err := object.Property(newFile(a.str(0), false), "Attributes")
		return v, err
	})
	for _, name := range []string{"LastWriteTime", "CreationTime", "LastAccessTime"} {
		for _, utc := range []string{"", "Utc"} {
			static(t, "datetime Get"+name+utc+"(string path)", func(a args) (any, error) {
				v, _, err := object.Property(newFile(a.str(0), false), name+utc)
				return v, err
			})
		}
	}
	static(t, "void SetLastWriteTime(string path, datetime lastWriteTime)", func(a args) (any, error) {
		when := a.date(1).Time()
		if err := os.Chtimes(a.str(0), when, when); err != nil {
			return nil, ioError(a.str(0), err)
		}
		return nil, nil
	})
	static(t, "System.IO.StreamReader OpenText(string path)", func(a args) (any, error) { return openReader(a.str(0), utf8NoBOM) })
	static(t, "System.IO.StreamWriter CreateText(string path)", func(a args) (any, error) { return openWriter(a.str(0), false, utf8NoBOM) })
	static(t, "System.IO.StreamWriter AppendText(string path)", func(a args) (any, error) { return openWriter(a.str(0), true, utf8NoBOM) })
	static(t, "System.IO.FileStream Create(string path)", func(a args) (any, error) { return openStream(a.str(0), os.O_RDWR|os.O_CREATE|os.O_TRUNC) })
	static(t, "System.IO.FileStream OpenRead(string path)", func(a args) (any, error) { return openStream(a.str(0), os.O_RDONLY) })
	static(t, "System.IO.FileStream OpenWrite(string path)", func(a args) (any, error) { return openStream(a.str(0), os.O_RDWR|os.O_CREATE) })
}

func anyText(s string, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// listed returns the entries of a directory that fit a pattern, sorted as the file system has them.
func listed(a args, want func(d fs.DirEntry) bool) (any, error) {
	path, err := pathArgument(a, 0)
	if err != nil {
		return nil, err
	}
	pattern, deep := "*", false
	if len(a) > 1 && a.str(1) != "" {
		pattern = a.str(1)
	}
	if len(a) > 2 {
		deep = a.enum(2) == 1
	}
	w, err := object.NewWildcard(strings.NewReplacer("[", "`[", "]", "`]").Replace(pattern), false)
	if err != nil {
		return nil, err
	}
	out := []string{}
	var walk func(dir string) error
	walk = func(dir string) error {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if want(e) && (pattern == "*" || w.Match(e.Name())) {
				out = append(out, filepath.Join(dir, e.Name()))
			}
		}
		if deep {
			for _, e := range entries {
				if e.IsDir() {
					if err := walk(filepath.Join(dir, e.Name())); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}
	if err := walk(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			full, absErr := filepath.Abs(path)
			if absErr != nil {
				full = path
			}
			return nil, throw("System.IO.DirectoryNotFoundException", "Could not find a part of the path '%s'.", full)
		}
		return nil, ioError(path, err)
	}
	return stringArray(out), nil
}

func directoryMembers(t *object.Type) {
	for kind, want := range map[string]func(fs.DirEntry) bool{
		"Files": func(d fs.DirEntry) bool { return !d.IsDir() }, "Directories": fs.DirEntry.IsDir, "FileSystemEntries": func(fs.DirEntry) bool { return true },
	} {
		for _, verb := range []string{"Get", "Enumerate"} {
			static(t, "string[] "+verb+kind+"(string path)", func(a args) (any, error) { return listed(a, want) })
			static(t, "string[] "+verb+kind+"(string path, string searchPattern)", func(a args) (any, error) { return listed(a, want) })
			static(t, "string[] "+verb+kind+"(string path, string searchPattern, System.IO.SearchOption searchOption)", func(a args) (any, error) { return listed(a, want) })
		}
	}
	static(t, "bool Exists(string path)", func(a args) (any, error) {
		info, err := os.Stat(a.str(0))
		return err == nil && info.IsDir(), nil
	})
	static(t, "System.IO.DirectoryInfo CreateDirectory(string path)", func(a args) (any, error) {
		path, err := pathArgument(a, 0)
		if err != nil {
			return nil, err
		}
		if err := os.MkdirAll(path, 0o777); err != nil {
			return nil, ioError(path, err)
		}
		return newFile(path, true), nil
	})
	remove := func(a args, recursive bool) (any, error) {
		path, err := pathArgument(a, 0)
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() {
			return nil, throw("System.IO.DirectoryNotFoundException", "Could not find a part of the path '%s'.", path)
		}
		if recursive {
			err = os.RemoveAll(path)
		} else if err = os.Remove(path); errors.Is(err, syscall.ENOTEMPTY) {
			return nil, throw("System.IO.IOException", "Directory not empty : '%s'", path)
		}
		if err != nil {
			return nil, ioError(path, err)
		}
		return nil, nil
	}
	static(t, "void Delete(string path)", func(a args) (any, error) { return remove(a, false) })
	static(t, "void Delete(string path, bool recursive)", func(a args) (any, error) { return remove(a, a.bool(1)) })
	static(t, "void Move(string sourceDirName, string destDirName)", func(a args) (any, error) {
		if err := os.Rename(a.str(0), a.str(1)); err != nil {
			return nil, ioError(a.str(0), err)
		}
		return nil, nil
	})
	static(t, "string GetCurrentDirectory()", func(args) (any, error) { return anyText(os.Getwd()) })
	static(t, "System.IO.DirectoryInfo GetParent(string path)", func(a args) (any, error) {
		full, err := filepath.Abs(a.str(0))
		if err != nil {
			return nil, ioError(a.str(0), err)
		}
		if filepath.Dir(full) == full {
			return nil, nil
		}
		return newFile(filepath.Dir(full), true), nil
	})
}

func fileInfoMembers(t *object.Type) {
	copyTo := func(f *object.File, to string, flag int) (any, error) {
		b, err := os.ReadFile(f.Path)
		if err != nil {
			return nil, ioError(f.Path, err)
		}
		if _, err := writeFile(args{to}, b, flag); err != nil {
			return nil, err
		}
		return newFile(to, false), nil
	}
	method(t, "System.IO.FileInfo CopyTo(string destFileName)", func(f *object.File, a args) (any, error) { return copyTo(f, a.str(0), os.O_EXCL) })
	method(t, "System.IO.FileInfo CopyTo(string destFileName, bool overwrite)", func(f *object.File, a args) (any, error) { return copyTo(f, a.str(0), os.O_TRUNC) })
	method(t, "System.IO.StreamReader OpenText()", func(f *object.File, _ args) (any, error) { return openReader(f.Path, utf8NoBOM) })
}

// newFile is object.NewFile for a path that may be relative to the process's directory.
func newFile(path string, directory bool) *object.Object {
	full, err := filepath.Abs(path)
	if err != nil {
		full = path
	}
	return object.NewFile(full, directory)
}

// readAll reads a stream to its end.
func readAll(r io.Reader) ([]byte, error) { return io.ReadAll(r) }
