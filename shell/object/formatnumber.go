package object

import (
	"strconv"
	"strings"

	"migsh/shell/object/netfmt"
)

// formatNumber formats numbers by the standard formats F and N; ok is false for what is no number or another format.
func formatNumber(v any, spec string, _ *netfmt.Culture) (text string, ok bool, err error) {
	digits := 3
	if len(spec) > 1 {
		if digits, err = strconv.Atoi(spec[1:]); err != nil {
			return "", false, nil
		}
	}
	kind := spec[0] | 0x20
	if kind != 'f' && kind != 'n' {
		return "", false, nil
	}
	f, isNumber := asFloat(v)
	if !isNumber {
		return "", false, nil
	}
	text = strconv.FormatFloat(f, 'f', digits, 64)
	if kind == 'n' {
		whole, fraction, _ := strings.Cut(text, ".")
		sign := ""
		if strings.HasPrefix(whole, "-") {
			sign, whole = "-", whole[1:]
		}
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
		text = sign + whole
		if fraction != "" {
			text += "." + fraction
		}
	}
	return text, true, nil
}

func asFloat(v any) (float64, bool) {
	out, err := Convert(v, TypeDouble)
	if err != nil {
		return 0, false
	}
	switch v.(type) {
	case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64, Decimal:
		f, ok := out.(float64)
		return f, ok
	}
	return 0, false
}
