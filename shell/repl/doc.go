// Package repl is the prompt: it reads statements from a terminal, has a session run them, and is the host that a
// session's commands talk to on a terminal (questions, secrets, colours, progress).
//
// Lines are edited with go-prompt, one call of its Input for each line, behind a console of our own: the library's own
// console leaves the terminal raw, loses what is typed ahead and can deadlock when the window is resized. The terminal is
// raw only while a line is read; while a command runs it is as it was found, so that Ctrl-C raises a signal.
//
// The package neither evaluates anything nor knows of mail.
package repl
