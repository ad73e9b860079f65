package object

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// File is the Go value under [System.IO.FileInfo] and [System.IO.DirectoryInfo]: a path and what was last read of it.
type File struct {
	Path string // absolute
	// Original is the text that made it, which ToString gives back.
	Original string
	info     fs.FileInfo // nil: does not exist
}

// The types of files and directories.
var (
	TypeFileSystemInfo = Declare(&Type{Name: "System.IO.FileSystemInfo", Base: TypeObject})
	TypeFileInfo       = Declare(&Type{Name: "System.IO.FileInfo", Base: TypeFileSystemInfo, ToString: fileText, Views: fileViews()})
	TypeDirectoryInfo  = Declare(&Type{Name: "System.IO.DirectoryInfo", Base: TypeFileSystemInfo, ToString: fileText, Views: fileViews()})
)

// TypeFileAttributes is System.IO.FileAttributes.
var TypeFileAttributes = NewEnum("System.IO.FileAttributes", true,
	[]string{"ReadOnly", "Hidden", "System", "Directory", "Archive", "Device", "Normal", "Temporary", "ReparsePoint"},
	[]int64{1, 2, 4, 16, 32, 64, 128, 256, 1024})

// NewFile returns the object that stands for the file or directory at an absolute path; directory decides the type of what
// does not exist.
func NewFile(path string, directory bool) *Object {
	f := &File{Path: path, Original: path}
	f.Refresh()
	if f.info != nil {
		directory = f.info.IsDir()
	}
	if directory {
		return Instance(TypeDirectoryInfo, f)
	}
	return Instance(TypeFileInfo, f)
}

// FileOf returns the file under a FileInfo or DirectoryInfo.
func FileOf(v any) (*File, bool) {
	if o, ok := v.(*Object); ok {
		v = o.Base
	}
	f, ok := v.(*File)
	return f, ok
}

// Refresh reads the file's data anew.
func (f *File) Refresh() {
	info, err := os.Stat(f.Path)
	if err != nil {
		if info, err = os.Lstat(f.Path); err != nil { // a link that leads nowhere is there all the same
			info = nil
		}
	}
	f.info = info
}

// Exists tells whether the file was there when it was last read.
func (f *File) Exists() bool { return f.info != nil }

// IsDirectory tells whether it was a directory.
func (f *File) IsDirectory() bool { return f.info != nil && f.info.IsDir() }

// Name is the last part of the path.
func (f *File) Name() string { return filepath.Base(f.Path) }

// Extension is that of the name, with its dot.
func (f *File) Extension() string { return PathExtension(f.Name()) }

// PathExtension is the extension of a name as .NET has it: what begins at the last dot, nothing for a dot at the end.
func PathExtension(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 || i == len(name)-1 {
		return ""
	}
	return name[i:]
}

// Hidden tells whether listings leave it out.
func (f *File) Hidden() bool { return strings.HasPrefix(f.Name(), ".") }

// Modified is the time of the last change of the content.
func (f *File) Modified() time.Time {
	if f.info == nil {
		return time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC) // .NET's answer for a file that is not there
	}
	return f.info.ModTime()
}

// Mode is PowerShell's short form of the attributes: d or l, then a, r, h, s.
func (f *File) Mode() string {
	mode := []byte("-----")
	if f.info == nil {
		return string(mode)
	}
	if f.info.IsDir() {
		mode[0] = 'd'
	}
	if link, err := os.Lstat(f.Path); err == nil && link.Mode()&fs.ModeSymlink != 0 {
		mode[0] = 'l'
	}
	if f.info.Mode().Perm()&0o222 == 0 {
		mode[2] = 'r'
	}
	if f.Hidden() {
		mode[3] = 'h'
	}
	return string(mode)
}

func (f *File) attributes() int64 {
	if f.info == nil {
		return -1
	}
	var bits int64
	if f.info.IsDir() {
		bits |= 16
	}
	if f.info.Mode().Perm()&0o222 == 0 {
		bits |= 1
	}
	if f.Hidden() {
		bits |= 2
	}
	if bits == 0 {
		bits = 128
	}
	return bits
}

func fileText(v any) string {
	if f, ok := FileOf(v); ok {
		return f.Original
	}
	return ""
}

