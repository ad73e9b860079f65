package core

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"migsh/internal/wintz"
	"migsh/shell/object"
)

// treeDrive is a drive whose items may hold others; a path's parts are separated by \.
type treeDrive interface {
	itemDrive
	// children are the names below a path, sorted; false if nothing is there.
	children(path string) ([]string, bool)
	// properties are what Get-ItemProperty gives of an item.
	properties(path string) (any, bool)
}

// registryDrive is HKLM:, of which there is one key, and that can only be read: the list of time zones, which scripts look up in the registry
// of Windows. It is the same on every system.
type registryDrive struct{}

const (
	registryProvider = `Microsoft.PowerShell.Core\Registry::`
	localMachine     = "HKEY_LOCAL_MACHINE"
)

// zonesPath leads to the time zones; keysToZones are the same as parts.
const zonesPath = `SOFTWARE\Microsoft\Windows NT\CurrentVersion\Time Zones`

var keysToZones = strings.Split(zonesPath, `\`)

func (registryDrive) name() string     { return "HKLM" }
func (registryDrive) provider() string { return "Registry" }

// registryPath is the part of a provider's path that the drive knows, if the path is one of the registry.
func registryPath(path string) (string, bool) {
	rest, ok := cutPrefixFold(path, registryProvider)
	if !ok {
		if rest, ok = cutPrefixFold(path, "Registry::"); !ok {
			return "", false
		}
	}
	for _, root := range []string{localMachine, "HKLM:", "HKLM"} {
		if below, ok := cutPrefixFold(rest, root); ok && (below == "" || strings.ContainsAny(below[:1], `\/`)) {
			return `HKLM:\` + strings.Trim(below, `\/`), true
		}
	}
	return path, false
}

// key is a path brought into its proper spelling; false if there is no such key.
func (registryDrive) key(path string) (string, bool) {
	path = strings.Trim(strings.ReplaceAll(path, "/", `\`), `\`)
	if path == "" {
		return "", true
	}
	parts := strings.Split(path, `\`)
	if len(parts) > len(keysToZones)+1 {
		return "", false
	}
	for i, part := range parts[:min(len(parts), len(keysToZones))] {
		if !strings.EqualFold(part, keysToZones[i]) {
			return "", false
		}
		parts[i] = keysToZones[i]
	}
	if len(parts) > len(keysToZones) {
		z, ok := registryZone(parts[len(keysToZones)])
		if !ok {
			return "", false
		}
		parts[len(keysToZones)] = z.Windows
	}
	return strings.Join(parts, `\`), true
}

func registryZone(name string) (wintz.Zone, bool) {
	zones := wintz.Zones()
	i := slices.IndexFunc(zones, func(z wintz.Zone) bool { return strings.EqualFold(z.Windows, name) })
	if i < 0 {
		return wintz.Zone{}, false
	}
	return zones[i], true
}

func (d registryDrive) names() []string {
	names, _ := d.children("")
	return names
}

func (d registryDrive) children(path string) ([]string, bool) {
	path, ok := d.key(path)
	if !ok {
		return nil, false
	}
	depth := 0
	if path != "" {
		depth = strings.Count(path, `\`) + 1
	}
	switch {
	case depth < len(keysToZones):
		return []string{keysToZones[depth]}, true
	case depth > len(keysToZones):
		return nil, true
	}
	var names []string
	for _, z := range wintz.Zones() {
		names = append(names, z.Windows)
	}
	slices.SortFunc(names, func(a, b string) int { return object.CompareStrings(a, b, true) })
	return names, true
}

// values are what stands in a key: of a time zone its names.
func (registryDrive) values(path string) (names []string, texts []string) {
	if !strings.HasPrefix(path, zonesPath+`\`) {
		return nil, nil
	}
	z, ok := registryZone(path[strings.LastIndexByte(path, '\\')+1:])
	if !ok {
		return nil, nil
	}
	return []string{"Display", "Std", "Dlt"}, []string{displayName(z), z.Windows, strings.Replace(z.Windows, "Standard", "Daylight", 1)}
}

// displayName is a zone with its distance from UTC, without summer time, and a place in it.
func displayName(z wintz.Zone) string {
	if z.Windows == "UTC" {
		return "(UTC) Coordinated Universal Time"
	}
	loc, err := z.Location()
	if err != nil {
		return z.Windows
	}
	// The standard time is the earlier clock of the two halves of a year, but for Ireland's and Morocco's lists, where it is said otherwise.
	year := time.Now().Year()
	_, january := time.Date(year, 1, 1, 0, 0, 0, 0, loc).Zone()
	_, july := time.Date(year, 7, 1, 0, 0, 0, 0, loc).Zone()
	offset, sign := min(january, july), '+'
	if offset < 0 {
		offset, sign = -offset, '-'
	}
	place := strings.ReplaceAll(z.IANA[strings.LastIndexByte(z.IANA, '/')+1:], "_", " ")
	if strings.HasPrefix(z.IANA, "Etc/") {
		place = z.Windows
	}
	return fmt.Sprintf("(UTC%c%02d:%02d) %s", sign, offset/3600, offset/60%60, place)
}

var typeRegistryKey = object.Declare(&object.Type{
	Name: "Microsoft.Win32.RegistryKey", Base: object.TypeObject,
	ToString: func(v any) string {
		o, ok := v.(*object.Object)
		if !ok {
			return ""
		}
		name, _ := o.Own("Name")
		return object.ToString(name)
	},
	Views: object.Views{Table: []object.Column{{Header: "Name", Property: "PSChildName", Width: 40}, {Property: "Property"}}},
})

func (d registryDrive) get(path string) (any, bool) {
	path, ok := d.key(path)
	if !ok {
		return nil, false
	}
	children, _ := d.children(path)
	values, _ := d.values(path)
	properties := make([]any, len(values))
	for i, v := range values {
		properties[i] = v
	}
	o := object.Instance(typeRegistryKey, path)
	o.Set("Name", strings.TrimSuffix(localMachine+`\`+path, `\`))
	o.Set("Property", object.NewArray(properties...))
	o.Set("SubKeyCount", int32(len(children)))
	o.Set("ValueCount", int32(len(values)))
	d.locate(o, path)
	return o, true
}

// locate gives an object what says where it is.
func (d registryDrive) locate(o *object.Object, path string) {
	parent, leaf := "", path
	if i := strings.LastIndexByte(path, '\\'); i >= 0 {
		parent, leaf = path[:i], path[i+1:]
	}
	o.Set("PSPath", strings.TrimSuffix(registryProvider+localMachine+`\`+path, `\`))
	o.Set("PSParentPath", strings.TrimSuffix(registryProvider+localMachine+`\`+parent, `\`))
	o.Set("PSChildName", leaf)
	o.Set("PSDrive", "HKLM")
	o.Set("PSProvider", `Microsoft.PowerShell.Core\Registry`)
	o.Set("PSIsContainer", true)
}

func (d registryDrive) properties(path string) (any, bool) {
	path, ok := d.key(path)
	if !ok {
		return nil, false
	}
	o := object.NewCustom()
	names, texts := d.values(path)
	for i, name := range names {
		o.Set(name, texts[i])
	}
	d.locate(o, path)
	return o, true
}

func (registryDrive) content(string) any { return nil }

func (d registryDrive) set(path string, _ any) error         { return readOnlyRegistry(path) }
func (d registryDrive) remove(path string, force bool) error { return readOnlyRegistry(path) }

func readOnlyRegistry(path string) error {
	e := object.NewException("System.Security.SecurityException", "Requested registry access is not allowed: HKLM: is the list of time zones here, and can only be read.")
	return object.NewErrorOf(e, "System.Security.SecurityException", object.PermissionDenied, path)
}
