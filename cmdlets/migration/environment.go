package migration

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	osuser "os/user"
	"strings"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// Module is the name that Get-Command shows for these cmdlets.
const Module = "Migration"

// Opener gives the service, opening the state at its first call.
type Opener func(ctx context.Context) (migration.Service, error)

// Commands returns the cmdlets, working on the service that open gives.
func Commands(open Opener) []*cmdlet.Info {
	e := &environment{open: open}
	return withHelp([]*cmdlet.Info{
		e.testServer(), e.newEndpoint(), e.getEndpoint(), e.setEndpoint(), e.removeEndpoint(),
		e.newBatch(), e.getBatch(), e.setBatch(), e.startBatch(), e.stopBatch(), e.completeBatch(), e.removeBatch(), e.waitBatch(),
		e.getUser(), e.setUser(), e.startUser(), e.stopUser(), e.removeUser(), e.getUserStatistics(), e.testUser(),
		e.getConfig(), e.setConfig(), e.getStatistics(), e.getStatus(), e.completeAll(),
		e.getPlan(), e.backupStore(), e.testStore(), e.optimizeStore(),
		e.getMailbox(), e.newMailbox(), e.setMailbox(), e.getRecipient(), e.getMailboxStatistics(), e.getMailboxFolderStatistics(), e.exportReport(), e.connectOnline(), e.disconnectOnline(), e.searchAudit(), e.testCutover(), e.sendNotice(),
	})
}

type environment struct{ open Opener }

// base is what every cmdlet here begins with.
type base struct {
	env *environment
	// idle are parameters that mean nothing here; foreign belong to migrations that are not of IMAP.
	idle, foreign []string
	// audited cmdlets change something: each use is written into the audit log.
	audited bool
}

// Begin warns of parameters that have no effect and refuses those of other migration types, before anything is done.
func (b *base) Begin(_ context.Context, out cmdlet.Out) error {
	for _, name := range b.foreign {
		if out.Bound(name) {
			return &object.ErrorRecord{
				Exception: object.NewException("System.NotSupportedException", "The parameter -%s %s Leave it out.", name, cmp.Or(refusals[name], otherType)),
				Category:  object.InvalidArgument, ID: "MigrationParameterNotSupported", Target: name, Command: className(out),
			}
		}
	}
	for _, name := range b.idle {
		if out.Bound(name) {
			if err := out.Warning(fmt.Sprintf("The parameter -%s has no effect in migsh: %s.", name, cmp.Or(idleBecause[name], "there is no Exchange organization behind it"))); err != nil {
				return err
			}
		}
	}
	return nil
}

const otherType = "belongs to a migration type that migsh does not have: it moves mailboxes between IMAP servers only."

// refusals says why parameters are refused that don't belong to another migration type.
var refusals = func() map[string]string {
	reasons := map[string]string{}
	for why, names := range map[string]string{
		"names a mailbox by a GUID, and mailboxes on IMAP servers have none: name the user by -Identity.":                        "MailboxGuid",
		"chooses mailboxes of a kind that an IMAP server does not have.":                                                         "Archive IncludeInactiveMailbox IncludeSoftDeletedRecipients MailboxPlan Migration OrganizationalUnit SoftDeletedMailbox",
		"is about moves between Exchange servers, of which an IMAP server keeps no record.":                                      "IncludeMoveHistory IncludeMoveReport IncludeAnalysis",
		"is a way to sign in to Exchange Online. Here a session is connected to an endpoint, see -Organization and -Credential.": "AppId AzureADAuthorizationEndpointUri Certificate CertificateFilePath CertificatePassword CertificateThumbprint ConnectionUri DelegatedOrganization Device ExchangeEnvironmentName InlineCredential ManagedIdentity ManagedIdentityAccountId AccessToken UseRPSSession",
	} {
		for _, name := range strings.Fields(names) {
			reasons[name] = why
		}
	}
	return reasons
}()

// idleBecause says why parameters have no effect that do not name a part of an Exchange organization.
var idleBecause = map[string]string{
	"ApproveSkippedItems": "nothing waits for an approval of messages that could not be copied",
	"AutoRetryCount":      "failed users are tried again by themselves",
	"BadItemLimit":        "messages that can't be copied fail no user, each is listed in SkippedItems",
	"LargeItemLimit":      "messages that can't be copied fail no user, each is listed in SkippedItems",
	"SyncAndComplete":     "completing always begins with a last synchronization",
	"Update":              "what is changed is followed at once",
}

func className(out cmdlet.Out) string {
	if in := out.Invocation(); in != nil {
		return class(in.CommandName)
	}
	return ""
}

func class(name string) string {
	return "Microsoft.Exchange.Management.Migration." + strings.ReplaceAll(name, "-", "")
}

// declareCmdlet declares a cmdlet with its parameters without meaning.
func (e *environment) declareCmdlet(spec cmdlet.Spec, idle, foreign string, make func(b base) cmdlet.Cmdlet) *cmdlet.Info {
	spec.Module = Module
	spec.Class = class(spec.Name)
	b := base{env: e, idle: strings.Fields(idle), foreign: strings.Fields(foreign), audited: isAudited(spec)}
	for _, name := range append(append([]string(nil), b.idle...), b.foreign...) {
		p := &cmdlet.Parameter{Name: name, DontShow: true, Sets: []cmdlet.ParameterSet{{Name: cmdlet.AllSets, Position: -1}}}
		if switches[name] {
			p.Switch, p.Type = true, object.TypeSwitch
		}
		spec.Extra = append(spec.Extra, p)
	}
	info := cmdlet.Declare(spec, func() cmdlet.Cmdlet { return make(b) })
	if list, ok := info.Parameter("CSVData"); ok {
		list.Transform = userList
	}
	return info
}

