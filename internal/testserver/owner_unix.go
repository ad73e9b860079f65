//go:build unix

package testserver

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// owner returns the system user that shall own the mail: the named one when we
// are root, else ourselves.
func owner(preferred string) (name, group string, uid, gid int, err error) {
	account, err := user.Current()
	if err == nil && os.Geteuid() == 0 {
		account, err = user.Lookup(preferred)
	}
	if err != nil {
		return "", "", 0, 0, fmt.Errorf("looking for the user that owns the mail: %w", err)
	}
	set, err := user.LookupGroupId(account.Gid)
	if err != nil {
		return "", "", 0, 0, fmt.Errorf("looking for the group that owns the mail: %w", err)
	}
	if uid, err = strconv.Atoi(account.Uid); err == nil {
		gid, err = strconv.Atoi(account.Gid)
	}
	return account.Username, set.Name, uid, gid, err
}
