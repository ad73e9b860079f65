package dotnet

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"migsh/shell/object"
)

var (
	typeFile           = object.Declare(&object.Type{Name: "System.IO.File", IsStatic: true})
	typeDirectory      = object.Declare(&object.Type{Name: "System.IO.Directory", IsStatic: true})
	typeFileSystemInfo = object.Declare(&object.Type{Name: "System.IO.FileSystemInfo"})
	// TypeFileInfo and TypeDirectoryInfo are what file cmdlets return.
	TypeFileInfo      = object.Declare(&object.Type{Name: "System.IO.FileInfo", Base: typeFileSystemInfo})
	TypeDirectoryInfo = object.Declare(&object.Type{Name: "System.IO.DirectoryInfo", Base: typeFileSystemInfo})
	typeAttributes    = object.NewEnum("System.IO.FileAttributes", true,
		[]string{"ReadOnly", "Hidden", "System", "Directory", "Archive", "Device", "Normal", "Temporary", "SparseFile", "ReparsePoint", "Compressed", "Offline", "NotContentIndexed", "Encrypted"},
		[]int64{1, 2, 4, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384})
	typeSearchOption = object.NewEnum("System.IO.SearchOption", false, []string{"TopDirectoryOnly", "AllDirectories"}, nil)
	typeFileMode     = object.NewEnum("System.IO.FileMode", false, []string{"CreateNew", "Create", "Open", "OpenOrCreate", "Truncate", "Append"}, []int64{1, 2, 3, 4, 5, 6})
	typeFileAccess   = object.NewEnum("System.IO.FileAccess", true, []string{"Read", "Write", "ReadWrite"}, []int64{1, 2, 3})
)

const (
	attributeReadOnly  = 1
	attributeHidden    = 2
	attributeDirectory = 16
	attributeNormal    = 128
	attributeLink      = 1024
)

func init() {
	object.Extend(typeFile, fileMembers)
	object.Extend(typeDirectory, directoryMembers)
	object.Extend(typeFileSystemInfo, fileSystemMembers)
	object.Extend(TypeFileInfo, fileInfoMembers)
	object.Extend(TypeDirectoryInfo, directoryInfoMembers)
	TypeFileInfo.Convert = func(v any) (any, bool, error) {
		if s, ok := v.(string); ok && s != "" {
			return NewFileInfo(s), true, nil
		}
		return nil, false, nil
	}
	TypeDirectoryInfo.Convert = func(v any) (any, bool, error) {
		if s, ok := v.(string); ok && s != "" {
			return NewDirectoryInfo(s), true, nil
		}
		return nil, false, nil
	}
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
		return NewFileInfo(a.str(0)).Base.(*fileInfo).attributes(), nil
	})
	for name, get := range map[string]func(f *fileInfo) time.Time{"GetLastWriteTime": (*fileInfo).modified, "GetCreationTime": (*fileInfo).modified, "GetLastAccessTime": (*fileInfo).modified} {
		static(t, "datetime "+name+"(string path)", func(a args) (any, error) { return object.DateTimeOf(get(newInfo(a.str(0)))), nil })
		static(t, "datetime "+name+"Utc(string path)", func(a args) (any, error) { return object.DateTimeOf(get(newInfo(a.str(0))).UTC()), nil })
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
		return NewDirectoryInfo(path), nil
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
		return NewDirectoryInfo(filepath.Dir(full)), nil
	})
}

// fileInfo is the base value of FileInfo and DirectoryInfo. What it tells of the file is read when first asked for.
type fileInfo struct {
	path, original string
	info           fs.FileInfo
	known          bool
}

func newInfo(path string) *fileInfo {
	full, err := filepath.Abs(path)
	if err != nil {
		full = path
	}
	return &fileInfo{path: full, original: path}
}

// NewFileInfo returns a System.IO.FileInfo of a path, which need not exist.
func NewFileInfo(path string) *object.Object { return object.Instance(TypeFileInfo, newInfo(path)) }

