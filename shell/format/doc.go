// Package format turns objects into the text that users read: it chooses the view as PowerShell does, lays out tables, lists,
// wide and custom views, and renders errors.
//
// It has a front and a back. The front, a [Shaper], turns objects into directives: the start of a document with its layout, one
// entry for each object, the end. Format-Table and its like send directives down the pipeline, so they are objects too. The back, a
// [Printer], turns directives and plain objects into lines. Out-Default, Out-String and Out-File are printers with different ends.
//
// Widths are computed here; tablewriter only aligns finished cells.
package format