// switches are those of Exchange's parameters without meaning here that take no value.
var switches = map[string]bool{}

func init() {
	for _, name := range strings.Fields(`AdoptPreexisting AllPartitions ApproveSkippedItems Archive ArchiveOnly AutoComplete Autodiscover AutoProvisioning
		AvoidMergeOverlap CompletePublicFolderMigrationWithDataLoss Compliance ContactList Daily DataFusion Device Diagnostic DisallowExistingUsers
		Equipment ExchangeOutlookAnywhere ExchangeRemoteMove ExcludeDumpsters FolderMove Gmail GoogleResource GoogleResourceOnboarding IncludeAnalysis
		IncludeAssociatedUsers IncludeCopilotReport IncludeInactiveMailbox IncludeMoveHistory IncludeMoveReport IncludeOtherContacts
		IncludeSimplifiedGmailMigrationData IncludeSoftDeletedRecipients InlineCredential Local ManagedGmailTeams ManagedIdentity MigrateTasks Migration
		PrimaryOnly PSTImport PublicFolder PublicFolderToUnifiedGroup RemoveOnCopy RenamePrimaryCalendar Restore SimplifiedSwitchOver SkipCalendar SkipContacts
		SkipDelegates SkipDetails SkipLoadingCmdletHelp SkipLoadingFormatData SkipMail SkipProvisioning SkipRules SkipSubscription Room Force SlackPublicDataConnector
		SoftDeletedMailbox SyncAndComplete Update UseRPSSession Validate XO1`) {
		switches[name] = true
	}
}

// do runs a request against the service and reports its error as the cmdlet's.
func (b *base) do(ctx context.Context, out cmdlet.Out, f func(migration.Service) error) error {
	svc, err := b.env.open(ctx)
	if err != nil {
		return report1(ctx, out, err)
	}
	err = f(svc)
	if b.audited {
		failed := err
		if errors.Is(err, cmdlet.ErrStopped) {
			failed = nil // done, and nobody wants to see more of it
		}
		if err := audit(ctx, out, svc, failed); err != nil {
			return err
		}
	}
	return report1(ctx, out, suggesting(ctx, svc, err))
}

// command gives an order about target once that is confirmed, and shows its warnings.
func (b *base) command(ctx context.Context, out cmdlet.Out, target, action string, give func(migration.Service) (warnings []string, err error)) error {
	if ok, err := out.ShouldProcess(target, action); err != nil || !ok {
		return err
	}
	return b.do(ctx, out, func(svc migration.Service) error {
		warnings, err := give(svc)
		if err != nil {
			return err
		}
		return warn(out, warnings)
	})
}

// report1 writes a refusal of the service as a non-terminating error. What stops the pipeline passes through.
func report1(ctx context.Context, out cmdlet.Out, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, cmdlet.ErrStopped), ctx.Err() != nil:
		return err
	}
	if _, ok := errors.AsType[*object.ErrorRecord](err); ok {
		return err
	}
	return out.Error(recordOf(err, className(out)))
}

// recordOf is the ErrorRecord of an error of the service.
func recordOf(err error, class string) *object.ErrorRecord {
	e := migration.AsError(err)
	exception := object.NewException(exceptionType(e.ID), "%s", e.Error())
	exception.Cause = err
	// What to do stands in the message already, and so does each of several faults: as Action it would be shown twice.
	r := &object.ErrorRecord{Exception: exception, Category: object.Category(e.Category), ID: string(e.ID), Command: class}
	if e.Target != "" {
		r.Target = e.Target
	}
	return r
}

// exceptionType is the class that Exchange throws for an error, which scripts name in catch blocks.
func exceptionType(id migration.ErrorID) string {
	switch id {
	case migration.ErrNotFound:
		return "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException"
	case migration.ErrConnect, migration.ErrConnectTimeout:
		return "Microsoft.Exchange.Migration.MigrationServerConnectionFailedException"
	}
	return "Microsoft.Exchange.Migration.MigrationPermanentException"
}

func warn(out cmdlet.Out, warnings []string) error {
	for _, w := range warnings {
		if err := out.Warning(w); err != nil {
			return err
		}
	}
	return nil
}

// administrator is who gives the commands, for SubmittedByUser and the audit: whom Connect-ExchangeOnline has named, else the system's user.
func administrator(out cmdlet.Out) string {
	if name := sessionOf(out).user; name != "" {
		return name
	}
	u, err := osuser.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// resultLimit reads -ResultSize; 0 stands for no limit.
func resultLimit(v any) (int, error) {
	if v == nil {
		return 1000, nil
	}
	l, err := migration.ParseLimit(object.ToString(v))
	if err != nil || l == migration.Unlimited {
		return 0, err
	}
	return int(l), nil
}

// limited writes the first n of a list and warns when there are more.
func limited[T any](out cmdlet.Out, n int, list func(yield func(T, error) bool), object func(T) any) error {
	written := 0
	for v, err := range list {
		if err != nil {
			return err
		}
		if n > 0 && written == n {
			return out.Warning(fmt.Sprintf("There are more results than the %d shown. Use -ResultSize Unlimited to see them all.", n))
		}
		if err := out.Write(object(v)); err != nil {
			return err
		}
		written++
	}
	return nil
}