// fileViews is the listing by directory.
func fileViews() Views {
	cell := func(get func(f *File) any) func(v any) any {
		return func(v any) any {
			if f, ok := FileOf(v); ok {
				return get(f)
			}
			return nil
		}
	}
	return Views{
		GroupBy: "PSParentPath", GroupLabel: "Directory",
		GroupValue: cell(func(f *File) any { return filepath.Dir(f.Path) }),
		Table: []Column{
			{Header: "Mode", Width: 7, Value: cell(func(f *File) any { return f.Mode() })},
			{Header: "LastWriteTime", Width: 26, Right: true, Value: cell(func(f *File) any {
				d := DateTimeOf(f.Modified())
				text, _ := Format("{0,10} {1,8}", []any{d.Format("d", CurrentCulture()), d.Format("t", CurrentCulture())})
				return text
			})},
			{Header: "Length", Width: 14, Right: true, Value: cell(func(f *File) any {
				if f.info == nil || f.info.IsDir() {
					return nil
				}
				return f.info.Size()
			})},
			{Header: "Name", Value: cell(func(f *File) any { return f.Name() })},
		},
	}
}

func init() {
	Extend(TypeFileSystemInfo, func(t *Type) { fileSystemMembers(t) })
	Extend(TypeFileInfo, func(t *Type) { fileMembers(t) })
	Extend(TypeDirectoryInfo, func(t *Type) { directoryMembers(t) })
	TypeFileInfo.Constructors = fileConstructors(false)
	TypeDirectoryInfo.Constructors = fileConstructors(true)
	text := func(directory bool) func(v any) (any, bool, error) {
		return func(v any) (any, bool, error) {
			s, ok := Base(v).(string)
			if !ok {
				return nil, false, nil
			}
			return fileNamed(s, directory), true, nil
		}
	}
	TypeFileInfo.Convert, TypeDirectoryInfo.Convert = text(false), text(true)
}

// fileNamed is [System.IO.FileInfo]"name": relative to the process's directory, as in .NET.
func fileNamed(name string, directory bool) *Object {
	path, err := filepath.Abs(name)
	if err != nil {
		path = name
	}
	o := NewFile(path, directory)
	if directory {
		o.Type = TypeDirectoryInfo
	} else {
		o.Type = TypeFileInfo
	}
	o.Base.(*File).Original = name
	return o
}

func fileConstructors(directory bool) []Overload {
	return []Overload{{Params: []Param{{Name: "path", Type: TypeString}}, Call: func(_ any, args []any) (any, error) {
		return fileNamed(ToString(args[0]), directory), nil
	}}}
}

// fileProperty adds a property that is read from the file.
func fileProperty(t *Type, name string, kind MemberKind, typ *Type, get func(f *File) any) *Member {
	m := &Member{Name: name, Kind: kind, Type: typ, Get: func(recv any) (any, error) {
		f, ok := FileOf(recv)
		if !ok {
			return nil, nil
		}
		return get(f), nil
	}}
	t.Instance.Add(m)
	return m
}

func fileMethod(t *Type, name string, returns *Type, params []Param, call func(f *File, args []any) (any, error)) {
	t.Instance.Add(&Member{Name: name, Kind: KindMethod, Overloads: []Overload{{Params: params, Returns: returns, Call: func(recv any, args []any) (any, error) {
		f, ok := FileOf(recv)
		if !ok {
			return nil, nil
		}
		return call(f, args)
	}}}})
}

// fileSetter is how a property of a file is set: the value is converted, and the file read anew.
func fileSetter(typ *Type, set func(f *File, v any) error) func(recv, v any) error {
	return func(recv, v any) error {
		f, ok := FileOf(recv)
		if !ok {
			return nil
		}
		v, err := Convert(v, typ)
		if err != nil {
			return err
		}
		if err := set(f, v); err != nil {
			return ioException(err, f.Path)
		}
		f.Refresh()
		return nil
	}
}

// protect takes the permission to write away, or gives it to the owner.
func (f *File) protect(on bool) error {
	info, err := os.Stat(f.Path)
	if err != nil {
		return err
	}
	mode := info.Mode().Perm() &^ 0o222
	if !on {
		mode = info.Mode().Perm() | 0o200
	}
	return os.Chmod(f.Path, mode)
}

const providerPrefix = `Microsoft.PowerShell.Core\FileSystem::`