// NewDirectoryInfo returns a System.IO.DirectoryInfo of a path, which need not exist.
func NewDirectoryInfo(path string) *object.Object {
	return object.Instance(TypeDirectoryInfo, newInfo(path))
}

// PathOf returns the full path of a FileInfo or DirectoryInfo.
func PathOf(v any) (string, bool) {
	o, ok := v.(*object.Object)
	if !ok {
		return "", false
	}
	f, ok := o.Base.(*fileInfo)
	if !ok {
		return "", false
	}
	return f.path, true
}

// Text is the full path, as "$file" shows it.
func (f *fileInfo) Text() string { return f.path }

func (f *fileInfo) stat() fs.FileInfo {
	if !f.known {
		info, err := os.Lstat(f.path)
		if err == nil {
			if target, targetErr := os.Stat(f.path); targetErr == nil && info.Mode()&fs.ModeSymlink != 0 {
				info = linkInfo{target, info}
			}
			f.info = info
		}
		f.known = true
	}
	return f.info
}

// linkInfo is what a link points to, still known as a link.
type linkInfo struct {
	fs.FileInfo
	link fs.FileInfo
}

func (f *fileInfo) modified() time.Time {
	if i := f.stat(); i != nil {
		return i.ModTime()
	}
	return time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)
}

func (f *fileInfo) isLink() bool { _, ok := f.stat().(linkInfo); return ok }

func (f *fileInfo) attributes() object.Enum {
	i := f.stat()
	if i == nil {
		return object.Enum{Type: typeAttributes, Value: -1}
	}
	v := int64(0)
	if i.IsDir() {
		v |= attributeDirectory
	}
	if i.Mode().Perm()&0o222 == 0 {
		v |= attributeReadOnly
	}
	if strings.HasPrefix(filepath.Base(f.path), ".") {
		v |= attributeHidden
	}
	if f.isLink() {
		v |= attributeLink
	}
	if v == 0 {
		v = attributeNormal
	}
	return object.Enum{Type: typeAttributes, Value: v}
}

// mode is the Mode column: d or - or l, then the attributes that are set.
func (f *fileInfo) mode() string {
	v := f.attributes().Value
	if v < 0 {
		return ""
	}
	m := []byte("------")
	if v&attributeDirectory != 0 {
		m[0] = 'd'
	}
	if v&attributeDirectory == 0 {
		m[1] = 'a'
	}
	if v&attributeLink != 0 {
		m[0] = 'l'
	}
	if v&attributeDirectory == 0 && v&(attributeNormal|attributeReadOnly|attributeHidden|attributeLink) != 0 {
		m[1] = '-'
	}
	if v&attributeReadOnly != 0 {
		m[2] = 'r'
	}
	if v&attributeHidden != 0 {
		m[3] = 'h'
	}
	return string(m[:5])
}

func (f *fileInfo) base() string { return filepath.Base(f.path) }

