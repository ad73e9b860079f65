// Package service carries [migration.Service] over HTTP: [NewHandler] on the side of the process that owns the state, [NewClient] on
// the side of everybody else. Who may connect, and by which way (a Unix socket, TLS), is decided by those who listen and dial.
//
// A method is POST /v1/Name with its request as JSON. The answer is a stream of JSON objects, one a line: a value each, then an error
// or the end. A method that gives one value is a list of one. What is not ended by either was cut off and is an error to the client,
// so that half a list is never taken for a whole one. Whoever stops reading, or cancels the context, closes the connection, and with
// it ends the work at the other side.
//
// Requests carry passwords and results never do; neither side logs anything.
package service

import (
	"context"
	"iter"

	"migsh/internal/migration"
)

// contentType is that of requests. A browser asks first before it sends it on behalf of a foreign page.
const contentType = "application/json"

// streamType is that of answers.
const streamType = "application/x-ndjson"

func path(method string) string { return "/v1/" + method }

// A method is one method of the service: its name, and how it is called as an iterator.
type method[Request, Result any] struct {
	name string
	call func(migration.Service, context.Context, Request) iter.Seq2[Result, error]
}

// nothing is the request of a method that asks for nothing, and the result of one that gives nothing.
type nothing struct{}

// The one list of methods. Each is in it twice by need: here for both sides, and in methods for the server.
var (
	testServer     = one("TestServer", migration.Service.TestServer)
	newEndpoint    = one("NewEndpoint", migration.Service.NewEndpoint)
	endpoints      = many("Endpoints", migration.Service.Endpoints)
	setEndpoint    = one("SetEndpoint", migration.Service.SetEndpoint)
	signIn         = one("SignIn", migration.Service.SignIn)
	removeEndpoint = order("RemoveEndpoint", migration.Service.RemoveEndpoint)
	checkCSV       = one("CheckCSV", migration.Service.CheckCSV)
	newBatch       = one("NewBatch", migration.Service.NewBatch)
	batches        = many("Batches", migration.Service.Batches)
	setBatch       = one("SetBatch", migration.Service.SetBatch)
	startBatch     = one("StartBatch", migration.Service.StartBatch)
	stopBatch      = one("StopBatch", migration.Service.StopBatch)
	completeBatch  = one("CompleteBatch", migration.Service.CompleteBatch)
	removeBatch    = order("RemoveBatch", migration.Service.RemoveBatch)
	users          = many("Users", migration.Service.Users)
	setUser        = one("SetUser", migration.Service.SetUser)
	startUser      = one("StartUser", migration.Service.StartUser)
	stopUser       = one("StopUser", migration.Service.StopUser)
	removeUser     = order("RemoveUser", migration.Service.RemoveUser)
	userStatistics = one("UserStatistics", migration.Service.UserStatistics)
	testUser       = one("TestUser", migration.Service.TestUser)
	plans          = many("Plans", migration.Service.Plans)
	mailboxFolders = one("MailboxFolders", migration.Service.MailboxFolders)
	mailboxes      = many("Mailboxes", migration.Service.Mailboxes)
	setMailbox     = one("SetMailbox", migration.Service.SetMailbox)
	config         = question("Config", migration.Service.Config)
	setConfig      = one("SetConfig", migration.Service.SetConfig)
	statistics     = question("Statistics", migration.Service.Statistics)
	completeAll    = one("CompleteAll", migration.Service.CompleteAll)
	backupStore    = one("BackupStore", migration.Service.BackupStore)
	testStore      = one("TestStore", migration.Service.TestStore)
	optimizeStore  = question("OptimizeStore", migration.Service.OptimizeStore)
	sendNotice     = one("SendNotice", migration.Service.SendNotice)
	cutover        = many("Cutover", migration.Service.Cutover)
	audit          = order("Audit", migration.Service.Audit)
	auditLog       = many("AuditLog", migration.Service.AuditLog)
	watch          = many("Watch", migration.Service.Watch)
)

var methods = []handled{
	testServer, newEndpoint, endpoints, setEndpoint, signIn, removeEndpoint, checkCSV,
	newBatch, batches, setBatch, startBatch, stopBatch, completeBatch, removeBatch,
	users, setUser, startUser, stopUser, removeUser, userStatistics, testUser,
	plans, mailboxFolders, mailboxes, setMailbox, config, setConfig, statistics, completeAll, backupStore, testStore, optimizeStore, sendNotice, cutover, audit, auditLog, watch,
}

func many[Request, Result any](name string, call func(migration.Service, context.Context, Request) iter.Seq2[Result, error]) method[Request, Result] {
	return method[Request, Result]{name, call}
}

func one[Request, Result any](name string, call func(migration.Service, context.Context, Request) (Result, error)) method[Request, Result] {
	return many(name, func(s migration.Service, ctx context.Context, r Request) iter.Seq2[Result, error] {
		return func(yield func(Result, error) bool) { yield(call(s, ctx, r)) }
	})
}

func order[Request any](name string, call func(migration.Service, context.Context, Request) error) method[Request, nothing] {
	return one(name, func(s migration.Service, ctx context.Context, r Request) (nothing, error) {
		return nothing{}, call(s, ctx, r)
	})
}

func question[Result any](name string, call func(migration.Service, context.Context) (Result, error)) method[nothing, Result] {
	return one(name, func(s migration.Service, ctx context.Context, _ nothing) (Result, error) { return call(s, ctx) })
}

// A frame is a line of an answer: a value, or the error or the end that comes last.
type frame[Result any] struct {
	Value Result           `json:"value,omitzero"`
	Error *migration.Error `json:"error,omitempty"`
	End   bool             `json:"end,omitempty"`
}