func fileSystemMembers(t *Type) {
	add := func(name string, typ *Type, get func(f *File) any) { fileProperty(t, name, KindProperty, typ, get) }
	date := func(utc bool, at func(f *File) time.Time) func(f *File) any {
		return func(f *File) any {
			if utc {
				return DateTimeOf(at(f).UTC())
			}
			return DateTimeOf(at(f).Local())
		}
	}
	modified := func(f *File) time.Time { return f.Modified() }
	add("FullName", TypeString, func(f *File) any { return f.Path })
	add("Extension", TypeString, func(f *File) any { return f.Extension() })
	add("Name", TypeString, func(f *File) any { return f.Name() })
	add("Exists", TypeBoolean, func(f *File) any { return f.Exists() })
	for _, x := range []struct {
		name    string
		written bool // setting it sets the time of the last write, as .NET does where a system keeps no other time of creation
	}{{"CreationTime", true}, {"LastAccessTime", false}, {"LastWriteTime", true}} {
		m := fileProperty(t, x.name, KindProperty, TypeDateTime, date(false, modified))
		u := fileProperty(t, x.name+"Utc", KindProperty, TypeDateTime, date(true, modified))
		set := fileSetter(TypeDateTime, func(f *File, v any) error {
			at := v.(DateTime).Time()
			if x.written {
				return os.Chtimes(f.Path, time.Time{}, at) // the zero time leaves the other one as it is
			}
			return os.Chtimes(f.Path, at, time.Time{})
		})
		m.Set, u.Set = set, set
	}
	add("LinkTarget", TypeString, func(f *File) any {
		if target, err := os.Readlink(f.Path); err == nil {
			return target
		}
		return nil
	})
	add("UnixFileMode", TypeInt32, func(f *File) any {
		if f.info == nil {
			return int32(-1)
		}
		return int32(f.info.Mode().Perm())
	})
	attributes := fileProperty(t, "Attributes", KindProperty, TypeFileAttributes, func(f *File) any { return Enum{Type: TypeFileAttributes, Value: f.attributes()} })
	attributes.Set = fileSetter(TypeFileAttributes, func(f *File, v any) error { return f.protect(v.(Enum).Value&1 != 0) })
	note := func(name string, get func(f *File) any) {
		fileProperty(t, name, KindNoteProperty, TypeString, get)
	}
	note("PSPath", func(f *File) any { return providerPrefix + f.Path })
	note("PSParentPath", func(f *File) any { return providerPrefix + filepath.Dir(f.Path) })
	note("PSChildName", func(f *File) any { return f.Name() })
	note("PSProvider", func(f *File) any { return `Microsoft.PowerShell.Core\FileSystem` })
	note("PSIsContainer", func(f *File) any { return f.IsDirectory() })
	fileProperty(t, "Mode", KindCodeProperty, TypeString, func(f *File) any { return f.Mode() })
	fileProperty(t, "ModeWithoutHardLink", KindCodeProperty, TypeString, func(f *File) any { return f.Mode() })
	fileProperty(t, "BaseName", KindScriptProperty, TypeString, func(f *File) any {
		if f.IsDirectory() {
			return f.Name()
		}
		return strings.TrimSuffix(f.Name(), f.Extension())
	})
	fileMethod(t, "Refresh", TypeVoid, nil, func(f *File, _ []any) (any, error) { f.Refresh(); return Nothing, nil })
	fileMethod(t, "ToString", TypeString, nil, func(f *File, _ []any) (any, error) { return f.Original, nil })
}

func fileMembers(t *Type) {
	add := func(name string, typ *Type, get func(f *File) any) { fileProperty(t, name, KindProperty, typ, get) }
	t.Instance.Add(&Member{Name: "Length", Kind: KindProperty, Type: TypeInt64, Get: func(recv any) (any, error) {
		f, ok := FileOf(recv)
		if !ok {
			return nil, nil
		}
		if f.info == nil {
			return nil, NewException("System.IO.FileNotFoundException", "Could not find file '%s'.", f.Path)
		}
		return f.info.Size(), nil
	}})
	add("DirectoryName", TypeString, func(f *File) any { return filepath.Dir(f.Path) })
	add("Directory", TypeDirectoryInfo, func(f *File) any { return NewFile(filepath.Dir(f.Path), true) })
	readOnly := fileProperty(t, "IsReadOnly", KindProperty, TypeBoolean, func(f *File) any { return f.info != nil && f.info.Mode().Perm()&0o222 == 0 })
	readOnly.Set = fileSetter(TypeBoolean, func(f *File, v any) error { return f.protect(v.(bool)) })
	text := []Param{{Name: "destFileName", Type: TypeString}}
	fileMethod(t, "Delete", TypeVoid, nil, func(f *File, _ []any) (any, error) {
		if err := os.Remove(f.Path); err != nil && !os.IsNotExist(err) {
			return nil, ioException(err, f.Path)
		}
		return Nothing, nil
	})
	fileMethod(t, "MoveTo", TypeVoid, text, func(f *File, args []any) (any, error) {
		to, err := filepath.Abs(ToString(args[0]))
		if err != nil {
			return nil, ioException(err, f.Path)
		}
		if _, err := os.Lstat(to); err == nil {
			return nil, NewException("System.IO.IOException", "Cannot create a file when that file already exists.")
		}
		if err := os.Rename(f.Path, to); err != nil {
			return nil, ioException(err, f.Path)
		}
		f.Path, f.Original = to, to
		f.Refresh()
		return Nothing, nil
	})
}

