package dotnet

import (
	"bufio"
	"io"
	"math/rand/v2"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"

	"migsh/shell/object"
)

var (
	typePath        = object.Declare(&object.Type{Name: "System.IO.Path", IsStatic: true})
	typeEnvironment = object.Declare(&object.Type{Name: "System.Environment", IsStatic: true})
	typeConsole     = object.Declare(&object.Type{Name: "System.Console", IsStatic: true})
	typeRandom      = object.Declare(&object.Type{Name: "System.Random"})
	typeOS          = object.Declare(&object.Type{Name: "System.OperatingSystem"})
	_               = object.NewEnum("System.Environment+SpecialFolder", false, []string{"Desktop", "MyDocuments", "LocalApplicationData", "ApplicationData", "UserProfile"}, []int64{0, 5, 28, 26, 40})
	_               = object.NewEnum("System.EnvironmentVariableTarget", false, []string{"Process", "User", "Machine"}, nil)
	typePlatform    = object.NewEnum("System.PlatformID", false, []string{"Win32S", "Win32Windows", "Win32NT", "WinCE", "Unix", "Xbox", "MacOSX"}, nil)
)

func init() {
	object.Extend(typePath, pathMembers)
	object.Extend(typeEnvironment, environmentMembers)
	object.Extend(typeConsole, consoleMembers)
	object.Extend(typeRandom, randomMembers)
	object.Extend(typeOS, func(t *object.Type) {
		field(t, "System.PlatformID Platform", func(string) any { return platform() })
		field(t, "string VersionString", func(s string) any { return s })
	})
}

func platform() object.Enum {
	if runtime.GOOS == "windows" {
		return object.EnumValue(typePlatform, "Win32NT")
	}
	return object.EnumValue(typePlatform, "Unix")
}

