package dotnet

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migsh/shell/object"
)

func show(v any, err error) string {
	if err != nil {
		r := object.RecordOf(err)
		return r.ID + ": " + r.Exception.Message
	}
	if v == nil {
		return "null"
	}
	return object.TypeOf(v).Name + " " + object.ToString(v)
}

// What PowerShell 7 answers to members of values.
func TestMethods(t *testing.T) {
	i := func(n int32) any { return n }
	for _, tt := range []struct {
		recv any
		name string
		args []any
		want string
	}{
		{"Hello", "Substring", []any{i(1), i(3)}, "System.String ell"},
		{"Hello", "Substring", []any{i(50)}, `ArgumentOutOfRangeException: Exception calling "Substring" with "1" argument(s): "startIndex cannot be larger than length of string. (Parameter 'startIndex')"`},
		{"Hello", "NoSuch", nil, "MethodNotFound: Method invocation failed because [System.String] does not contain a method named 'NoSuch'."},
		{"Hello", "ToUpper", []any{i(1), i(2), i(3)}, `MethodCountCouldNotFindBest: Cannot find an overload for "ToUpper" and the argument count: "3".`},
		{"Hello", "Substring", []any{"x"}, `MethodArgumentConversionInvalidCastArgument: Cannot convert argument "startIndex", with value: "x", for "Substring" to type "System.Int32": "Cannot convert value "x" to type "System.Int32". Error: "The input string 'x' was not in a correct format.""`},
		{"a,b;c", "Split", []any{",;"}, "System.String[] a,b;c"}, {"a,b;c", "Split", []any{",", ";"}, "System.String[] a b c"}, {"straße", "IndexOf", []any{"e"}, "System.Int32 5"},
		{"x", "PadLeft", []any{i(3), "."}, "System.String ..x"}, {"  a ", "Trim", nil, "System.String a"}, {"Hello", "Contains", []any{"hell"}, "System.Boolean False"},
		{i(255), "ToString", []any{"X4"}, "System.String 00FF"}, {1e15, "ToString", nil, "System.String 1000000000000000"},
		{object.NewArray(i(3), i(1)), "Contains", []any{i(1)}, "System.Boolean True"},
		{object.NewArray(i(3), i(1)), "Add", []any{i(1)}, `NotSupportedException: Exception calling "Add" with "1" argument(s): "Collection was of a fixed size."`},
		{object.TableOf("a", i(1)), "ContainsKey", []any{"A"}, "System.Boolean True"},
		{object.TableOf("a", i(1)), "Add", []any{"A", i(2)}, `ArgumentException: Exception calling "Add" with "2" argument(s): "Item has already been added. Key in dictionary: 'a'  Key being added: 'A'"`},
	} {
		if got := show(object.InvokeMethod(tt.recv, tt.name, tt.args)); got != tt.want {
			t.Errorf("(%v).%s(%v) is %s\n\twant %s", tt.recv, tt.name, tt.args, got, tt.want)
		}
	}
}

func TestStatics(t *testing.T) {
	i := func(n int32) any { return n }
	for _, tt := range []struct {
		typ, name string
		args      []any
		want      string
	}{
		{"math", "Round", []any{2.5}, "System.Double 2"}, {"math", "Max", []any{i(3), i(7)}, "System.Int32 7"}, {"math", "Sqrt", []any{i(16)}, "System.Double 4"},
		{"string", "IsNullOrEmpty", []any{nil}, "System.Boolean True"}, {"string", "Join", []any{"-", object.NewArray(i(1), i(2))}, "System.String 1-2"},
		{"datetime", "DaysInMonth", []any{i(2024), i(2)}, "System.Int32 29"}, {"convert", "ToInt32", []any{"ff", i(16)}, "System.Int32 255"}, {"convert", "ToString", []any{i(10), i(2)}, "System.String 1010"},
		{"regex", "Replace", []any{"a1b2", `\d`, "#"}, "System.String a#b#"}, {"ipaddress", "Parse", []any{"::1"}, "System.Net.IPAddress ::1"},
		{"io.path", "GetFileNameWithoutExtension", []any{"/a/b.c.txt"}, "System.String b.c"}, {"io.path", "Combine", []any{"/a", "b", "/c"}, "System.String /c"},
		{"int", "Parse", []any{"x"}, `FormatException: Exception calling "Parse" with "1" argument(s): "The input string 'x' was not in a correct format."`},
		{"system.io.file", "ReadAllText", []any{"/no/such/file"}, `DirectoryNotFoundException: Exception calling "ReadAllText" with "1" argument(s): "Could not find a part of the path '/no/such/file'."`},
		{"system.collections.generic.list[int]", "new", nil, "System.Collections.Generic.List`1[System.Int32] "}, {"version", "new", []any{i(1), i(2)}, "System.Version 1.2"},
	} {
		typ, ok := object.TypeByName(tt.typ)
		if !ok {
			if typ, ok = object.TypeByName("System." + tt.typ); !ok {
				t.Errorf("no type %s", tt.typ)
				continue
			}
		}
		if got := show(object.InvokeStatic(typ, tt.name, tt.args)); got != tt.want {
			t.Errorf("[%s]::%s(%v) is %s\n\twant %s", tt.typ, tt.name, tt.args, got, tt.want)
		}
	}
}

