package netfmt

import "strings"

// Culture is what of System.Globalization.CultureInfo the formats need.
type Culture struct {
	Name, DisplayName, EnglishName, NativeName string
	TwoLetter, ThreeLetter                     string
	LCID                                       int

	NegativeSign, PositiveSign         string
	DecimalSeparator, GroupSeparator   string
	GroupSizes                         []int
	NumberDigits                       int // of N, F and P without a precision
	NumberNegative                     int // NumberNegativePattern
	PercentPositive, PercentNegative   int // patterns
	PercentSymbol, PerMilleSymbol      string
	PercentDigits                      int
	CurrencySymbol                     string
	CurrencyDecimal, CurrencyGroup     string
	CurrencyDigits                     int
	CurrencyPositive, CurrencyNegative int // patterns
	NaN                                string
	PositiveInfinity, NegativeInfinity string

	DateSeparator, TimeSeparator      string
	AM, PM                            string
	Days, ShortDays                   [7]string
	Months, ShortMonths               [12]string
	MonthsGenitive                    [12]string
	FirstDay                          int
	ShortDate, LongDate               string
	ShortTime, LongTime               string
	FullDateTime, MonthDay, YearMonth string
	Eras                              []string
}

// Invariant is CultureInfo.InvariantCulture.
var Invariant = &Culture{
	Name: "", DisplayName: "Invariant Language (Invariant Country)", EnglishName: "Invariant Language (Invariant Country)",
	NativeName: "Invariant Language (Invariant Country)", TwoLetter: "iv", ThreeLetter: "ivl", LCID: 127,
	NegativeSign: "-", PositiveSign: "+", DecimalSeparator: ".", GroupSeparator: ",", GroupSizes: []int{3}, NumberDigits: 2, NumberNegative: 1,
	PercentPositive: 0, PercentNegative: 0, PercentSymbol: "%", PerMilleSymbol: "‰", PercentDigits: 2,
	CurrencySymbol: "¤", CurrencyDecimal: ".", CurrencyGroup: ",", CurrencyDigits: 2, CurrencyPositive: 0, CurrencyNegative: 0,
	NaN: "NaN", PositiveInfinity: "Infinity", NegativeInfinity: "-Infinity",
	DateSeparator: "/", TimeSeparator: ":", AM: "AM", PM: "PM",
	Days:           [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	ShortDays:      [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	Months:         englishMonths,
	MonthsGenitive: englishMonths,
	ShortMonths:    [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	ShortDate:      "MM/dd/yyyy", LongDate: "dddd, dd MMMM yyyy", ShortTime: "HH:mm", LongTime: "HH:mm:ss",
	FullDateTime: "dddd, dd MMMM yyyy HH:mm:ss", MonthDay: "MMMM dd", YearMonth: "yyyy MMMM", Eras: []string{"A.D."},
}

var englishMonths = [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

// EnUS is the culture that the shell starts in.
var EnUS = func() *Culture {
	c := *Invariant
	c.Name, c.DisplayName, c.EnglishName, c.NativeName = "en-US", "English (United States)", "English (United States)", "English (United States)"
	c.TwoLetter, c.ThreeLetter, c.LCID = "en", "eng", 1033
	c.NumberDigits = 3
	c.PercentPositive, c.PercentNegative, c.PercentDigits = 1, 1, 3
	c.CurrencySymbol, c.CurrencyNegative = "$", 1
	c.PositiveInfinity, c.NegativeInfinity = "∞", "-∞"
	c.ShortDate, c.LongDate = "M/d/yyyy", "dddd, MMMM d, yyyy"
	c.ShortTime, c.LongTime = "h:mm\u202ftt", "h:mm:ss\u202ftt"
	c.FullDateTime, c.MonthDay, c.YearMonth = "dddd, MMMM d, yyyy h:mm:ss\u202ftt", "MMMM d", "MMMM yyyy"
	c.Eras = []string{"AD"}
	return &c
}()

var cultures = map[string]*Culture{"": Invariant, "en-us": EnUS}

// CultureByName finds a culture by its name, such as "en-US", without regard to case; "" is the invariant one.
func CultureByName(name string) (*Culture, bool) {
	c, ok := cultures[strings.ToLower(name)]
	return c, ok
}