func pathMembers(t *object.Type) {
	separator := object.Char(filepath.Separator)
	constant(t, "char DirectorySeparatorChar", separator)
	constant(t, "char AltDirectorySeparatorChar", object.Char('/'))
	constant(t, "char PathSeparator", object.Char(filepath.ListSeparator))
	constant(t, "char VolumeSeparatorChar", object.Char(map[bool]rune{true: ':', false: '/'}[runtime.GOOS == "windows"]))
	file := func(p string) string { return p[strings.LastIndexAny(p, "/"+string(filepath.Separator))+1:] }
	text := func(name string, fn func(p string) any) {
		static(t, "string "+name+"(string path)", func(a args) (any, error) {
			if a[0] == nil {
				return nil, nil
			}
			return fn(a.str(0)), nil
		})
	}
	text("GetFileName", func(p string) any { return file(p) })
	text("GetFileNameWithoutExtension", func(p string) any { n := file(p); return strings.TrimSuffix(n, filepath.Ext(n)) })
	text("GetExtension", func(p string) any { return object.PathExtension(file(p)) })
	text("GetDirectoryName", func(p string) any {
		if p == "" {
			return ""
		}
		i := strings.LastIndexAny(p, "/"+string(filepath.Separator))
		switch {
		case i < 0:
			return ""
		case i == 0 && len(p) == 1:
			return nil
		case i == 0:
			return p[:1]
		}
		return strings.TrimRight(p[:i], "/")
	})
	text("GetPathRoot", func(p string) any {
		v := filepath.VolumeName(p)
		if strings.HasPrefix(p[len(v):], "/") || strings.HasPrefix(p[len(v):], string(filepath.Separator)) {
			v += p[len(v) : len(v)+1]
		}
		return v
	})
	static(t, "string GetFullPath(string path)", func(a args) (any, error) {
		p, err := pathArgument(a, 0)
		if err != nil {
			return nil, err
		}
		full, err := filepath.Abs(p)
		if strings.HasSuffix(p, "/") && full != "/" {
			full += "/"
		}
		return full, err
	})
	static(t, "string GetFullPath(string path, string basePath)", func(a args) (any, error) {
		if filepath.IsAbs(a.str(0)) {
			return filepath.Clean(a.str(0)), nil
		}
		return filepath.Join(a.str(1), a.str(0)), nil
	})
	static(t, "string GetRelativePath(string relativeTo, string path)", func(a args) (any, error) { return anyText(filepath.Rel(a.str(0), a.str(1))) })
	static(t, "string Combine(Params string[] paths)", func(a args) (any, error) {
		out := ""
		for _, v := range a.items(0) {
			if v == nil {
				return nil, nullArgument("path")
			}
			out = combine(out, v.(string))
		}
		return out, nil
	})
	static(t, "string Join(Params string[] paths)", func(a args) (any, error) {
		out := ""
		for _, p := range texts(a.items(0)) {
			switch {
			case out == "" || p == "":
				out += p
			case strings.HasSuffix(out, "/") || strings.HasPrefix(p, "/"):
				out += p
			default:
				out += string(filepath.Separator) + p
			}
		}
		return out, nil
	})
	static(t, "string ChangeExtension(string path, string extension)", func(a args) (any, error) {
		p := a.str(0)
		stem := strings.TrimSuffix(p, filepath.Ext(file(p)))
		if a[1] == nil {
			return stem, nil
		}
		return stem + "." + strings.TrimPrefix(a.str(1), "."), nil
	})
	static(t, "bool HasExtension(string path)", func(a args) (any, error) { return object.PathExtension(file(a.str(0))) != "", nil })
	static(t, "bool IsPathRooted(string path)", func(a args) (any, error) {
		return strings.HasPrefix(a.str(0), "/") || filepath.IsAbs(a.str(0)), nil
	})
	static(t, "bool IsPathFullyQualified(string path)", func(a args) (any, error) { return filepath.IsAbs(a.str(0)), nil })
	static(t, "bool Exists(string path)", func(a args) (any, error) { _, err := os.Stat(a.str(0)); return err == nil, nil })
	static(t, "string GetTempPath()", func(args) (any, error) { return strings.TrimSuffix(os.TempDir(), "/") + "/", nil })
	static(t, "string GetTempFileName()", func(args) (any, error) {
		f, err := os.CreateTemp("", "tmp*.tmp")
		if err != nil {
			return nil, ioError(os.TempDir(), err)
		}
		return f.Name(), f.Close()
	})
	static(t, "string GetRandomFileName()", func(args) (any, error) {
		const letters = "abcdefghijklmnopqrstuvwxyz012345"
		b := make([]byte, 12)
		for i := range b {
			b[i] = letters[rand.IntN(len(letters))]
		}
		b[8] = '.'
		return string(b), nil
	})
	static(t, "char[] GetInvalidFileNameChars()", func(args) (any, error) { return object.CharArray("\x00/"), nil })
	static(t, "char[] GetInvalidPathChars()", func(args) (any, error) { return object.CharArray("\x00"), nil })
}

func combine(a, b string) string {
	switch {
	case b == "":
		return a
	case a == "" || strings.HasPrefix(b, "/") || filepath.IsAbs(b):
		return b
	case strings.HasSuffix(a, "/") || strings.HasSuffix(a, string(filepath.Separator)):
		return a + b
	}
	return a + string(filepath.Separator) + b
}