func TestXML(t *testing.T) {
	doc, err := NewXML(`<mig org="x"><user id="1"><name>Ann</name></user><user id="2"><name>Bob &amp; Co</name></user></mig>`)
	if err != nil {
		t.Fatal(err)
	}
	for xpath, want := range map[string]int{"//user": 2, "/mig/user[@id='2']": 1, "//user[2]/name": 1, "//@id": 2, "//user[name='Ann']": 1, "//nothing": 0, "//user[last()]": 1, "//user[contains(name,'Co') and @id>1]": 1} {
		got, err := SelectXML(doc, xpath, nil)
		if err != nil || len(got) != want {
			t.Errorf("%s finds %d, %v; want %d", xpath, len(got), err, want)
		}
	}
	mig, _, err := object.GetMember(doc, "mig")
	if err != nil {
		t.Fatal(err)
	}
	users, _, err := object.GetMember(mig, "user")
	if err != nil {
		t.Fatal(err)
	}
	if names, _, err := object.GetMember(users, "name"); err != nil || object.ToString(names) != "Ann Bob & Co" {
		t.Errorf("names: %v, %v", names, err)
	}
	for _, bad := range []string{"<a><b></a>", "text", "", "<a/><b/>", "<a>"} {
		if _, err := NewXML(bad); err == nil {
			t.Errorf("%q is a document", bad)
		}
	}
}

// A secret must not come out by printing what holds it.
func TestSecretsStayInside(t *testing.T) {
	c := NewCredential("corp\\ann", "Pa$$w0rd")
	password, _, err := object.GetMember(c, "Password")
	if err != nil {
		t.Fatal(err)
	}
	network, err := object.InvokeMethod(c, "GetNetworkCredential", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{c, password, network} {
		for _, text := range []string{object.ToString(v), object.CultureString(v), fmt.Sprint(v), fmt.Sprint(v.(*object.Object).Base)} {
			if strings.Contains(text, "Pa$$") {
				t.Errorf("printed: %q", text)
			}
		}
	}
	if s, ok := SecretOf(password); !ok || s != "Pa$$w0rd" {
		t.Errorf("SecretOf gives %q, %v", s, ok)
	}
	if got := object.ToString(password); got != "System.Security.SecureString" {
		t.Errorf("a SecureString prints as %q", got)
	}
}

func TestFilesByEncoding(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.txt")
	file, _ := object.TypeByName("System.IO.File")
	encodingType, _ := object.TypeByName("System.Text.Encoding")
	for _, name := range []string{"UTF8", "Unicode", "BigEndianUnicode", "UTF32", "Latin1"} {
		enc, _, err := object.GetStatic(encodingType, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := object.InvokeStatic(file, "WriteAllText", []any{path, "Zoë\nmüde", enc}); err != nil {
			t.Fatal(err)
		}
		if got, err := object.InvokeStatic(file, "ReadAllText", []any{path, enc}); err != nil || got != "Zoë\nmüde" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if err := os.WriteFile(path, []byte("a\r\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := show(object.InvokeStatic(file, "ReadAllLines", []any{path})); got != "System.String[] a b" {
		t.Errorf("lines: %s", got)
	}
}
