package migration

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// Parameters of New-MigrationBatch that belong to other migration types.
const foreignBatch = `AdoptPreexisting ArchiveDomain ArchiveOnly AutoComplete AutoProvisioning AvoidMergeOverlap CalendarTransform
	ConnectionLogicalId ContactList DataFusion DisallowExistingUsers ExcludeDumpsters FolderMove ForwardingDisposition GoogleResource GoogleResourceOnboarding
	IncludeOtherContacts Local ManagedGmailTeams MigrateTasks MoveOptions PrimaryOnly PublicFolderToUnifiedGroup RemoveOnCopy RenamePrimaryCalendar
	Restore SimplifiedSwitchOver SkipCalendar SkipContacts SkipDelegates SkipMail SkipMerging SkipMoving SkipProvisioning SkipRules SkipSteps
	SlackPublicDataConnector SlackWorkspaceId SourcePFPrimaryMailboxGuid StagedRollOutGroupId TargetArchiveDatabases TargetDatabases TargetDeliveryDomain
	WorkflowControlFlags WorkflowTemplate WorkloadType XMLData`

type newBatch struct {
	base
	users                       []migration.Identity
	Name                        string           `param:"set=Endpoint,Server mandatory pos=0;set=Users mandatory" validate:"notnullorempty length=1,64" help:"The batch's name, 64 characters at most."`
	CSVData                     []byte           `param:"set=Endpoint,Server mandatory" help:"The bytes of the user list, a CSV file with the columns EmailAddress, UserName and Password and, if wanted, UserRoot, TargetUserName and TargetPassword."`
	Users                       []any            `param:"set=Users mandatory pos=0 pipeline pipelinebyname" alias:"UserIds" complete:"user" help:"Instead of -CSVData: users of other batches, such as those that failed, as Get-MigrationUser gives them, or by address or GUID. They leave their batch for this one. Settings that are not given are those of the batch that they come from."`
	DisableOnCopy               bool             `param:"set=Users" help:"Switch the users off in the batch that they come from. They leave it in any case: a mailbox is in one batch at a time."`
	SourceEndpoint              any              `param:"set=Endpoint mandatory;set=Users" complete:"endpoint" help:"The endpoint that the mailboxes are copied from."`
	TargetEndpoint              any              `param:"" complete:"endpoint" help:"The endpoint that they are copied to. Left out, the one that Set-MigrationConfig -TargetEndpoint has set."`
	Imap                        bool             `param:"" help:"The source speaks IMAP. It is the default."`
	RemoteServer                string           `param:"set=Server mandatory" help:"Instead of -SourceEndpoint: the host name of the server that the mailboxes are copied from. The connection settings then are the batch's own."`
	Port                        int32            `param:"set=Server" validate:"range=1,65535" help:"The TCP port: 993 with Ssl, 143 with Tls or None. Left out, 993, or 143 with -Security Tls or None."`
	Security                    string           `param:"set=Server" validate:"set=None,Ssl,Tls" help:"How the connection is protected: Ssl (TLS from the first byte), Tls (STARTTLS) or None. Left out, port 143 uses STARTTLS where the server offers it, any other port Ssl."`
	Authentication              string           `param:"set=Server" validate:"set=Basic,Ntlm" help:"How a login is made: Basic, the default, shows user name and password in the strongest way that the server offers (SCRAM before a plain password); Ntlm is NTLM version 2."`
	AcceptUntrustedCertificates bool             `param:"set=Server" help:"Don't check the server's certificate."`
	MaxConcurrentMigrations     any              `param:"set=Server" help:"How many mailboxes are copied at once, and connections made: 1 to 100, in legacy mode 1 to 10. 100 is the default."`
	AutoStart                   bool             `param:"" help:"Start the batch at once."`
	Analyze                     bool             `param:"set=Endpoint,Server" help:"Copy nothing: only count what is in the mailboxes, for Get-MigrationUserStatistics to show. Their users may be in another batch as well, and a batch may be made of the same list later."`
	Validate                    bool             `param:"" help:"Open both mailboxes of every user first. Those that can't be opened are named, and nothing is made then."`
	ExcludeFolders              []string         `param:"" help:"Folders that are left out, by their names from the root. /* at the end takes what is below as well. #DeletedItems# and the like mean the folder of that use in any language."`
	IncludeFolders              []string         `param:"" help:"Only these folders are copied."`
	FolderMapping               any              `param:"" help:"Sends folders elsewhere: a table such as @{ 'Sent Items' = 'Sent' }, or texts such as 'Sent Items->Sent'. A name takes along what lies below it; one that begins with ^ is a regular expression over the whole name. Several folders may go to one."`
	TargetRootFolder            string           `param:"" help:"A folder of the target that everything is put below, such as 'Old mail'."`
	KeepFolderNames             bool             `param:"" help:"Let every folder keep its name. Without it a folder for sent mail goes to the target's folder for sent mail, whatever both are called; and likewise deleted and unwanted mail, drafts and the archive."`
	ContentFilter               string           `param:"" help:"Which messages are copied, by date and size: \"Received -ge '1/1/2021' -and Received -lt '1/1/2023'\", \"Size -lt 25MB\". Dates are UTC. What it leaves out is counted as filtered."`
	ContentFilterLanguage       string           `param:"" help:"The culture in which the dates of -ContentFilter are written, such as de-DE for day.month.year. Left out, they are month/day/year or year-month-day."`
	RepairMessages              bool             `param:"" help:"Write messages that the target refuses for their form, such as NUL bytes, bare line ends, raw 8-bit headers or over-long lines, with the smallest change that it takes. Each is listed with the digests of both forms. Without it they stay behind and are listed."`
	SyncDeletions               bool             `param:"" help:"Remove messages at the target that were deleted at the source: only those that migsh has copied itself and whose flags nobody has changed at the target. Each is listed. Without it nothing is ever removed."`
	MaxDeletionPercent          int32            `param:"" validate:"range=1,100" help:"The brake of -SyncDeletions: if more than this share of a folder, and more than 5 messages, have left the source since the last sync, or the whole folder has, nothing is removed from it, and the report says so. 10 is the default."`
	NotificationEmails          []string         `param:"" help:"Who is told by mail when the batch has finished."`
	StartAfter                  *object.DateTime `param:"" help:"When the batch starts to copy. A time without a zone is in -TimeZone."`
	CompleteAfter               *object.DateTime `param:"" help:"When the batch is completed. A time without a zone is in -TimeZone."`
	TimeZone                    string           `param:"" complete:"timezone" help:"The time zone of the dates, by its Windows or IANA name. UTC is the default."`
	AllowIncrementalSyncs       *bool            `param:"" help:"$false stops the batch when the first copy is done. $true is the default."`
	AllowUnknownColumnsInCsv    *bool            `param:"" help:"$true ignores columns that migsh does not know."`
	IncrementalSyncInterval     *object.TimeSpan `param:"" help:"How often the mailboxes of this batch are synchronized again. Left out, as Set-MigrationConfig says, 24 hours unless set."`
	SkipReports                 bool             `param:"" help:"Don't send reports."`
	ReportInterval              *object.TimeSpan `param:"" help:"How often a report is sent. Left out, every 24 hours."`
}

