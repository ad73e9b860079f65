package cmdlet

import "context"

// AskCredential asks for a password, and for the user's name where user is empty.
func AskCredential(ctx context.Context, host Host, title, message, user string) (name, password string, err error) {
	host.WriteHost("\n"+title+"\n"+message, "", "", true)
	if user == "" {
		if user, err = host.ReadLine(ctx, "User: "); err != nil {
			return "", "", err
		}
	}
	password, err = host.ReadSecret(ctx, "Password for user "+user+": ", "*")
	return user, password, err
}
