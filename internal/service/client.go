package service

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"mime"
	"net/http"
	"strings"

	"migsh/internal/migration"
)

// again is what to do when the other process was lost.
const again = "Whether an order was noted is not known then: look with the Get- commands before you give it again."

// NewClient is the service that [NewHandler] serves at base, such as http://localhost, reached by h. That it can't be reached, or
// breaks off, is an error of id [migration.ErrService]. h must have no Timeout: a watch takes as long as it takes.
func NewClient(h *http.Client, base string) migration.Service {
	return &client{h, strings.TrimSuffix(base, "/")}
}

type client struct {
	http *http.Client
	base string
}

// stream calls the method at the other side and yields what comes.
func (m method[Request, Result]) stream(ctx context.Context, c *client, r Request) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		within, cancel := context.WithCancel(ctx)
		defer cancel()
		if err := m.exchange(within, c, r, func(v Result) bool { return yield(v, nil) }); err != nil {
			var none Result
			yield(none, err)
		}
	}
}

// only gives the one value of a method that yields one.
func (m method[Request, Result]) only(ctx context.Context, c *client, r Request) (Result, error) {
	var result Result
	given := false
	err := m.exchange(ctx, c, r, func(v Result) bool {
		result, given = v, true
		return true
	})
	if err == nil && !given {
		err = lost(ctx, "gave no answer", io.ErrUnexpectedEOF)
	}
	return result, err
}

// exchange sends the request and hands out the values of the answer until its end, or until yield wants no more.
func (m method[Request, Result]) exchange(ctx context.Context, c *client, r Request, yield func(Result) bool) error {
	body, err := json.Marshal(r)
	if err != nil {
		return migration.NewError(migration.ErrInvalidValue, "", "The request can't be written: "+err.Error()+".", "").Because(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path(m.name), bytes.NewReader(body))
	if err != nil {
		return lost(ctx, "can't be asked", err)
	}
	request.Header.Set("Content-Type", contentType)
	response, err := c.http.Do(request)
	if err != nil {
		return lost(ctx, "can't be reached or went away", err)
	}
	defer response.Body.Close()
	if kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); kind != streamType {
		return lost(ctx, "doesn't answer as migsh does", fmt.Errorf("%s, with the type %q", response.Status, kind))
	}
	lines := json.NewDecoder(response.Body)
	for {
		var f frame[Result]
		switch err := lines.Decode(&f); {
		case err == io.EOF:
			return lost(ctx, "broke off its answer", io.ErrUnexpectedEOF)
		case err != nil:
			return lost(ctx, "broke off its answer", err)
		case f.Error != nil:
			return f.Error
		case f.End:
			// Read to the end of the body, the connection can be used again.
			_, _ = io.Copy(io.Discard, response.Body)
			return nil
		}
		if !yield(f.Value) {
			return nil
		}
	}
}

// lost is the error of a conversation that failed, unless its context ended it.
func lost(ctx context.Context, how string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return migration.NewError(migration.ErrService, "", fmt.Sprintf("The process that owns the state %s: %s.", how, err), again).Because(err)
}

// What follows says of each method only which one it is.

func (c *client) TestServer(ctx context.Context, r migration.TestServerRequest) (migration.ConnectionTest, error) {
	return testServer.only(ctx, c, r)
}

func (c *client) NewEndpoint(ctx context.Context, r migration.NewEndpointRequest) (migration.EndpointResult, error) {
	return newEndpoint.only(ctx, c, r)
}

func (c *client) Endpoints(ctx context.Context, q migration.EndpointQuery) iter.Seq2[migration.Endpoint, error] {
	return endpoints.stream(ctx, c, q)
}

func (c *client) SetEndpoint(ctx context.Context, r migration.SetEndpointRequest) (migration.EndpointResult, error) {
	return setEndpoint.only(ctx, c, r)
}

func (c *client) SignIn(ctx context.Context, r migration.SignInRequest) (migration.SignIn, error) {
	return signIn.only(ctx, c, r)
}

func (c *client) RemoveEndpoint(ctx context.Context, identity migration.Identity) error {
	_, err := removeEndpoint.only(ctx, c, identity)
	return err
}

func (c *client) CheckCSV(ctx context.Context, r migration.CheckCSVRequest) (migration.CSVCheck, error) {
	return checkCSV.only(ctx, c, r)
}

func (c *client) NewBatch(ctx context.Context, r migration.NewBatchRequest) (migration.BatchResult, error) {
	return newBatch.only(ctx, c, r)
}

func (c *client) Batches(ctx context.Context, q migration.BatchQuery) iter.Seq2[migration.Batch, error] {
	return batches.stream(ctx, c, q)
}