func fileSystemMembers(t *object.Type) {
	field(t, "System.IO.FileAttributes Attributes", func(f *fileInfo) any { return f.attributes() })
	for _, name := range []string{"CreationTime", "LastAccessTime", "LastWriteTime"} {
		settable(t, "datetime "+name, func(f *fileInfo) any { return object.DateTimeOf(f.modified().Local()) }, func(f *fileInfo, v any) error { return f.touch(v) })
		settable(t, "datetime "+name+"Utc", func(f *fileInfo) any { return object.DateTimeOf(f.modified().UTC()) }, func(f *fileInfo, v any) error { return f.touch(v) })
	}
	field(t, "string Extension", func(f *fileInfo) any { return extension(f.base()) })
	field(t, "string FullName", func(f *fileInfo) any { return f.path })
	field(t, "string Name", func(f *fileInfo) any { return f.base() })
	field(t, "string LinkTarget", func(f *fileInfo) any {
		if !f.isLink() {
			return nil
		}
		target, err := os.Readlink(f.path)
		if err != nil {
			return nil
		}
		return target
	})
	field(t, "string UnixMode", func(f *fileInfo) any {
		if f.stat() == nil {
			return ""
		}
		return unixMode(f)
	})
	code(t, "string Mode", func(f *fileInfo) any { return f.mode() })
	code(t, "string ModeWithoutHardLink", func(f *fileInfo) any { return f.mode() })
	code(t, "string LinkType", func(f *fileInfo) any {
		if f.isLink() {
			return "SymbolicLink"
		}
		return nil
	})
	code(t, "string Target", func(f *fileInfo) any {
		target, err := os.Readlink(f.path)
		if err != nil {
			return nil
		}
		return target
	})
	method(t, "void Refresh()", func(f *fileInfo, _ args) (any, error) { f.known, f.info = false, nil; return nil, nil })
	method(t, "string ToString()", func(f *fileInfo, _ args) (any, error) { return f.original, nil })
}

func (f *fileInfo) touch(v any) error {
	when := v.(object.DateTime).Time()
	if err := os.Chtimes(f.path, when, when); err != nil {
		return ioError(f.path, err)
	}
	f.known = false
	return nil
}

func unixMode(f *fileInfo) string {
	i := f.stat()
	kind := "-"
	switch {
	case f.isLink():
		kind = "l"
	case i.IsDir():
		kind = "d"
	}
	perm := i.Mode().Perm().String()
	return kind + perm[1:]
}

// code declares a property that PowerShell itself adds to a .NET type.
func code[T any](t *object.Type, signature string, get func(recv T) any) {
	field(t, signature, get)
	_, name, _ := cutLast(signature)
	t.Instance.Find(name).Kind = object.KindCodeProperty
}

func fileInfoMembers(t *object.Type) {
	property(t, "long Length", func(f *fileInfo) (any, error) {
		i := f.stat()
		if i == nil {
			return nil, throw("System.IO.FileNotFoundException", "Could not find file '%s'.", f.path)
		}
		return i.Size(), nil
	})
	field(t, "System.IO.DirectoryInfo Directory", func(f *fileInfo) any { return NewDirectoryInfo(filepath.Dir(f.path)) })
	field(t, "string DirectoryName", func(f *fileInfo) any { return filepath.Dir(f.path) })
	field(t, "bool Exists", func(f *fileInfo) any { i := f.stat(); return i != nil && !i.IsDir() })
	field(t, "bool IsReadOnly", func(f *fileInfo) any { return f.attributes().Value&attributeReadOnly != 0 })
	code(t, "string BaseName", func(f *fileInfo) any { return strings.TrimSuffix(f.base(), extension(f.base())) })
	method(t, "void Delete()", func(f *fileInfo, _ args) (any, error) {
		if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, ioError(f.path, err)
		}
		f.known = false
		return nil, nil
	})
	copyTo := func(f *fileInfo, to string, flag int) (any, error) {
		b, err := os.ReadFile(f.path)
		if err != nil {
			return nil, ioError(f.path, err)
		}
		if _, err := writeFile(args{to}, b, flag); err != nil {
			return nil, err
		}
		return NewFileInfo(to), nil
	}
	method(t, "System.IO.FileInfo CopyTo(string destFileName)", func(f *fileInfo, a args) (any, error) { return copyTo(f, a.str(0), os.O_EXCL) })
	method(t, "System.IO.FileInfo CopyTo(string destFileName, bool overwrite)", func(f *fileInfo, a args) (any, error) { return copyTo(f, a.str(0), os.O_TRUNC) })
	method(t, "void MoveTo(string destFileName)", func(f *fileInfo, a args) (any, error) {
		if err := os.Rename(f.path, a.str(0)); err != nil {
			return nil, ioError(f.path, err)
		}
		*f = *newInfo(a.str(0))
		return nil, nil
	})
	method(t, "System.IO.StreamReader OpenText()", func(f *fileInfo, _ args) (any, error) { return openReader(f.path, utf8NoBOM) })
	constructor(t, "(string fileName)", func(a args) (any, error) {
		if _, err := pathArgument(a, 0); err != nil {
			return nil, err
		}
		return NewFileInfo(a.str(0)), nil
	})
}

