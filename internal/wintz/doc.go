// Package wintz knows time zones by the names that Windows gives them (Pacific Standard Time) and by their IANA names
// (America/Los_Angeles), on every system: the zone data is compiled in.
//
// The table comes from the Unicode project's windowsZones through Go's standard library, which carries it in a file that is
// compiled on Windows only. It is generated anew with each Go release.
package wintz

//go:generate go run ./gen
