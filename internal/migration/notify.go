package migration

import "time"

// Relay is the server that notification mail is handed to. It never carries the password.
type Relay struct {
	Server   string
	Port     int      // 587 unless set
	Security Security // Tls (STARTTLS) unless set
	UserName string   `json:",omitempty"` // of the login; empty: none is made
	From     string   // the sender's address
	// AcceptUntrustedCertificates: the server's certificate is not checked.
	AcceptUntrustedCertificates bool `json:",omitempty"`
}

// NotificationKind is the occasion of a mail.
type NotificationKind string

// The occasions: the first copy has ended; a batch at work, from time to time; it was stopped; it was completed; its users are told
// something.
const (
	NotifyFinished  NotificationKind = "Finished"
	NotifyReport    NotificationKind = "Report"
	NotifyStopped   NotificationKind = "Stopped"
	NotifyCompleted NotificationKind = "Completed"
	NotifyUser      NotificationKind = "Notice"
)

// NotificationState is how far a mail is.
type NotificationState string

// The states of a mail: it waits for the relay, perhaps not for the first time; the relay has taken it; nobody tries any longer.
const (
	NotificationWaiting NotificationState = "Waiting"
	NotificationSent    NotificationState = "Sent"
	NotificationFailed  NotificationState = "Failed"
)

// Notification is a mail about a batch and what has become of it.
type Notification struct {
	Kind    NotificationKind
	State   NotificationState
	Subject string
	To      []string
	// Pending are those of To to whom it was not sent yet, Refused those whom the relay would not take.
	Pending []string `json:",omitempty"`
	Refused []string `json:",omitempty"`
	Created time.Time
	Sent    time.Time `json:",omitzero"`
	// Attempts, the time of the next one, and why the last one failed.
	Attempts  int       `json:",omitempty"`
	NextTry   time.Time `json:",omitzero"`
	LastError string    `json:",omitempty"`
}
