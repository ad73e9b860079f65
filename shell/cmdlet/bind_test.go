package cmdlet

import (
	"context"
	"errors"
	"strings"
	"testing"

	"migsh/shell/object"
)

// sample is a cmdlet with most of what a declaration can say.
type sample struct {
	Identity string   `param:"set=Identity mandatory pos=0 pipeline pipelinebyname; set=Batch pos=1" alias:"id,name"`
	BatchID  string   `param:"set=Batch mandatory"`
	Port     int32    `param:"" validate:"range=1,65535"`
	Security string   `param:"" validate:"set=None,Ssl,Tls"`
	Tags     []string `param:""`
	Force    bool     `param:""`
	Enabled  *bool    `param:""`
	Data     []byte   `param:""`
}

func (*sample) Process(context.Context, any, Out) error { return nil }

func newSample() *Info {
	return Declare(Spec{Name: "Test-Sample", DefaultSet: "Identity", ShouldProcess: true}, func() Cmdlet { return &sample{Port: 993} })
}

func named(name string) Arg { return Arg{Name: name, Text: "-" + name} }
func valued(name string, v any) Arg {
	return Arg{Name: name, Text: "-" + name + ":", Value: v, HasValue: true}
}
func plainArg(v any) Arg  { return Arg{Value: v} }
func args(a ...Arg) []Arg { return a }
func bindID(t *testing.T, err error) string {
	t.Helper()
	e, ok := errors.AsType[*BindError](err)
	if !ok {
		t.Fatalf("no binding error: %v", err)
	}
	return e.Record.ID
}

func TestBindFills(t *testing.T) {
	b, err := Bind(newSample(), args(plainArg("x@y"), named("port"), plainArg("143"), named("sec"), plainArg("tls"), named("tags"),
		plainArg(object.NewArray("a", int32(5))), named("Force"), valued("Enabled", false), named("Data"), plainArg(object.NewArray(int32(1), int32(255)))), Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := &sample{}
	if err := b.Fill(got); err != nil {
		t.Fatal(err)
	}
	if got.Identity != "x@y" || got.Port != 143 || got.Security != "tls" || strings.Join(got.Tags, "|") != "a|5" || !got.Force || got.Enabled == nil || *got.Enabled || string(got.Data) != "\x01\xff" {
		t.Errorf("filled %+v", got)
	}
	if b.Set() != "Identity" || !b.Bound("PORT") || b.Bound("BatchID") {
		t.Errorf("set %s", b.Set())
	}
}

func TestBindErrors(t *testing.T) {
	for _, c := range []struct {
		name    string
		args    []Arg
		id      string
		message string
	}{
		{"unknown", args(plainArg("x"), named("NoSuch"), plainArg(1)), "NamedParameterNotFound", "A parameter cannot be found that matches parameter name 'NoSuch'."},
		{"surplus", args(plainArg("x"), plainArg("y")), "PositionalParameterNotFound", "A positional parameter cannot be found that accepts argument 'y'."},
		{"twice", args(named("id"), plainArg("x"), named("Identity"), plainArg("y")), "ParameterAlreadyBound", "specified more than once"},
		{"missing argument", args(plainArg("x"), named("Port")), "MissingArgument", "Missing an argument for parameter 'Port'. Specify a parameter of type 'System.Int32' and try again."},
		{"missing mandatory", args(named("Port"), plainArg(int32(1))), "MissingMandatoryParameter", "Cannot process command because of one or more missing mandatory parameters: Identity."},
		{"conversion", args(plainArg("x"), named("Port"), plainArg("abc")), "CannotConvertArgumentNoMessage", "Cannot bind parameter 'Port'. Cannot convert value \"abc\" to type \"System.Int32\"."},
		{"range", args(plainArg("x"), named("Port"), plainArg(int32(0))), "ParameterArgumentValidationError", "Cannot validate argument on parameter 'Port'. The 0 argument is less than the minimum allowed range of 1."},
		{"set", args(plainArg("x"), named("Security"), plainArg("Foo")), "ParameterArgumentValidationError", `The argument "Foo" does not belong to the set "None,Ssl,Tls" specified by the ValidateSet attribute.`},
		{"switch", args(plainArg("x"), valued("Force", "maybe")), "CannotConvertArgument", "Cannot convert 'System.String' to the type 'System.Management.Automation.SwitchParameter' required by parameter 'Force'. "},
		{"empty", args(plainArg("")), "ParameterArgumentValidationErrorEmptyStringNotAllowed", "Cannot bind argument to parameter 'Identity' because it is an empty string."},
		{"own before common", args(plainArg("x"), named("E"), plainArg("y")), "CannotConvertArgumentNoMessage", "Cannot bind parameter 'Enabled'."},
		{"collection", args(plainArg("x"), named("Security"), plainArg(object.NewArray("a", "b"))), "CannotConvertArgument", "Cannot convert 'System.Object[]' to the type 'System.String' required by parameter 'Security'. Specified method is not supported."},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Bind(newSample(), c.args, Options{})
			if id := bindID(t, err); id != c.id || !strings.Contains(err.Error(), c.message) {
				t.Errorf("%s: %v\nwant %s: %s", id, err, c.id, c.message)
			}
		})
	}
}

