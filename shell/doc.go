// Package shell is a session of the shell: the interpreter with a host around it. It runs script files, command text and lines
// of input, shows what they put out, and tells how they ended.
//
// [New] makes a session for plain files; a terminal's prompt (shell/repl) drives one through [Session.Execute], with its own
// cmdlet.Host in [Options].
package shell
