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

// ListSeparator stands between the items of a list, TextInfo.ListSeparator: a semicolon where a comma begins the decimals.
func (c *Culture) ListSeparator() rune {
	if c.DecimalSeparator == "," {
		return ';'
	}
	return ','
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

// Cultures beside the English one: what scripts pass to ToString and Parse by name. The patterns are CLDR's.
var (
	enGB = derive(func(c *Culture) {
		c.Name, c.DisplayName, c.EnglishName, c.NativeName, c.LCID = "en-GB", "English (United Kingdom)", "English (United Kingdom)", "English (United Kingdom)", 2057
		c.CurrencySymbol = "£"
		c.ShortDate, c.LongDate, c.ShortTime, c.LongTime = "dd/MM/yyyy", "dddd d MMMM yyyy", "HH:mm", "HH:mm:ss"
		c.FullDateTime, c.MonthDay, c.FirstDay = "dddd d MMMM yyyy HH:mm:ss", "d MMMM", 1
		c.AM, c.PM = "am", "pm"
	})
	deDE = derive(func(c *Culture) {
		c.Name, c.DisplayName, c.EnglishName, c.NativeName = "de-DE", "German (Germany)", "German (Germany)", "Deutsch (Deutschland)"
		c.TwoLetter, c.ThreeLetter, c.LCID, c.FirstDay = "de", "deu", 1031, 1
		c.DecimalSeparator, c.GroupSeparator, c.CurrencyDecimal, c.CurrencyGroup = ",", ".", ",", "."
		c.CurrencySymbol, c.CurrencyPositive, c.CurrencyNegative = "€", 3, 8
		c.PercentPositive, c.PercentNegative = 0, 0
		c.DateSeparator, c.ShortDate, c.LongDate, c.ShortTime, c.LongTime = ".", "dd.MM.yyyy", "dddd, d. MMMM yyyy", "HH:mm", "HH:mm:ss"
		c.FullDateTime, c.MonthDay, c.YearMonth = "dddd, d. MMMM yyyy HH:mm:ss", "d. MMMM", "MMMM yyyy"
		c.Days = [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"}
		c.ShortDays = [7]string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"}
		c.Months = [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
		c.ShortMonths = [12]string{"Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"}
		c.MonthsGenitive, c.Eras = c.Months, []string{"n. Chr."}
	})
	frFR = derive(func(c *Culture) {
		c.Name, c.DisplayName, c.EnglishName, c.NativeName = "fr-FR", "French (France)", "French (France)", "français (France)"
		c.TwoLetter, c.ThreeLetter, c.LCID, c.FirstDay = "fr", "fra", 1036, 1
		c.DecimalSeparator, c.GroupSeparator, c.CurrencyDecimal, c.CurrencyGroup = ",", "\u202f", ",", "\u202f"
		c.CurrencySymbol, c.CurrencyPositive, c.CurrencyNegative = "€", 3, 8
		c.PercentPositive, c.PercentNegative = 0, 0
		c.ShortDate, c.LongDate, c.ShortTime, c.LongTime = "dd/MM/yyyy", "dddd d MMMM yyyy", "HH:mm", "HH:mm:ss"
		c.FullDateTime, c.MonthDay, c.YearMonth = "dddd d MMMM yyyy HH:mm:ss", "d MMMM", "MMMM yyyy"
		c.Days = [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}
		c.ShortDays = [7]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."}
		c.Months = [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
		c.ShortMonths = [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
		c.MonthsGenitive, c.Eras = c.Months, []string{"ap. J.-C."}
	})
	jaJP = derive(func(c *Culture) {
		c.Name, c.DisplayName, c.EnglishName, c.NativeName = "ja-JP", "Japanese (Japan)", "Japanese (Japan)", "日本語 (日本)"
		c.TwoLetter, c.ThreeLetter, c.LCID = "ja", "jpn", 1041
		c.CurrencySymbol, c.CurrencyDigits = "￥", 0
		c.AM, c.PM = "午前", "午後"
		c.ShortDate, c.LongDate, c.ShortTime, c.LongTime = "yyyy/MM/dd", "yyyy年M月d日dddd", "H:mm", "H:mm:ss"
		c.FullDateTime, c.MonthDay, c.YearMonth = "yyyy年M月d日dddd H:mm:ss", "M月d日", "yyyy年M月"
		c.Days = [7]string{"日曜日", "月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日"}
		c.ShortDays = [7]string{"日", "月", "火", "水", "木", "金", "土"}
		c.Months = [12]string{"1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"}
		c.ShortMonths, c.MonthsGenitive, c.Eras = c.Months, c.Months, []string{"西暦"}
	})
)

// derive makes a culture of the English one and what differs.
func derive(change func(c *Culture)) *Culture {
	c := *EnUS
	change(&c)
	return &c
}

var cultures = map[string]*Culture{"": Invariant, "en-us": EnUS, "en-gb": enGB, "de-de": deDE, "fr-fr": frFR, "ja-jp": jaJP}

// CultureByName finds a culture by its name, such as "en-US", without regard to case; "" is the invariant one.
func CultureByName(name string) (*Culture, bool) {
	c, ok := cultures[strings.ToLower(name)]
	return c, ok
}
