package migration

import (
	"migsh/internal/migration"
	"migsh/shell/object"
)

// credentialFrom reads a [pscredential].
func credentialFrom(v any) (*migration.Credential, error) {
	if v == nil {
		return nil, nil
	}
	name, ok, err := object.Property(v, "UserName")
	if err != nil || !ok {
		return nil, migration.NewError(migration.ErrInvalidValue, "", "-Credentials takes a credential, such as Get-Credential gives.", "Use (Get-Credential).")
	}
	network, err := object.InvokeMethod(v, "GetNetworkCredential", nil)
	if err != nil {
		return nil, err
	}
	password, _, err := object.Property(network, "Password")
	if err != nil {
		return nil, err
	}
	return &migration.Credential{UserName: object.ToString(name), Password: migration.Secret(object.ToString(password))}, nil
}

// secretFrom reads a [securestring] or a plain text.
func secretFrom(v any) (migration.Secret, error) {
	if s, ok := object.Base(v).(string); ok {
		return migration.Secret(s), nil
	}
	t, ok := object.TypeByName("System.Management.Automation.PSCredential")
	if !ok {
		return "", migration.NewError(migration.ErrInternal, "", "This build has no type for credentials.", "")
	}
	c, err := object.Construction(t, []any{"-", v})
	if err != nil {
		return "", err
	}
	read, err := credentialFrom(c)
	if err != nil {
		return "", err
	}
	return read.Password, nil
}