func (e *environment) newBatch() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "New-MigrationBatch", Synopsis: "Makes a batch of mailboxes to be copied.", DefaultSet: "Endpoint", ShouldProcess: true, OutputTypes: []string{typeBatch.Name},
	}, "AutoRetryCount BadItemLimit Daily DomainController LargeItemLimit Locale Partition SkipDetails SourcePublicFolderDatabase", foreignBatch, func(b base) cmdlet.Cmdlet { return &newBatch{base: b} })
}

// Process gathers the users that come through the pipeline; the batch is made of all of them.
func (c *newBatch) Process(context.Context, any, cmdlet.Out) error {
	for _, u := range c.Users {
		c.users = append(c.users, identityFrom(u))
	}
	return nil
}

// End makes the batch.
func (c *newBatch) End(ctx context.Context, out cmdlet.Out) error {
	if out.ParameterSet() == "Users" && len(c.users) == 0 {
		return report1(ctx, out, migration.NewError(migration.ErrCSVNoUser, c.Name, "There are no users to make a batch of.", "Get-MigrationUser lists those that exist."))
	}
	if ok, err := out.ShouldProcess(c.Name, "New-MigrationBatch"); err != nil || !ok {
		return err
	}
	r := migration.NewBatchRequest{
		Name: c.Name, CSVData: c.CSVData, Users: c.users, Validate: c.Validate, Analyze: c.Analyze, CSVName: fileRead(out), AutoStart: c.AutoStart, SubmittedBy: administrator(out),
		BatchSettings: migration.BatchSettings{
			TimeZone: c.TimeZone, ExcludeFolders: c.ExcludeFolders, IncludeFolders: c.IncludeFolders, TargetRootFolder: c.TargetRootFolder, KeepFolderNames: c.KeepFolderNames, ContentFilter: c.ContentFilter, NotificationEmails: c.NotificationEmails,
			NoIncrementalSyncs:  c.AllowIncrementalSyncs != nil && !*c.AllowIncrementalSyncs,
			AllowUnknownColumns: c.AllowUnknownColumnsInCsv != nil && *c.AllowUnknownColumnsInCsv,
			SkipReports:         c.SkipReports,
			RepairMessages:      c.RepairMessages, SyncDeletions: c.SyncDeletions, MaxDeletionPercent: int(c.MaxDeletionPercent),
		},
	}
	if err := c.source(&r); err != nil {
		return report1(ctx, out, err)
	}
	var err error
	if r.ContentFilter, err = inCulture(c.ContentFilter, c.ContentFilterLanguage); err != nil {
		return report1(ctx, out, err)
	}
	if r.FolderMapping, err = mappingsFrom(c.FolderMapping); err != nil {
		return report1(ctx, out, err)
	}
	if len(c.users) == 0 {
		r.TargetEndpoint = sessionOf(out).target
	}
	if c.TargetEndpoint != nil {
		r.TargetEndpoint = identityFrom(c.TargetEndpoint)
	}
	if c.ReportInterval != nil {
		r.ReportInterval = c.ReportInterval.Duration()
		r.SkipReports = r.SkipReports || r.ReportInterval == 0
	}
	if c.IncrementalSyncInterval != nil {
		r.IncrementalSyncEvery = c.IncrementalSyncInterval.Duration()
	}
	zone, err := zoneOf(c.TimeZone)
	if err != nil {
		return report1(ctx, out, err)
	}
	dates := dates{StartAfter: c.StartAfter, CompleteAfter: c.CompleteAfter}
	start, complete, err := dates.read(out, zone)
	if err != nil {
		return report1(ctx, out, err)
	}
	if start != nil {
		r.StartAfter = *start
	}
	if complete != nil {
		r.CompleteAfter = *complete
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		made, err := svc.NewBatch(ctx, r)
		if err != nil {
			return err
		}
		if err := warn(out, made.Warnings); err != nil {
			return err
		}
		if err := told(out, made); err != nil {
			return err
		}
		return out.Write(batchObject(made.Batch))
	})
}

