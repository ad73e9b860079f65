package core

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"math"
	"math/rand/v2"

	"github.com/google/uuid"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Random", Module: moduleUtility, DefaultSet: "RandomNumberParameterSet", Synopsis: "Gets a random number, or selects objects randomly from a collection.",
	}, func() cmdlet.Cmdlet { return &getRandom{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-SecureRandom", Module: moduleUtility, DefaultSet: "RandomNumberParameterSet", Synopsis: "Gets a cryptographically random number, or selects objects randomly from a collection.",
	}, func() cmdlet.Cmdlet { return &getSecureRandom{randomness{source: rand.New(secureSource{})}} })
	_ = declare(cmdlet.Spec{
		Name: "New-Guid", Module: moduleUtility, DefaultSet: "Default", Synopsis: "Creates a GUID.", OutputTypes: []string{"System.Guid"},
	}, func() cmdlet.Cmdlet { return &newGUID{} })
)

// randomness are the parameters of the cmdlets that choose at random.
type randomness struct {
	Maximum     any   `param:"set=RandomNumberParameterSet pos=0" help:"The number that the results stay below."`
	Minimum     any   `param:"set=RandomNumberParameterSet" help:"The least result."`
	InputObject []any `param:"set=RandomListItemParameterSet,ShuffleParameterSet mandatory pos=0 pipeline allownull allowempty" help:"The objects to choose from."`
	Count       int32 `param:"set=RandomNumberParameterSet,RandomListItemParameterSet" validate:"range=1,2147483647" help:"How many to choose."`
	Shuffle     bool  `param:"set=ShuffleParameterSet mandatory" help:"Puts out all objects in random order."`

	source *rand.Rand
	items  []any
}

type getRandom struct {
	SetSeed *int32 `param:"" help:"Makes the results repeatable."`
	randomness
}

type getSecureRandom struct{ randomness }

// secureSource reads the system's random numbers.
type secureSource struct{}

// Uint64 implements [rand.Source].
func (secureSource) Uint64() uint64 {
	var b [8]byte
	// Read never fails: it ends the program where the system gives no random numbers.
	_, _ = crand.Read(b[:])
	return binary.NativeEndian.Uint64(b[:])
}

// Begin chooses the source of numbers.
func (c *getRandom) Begin(context.Context, cmdlet.Out) error {
	if c.SetSeed != nil {
		c.source = rand.New(rand.NewPCG(uint64(uint32(*c.SetSeed)), 0))
	} else {
		c.source = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return nil
}

// Process keeps the objects, or puts out numbers.
func (r *randomness) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if out.ParameterSet() != "RandomNumberParameterSet" {
		r.items = append(r.items, r.InputObject...)
		return nil
	}
	for range max(r.Count, 1) {
		n, err := r.number()
		if err != nil {
			return err
		}
		if err := out.Write(n); err != nil {
			return err
		}
	}
	return nil
}

// End puts out the chosen objects.
func (r *randomness) End(_ context.Context, out cmdlet.Out) error {
	n := len(r.items)
	want := min(int(max(r.Count, 1)), n)
	if r.Shuffle {
		want = n
	}
	for i := range want {
		k := i + r.source.IntN(n-i)
		r.items[i], r.items[k] = r.items[k], r.items[i]
		if err := out.Write(r.items[i]); err != nil {
			return err
		}
	}
	return nil
}

// number is a random number of the type that the bounds have: whole numbers below Maximum, or with a fraction.
func (r *randomness) number() (any, error) {
	low, err := bound(r.Minimum)
	if err != nil {
		return nil, err
	}
	high, err := bound(r.Maximum)
	if err != nil {
		return nil, err
	}
	lowFloat, isFloat := low.(float64)
	highFloat, isFloat2 := high.(float64)
	if isFloat || isFloat2 {
		if !isFloat {
			lowFloat = asFloat(low, 0)
		}
		if !isFloat2 {
			highFloat = asFloat(high, math.MaxFloat64)
		}
		if lowFloat >= highFloat {
			return nil, minNotBelowMax(low, high)
		}
		return lowFloat + r.source.Float64()*(highFloat-lowFloat), nil
	}
	_, wide := low.(int64)
	_, wide2 := high.(int64)
	from, to := asWhole(low, 0), asWhole(high, math.MaxInt32)
	if high == nil && wide {
		to = math.MaxInt64
	}
	if from >= to {
		return nil, minNotBelowMax(from, to)
	}
	n := from + int64(r.source.Uint64N(uint64(to-from)))
	if wide || wide2 {
		return n, nil
	}
	return int32(n), nil
}

// bound makes a number of a bound: a 32-bit one where it fits.
func bound(v any) (any, error) {
	v = object.Base(v)
	if text, ok := v.(string); ok {
		n, ok := object.ParseNumber(text)
		if !ok {
			return object.Convert(v, object.TypeDouble)
		}
		v = n
	}
	switch x := v.(type) {
	case nil, int32, int64, float64:
		return x, nil
	case int8, uint8, int16, uint16, bool:
		return object.Convert(x, object.TypeInt32)
	case uint32, uint64:
		return object.Convert(x, object.TypeInt64)
	}
	return object.Convert(v, object.TypeDouble)
}

func asFloat(v any, unset float64) float64 {
	switch x := v.(type) {
	case int32:
		return float64(x)
	case int64:
		return float64(x)
	}
	return unset
}

func asWhole(v any, unset int64) int64 {
	switch x := v.(type) {
	case int32:
		return int64(x)
	case int64:
		return x
	}
	return unset
}

func minNotBelowMax(low, high any) error {
	e := object.NewException("System.ArgumentException", "The Minimum value (%s) cannot be greater than or equal to the Maximum value (%s).", object.ToString(low), object.ToString(high))
	return object.NewErrorOf(e, "MinGreaterThanOrEqualMax", object.InvalidArgument, nil)
}

type newGUID struct {
	Empty       bool   `param:"set=Empty" help:"Gives the GUID that is all zeros."`
	InputObject string `param:"set=InputObject pos=0 pipeline" help:"A GUID's text."`
}

// Process puts out a GUID.
func (c *newGUID) Process(_ context.Context, _ any, out cmdlet.Out) error {
	switch {
	case c.Empty:
		return out.Write(object.Guid{})
	case out.Bound("InputObject"):
		g, err := object.Convert(c.InputObject, object.TypeGuid)
		if err != nil {
			e := object.NewException("System.FormatException", "Unrecognized Guid format.")
			return out.Error(object.NewErrorOf(e, "StringNotRecognizedAsGuid", object.InvalidArgument, c.InputObject))
		}
		return out.Write(g)
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return err
	}
	return out.Write(object.Guid(id))
}
