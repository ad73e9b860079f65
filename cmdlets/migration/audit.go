package migration

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
)

// unaudited are commands that ask before they act and change nothing of the migration.
var unaudited = []string{"Test-", "Export-", "Disconnect-"}

// isAudited tells whether a cmdlet's uses belong into the audit log: those that change something.
func isAudited(spec cmdlet.Spec) bool {
	return spec.ShouldProcess && !slices.ContainsFunc(unaudited, func(verb string) bool { return strings.HasPrefix(spec.Name, verb) })
}

// audit writes down that the command was given, and how it ended. A log that can't be written is told; what was done is done.
func audit(ctx context.Context, out cmdlet.Out, svc migration.Service, failed error) error {
	e := migration.AuditEntry{Caller: administrator(out)}
	if in := out.Invocation(); in != nil {
		e.Cmdlet = in.CommandName
	}
	e.Server, _ = os.Hostname() // a host without a name is no reason to log nothing
	if failed != nil {
		e.Error = failed.Error()
	}
	for key, v := range out.Parameters().All() {
		p := migration.AuditParameter{Name: object.ToString(key), Value: audited(object.ToString(key), v)}
		if p.Name == "Identity" || p.Name == "Name" && e.Object == "" {
			e.Object = p.Value
		}
		e.Parameters = append(e.Parameters, p)
	}
	slices.SortStableFunc(e.Parameters, func(a, b migration.AuditParameter) int { return strings.Compare(a.Name, b.Name) })
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := svc.Audit(within, e); err != nil {
		return out.Warning("The command is missing in the audit log: " + err.Error())
	}
	return nil
}

// secretName are parameters whose values are never shown.
var secretName = regexp.MustCompile(`(?i)password|secret|token|keyfile|accesskey`)

const hidden = "********"

// auditList is how many elements of a list are written.
const auditList = 50

// audited is a value as the log shows it.
func audited(name string, v any) string {
	if secretName.MatchString(name) {
		return hidden
	}
	switch v := object.Base(v).(type) {
	case []byte:
		return fmt.Sprintf("(%s bytes)", migration.Thousands(int64(len(v))))
	case *object.Array:
		if v.Elem == object.TypeByte {
			return fmt.Sprintf("(%s bytes)", migration.Thousands(int64(len(v.Items))))
		}
		var parts []string
		for i, item := range v.Items {
			if i == auditList {
				parts = append(parts, fmt.Sprintf("… (%d more)", len(v.Items)-i))
				break
			}
			parts = append(parts, audited("", item))
		}
		return strings.Join(parts, ", ")
	case *object.Object:
		switch object.TypeOf(v).Name {
		case dotnet.TypeSecureString.Name:
			return hidden
		case dotnet.TypeCredential.Name:
			if user, ok, err := object.Property(v, "UserName"); ok && err == nil {
				return object.ToString(user) + ":" + hidden
			}
			return hidden
		}
		if _, ok := v.Base.(*user); ok {
			return object.ToString(v)
		}
	}
	return object.ToString(v)
}

type searchAudit struct {
	base
	Cmdlets    []string         `param:"" complete:"command" help:"Only these cmdlets, with wildcards: Remove-*."`
	Parameters []string         `param:"" help:"Only commands that were given one of these parameters."`
	StartDate  *object.DateTime `param:"" help:"From when on. A time without a zone is UTC."`
	EndDate    *object.DateTime `param:"" help:"Until when; what was done at that moment or later is left out. A time without a zone is UTC."`
	ObjectIds  []string         `param:"" help:"Only commands given to these objects: names of batches and endpoints, addresses of users."`
	UserIds    []string         `param:"" help:"Only commands that these persons gave."`
	IsSuccess  *bool            `param:"" help:"$true: only commands that succeeded. $false: only those that failed."`
	ResultSize any              `param:"" help:"How many are shown at most: a number or Unlimited. 1000 is the default."`
	StartIndex int32            `param:"" validate:"range=0,2147483647" help:"How many of the latest are passed over."`
}

