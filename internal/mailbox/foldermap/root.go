package foldermap

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"migsh/internal/mailbox"
)

// AtRoot lists the folders of a mailbox from a UserRoot down, and tells under which name the server has it. No UserRoot is the whole.
func AtRoot(ctx context.Context, r mailbox.Reader, userRoot string) (root string, folders []mailbox.Folder, err error) {
	if strings.Trim(userRoot, "/") == "" {
		folders, err = r.Folders(ctx, "")
		return "", folders, err
	}
	info := r.Info()
	for _, root := range Roots(info, userRoot) {
		folders, err := r.Folders(ctx, root)
		if err != nil {
			return "", nil, err
		}
		if slices.ContainsFunc(folders, mailbox.Folder.Selectable) {
			return root, folders, nil
		}
	}
	var spaces []string
	for _, ns := range slices.Concat(info.Personal, info.Others, info.Shared) {
		spaces = append(spaces, fmt.Sprintf("%q", ns.Prefix))
	}
	e := mailbox.NewError(mailbox.MailboxMissing, "LIST", fmt.Errorf("the UserRoot %q is not there, or %s may not read it; this login sees the namespaces %s",
		userRoot, info.Login, strings.Join(spaces, ", ")))
	e.Server, e.Login, e.Folder = info.Server, info.Login, userRoot
	e.Fix = "correct the UserRoot, or give the login the right to list and read it"
	return "", nil, e
}

// Roots lists, likeliest first, the names under which a UserRoot such as "/users/terry.adams" may be found: its
// slashes become the server's separator, with and without the prefix of each namespace. A separator inside the user's
// name is tried as it stands and as the characters that servers put in its place. Where others' mailboxes have a namespace
// of their own, as with Cyrus, "/user/terry" is also looked for in it.
func Roots(info mailbox.Info, userRoot string) []string {
	levels := strings.FieldsFunc(userRoot, func(r rune) bool { return r == '/' })
	if len(levels) == 0 {
		return nil
	}
	out := rootsOf(slices.Concat(info.Shared, info.Others, info.Personal, []mailbox.Namespace{{}}), info, levels)
	if first := strings.ToLower(levels[0]); len(levels) > 1 && (first == "user" || first == "users") {
		out = append(out, rootsOf(info.Others, info, levels[1:])...)
	}
	return out
}

func rootsOf(spaces []mailbox.Namespace, info mailbox.Info, levels []string) (out []string) {
	for _, ns := range spaces {
		delim := ns.Delimiter
		if delim == 0 && len(info.Personal) > 0 {
			delim = info.Personal[0].Delimiter
		}
		if delim == 0 {
			delim = '/'
		}
		// Courier puts a blank there, Cyrus a circumflex.
		for _, inside := range []string{string(delim), " ", "^", "_"} {
			var parts []string
			for _, level := range levels {
				parts = append(parts, strings.ReplaceAll(level, string(delim), inside))
			}
			name := strings.Join(parts, string(delim))
			// A prefix like "shared." may already stand in the UserRoot.
			if ns.Prefix != "" && !strings.HasPrefix(name+string(delim), ns.Prefix) {
				name = ns.Prefix + name
			}
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}
