package cmdlet

import "migsh/shell/object"

// An ArgumentCompleter offers values of a parameter: the names of command and parameter, the word that is being completed, the command's
// tree and the arguments given so far go in; texts come out, or objects that tell more.
type ArgumentCompleter interface {
	Complete(command, parameter, word string, tree any, given *object.Hashtable) ([]any, error)
}

// A CompleterBlock completes by a script block.
type CompleterBlock struct{ Block object.ScriptBlock }

// Complete implements [ArgumentCompleter].
func (c CompleterBlock) Complete(command, parameter, word string, tree any, given *object.Hashtable) ([]any, error) {
	return c.Block.Call(nil, command, parameter, word, tree, given)
}

// A CompleterType completes by an object of a class that implements IArgumentCompleter.
type CompleterType struct{ Type *object.Type }

// Complete implements [ArgumentCompleter].
func (c CompleterType) Complete(command, parameter, word string, tree any, given *object.Hashtable) ([]any, error) {
	completer, err := object.Construction(c.Type, nil)
	if err != nil {
		return nil, err
	}
	found, err := object.InvokeMethod(completer, "CompleteArgument", []any{command, parameter, word, tree, given})
	if err != nil || found == nil || found == object.Nothing {
		return nil, err
	}
	if items, ok := object.ItemsOf(found); ok {
		return items, nil
	}
	return []any{found}, nil
}