func directoryMembers(t *Type) {
	add := func(name string, typ *Type, get func(f *File) any) { fileProperty(t, name, KindProperty, typ, get) }
	add("Parent", TypeDirectoryInfo, func(f *File) any {
		if parent := filepath.Dir(f.Path); parent != f.Path {
			return NewFile(parent, true)
		}
		return nil
	})
	add("Root", TypeDirectoryInfo, func(f *File) any { return NewFile(filepath.VolumeName(f.Path)+string(filepath.Separator), true) })
	fileMethod(t, "Create", TypeVoid, nil, func(f *File, _ []any) (any, error) {
		if err := os.MkdirAll(f.Path, 0o777); err != nil {
			return nil, ioException(err, f.Path)
		}
		f.Refresh()
		return Nothing, nil
	})
	list := func(name string, elem *Type, keep func(e fs.DirEntry) bool) {
		call := func(recv any, args []any) (any, error) {
			f, ok := FileOf(recv)
			if !ok {
				return nil, nil
			}
			var pattern *Wildcard
			if len(args) > 0 {
				w, err := NewWildcard(ToString(args[0]), true)
				if err != nil {
					return nil, err
				}
				pattern = w
			}
			entries, err := os.ReadDir(f.Path)
			if err != nil {
				return nil, ioException(err, f.Path)
			}
			out := &Array{Elem: elem}
			for _, e := range entries {
				if keep(e) && (pattern == nil || pattern.Match(e.Name())) {
					out.Items = append(out.Items, NewFile(filepath.Join(f.Path, e.Name()), e.IsDir()))
				}
			}
			return out, nil
		}
		t.Instance.Add(&Member{Name: name, Kind: KindMethod, Overloads: []Overload{
			{Returns: ArrayOf(elem), Call: call},
			{Params: []Param{{Name: "searchPattern", Type: TypeString}}, Returns: ArrayOf(elem), Call: call},
		}})
	}
	list("GetFiles", TypeFileInfo, func(e fs.DirEntry) bool { return !e.IsDir() })
	list("GetDirectories", TypeDirectoryInfo, func(e fs.DirEntry) bool { return e.IsDir() })
	list("GetFileSystemInfos", TypeFileSystemInfo, func(fs.DirEntry) bool { return true })
	remove := func(recv any, args []any) (any, error) {
		f, ok := FileOf(recv)
		if !ok {
			return nil, nil
		}
		do := os.Remove
		if len(args) > 0 && IsTrue(args[0]) {
			do = os.RemoveAll
		}
		if err := do(f.Path); err != nil {
			return nil, ioException(err, f.Path)
		}
		return Nothing, nil
	}
	t.Instance.Add(&Member{Name: "Delete", Kind: KindMethod, Overloads: []Overload{
		{Returns: TypeVoid, Call: remove},
		{Params: []Param{{Name: "recursive", Type: TypeBoolean}}, Returns: TypeVoid, Call: remove},
	}})
}

// ioException is the exception that .NET throws where a system call failed.
func ioException(err error, path string) *Exception {
	var e *Exception
	switch {
	case os.IsNotExist(err):
		e = NewException("System.IO.FileNotFoundException", "Could not find file '%s'.", path)
	case os.IsPermission(err):
		e = NewException("System.UnauthorizedAccessException", "Access to the path '%s' is denied.", path)
	default:
		reason := err.Error()
		if pe, ok := err.(*fs.PathError); ok {
			reason = pe.Err.Error()
		}
		e = NewException("System.IO.IOException", "%s : '%s'", strings.ToUpper(reason[:1])+reason[1:], path)
	}
	e.Cause = err
	return e
}
