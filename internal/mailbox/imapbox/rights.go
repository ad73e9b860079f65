package imapbox

import (
	"context"
	"slices"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
)

var _ mailbox.RightsReader = (*reader)(nil)

// Rights tells who may do what with a folder (RFC 4314), by the letters of the server.
func (r *reader) Rights(ctx context.Context, folder string) (map[string]string, error) {
	give, err := r.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	if !slices.Contains(r.caps.all, "ACL") {
		return nil, nil
	}
	rights := map[string]string{}
	cmd := &lane.Command{Op: "GETACL", Take: func(resp lane.Response) (bool, error) {
		vals, mine, err := r.values(resp, "ACL")
		for i := 1; i+1 < len(vals); i += 2 {
			rights[string(vals[i].Text)] = string(vals[i+1].Text)
		}
		return mine, err
	}}
	if err := r.run(cmd, folder, r.named(folder)); err != nil {
		return nil, r.fault("GETACL", folder, err)
	}
	return rights, nil
}
