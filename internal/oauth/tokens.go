package oauth

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"migsh/internal/migration"
)

// Tokens keeps access tokens as long as they are good, in memory only. The zero value will do; it is safe for concurrent use.
type Tokens struct {
	// Keep is told of a refresh token that has taken the place of another, unless it is nil.
	Keep func(ctx context.Context, endpoint string, old, current migration.Secret) error

	mu   sync.Mutex
	held map[holder]*held
}

// holder is whose token it is. Only a service account's are of one user.
type holder struct{ endpoint, user string }

type held struct {
	turn  chan struct{} // of whoever looks and asks; buffered once
	given migration.OAuthSecrets
	about string // the rest of the grant
	// current is the refresh token in force, given.RefreshToken at first.
	current  migration.Secret
	replaced []migration.Secret // those in force before
	token    *oauth2.Token
	until    time.Time // from when on a new one is asked for
}

// mostHeld is how many tokens are kept before those that are no longer good are thrown out.
const mostHeld = 1000

// Token gives a token for a user of an endpoint, other than the one that the mail server has refused, if it has. A token is replaced some
// time before it ends.
func (t *Tokens) Token(ctx context.Context, endpoint string, g Grant, user, refused string) (string, error) {
	h := t.of(endpoint, g, user)
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	if about := g.about(); h.given != g.OAuthSecrets || h.about != about {
		// What we have kept ourselves, or what a job under way remembers of before, is nothing new.
		if g.RefreshToken == "" || g.RefreshToken != h.current && !slices.Contains(h.replaced, g.RefreshToken) || h.about != about {
			h.token, h.current, h.replaced = nil, g.RefreshToken, nil
		}
		h.given, h.about = g.OAuthSecrets, about
	}
	if h.token != nil && h.token.AccessToken != refused && time.Now().Before(h.until) {
		return h.token.AccessToken, nil
	}
	h.token = nil
	g.RefreshToken = h.current
	token, err := g.Fetch(ctx, user)
	if err != nil {
		return "", err
	}
	h.token, h.until = token, time.Now().Add(time.Hour/2)
	if !token.Expiry.IsZero() {
		h.until = token.Expiry.Add(-min(5*time.Minute, time.Until(token.Expiry)/5))
	}
	if fresh := migration.Secret(token.RefreshToken); fresh != "" && fresh != h.current && g.Grant == migration.GrantRefreshToken {
		old := h.current
		h.current, h.replaced = fresh, append(h.replaced, old)
		if t.Keep != nil {
			if err := t.Keep(ctx, endpoint, old, fresh); err != nil {
				return "", err
			}
		}
	}
	return token.AccessToken, nil
}

// about tells two grants apart, besides their secrets.
func (g Grant) about() string {
	about := string(g.Grant) + "\n" + g.ClientID + "\n" + g.TokenURI
	for _, s := range g.Scopes {
		about += "\n" + s
	}
	return about
}

func (t *Tokens) of(endpoint string, g Grant, user string) *held {
	if g.Grant != migration.GrantServiceAccount {
		user = ""
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held == nil {
		t.held = map[holder]*held{}
	}
	at := holder{endpoint, user}
	if t.held[at] == nil {
		if len(t.held) >= mostHeld {
			t.sweep()
		}
		t.held[at] = &held{turn: make(chan struct{}, 1)}
	}
	return t.held[at]
}

// sweep throws out what is no longer good and nobody waits for. The lock is held.
func (t *Tokens) sweep() {
	for at, h := range t.held {
		select {
		case h.turn <- struct{}{}:
			if at.user != "" && time.Now().After(h.until) {
				delete(t.held, at)
			}
			<-h.turn
		default:
		}
	}
}