// source says where the mailboxes come from: an endpoint, or a server that the batch has for its own.
func (c *newBatch) source(r *migration.NewBatchRequest) (err error) {
	if c.RemoteServer == "" {
		if c.SourceEndpoint != nil {
			r.SourceEndpoint = identityFrom(c.SourceEndpoint)
		}
		return nil
	}
	s := migration.ServerSettings{
		EndpointType: migration.TypeIMAP, RemoteServer: c.RemoteServer, Port: int(c.Port), AcceptUntrustedCertificates: c.AcceptUntrustedCertificates,
	}
	r.SourceServer = &s
	if s.Security, err = optional(c.Security, migration.ParseSecurity); err != nil {
		return err
	}
	if s.Authentication, err = optional(c.Authentication, migration.ParseAuthentication); err != nil {
		return err
	}
	s.MaxConcurrentMigrations, err = limitFrom(c.MaxConcurrentMigrations)
	return err
}

// readAll is how commands read a file's bytes; the path is its last group.
var readAll = regexp.MustCompile(`(?i)(?:ReadAllBytes\(\s*|(?:Get-Content|gc|cat|type)\s+(?:-(?:Literal)?Path[\s:]+)?)(["'])([^"'$]+)["']`)

// fileRead is the name of the file whose bytes the command was given, if its text says so: bytes alone don't know where they come from.
func fileRead(out cmdlet.Out) string {
	in := out.Invocation()
	if in == nil {
		return ""
	}
	m := readAll.FindStringSubmatch(in.Text)
	if m == nil {
		m = readAll.FindStringSubmatch(in.Line)
	}
	if m == nil {
		return ""
	}
	return m[2][strings.LastIndexAny(m[2], `/\`)+1:]
}

type getBatch struct {
	base
	Identity      any    `param:"set=Identity pos=0 pipeline pipelinebyname" complete:"batch" help:"The batch's name or GUID. Left out, all are listed."`
	Status        string `param:"set=BatchesByStatus" values:"Completed,CompletedWithErrors,Completing,Corrupted,Created,Failed,IncrementalSyncing,Removing,Starting,Stopped,Stopping,Synced,SyncedWithErrors,Syncing,Waiting" help:"Only batches in this status."`
	Endpoint      any    `param:"set=BatchesByEndpoint" complete:"endpoint" help:"Only batches that copy from or to this endpoint."`
	IncludeReport bool   `param:"" help:"Fill the property Report with the batch's story."`
	ResultSize    any    `param:"" help:"How many are shown at most: a number or Unlimited. 1000 is the default."`
}

func (e *environment) getBatch() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-MigrationBatch", Synopsis: "Shows batches and how far they are.", DefaultSet: "Identity", OutputTypes: []string{typeBatch.Name},
	}, "Diagnostic DiagnosticArgument DiagnosticInfo DomainController Partition", "", func(b base) cmdlet.Cmdlet { return &getBatch{base: b} })
}

func (c *getBatch) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	q := migration.BatchQuery{IncludeReport: c.IncludeReport}
	if c.Identity != nil {
		q.Identity = identityFrom(c.Identity)
	}
	if c.Endpoint != nil {
		q.Endpoint = identityFrom(c.Endpoint)
	}
	var err error
	if q.Status, err = optional(c.Status, migration.ParseBatchStatus); err != nil {
		return report1(ctx, out, err)
	}
	n, err := resultLimit(c.ResultSize)
	if err != nil {
		return report1(ctx, out, err)
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		return limited(out, n, svc.Batches(ctx, q), batchObject)
	})
}

type setBatch struct {
	base
	Identity any `param:"mandatory pos=0 pipeline pipelinebyname" complete:"batch" help:"The batch's name or GUID."`
	dates
	TimeZone                 string           `param:"" complete:"timezone" help:"The time zone in which dates of the batch are read and shown, by its Windows or IANA name. Its dates stay the same moments."`
	IncrementalSyncInterval  *object.TimeSpan `param:"" help:"How often the mailboxes of this batch are synchronized again. 0 is as Set-MigrationConfig says."`
	AllowIncrementalSyncs    *bool            `param:"" help:"$false ends the batch with its first copy."`
	SyncNow                  bool             `param:"" help:"Synchronize the users that are synced again at once."`
	CSVData                  []byte           `param:"" help:"New credentials for rows of the batch or, with -AddUsers, new rows."`
	AddUsers                 bool             `param:"" help:"Put the rows of -CSVData whose addresses are new into the batch."`
	NotificationEmails       []string         `param:"" help:"Who is told by mail what becomes of the batch; $null tells nobody."`
	RepairMessages           *bool            `param:"" help:"$true lets messages that the target refuses for their form be written with the smallest change that it takes, and tries those again that were refused before. See New-MigrationBatch."`
	SyncDeletions            *bool            `param:"" help:"$true removes messages at the target that were deleted at the source, with a brake. See New-MigrationBatch."`
	MaxDeletionPercent       int32            `param:"" validate:"range=1,100" help:"The brake of -SyncDeletions: the share of a folder above which nothing is removed from it. 10 is the default."`
	SkipReports              *bool            `param:"" help:"$true sends no reports between the beginning and the end."`
	ReportInterval           *object.TimeSpan `param:"" help:"How often a report is sent while the batch runs. 0 sends none."`
	AllowUnknownColumnsInCsv *bool            `param:"" help:"$true ignores columns that migsh does not know."`
	FolderMapping            any              `param:"" help:"Where folders go that were not copied yet, as New-MigrationBatch takes it; $null removes the mappings. What was copied stays where it is."`
	TargetRootFolder         *string          `param:"" help:"A folder of the target that folders are put below that were not copied yet; '' is none."`
	KeepFolderNames          *bool            `param:"" help:"$true lets every folder that was not copied yet keep its name, also where the target has another one for the same use."`
}

func (e *environment) setBatch() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Set-MigrationBatch", Synopsis: "Changes a batch: its schedule, or the credentials of its rows.", ShouldProcess: true,
	}, "ApproveSkippedItems AutoRetryCount BadItemLimit DomainController LargeItemLimit Partition SourcePublicFolderDatabase Update", "MoveOptions SkipMoving SkipMerging SourcePFPrimaryMailboxGuid UseAdvancedValidation Remove CSVDataForUserRemoval",
		func(b base) cmdlet.Cmdlet { return &setBatch{base: b} })
}

func (c *setBatch) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	r := migration.SetBatchRequest{Identity: identityFrom(c.Identity), AllowIncrementalSyncs: c.AllowIncrementalSyncs, SyncNow: c.SyncNow, CSVData: c.CSVData, AddUsers: c.AddUsers, SkipReports: c.SkipReports,
		AllowUnknownColumns: c.AllowUnknownColumnsInCsv != nil && *c.AllowUnknownColumnsInCsv}
	if out.Bound("FolderMapping") {
		mappings, err := mappingsFrom(c.FolderMapping)
		if err != nil {
			return report1(ctx, out, err)
		}
		r.FolderMapping = &mappings
	}
	r.TargetRootFolder, r.KeepFolderNames = c.TargetRootFolder, c.KeepFolderNames
	if out.Bound("TimeZone") {
		r.TimeZone = &c.TimeZone
	}
	r.IncrementalSyncEvery = duration(c.IncrementalSyncInterval)
	if out.Bound("NotificationEmails") {
		r.NotificationEmails = &c.NotificationEmails
	}
	r.RepairMessages, r.SyncDeletions = c.RepairMessages, c.SyncDeletions
	if c.MaxDeletionPercent != 0 {
		r.MaxDeletionPercent = new(int(c.MaxDeletionPercent))
	}
	if c.ReportInterval != nil {
		every := c.ReportInterval.Duration()
		r.ReportInterval = &every
		if r.SkipReports == nil {
			r.SkipReports = new(every == 0)
		}
	}
	if ok, err := out.ShouldProcess(string(r.Identity), "Set-MigrationBatch"); err != nil || !ok {
		return err
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		if c.given(out) {
			zone, err := zoneOf(c.TimeZone)
			if c.TimeZone == "" {
				zone, err = zoneOfBatch(ctx, svc, r.Identity)
			}
			if err != nil {
				return err
			}
			if r.StartAfter, r.CompleteAfter, err = c.read(out, zone); err != nil {
				return err
			}
		}
		changed, err := svc.SetBatch(ctx, r)
		if err != nil {
			return err
		}
		return warn(out, changed.Warnings)
	})
}

// orderBatch is what Start-, Stop- and Complete-MigrationBatch share.
type orderBatch struct {
	base
	Identity           any      `param:"pos=0 pipeline pipelinebyname" complete:"batch" help:"The batch's name or GUID. Left out, the only batch that the command makes sense for."`
	NotificationEmails []string `param:"" help:"Who is told by mail what has become of it, from now on, instead of those that the batch named before."`
	action             string
	give               func(migration.Service, context.Context, migration.OrderBatchRequest) (migration.BatchResult, error)
}

func (c *orderBatch) order(ctx context.Context, out cmdlet.Out, immediate bool) error {
	r := migration.OrderBatchRequest{By: administrator(out), Immediate: immediate, NotificationEmails: c.NotificationEmails}
	if c.Identity != nil {
		r.Identity = identityFrom(c.Identity)
	}
	target := string(r.Identity)
	if target == "" {
		target = "the batch"
	}
	return c.command(ctx, out, target, c.action, func(svc migration.Service) ([]string, error) {
		changed, err := c.give(svc, ctx, r)
		if err == nil {
			err = told(out, changed)
		}
		return changed.Warnings, err
	})
}

// told says, to whom wants to know, who gets mail about a batch that was given an order.
func told(out cmdlet.Out, r migration.BatchResult) error {
	if len(r.Told) == 0 {
		return nil
	}
	return out.Verbose(fmt.Sprintf("What becomes of the batch '%s' is told by mail to %s.", r.Batch.Name, strings.Join(r.Told, ", ")))
}

type startBatch struct {
	orderBatch
	Validate bool `param:"" help:"Start nothing: only open both mailboxes of every user, and tell of each whether that works."`
}

func (e *environment) startBatch() *cmdlet.Info {
	const name = "Start-MigrationBatch"
	return e.declareCmdlet(cmdlet.Spec{Name: name, Synopsis: "Starts or resumes a batch, and tries its failed users again.", ShouldProcess: true},
		"DomainController Partition", "", func(b base) cmdlet.Cmdlet {
			return &startBatch{orderBatch: orderBatch{base: b, action: name, give: migration.Service.StartBatch}}
		})
}

func (c *startBatch) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	if c.Validate {
		return c.validate(ctx, out)
	}
	return c.order(ctx, out, false)
}

// testedAtOnce is how many users are tested at the same time.
const testedAtOnce = 8

// validate tests the logins of a batch's users, several at a time, and gives the results in order.
func (c *startBatch) validate(ctx context.Context, out cmdlet.Out) error {
	q := migration.UserQuery{}
	if c.Identity != nil {
		q.Batch = identityFrom(c.Identity)
	}
	c.audited = false // nothing is changed
	return c.do(ctx, out, func(svc migration.Service) error {
		var users []migration.User
		for u, err := range svc.Users(ctx, q) {
			if err != nil {
				return err
			}
			users = append(users, u)
		}
		for part := range slices.Chunk(users, testedAtOnce) {
			tests := make([]migration.UserTest, len(part))
			group, within := errgroup.WithContext(ctx)
			for i, u := range part {
				group.Go(func() (err error) {
					tests[i], err = svc.TestUser(within, migration.TestUserRequest{Identity: migration.Identity(u.GUID)})
					return err
				})
			}
			if err := group.Wait(); err != nil {
				return err
			}
			for i := range tests {
				if err := out.Write(object.Instance(typeUserTest, &tests[i])); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

type stopBatch struct {
	orderBatch
	Immediate bool `param:"" help:"Stop the mailboxes at work at their next checkpoint instead of finishing them first."`
}

func (e *environment) stopBatch() *cmdlet.Info {
	const name = "Stop-MigrationBatch"
	return e.declareCmdlet(cmdlet.Spec{Name: name, Synopsis: "Stops a batch; mailboxes at work are finished first.", ShouldProcess: true, Impact: cmdlet.ImpactHigh},
		"DomainController Partition", "", func(b base) cmdlet.Cmdlet {
			return &stopBatch{orderBatch: orderBatch{base: b, action: name, give: migration.Service.StopBatch}}
		})
}

func (c *stopBatch) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	return c.order(ctx, out, c.Immediate)
}

type completeBatch struct{ orderBatch }

func (e *environment) completeBatch() *cmdlet.Info {
	const name = "Complete-MigrationBatch"
	return e.declareCmdlet(cmdlet.Spec{Name: name, Synopsis: "Synchronizes every user of a batch a last time and ends it.", ShouldProcess: true, Impact: cmdlet.ImpactHigh},
		"DomainController Partition SyncAndComplete", "CompletePublicFolderMigrationWithDataLoss", func(b base) cmdlet.Cmdlet {
			return &completeBatch{orderBatch{base: b, action: name, give: migration.Service.CompleteBatch}}
		})
}

func (c *completeBatch) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	id := migration.Identity("")
	if c.Identity != nil {
		id = identityFrom(c.Identity)
	}
	if err := c.warnOfCutover(ctx, out, id); err != nil {
		return err
	}
	return c.order(ctx, out, false)
}

type removeBatch struct {
	base
	Identity any  `param:"mandatory pos=0 pipeline pipelinebyname" complete:"batch" help:"The batch's name or GUID."`
	Force    bool `param:"" help:"Remove the batch even while it is at work: its passes end at their next checkpoint."`
}

func (e *environment) removeBatch() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Remove-MigrationBatch", Synopsis: "Deletes a batch that is not at work. What was copied stays, and stays remembered.", ShouldProcess: true, Impact: cmdlet.ImpactHigh,
	}, "DomainController Partition", "", func(b base) cmdlet.Cmdlet { return &removeBatch{base: b} })
}

func (c *removeBatch) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	r := migration.RemoveBatchRequest{Identity: identityFrom(c.Identity), Force: c.Force}
	if err := c.warnOfCutover(ctx, out, r.Identity); err != nil {
		return err
	}
	if ok, err := out.ShouldProcess(string(r.Identity), "Remove-MigrationBatch"); err != nil || !ok {
		return err
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		if err := svc.RemoveBatch(ctx, r); err != nil {
			return err
		}
		config, err := svc.Config(ctx)
		if err != nil || config.ReportDirectory == "" {
			return err
		}
		return out.Verbose("The report of '" + string(r.Identity) + "' is kept in " + config.ReportDirectory + ".")
	})
}
