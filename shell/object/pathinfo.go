package object

// PathInfo is the Go value under [System.Management.Automation.PathInfo]: a path with its provider.
type PathInfo struct {
	Provider string // "FileSystem", "Environment" ...
	Drive    string // "Env" ...; empty for the file system
	Path     string // without the drive
}

// Text is the path as it is shown.
func (p *PathInfo) Text() string {
	if p.Drive != "" {
		return p.Drive + ":" + p.Path
	}
	return p.Path
}

// TypePathInfo is what Get-Location and Resolve-Path give.
var TypePathInfo = Declare(&Type{
	Name: "System.Management.Automation.PathInfo", Base: TypeObject,
	Views: Views{Default: []string{"Path"}, Table: []Column{{Property: "Path"}}},
})

// NewPathInfo returns a path as an object.
func NewPathInfo(provider, drive, path string) *Object {
	return Instance(TypePathInfo, &PathInfo{Provider: provider, Drive: drive, Path: path})
}

func pathInfoOf(v any) *PathInfo {
	if o, ok := v.(*Object); ok {
		v = o.Base
	}
	if p, ok := v.(*PathInfo); ok {
		return p
	}
	return &PathInfo{}
}

func init() {
	TypePathInfo.ToString = func(v any) string { return pathInfoOf(v).Text() }
	Extend(TypePathInfo, func(t *Type) {
		add := func(name string, typ *Type, get func(p *PathInfo) any) {
			t.Instance.Add(&Member{Name: name, Kind: KindProperty, Type: typ, Get: func(recv any) (any, error) { return get(pathInfoOf(recv)), nil }})
		}
		add("Drive", TypeObject, func(p *PathInfo) any {
			if p.Drive != "" {
				return NewCustom("Name", p.Drive)
			}
			return NewCustom("Name", "/")
		})
		add("Provider", TypeObject, func(p *PathInfo) any { return NewCustom("Name", p.Provider) })
		add("ProviderPath", TypeString, func(p *PathInfo) any { return p.Path })
		add("Path", TypeString, func(p *PathInfo) any { return p.Text() })
	})
}