func directoryInfoMembers(t *object.Type) {
	field(t, "System.IO.DirectoryInfo Parent", func(f *fileInfo) any {
		if filepath.Dir(f.path) == f.path {
			return nil
		}
		return NewDirectoryInfo(filepath.Dir(f.path))
	})
	field(t, "System.IO.DirectoryInfo Root", func(f *fileInfo) any {
		return NewDirectoryInfo(filepath.VolumeName(f.path) + string(filepath.Separator))
	})
	field(t, "bool Exists", func(f *fileInfo) any { i := f.stat(); return i != nil && i.IsDir() })
	code(t, "string BaseName", func(f *fileInfo) any { return f.base() })
	method(t, "void Create()", func(f *fileInfo, _ args) (any, error) {
		if err := os.MkdirAll(f.path, 0o777); err != nil {
			return nil, ioError(f.path, err)
		}
		f.known = false
		return nil, nil
	})
	method(t, "void Delete()", func(f *fileInfo, _ args) (any, error) {
		if err := os.Remove(f.path); err != nil {
			return nil, ioError(f.path, err)
		}
		return nil, nil
	})
	method(t, "void Delete(bool recursive)", func(f *fileInfo, a args) (any, error) {
		remove := os.Remove
		if a.bool(0) {
			remove = os.RemoveAll
		}
		if err := remove(f.path); err != nil {
			return nil, ioError(f.path, err)
		}
		return nil, nil
	})
	entries := func(f *fileInfo, pattern string, want func(fs.DirEntry) bool) (any, error) {
		names, err := listed(args{f.path, pattern}, want)
		if err != nil {
			return nil, err
		}
		out := &object.Array{}
		for _, n := range names.(*object.Array).Items {
			path := n.(string)
			if i, err := os.Stat(path); err == nil && i.IsDir() {
				out.Items = append(out.Items, NewDirectoryInfo(path))
			} else {
				out.Items = append(out.Items, NewFileInfo(path))
			}
		}
		return out, nil
	}
	for name, want := range map[string]func(fs.DirEntry) bool{
		"GetFiles": func(d fs.DirEntry) bool { return !d.IsDir() }, "GetDirectories": fs.DirEntry.IsDir, "GetFileSystemInfos": func(fs.DirEntry) bool { return true },
	} {
		method(t, "System.IO.FileSystemInfo[] "+name+"()", func(f *fileInfo, _ args) (any, error) { return entries(f, "*", want) })
		method(t, "System.IO.FileSystemInfo[] "+name+"(string searchPattern)", func(f *fileInfo, a args) (any, error) { return entries(f, a.str(0), want) })
	}
	method(t, "System.IO.DirectoryInfo CreateSubdirectory(string path)", func(f *fileInfo, a args) (any, error) {
		path := filepath.Join(f.path, a.str(0))
		if err := os.MkdirAll(path, 0o777); err != nil {
			return nil, ioError(path, err)
		}
		return NewDirectoryInfo(path), nil
	})
	constructor(t, "(string path)", func(a args) (any, error) {
		if _, err := pathArgument(a, 0); err != nil {
			return nil, err
		}
		return NewDirectoryInfo(a.str(0)), nil
	})
}

// extension is Path.GetExtension: from the last point on, empty if it is the last character.
func extension(name string) string {
	e := filepath.Ext(name)
	if e == "." {
		return ""
	}
	return e
}

// readAll reads a stream to its end.
func readAll(r io.Reader) ([]byte, error) { return io.ReadAll(r) }