func environmentMembers(t *object.Type) {
	constant(t, "string NewLine", "\n")
	computed(t, "string MachineName", func() (any, error) { return anyText(os.Hostname()) })
	computed(t, "string UserName", func() (any, error) { return userName(), nil })
	computed(t, "string UserDomainName", func() (any, error) { return anyText(os.Hostname()) })
	computed(t, "string CurrentDirectory", func() (any, error) { return anyText(os.Getwd()) })
	computed(t, "int ProcessorCount", func() (any, error) { return int32(runtime.NumCPU()), nil })
	computed(t, "int ProcessId", func() (any, error) { return int32(os.Getpid()), nil })
	computed(t, "int TickCount", func() (any, error) { return int32(time.Now().UnixMilli() & 0x7FFFFFFF), nil })
	computed(t, "long TickCount64", func() (any, error) { return time.Now().UnixMilli(), nil })
	computed(t, "bool Is64BitProcess", func() (any, error) { return ^uint(0)>>63 == 1, nil })
	computed(t, "bool Is64BitOperatingSystem", func() (any, error) { return ^uint(0)>>63 == 1, nil })
	computed(t, "bool UserInteractive", func() (any, error) { return true, nil })
	computed(t, "bool HasShutdownStarted", func() (any, error) { return false, nil })
	computed(t, "version Version", func() (any, error) { return object.Version{Major: 10, Minor: 0, Build: 0, Revision: -1}, nil })
	computed(t, "System.OperatingSystem OSVersion", func() (any, error) {
		return object.Instance(typeOS, runtime.GOOS+" "+runtime.GOARCH), nil
	})
	computed(t, "string CommandLine", func() (any, error) { return strings.Join(os.Args, " "), nil })
	get := func(a args) (any, error) {
		if v, ok := os.LookupEnv(a.str(0)); ok {
			return v, nil
		}
		return nil, nil
	}
	static(t, "string GetEnvironmentVariable(string variable)", get)
	static(t, "string GetEnvironmentVariable(string variable, System.EnvironmentVariableTarget target)", func(a args) (any, error) {
		if a.enum(1) != 0 {
			return nil, nil
		}
		return get(a)
	})
	set := func(a args) (any, error) {
		if a.str(0) == "" {
			return nil, argument("The value cannot be an empty string. (Parameter 'variable')")
		}
		if a.str(1) == "" {
			return nil, os.Unsetenv(a.str(0))
		}
		return nil, os.Setenv(a.str(0), a.str(1))
	}
	static(t, "void SetEnvironmentVariable(string variable, string value)", set)
	static(t, "void SetEnvironmentVariable(string variable, string value, System.EnvironmentVariableTarget target)", func(a args) (any, error) {
		if a.enum(2) != 0 {
			return nil, throw("System.PlatformNotSupportedException", "Only the process's own variables can be set.")
		}
		return set(a)
	})
	static(t, "System.Collections.IDictionary GetEnvironmentVariables()", func(args) (any, error) {
		h := &object.Hashtable{CaseSensitive: true}
		vars := os.Environ()
		sort.Strings(vars)
		for _, v := range vars {
			name, value, _ := strings.Cut(v, "=")
			h.Set(name, value)
		}
		return h, nil
	})
	static(t, "string ExpandEnvironmentVariables(string name)", func(a args) (any, error) {
		parts := strings.Split(a.str(0), "%")
		var b strings.Builder
		for i, p := range parts {
			if i%2 == 1 && i < len(parts)-1 {
				if v, ok := os.LookupEnv(p); ok {
					b.WriteString(v)
					continue
				}
				b.WriteString("%" + p + "%")
				continue
			}
			if i%2 == 1 {
				b.WriteByte('%')
			}
			b.WriteString(p)
		}
		return b.String(), nil
	})
	static(t, "string GetFolderPath(System.Environment+SpecialFolder folder)", func(a args) (any, error) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", nil
		}
		switch a.enum(0) {
		case 26:
			return filepath.Join(home, ".config"), nil
		case 28:
			return filepath.Join(home, ".local", "share"), nil
		case 0:
			return filepath.Join(home, "Desktop"), nil
		}
		return home, nil
	})
	static(t, "string[] GetCommandLineArgs()", func(args) (any, error) { return stringArray(os.Args), nil })
}

func userName() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return os.Getenv("USER")
}

// console is where Console.Out and Console.Error write. The host sets it; see [SetConsole].
var console = struct {
	sync.Mutex
	out, err *writer
	in       *reader
}{out: directWriter(os.Stdout), err: directWriter(os.Stderr), in: newReader(os.Stdin, nil)}

func directWriter(w io.Writer) *writer {
	return &writer{w: bufio.NewWriter(w), enc: utf8NoBOM, direct: true}
}

// SetConsole sets what [Console]::Out, ::Error and ::In stand for.
func SetConsole(in io.Reader, out, err io.Writer) {
	console.Lock()
	defer console.Unlock()
	console.out, console.err, console.in = directWriter(out), directWriter(err), newReader(in, nil)
}

