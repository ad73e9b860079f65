package migration

import (
	"strings"

	"migsh/internal/migration"
	"migsh/shell/object"
)

// identity is what the Identity property of batches, users and endpoints holds: it prints and compares as the name.
type identity struct{ name, guid string }

// Equals makes identities of one name equal, whatever their case.
func (i *identity) Equals(other any) bool {
	o, ok := other.(*identity)
	return ok && strings.EqualFold(i.name, o.name)
}

// CompareTo orders identities by name.
func (i *identity) CompareTo(other any) int {
	if o, ok := other.(*identity); ok {
		return strings.Compare(strings.ToLower(i.name), strings.ToLower(o.name))
	}
	return 1
}

func declareIdentity(name string) *object.Type {
	t := declare(name, func(i *identity) string { return i.name }, object.Views{},
		property[identity]{"Name", object.TypeString, func(i *identity) any { return i.name }},
		property[identity]{"Id", object.TypeString, func(i *identity) any { return i.name }},
		property[identity]{"Guid", object.TypeGuid, func(i *identity) any { return guid(i.guid) }},
	)
	t.Convert = func(v any) (any, bool, error) {
		if s, ok := v.(string); ok {
			return object.Instance(t, &identity{name: s}), true, nil
		}
		return nil, false, nil
	}
	return t
}

var (
	typeBatchID    = declareIdentity(exchange + "MigrationBatchId")
	typeUserID     = declareIdentity(exchange + "MigrationUserId")
	typeEndpointID = declareIdentity(exchange + "MigrationEndpointId")
)

func identityOf(t *object.Type, name, guid string) any {
	return object.Instance(t, &identity{name: name, guid: guid})
}

// identityFrom reads an -Identity argument: a name, a GUID, an identity, or one of the objects that the cmdlets give out.
func identityFrom(v any) migration.Identity {
	if o, ok := object.Base(v).(*object.Object); ok {
		switch base := o.Base.(type) {
		case *identity:
			return migration.Identity(base.name)
		case *batch:
			return migration.Identity(base.Name)
		case *user:
			return migration.Identity(base.GUID)
		case *statistics:
			return migration.Identity(base.GUID)
		case *endpoint:
			return migration.Identity(base.Name)
		}
		if id, ok, err := object.Property(o, "Identity"); ok && err == nil && id != nil {
			return identityFrom(id)
		}
	}
	return migration.Identity(strings.TrimSpace(object.ToString(v)))
}
