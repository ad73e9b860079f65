package main

import (
	"os"
	"strings"
)

// flags are what the command line asks for.
type flags struct {
	file, command       string
	hasFile, hasCommand bool
	args                []string
	directory, home     string

	noProfile, nonInteractive, noLogo, noExit, version, help, check, job bool
}

// usageError is a faulty command line.
type usageError struct {
	text string
	code int
}

func (e *usageError) Error() string { return e.text }

// option is one of the program's flags; short is the least that names it.
type option struct {
	name, short string
	set         func(o *flags, value string) error
	value       bool // it takes a value
	rest        bool // all that follows is its
}

var table = []option{
	{name: "version", short: "v", set: func(o *flags, _ string) error { o.version = true; return nil }},
	{name: "help", short: "h", set: func(o *flags, _ string) error { o.help = true; return nil }},
	{name: "?", short: "?", set: func(o *flags, _ string) error { o.help = true; return nil }},
	{name: "noprofile", short: "nop", set: func(o *flags, _ string) error { o.noProfile = true; return nil }},
	{name: "nologo", short: "nol", set: func(o *flags, _ string) error { o.noLogo = true; return nil }},
	{name: "noexit", short: "noe", set: func(o *flags, _ string) error { o.noExit = true; return nil }},
	{name: "noninteractive", short: "noni", set: func(o *flags, _ string) error { o.nonInteractive = true; return nil }},
	{name: "interactive", short: "i", set: func(o *flags, _ string) error { o.nonInteractive = false; return nil }},
	{name: "login", short: "l", set: func(*flags, string) error { return nil }},
	{name: "servermode", short: "s", set: func(o *flags, _ string) error { o.job = true; return nil }},
	{name: "syntaxcheck", short: "sy", set: func(o *flags, _ string) error { o.check = true; return nil }, rest: true},
	{name: "home", short: "ho", value: true, set: func(o *flags, v string) error { o.home = v; return nil }},
	{name: "workingdirectory", short: "wo", value: true, set: func(o *flags, v string) error { o.directory = v; return nil }},
	{name: "wd", short: "wd", value: true, set: func(o *flags, v string) error { o.directory = v; return nil }},
	{name: "encodedcommand", short: "e", value: true, set: func(o *flags, v string) (err error) {
		o.hasCommand = true
		o.command, err = decodeCommand(v)
		return err
	}},
	{name: "ec", short: "ec", value: true, set: func(o *flags, v string) (err error) {
		o.hasCommand = true
		o.command, err = decodeCommand(v)
		return err
	}},
	{name: "file", short: "f", value: true, rest: true, set: func(o *flags, v string) error { return o.setFile(v) }},
	{name: "command", short: "c", value: true, rest: true, set: func(o *flags, v string) error { o.hasCommand, o.command = true, v; return nil }},
}

// parseFlags reads the command line as pwsh does: one or two dashes, names cut short, -File and -Command taking all the rest.
func parseFlags(args []string) (*flags, error) {
	o := &flags{}
	for i := 0; i < len(args); i++ {
		word := args[i]
		name, isFlag := flagName(word)
		if !isFlag {
			o.args = args[i+1:]
			return o, o.setFile(word)
		}
		f := findFlag(name)
		if f == nil {
			return nil, &usageError{code: 64, text: "The argument '" + word + "' is not recognized as the name of a script file. Check the spelling of the name, or if a path was included, verify that the path is correct and try again."}
		}
		value := ""
		if f.value {
			if i+1 >= len(args) {
				return nil, &usageError{code: 64, text: "Cannot process the command because of a missing parameter. A value must follow -" + f.name + "."}
			}
			i++
			value = args[i]
		}
		if f.rest {
			o.args = args[i+1:]
		}
		if err := f.set(o, value); err != nil {
			return nil, err
		}
		if f.rest {
			if o.hasCommand && o.command != "-" && len(o.args) > 0 {
				o.command += " " + strings.Join(o.args, " ")
			}
			return o, nil
		}
	}
	return o, nil
}

// flagName takes the dashes off a flag.
func flagName(word string) (string, bool) {
	if word == "/?" {
		return "?", true
	}
	if len(word) < 2 || word[0] != '-' {
		return "", false
	}
	return strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(word, "-"), "-")), true
}

func findFlag(name string) *option {
	for i, f := range table {
		if strings.HasPrefix(f.name, name) && strings.HasPrefix(name, f.short) {
			return &table[i]
		}
	}
	return nil
}

// setFile takes the script file, which has to exist.
func (o *flags) setFile(path string) error {
	o.hasFile, o.file = true, path
	if path == "-" {
		return nil
	}
	if st, err := os.Stat(path); err != nil || st.IsDir() {
		return &usageError{code: 64, text: "The argument '" + path + "' is not recognized as the name of a script file. Check the spelling of the name, or if a path was included, verify that the path is correct and try again."}
	}
	return nil
}

// usage is pwsh's own text, since scripts and people know it.
const usage = `Usage: pwsh[.exe] [-Login] [[-File] <filePath> [args]]
                  [-Command { - | <script-block> [-args <arg-array>]
                                | <string> [<CommandParameters>] } ]
                  [-CommandWithArgs <string> [<CommandParameters>]
                  [-ConfigurationName <string>] [-ConfigurationFile <filePath>]
                  [-CustomPipeName <string>] [-EncodedCommand <Base64EncodedCommand>]
                  [-ExecutionPolicy <ExecutionPolicy>] [-InputFormat {Text | XML}]
                  [-Interactive] [-MTA] [-NoExit] [-NoLogo] [-NonInteractive] [-NoProfile]
                  [-NoProfileLoadTime] [-OutputFormat {Text | XML}]
                  [-SettingsFile <filePath>] [-SSHServerMode] [-STA]
                  [-Version] [-WindowStyle <style>]
                  [-WorkingDirectory <directoryPath>]

       pwsh[.exe] -h | -Help | -? | /?

PowerShell Online Help https://aka.ms/powershell-docs

All parameters are case-insensitive.
`
