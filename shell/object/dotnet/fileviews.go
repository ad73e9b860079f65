package dotnet

import (
	"os"
	"path/filepath"

	"migsh/shell/object"
)

const fileProvider = `Microsoft.PowerShell.Core\FileSystem`

func init() {
	TypeFileInfo.Views, TypeDirectoryInfo.Views = fileViews(), fileViews()
	object.Extend(typeFileSystemInfo, providerMembers)
}

// NewFileSystemInfo returns the object that stands for what lies at an absolute path: a DirectoryInfo or a FileInfo.
func NewFileSystemInfo(path string) *object.Object {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return NewDirectoryInfo(path)
	}
	return NewFileInfo(path)
}

// providerMembers are the properties that PowerShell's file provider gives to files.
func providerMembers(t *object.Type) {
	note := func(name string, get func(f *fileInfo) any) {
		field(t, "string "+name, get)
		t.Instance.Find(name).Kind = object.KindNoteProperty
	}
	note("PSPath", func(f *fileInfo) any { return fileProvider + "::" + f.path })
	note("PSParentPath", func(f *fileInfo) any { return fileProvider + "::" + filepath.Dir(f.path) })
	note("PSChildName", func(f *fileInfo) any { return f.base() })
	note("PSProvider", func(f *fileInfo) any { return fileProvider })
	field(t, "bool PSIsContainer", func(f *fileInfo) any { i := f.stat(); return i != nil && i.IsDir() })
	t.Instance.Find("PSIsContainer").Kind = object.KindNoteProperty
}

// fileViews is the listing by directory.
func fileViews() object.Views {
	cell := func(get func(f *fileInfo) any) func(v any) any {
		return func(v any) any {
			if o, ok := v.(*object.Object); ok {
				if f, ok := o.Base.(*fileInfo); ok {
					return get(f)
				}
			}
			return nil
		}
	}
	return object.Views{
		GroupBy: "PSParentPath", GroupLabel: "Directory",
		GroupValue: cell(func(f *fileInfo) any { return filepath.Dir(f.path) }),
		Table: []object.Column{
			{Header: "Mode", Width: 7, Value: cell(func(f *fileInfo) any { return f.mode() })},
			{Header: "LastWriteTime", Width: 26, Right: true, Value: cell(func(f *fileInfo) any {
				at, culture := object.DateTimeOf(f.modified().Local()), object.CurrentCulture()
				text, err := object.Format("{0,10} {1,8}", []any{at.Format("d", culture), at.Format("t", culture)})
				if err != nil {
					return at
				}
				return text
			})},
			{Header: "Length", Width: 14, Right: true, Value: cell(func(f *fileInfo) any {
				if i := f.stat(); i != nil && !i.IsDir() {
					return i.Size()
				}
				return nil
			})},
			{Header: "Name", Value: cell(func(f *fileInfo) any { return f.base() })},
		},
	}
}
