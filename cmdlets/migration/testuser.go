package migration

import (
	"context"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

type testUser struct {
	base
	Identity any   `param:"mandatory pos=0 pipeline pipelinebyname" complete:"user" help:"The user's address or GUID."`
	Verify   bool  `param:"set=Verify mandatory" help:"Read at the target again what was copied, and compare it with what was sent."`
	Every    int32 `param:"set=Verify" validate:"range=1,1000000" help:"Read a sample: every so-manieth message. Left out, all are read."`
}

func (e *environment) testUser() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Test-MigrationUser", Synopsis: "Tries both logins of a user and, with -Verify, proves the copy by reading the target again.",
		DefaultSet: "Login", OutputTypes: []string{typeUserTest.Name},
	}, "", "", func(b base) cmdlet.Cmdlet { return &testUser{base: b} })
}

func (c *testUser) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	r := migration.TestUserRequest{Identity: identityFrom(c.Identity), Verify: c.Verify, Every: int(c.Every)}
	return c.do(ctx, out, func(svc migration.Service) error {
		test, err := svc.TestUser(ctx, r)
		if err != nil {
			return err
		}
		return out.Write(object.Instance(typeUserTest, &test))
	})
}

var typeUserTest = declare(exchange+"MigrationUserTest", func(t *migration.UserTest) string { return t.EmailAddress },
	object.Views{Default: []string{"Identity", "Batch", "Result", "Message", "CheckedCount", "SameCount", "DifferenceCount"}},
	property[migration.UserTest]{"Identity", object.TypeString, func(t *migration.UserTest) any { return t.EmailAddress }},
	property[migration.UserTest]{"Batch", object.TypeString, func(t *migration.UserTest) any { return t.BatchName }},
	property[migration.UserTest]{"Result", enumTestResult, func(t *migration.UserTest) any { return named(enumTestResult, t.Result) }},
	property[migration.UserTest]{"Message", object.TypeString, func(t *migration.UserTest) any { return t.Message }},
	property[migration.UserTest]{"Source", typeConnectionTest, func(t *migration.UserTest) any { return object.Instance(typeConnectionTest, &t.Source) }},
	property[migration.UserTest]{"Target", typeConnectionTest, func(t *migration.UserTest) any { return object.Instance(typeConnectionTest, &t.Target) }},
	property[migration.UserTest]{"Verified", object.TypeBoolean, func(t *migration.UserTest) any { return t.Verified }},
	property[migration.UserTest]{"CheckedCount", object.TypeInt64, func(t *migration.UserTest) any { return t.CheckedCount }},
	property[migration.UserTest]{"SameCount", object.TypeInt64, func(t *migration.UserTest) any { return t.SameCount }},
	property[migration.UserTest]{"ForeignCount", object.TypeInt64, func(t *migration.UserTest) any { return t.ForeignCount }},
	property[migration.UserTest]{"CheckedSize", nil, func(t *migration.UserTest) any { return size(t.CheckedSize) }},
	property[migration.UserTest]{"DifferenceCount", object.TypeInt64, func(t *migration.UserTest) any { return t.DifferenceCount }},
	property[migration.UserTest]{"FlagCount", object.TypeInt64, func(t *migration.UserTest) any { return t.FlagCount }},
	property[migration.UserTest]{"Differences", nil, func(t *migration.UserTest) any { return differenceObjects(t.Differences) }},
)

var typeDifference = declare(exchange+"MigrationMessageDifference", func(d *migration.MessageDifference) string { return d.Subject },
	object.Views{Default: []string{"Kind", "FolderName", "Subject", "Sender", "MessageSize", "Uid", "TargetUid"}},
	property[migration.MessageDifference]{"Kind", object.TypeString, func(d *migration.MessageDifference) any { return d.Kind }},
	property[migration.MessageDifference]{"FolderName", object.TypeString, func(d *migration.MessageDifference) any { return d.FolderName }},
	property[migration.MessageDifference]{"TargetFolder", object.TypeString, func(d *migration.MessageDifference) any { return d.TargetFolder }},
	property[migration.MessageDifference]{"Subject", object.TypeString, func(d *migration.MessageDifference) any { return d.Subject }},
	property[migration.MessageDifference]{"Sender", object.TypeString, func(d *migration.MessageDifference) any { return d.Sender }},
	property[migration.MessageDifference]{"MessageSize", nil, func(d *migration.MessageDifference) any { return size(d.MessageSize) }},
	property[migration.MessageDifference]{"Uid", object.TypeUInt32, func(d *migration.MessageDifference) any { return d.UID }},
	property[migration.MessageDifference]{"TargetUid", object.TypeUInt32, func(d *migration.MessageDifference) any { return d.TargetUID }},
	property[migration.MessageDifference]{"SentDigest", object.TypeString, func(d *migration.MessageDifference) any { return d.SentDigest }},
	property[migration.MessageDifference]{"FoundDigest", object.TypeString, func(d *migration.MessageDifference) any { return d.FoundDigest }},
	property[migration.MessageDifference]{"Sent", object.TypeString, func(d *migration.MessageDifference) any { return d.Sent }},
	property[migration.MessageDifference]{"Found", object.TypeString, func(d *migration.MessageDifference) any { return d.Found }},
)

func differenceObjects(list []migration.MessageDifference) any {
	out := make([]any, len(list))
	for i := range list {
		out[i] = object.Instance(typeDifference, &list[i])
	}
	return object.NewArray(out...)
}