func (e *environment) searchAudit() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Search-AdminAuditLog", Synopsis: "Tells who gave which command that changed something, when, and with which parameters.", OutputTypes: []string{typeAudit.Name},
	}, "DomainController ExternalAccess", "", func(b base) cmdlet.Cmdlet { return &searchAudit{base: b} })
}

func (c *searchAudit) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	q := migration.AuditQuery{Cmdlets: c.Cmdlets, Parameters: c.Parameters, Objects: c.ObjectIds, Callers: c.UserIds, Succeeded: c.IsSuccess}
	if c.StartDate != nil {
		q.From = instant(*c.StartDate, time.UTC)
	}
	if c.EndDate != nil {
		q.To = instant(*c.EndDate, time.UTC)
	}
	if !q.To.IsZero() && q.To.Before(q.From) {
		return report1(ctx, out, migration.NewError(migration.ErrInvalidValue, "EndDate", "The EndDate is before the StartDate.", "Give a later one."))
	}
	n, err := resultLimit(c.ResultSize)
	if err != nil {
		return report1(ctx, out, err)
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		skip := int(c.StartIndex)
		rest := func(yield func(migration.AuditEntry, error) bool) {
			for e, err := range svc.AuditLog(ctx, q) {
				if err == nil && skip > 0 {
					skip--
					continue
				}
				if !yield(e, err) {
					return
				}
			}
		}
		return limited(out, n, rest, func(e migration.AuditEntry) any { return object.Instance(typeAudit, &e) })
	})
}

var typeAudit = declare("Microsoft.Exchange.Management.SystemConfigurationTasks.AdminAuditLogEvent", func(e *migration.AuditEntry) string { return e.Cmdlet },
	object.Views{Default: []string{"RunDate", "Caller", "CmdletName", "ObjectModified", "CmdletParameters", "Succeeded", "Error", "OriginatingServer"}},
	append([]property[migration.AuditEntry]{
		{"RunDate", object.TypeDateTime, func(e *migration.AuditEntry) any { return utc(e.Time) }},
		{"Caller", object.TypeString, func(e *migration.AuditEntry) any { return e.Caller }},
		{"CmdletName", object.TypeString, func(e *migration.AuditEntry) any { return e.Cmdlet }},
		{"ObjectModified", object.TypeString, func(e *migration.AuditEntry) any { return e.Object }},
		{"CmdletParameters", nil, func(e *migration.AuditEntry) any { return auditParameters(e.Parameters) }},
		{"Succeeded", object.TypeBoolean, func(e *migration.AuditEntry) any { return e.Error == "" }},
		{"Error", object.TypeString, func(e *migration.AuditEntry) any { return e.Error }},
		{"OriginatingServer", object.TypeString, func(e *migration.AuditEntry) any { return e.Server }},
		{"ExternalAccess", object.TypeBoolean, func(*migration.AuditEntry) any { return false }},
		{"IsValid", object.TypeBoolean, func(e *migration.AuditEntry) any { return e.Damage == "" }},
	}, blank[migration.AuditEntry]("ModifiedProperties")...)...)

var typeAuditParameter = declare("Microsoft.Exchange.Management.SystemConfigurationTasks.AdminAuditLogCmdletParameter",
	func(p *migration.AuditParameter) string { return "-" + p.Name + " " + p.Value }, object.Views{},
	property[migration.AuditParameter]{"Name", object.TypeString, func(p *migration.AuditParameter) any { return p.Name }},
	property[migration.AuditParameter]{"Value", object.TypeString, func(p *migration.AuditParameter) any { return p.Value }},
)

func auditParameters(list []migration.AuditParameter) any {
	items := make([]any, len(list))
	for i := range list {
		items[i] = object.Instance(typeAuditParameter, &list[i])
	}
	return object.NewArray(items...)
}