func TestBindSets(t *testing.T) {
	b, err := Bind(newSample(), args(named("Batch"), plainArg("b1"), plainArg("x")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if b.Set() != "Batch" {
		t.Errorf("set %s", b.Set())
	}
}

func TestBindPipeline(t *testing.T) {
	b, err := Bind(newSample(), nil, Options{Pipeline: true})
	if err != nil {
		t.Fatal(err)
	}
	c := &sample{}
	refill := b.Refiller(c)
	for _, in := range []struct {
		v    any
		want string
	}{{"one", "one"}, {int32(7), "7"}, {object.NewCustom("Name", "three", "Other", 1), "three"}} {
		if err := b.BindPipeline(in.v); err != nil {
			t.Fatal(err)
		}
		if err := refill.Apply(); err != nil {
			t.Fatal(err)
		}
		if c.Identity != in.want {
			t.Errorf("%v binds %q, want %q", in.v, c.Identity, in.want)
		}
	}
}

// TestPrompt asks for what is missing and binds the answers.
// listed can do its work with a list given to it, which is its default, or with what the pipeline brings.
type listed struct {
	Name  string `param:"mandatory"`
	List  []byte `param:"set=List mandatory"`
	Users []any  `param:"set=Users mandatory pipeline"`
}

func (*listed) Process(context.Context, any, Out) error { return nil }

// The default set lacks what nobody can bring any more, another only what the pipeline brings: that one is meant.
func TestPipelineOverDefaultSet(t *testing.T) {
	info := Declare(Spec{Name: "New-Listed", DefaultSet: "List"}, func() Cmdlet { return &listed{} })
	b, err := Bind(info, args(named("Name"), plainArg("x")), Options{Pipeline: true})
	if err != nil {
		t.Fatal(err)
	}
	if b.Set() != "Users" {
		t.Errorf("the set is %q, want Users", b.Set())
	}
	if _, err := Bind(info, args(named("Name"), plainArg("x")), Options{}); bindID(t, err) != "MissingMandatoryParameter" {
		t.Errorf("without a pipeline: %v", err)
	}
}

func TestPrompt(t *testing.T) {
	b, err := Bind(newSample(), nil, Options{Prompt: func(missing []*Parameter) (map[string]any, error) {
		if len(missing) != 1 || missing[0].Name != "Identity" {
			t.Errorf("asks for %v", missing)
		}
		return map[string]any{"Identity": "asked"}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := b.Value(b.Info().Parameters[0]); v != "asked" {
		t.Errorf("bound %v", v)
	}
}
