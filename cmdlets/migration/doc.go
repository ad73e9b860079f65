// Package migration holds Exchange's migration cmdlets. They translate: parameters into requests to a [migration.Service], its
// answers into objects as Exchange's scripts expect them. They hold no rules of their own.
//
// Each cmdlet is declared in the file named for its noun. The objects that they give out are declared in the files ending in _type.go:
// their properties, views and texts.
package migration