func (c *client) SetBatch(ctx context.Context, r migration.SetBatchRequest) (migration.BatchResult, error) {
	return setBatch.only(ctx, c, r)
}

func (c *client) StartBatch(ctx context.Context, r migration.OrderBatchRequest) (migration.BatchResult, error) {
	return startBatch.only(ctx, c, r)
}

func (c *client) StopBatch(ctx context.Context, r migration.OrderBatchRequest) (migration.BatchResult, error) {
	return stopBatch.only(ctx, c, r)
}

func (c *client) CompleteBatch(ctx context.Context, r migration.OrderBatchRequest) (migration.BatchResult, error) {
	return completeBatch.only(ctx, c, r)
}

func (c *client) RemoveBatch(ctx context.Context, r migration.RemoveBatchRequest) error {
	_, err := removeBatch.only(ctx, c, r)
	return err
}

func (c *client) Users(ctx context.Context, q migration.UserQuery) iter.Seq2[migration.User, error] {
	return users.stream(ctx, c, q)
}

func (c *client) SetUser(ctx context.Context, r migration.SetUserRequest) (migration.UserResult, error) {
	return setUser.only(ctx, c, r)
}

func (c *client) StartUser(ctx context.Context, r migration.OrderUserRequest) (migration.UserResult, error) {
	return startUser.only(ctx, c, r)
}

func (c *client) StopUser(ctx context.Context, r migration.OrderUserRequest) (migration.UserResult, error) {
	return stopUser.only(ctx, c, r)
}

func (c *client) RemoveUser(ctx context.Context, r migration.RemoveUserRequest) error {
	_, err := removeUser.only(ctx, c, r)
	return err
}

func (c *client) UserStatistics(ctx context.Context, r migration.UserStatisticsRequest) (migration.UserStatistics, error) {
	return userStatistics.only(ctx, c, r)
}

func (c *client) Plans(ctx context.Context, q migration.PlanQuery) iter.Seq2[migration.MailboxPlan, error] {
	return plans.stream(ctx, c, q)
}

func (c *client) MailboxFolders(ctx context.Context, r migration.MailboxRequest) (migration.MailboxContent, error) {
	return mailboxFolders.only(ctx, c, r)
}

func (c *client) TestUser(ctx context.Context, r migration.TestUserRequest) (migration.UserTest, error) {
	return testUser.only(ctx, c, r)
}

func (c *client) Mailboxes(ctx context.Context, q migration.MailboxQuery) iter.Seq2[migration.Mailbox, error] {
	return mailboxes.stream(ctx, c, q)
}

func (c *client) SetMailbox(ctx context.Context, r migration.SetMailboxRequest) (migration.Mailbox, error) {
	return setMailbox.only(ctx, c, r)
}

func (c *client) Config(ctx context.Context) (migration.Config, error) {
	return config.only(ctx, c, nothing{})
}

func (c *client) SetConfig(ctx context.Context, r migration.SetConfigRequest) (migration.Config, error) {
	return setConfig.only(ctx, c, r)
}

func (c *client) Statistics(ctx context.Context) (migration.Statistics, error) {
	return statistics.only(ctx, c, nothing{})
}

func (c *client) CompleteAll(ctx context.Context, r migration.CompleteAllRequest) (migration.CompleteAllResult, error) {
	return completeAll.only(ctx, c, r)
}

func (c *client) BackupStore(ctx context.Context, r migration.BackupStoreRequest) (migration.StoreBackup, error) {
	return backupStore.only(ctx, c, r)
}

func (c *client) TestStore(ctx context.Context, r migration.TestStoreRequest) (migration.StoreTest, error) {
	return testStore.only(ctx, c, r)
}

func (c *client) OptimizeStore(ctx context.Context) (migration.StoreTest, error) {
	return optimizeStore.only(ctx, c, nothing{})
}

func (c *client) SendNotice(ctx context.Context, r migration.NoticeRequest) (migration.NoticeResult, error) {
	return sendNotice.only(ctx, c, r)
}

func (c *client) Cutover(ctx context.Context, r migration.CutoverRequest) iter.Seq2[migration.Cutover, error] {
	return cutover.stream(ctx, c, r)
}

func (c *client) Audit(ctx context.Context, e migration.AuditEntry) error {
	_, err := audit.only(ctx, c, e)
	return err
}

func (c *client) AuditLog(ctx context.Context, q migration.AuditQuery) iter.Seq2[migration.AuditEntry, error] {
	return auditLog.stream(ctx, c, q)
}

func (c *client) Watch(ctx context.Context, r migration.WatchRequest) iter.Seq2[[]migration.BatchProgress, error] {
	return watch.stream(ctx, c, r)
}
