package csvfile

import (
	"fmt"
	"strings"

	"migsh/internal/migration"
)

// listed is how many faults are kept and told; of more, only the number is told.
const listed = 100

// faultList gathers what refuses a file.
type faultList struct {
	faults []migration.Fault
	more   int
}

func (l *faultList) empty() bool { return len(l.faults) == 0 }

func (l *faultList) add(f migration.Fault) {
	if len(l.faults) == listed {
		l.more++
		return
	}
	l.faults = append(l.faults, f)
}

// err is all faults as one error, nil if there is none. Its id is theirs if they are all of one kind.
func (l *faultList) err() error {
	if l.empty() {
		return nil
	}
	id := l.faults[0].ID
	messages := make([]string, len(l.faults))
	for i, f := range l.faults {
		messages[i] = f.Message
		if f.ID != id {
			id = migration.ErrCSVInvalid
		}
	}
	message := strings.Join(messages, " ")
	if l.more > 0 {
		message += fmt.Sprintf(" And %s faults more.", migration.Thousands(int64(l.more)))
	}
	remedy := "Correct the file; nothing was created."
	if id == migration.ErrCSVTooManyRows {
		remedy = "Divide it among several batches."
	}
	e := migration.NewError(id, "", message, remedy)
	e.Faults = l.faults
	return e
}

// refuse is the error of a file with one fault and its own remedy.
func refuse(f migration.Fault, remedy string) error {
	e := migration.NewError(f.ID, "", f.Message, remedy)
	e.Faults = []migration.Fault{f}
	return e
}
