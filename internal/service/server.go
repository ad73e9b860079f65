package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"migsh/internal/csvfile"
	"migsh/internal/migration"
)

// maxRequest is the size that a request may have: the largest user list, in base64, and room for the rest.
const maxRequest = csvfile.MaxBytes*4/3 + 1<<20

// NewHandler answers the requests of clients with what s says. Work for a client ends when its connection does.
//
// The handler trusts whoever reaches it.
func NewHandler(s migration.Service) http.Handler {
	mux := http.NewServeMux()
	for _, m := range methods {
		m.handle(mux, s)
	}
	return mux
}

// handled is a method of any request and result.
type handled interface {
	handle(mux *http.ServeMux, s migration.Service)
}

func (m method[Request, Result]) handle(mux *http.ServeMux, s migration.Service) {
	mux.HandleFunc("POST "+path(m.name), func(w http.ResponseWriter, r *http.Request) {
		a := answer[Result]{w: w}
		request, err := read[Request](w, r)
		if err != nil {
			a.send(frame[Result]{Error: migration.AsError(err)})
			return
		}
		for v, err := range m.call(s, r.Context(), request) {
			if err != nil {
				a.send(frame[Result]{Error: explain(err)})
				return
			}
			if !a.send(frame[Result]{Value: v}) {
				return
			}
		}
		a.send(frame[Result]{End: true})
	})
}

// read takes in a request to its last byte; only then does net/http see the client go.
func read[Request any](w http.ResponseWriter, r *http.Request) (Request, error) {
	var request Request
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != contentType {
		return request, migration.NewError(migration.ErrInvalidValue, "Content-Type",
			fmt.Sprintf("The request is of the type '%s'.", kind), "Send JSON, as "+contentType+".")
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if tooBig, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return request, migration.NewError(migration.ErrCSVTooBig, "", fmt.Sprintf("The request is larger than %s bytes.", migration.Thousands(tooBig.Limit)),
			"Divide the user list among several batches.")
	}
	if err != nil {
		return request, migration.NewError(migration.ErrInvalidValue, "", "The request did not arrive whole.", "").Because(err)
	}
	in := json.NewDecoder(bytes.NewReader(data))
	// A setting that this version doesn't know must not be lost in silence.
	in.DisallowUnknownFields()
	if err := in.Decode(&request); err != nil {
		return request, migration.NewError(migration.ErrInvalidValue, "", "The request can't be read: "+err.Error()+".",
			"If the two processes are of different versions of migsh, end the older one.").Because(err)
	}
	return request, nil
}

// explain makes the error that travels. That the work was cancelled while somebody still listens for its result means that this
// process is ending.
func explain(err error) *migration.Error {
	_, told := errors.AsType[*migration.Error](err)
	if !told && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return migration.NewError(migration.ErrService, "", "The process that owns the state is ending.", again).Because(err)
	}
	return migration.AsError(err)
}

// An answer is written a line at a time, each sent off at once.
type answer[Result any] struct {
	w     http.ResponseWriter
	begun bool
}

// send writes a line, and tells whether there is somebody to read more.
func (a *answer[Result]) send(f frame[Result]) bool {
	if !a.begun {
		a.begun = true
		a.w.Header().Set("Content-Type", streamType)
		a.w.Header().Set("Cache-Control", "no-store")
		if f.Error != nil {
			a.w.WriteHeader(status(f.Error.Category))
		}
	}
	line, err := json.Marshal(f)
	if err != nil {
		line, _ = json.Marshal(frame[Result]{Error: migration.AsError(err)}) // nothing but text
	}
	if _, broken := a.w.Write(append(line, '\n')); broken != nil || err != nil {
		return false
	}
	return http.NewResponseController(a.w).Flush() == nil
}

// status is the HTTP status of an answer that is nothing but an error, for those who read no further.
func status(c migration.Category) int {
	switch c {
	case migration.CategoryObjectNotFound:
		return http.StatusNotFound
	case migration.CategoryInvalidArgument, migration.CategoryInvalidData, migration.CategoryLimitsExceeded:
		return http.StatusBadRequest
	case migration.CategoryResourceExists, migration.CategoryInvalidOperation, migration.CategoryResourceBusy:
		return http.StatusConflict
	case migration.CategoryConnectionError:
		return http.StatusBadGateway
	case migration.CategoryOperationTimeout:
		return http.StatusGatewayTimeout
	case migration.CategoryResourceUnavailable:
		return http.StatusServiceUnavailable
	case migration.CategoryNotImplemented:
		return http.StatusNotImplemented
	}
	return http.StatusInternalServerError
}
