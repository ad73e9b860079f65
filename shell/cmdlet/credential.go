package cmdlet

import (
	"context"

	"migsh/shell/object/dotnet"
)

// AskCredential asks for a password, and for the user's name where it is not known.
func AskCredential(ctx context.Context, host Host, title, message, user string) (any, error) {
	host.WriteHost("\n"+title+"\n"+message, "", "", true)
	if user == "" {
		name, err := host.ReadLine(ctx, "User: ")
		if err != nil {
			return nil, err
		}
		user = name
	}
	secret, err := host.ReadSecret(ctx, "Password for user "+user+": ", "*")
	if err != nil {
		return nil, err
	}
	return dotnet.NewCredential(user, secret), nil
}
