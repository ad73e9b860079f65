package syntax_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"migsh/shell/syntax"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	treesSource = "testdata/trees.ps1"
	treesGolden = "testdata/trees.golden"
)

// The trees of texts are those in the golden file. The texts stand in one
// file, parted by lines of dashes.
func TestTrees(t *testing.T) {
	source, err := os.ReadFile(treesSource)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for text := range strings.SplitSeq(strings.TrimSuffix(string(source), "\n"), "\n----\n") {
		tree, errors := syntax.Parse("", text)
		fmt.Fprintf(&b, "%s\n", text)
		for _, e := range errors {
			fmt.Fprintf(&b, "! %d-%d %s\n", e.Extent.StartOffset(), e.Extent.EndOffset(), e.Message)
		}
		if tree.Requirements != nil {
			fmt.Fprintf(&b, "  %+v\n", *tree.Requirements)
		}
		for _, s := range tree.Usings {
			fmt.Fprintf(&b, "  %s\n", dump(reflect.ValueOf(s)))
		}
		if tree.Params != nil {
			fmt.Fprintf(&b, "  %s\n", dump(reflect.ValueOf(tree.Params)))
		}
		for _, block := range tree.Blocks() {
			if !block.Unnamed {
				fmt.Fprintf(&b, "  %v:\n", block.Kind)
			}
			for _, s := range block.Statements {
				fmt.Fprintf(&b, "  %s\n", dump(reflect.ValueOf(s)))
			}
			for _, s := range block.Traps {
				fmt.Fprintf(&b, "  %s\n", dump(reflect.ValueOf(s)))
			}
		}
		b.WriteByte('\n')
	}
	if *update {
		if err := os.WriteFile(treesGolden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	golden, err := os.ReadFile(treesGolden)
	if err != nil {
		t.Fatal(err)
	}
	got, want := strings.Split(b.String(), "\n"), strings.Split(string(golden), "\n")
	for i := range max(len(got), len(want)) {
		var g, w string
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Fatalf("%s:%d\ngot  %s\nwant %s", treesGolden, i+1, g, w)
		}
	}
}

// dump writes a node's fields that are not zero, extents left out.
func dump(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return "nil"
		}
		if v.Type() == reflect.TypeFor[*syntax.TypeName]() {
			return "[" + v.Interface().(*syntax.TypeName).FullName() + "]"
		}
		return dump(v.Elem())
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = dump(v.Index(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	case reflect.Struct:
		if d, ok := v.Interface().(syntax.Decimal); ok {
			return fmt.Sprintf("%ve-%dm", d.Coefficient, d.Scale)
		}
		parts := []string{v.Type().Name()}
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() || v.Field(i).IsZero() || field.Type == reflect.TypeFor[syntax.Extent]() {
				continue
			}
			parts = append(parts, field.Name+"="+dump(v.Field(i)))
		}
		if v.Type() == reflect.TypeFor[syntax.Constant]() {
			if value := v.FieldByName("Value"); !value.IsNil() {
				return fmt.Sprintf("%s:%v", value.Elem().Type(), value.Elem().Interface())
			}
		}
		return "(" + strings.Join(parts, " ") + ")"
	}
	return fmt.Sprint(v.Interface())
}