func consoleMembers(t *object.Type) {
	computed(t, "System.IO.TextWriter Out", func() (any, error) { return object.Instance(typeTextWriter, console.out), nil })
	computed(t, "System.IO.TextWriter Error", func() (any, error) { return object.Instance(typeTextWriter, console.err), nil })
	computed(t, "System.IO.TextReader In", func() (any, error) { return object.Instance(typeTextReader, console.in), nil })
	out := func(a args, end string) (any, error) {
		s := ""
		if len(a) > 0 {
			s = object.CultureString(a[0])
		}
		if len(a) > 1 {
			var err error
			if s, err = object.FormatNet(a.str(0), a.items(1), object.CurrentCulture()); err != nil {
				return nil, err
			}
		}
		return nil, console.out.write(s + end)
	}
	static(t, "void WriteLine()", func(a args) (any, error) { return out(a, "\n") })
	static(t, "void WriteLine(string value)", func(a args) (any, error) { return nil, console.out.write(a.str(0) + "\n") })
	static(t, "void Write(string value)", func(a args) (any, error) { return nil, console.out.write(a.str(0)) })
	static(t, "void WriteLine(System.Object value)", func(a args) (any, error) { return out(a, "\n") })
	static(t, "void WriteLine(string format, Params System.Object[] arg)", func(a args) (any, error) { return out(a, "\n") })
	static(t, "void Write(System.Object value)", func(a args) (any, error) { return out(a, "") })
	static(t, "void Write(string format, Params System.Object[] arg)", func(a args) (any, error) { return out(a, "") })
	static(t, "string ReadLine()", func(args) (any, error) {
		s, ok := console.in.line()
		if !ok {
			return nil, nil
		}
		return s, nil
	})
	static(t, "void Beep()", func(args) (any, error) { return nil, console.out.write("\a") })
	computed(t, "System.Text.Encoding OutputEncoding", func() (any, error) { return utf8NoBOM.object(), nil })
	computed(t, "System.Text.Encoding InputEncoding", func() (any, error) { return utf8NoBOM.object(), nil })
	t.Static.Find("OutputEncoding").Set = acceptUTF8
	t.Static.Find("InputEncoding").Set = acceptUTF8
	computed(t, "bool IsOutputRedirected", func() (any, error) { return redirected(os.Stdout), nil })
	computed(t, "bool IsInputRedirected", func() (any, error) { return redirected(os.Stdin), nil })
	computed(t, "bool IsErrorRedirected", func() (any, error) { return redirected(os.Stderr), nil })
}

// acceptUTF8 lets scripts choose the encoding that the console has anyway.
func acceptUTF8(_, v any) error {
	if encodingOf(v).kind != asUTF8 {
		return throw("System.PlatformNotSupportedException", "The console's encoding is UTF-8.")
	}
	return nil
}

func redirected(f *os.File) bool {
	info, err := f.Stat()
	return err != nil || info.Mode()&os.ModeCharDevice == 0
}

func randomMembers(t *object.Type) {
	method(t, "int Next()", func(r *rand.Rand, _ args) (any, error) { return r.Int32N(2147483647), nil })
	method(t, "int Next(int maxValue)", func(r *rand.Rand, a args) (any, error) {
		if a.int(0) < 0 {
			return nil, outOfRange("'maxValue' must be greater than zero. (Parameter 'maxValue')")
		}
		return int32(r.IntN(max(1, a.int(0)))), nil
	})
	method(t, "int Next(int minValue, int maxValue)", func(r *rand.Rand, a args) (any, error) {
		if a.int(0) > a.int(1) {
			return nil, outOfRange("'minValue' cannot be greater than maxValue. (Parameter 'minValue')")
		}
		return int32(a.int(0) + r.IntN(max(1, a.int(1)-a.int(0)))), nil
	})
	method(t, "double NextDouble()", func(r *rand.Rand, _ args) (any, error) { return r.Float64(), nil })
	method(t, "void NextBytes(byte[] buffer)", func(r *rand.Rand, a args) (any, error) {
		items := a.items(0)
		for i := range items {
			items[i] = uint8(r.UintN(256))
		}
		return nil, nil
	})
	constructor(t, "()", func(args) (any, error) {
		return object.Instance(t, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))), nil
	})
	constructor(t, "(int Seed)", func(a args) (any, error) { return object.Instance(t, rand.New(rand.NewPCG(uint64(a.int(0)), 0))), nil })
}
