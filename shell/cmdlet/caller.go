package cmdlet

import "migsh/shell/object"

// Caller is implemented by [Out] for the few cmdlets whose errors are those of whoever called them: Write-Error in a function
// reports an error of the function.
type Caller interface {
	// AsCaller gives the record the name and position of the function or script that called the cmdlet.
	AsCaller(r *object.ErrorRecord)
}
