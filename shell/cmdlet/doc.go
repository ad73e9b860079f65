// Package cmdlet is the contract between commands and the shell: how a command declares itself, how its parameters are
// bound, and through what it talks to the pipeline.
//
// A compiled cmdlet is a struct whose tagged fields are its parameters, registered once with [Declare]:
//
//	type getThing struct {
//		Identity string `param:"mandatory pos=0 pipeline pipelinebyname" alias:"id,name" validate:"notnullorempty" help:"The thing."`
//		Port     int32  `param:"set=Tcp; set=Udp mandatory" validate:"range=1,65535"`
//		Force    bool   `param:""`                     // a bool field is a [switch]; *bool is a [bool]
//		Kind     string `validate:"set=Big,Small"`      // a field without a param tag is no parameter
//		Name     string `param:"" complete:"endpoint"`  // values offered by the completer of that name
//	}
//
// A param tag lists, separated by semicolons, one attribute for each parameter set (no set= means all sets). From this one
// declaration derive binding, validation, completion, Get-Help's and Get-Command's syntax, and the documentation.
//
// Functions and scripts declare the same [Info] from their param block, so there is one binder for all.
package cmdlet
