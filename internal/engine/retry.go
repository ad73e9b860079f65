package engine

import (
	"time"

	"migsh/internal/mailbox"
)

// Retry says when what failed is tried again. What passes by itself is tried again soon, and given up for a while when it does not;
// what waits for a person is tried again rarely, so that no account is locked.
type Retry struct {
	// Soon is the first wait after a failure that passes by itself; it doubles up to SoonMost.
	Soon, SoonMost time.Duration
	// Attempts is after how many failures in a row, without a message copied in between, the user counts as failed.
	Attempts int
	// Later is the first wait of a failed user; it doubles up to LaterMost.
	Later, LaterMost time.Duration
	// Login is the first wait after a refused login; it doubles up to LoginMost.
	Login, LoginMost time.Duration
}

// filled puts in what was not said.
func (r Retry) filled() Retry {
	fill := func(to *time.Duration, d time.Duration) {
		if *to == 0 {
			*to = d
		}
	}
	fill(&r.Soon, time.Second)
	fill(&r.SoonMost, 5*time.Minute)
	fill(&r.Later, 15*time.Minute)
	fill(&r.LaterMost, 2*time.Hour)
	fill(&r.Login, time.Hour)
	fill(&r.LoginMost, 24*time.Hour)
	if r.Attempts == 0 {
		r.Attempts = 15
	}
	return r
}

// soon is the wait before attempt n+1 when attempt n failed for a reason that passes.
func (r Retry) soon(n int) time.Duration { return doubled(r.Soon, r.SoonMost, n) }

// later is the wait of a user that has failed n times in a row.
func (r Retry) later(id string, n int) time.Duration {
	if id == string(mailbox.AuthenticationFailed) || id == string(mailbox.AuthenticationAbsent) || id == string(mailbox.AccessDenied) {
		return doubled(r.Login, r.LoginMost, n)
	}
	return doubled(r.Later, r.LaterMost, n)
}

// doubled is first·2ⁿ⁻¹, at most most.
func doubled(first, most time.Duration, n int) time.Duration {
	d := first
	for ; n > 1 && d < most; n-- {
		d *= 2
	}
	return min(d, most)
}
