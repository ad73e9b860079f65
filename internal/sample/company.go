package sample

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"net/mail"
	"strconv"
	"strings"
	"time"
)

// Domain is where the people of [Company] have their addresses.
const Domain = "contoso.example"

// people of the company, and how much mail each has.
var people = []person{
	{"terry.adams", "Terry Adams", 160},
	{"ann.beebe", "Ann Beebe", 120},
	{"joerg.mueller", "Jörg Müller", 100},
	{"chiyo.sato", "佐藤 千代", 80},
	{"paul.cannon", "Paul Cannon", 40},
}

type person struct {
	login, name string
	share       int // messages in all folders
}

func (p person) address() mail.Address {
	return mail.Address{Name: p.name, Address: p.login + "@" + Domain}
}

// A theme is a folder that anybody may have, and what its mail is about.
type theme struct {
	path       string // parts separated by |
	specialUse string
	weight     int // its part of the mailbox's messages; 0: empty
	subjects   []string
}

var themes = []theme{
	{"INBOX", "", 30, []string{"Agenda for Thursday", "Lunch on Friday?", "Your parking permit", "Minutes of the meeting", "Question about the invoice", "Welcome to the team", "Printer on the second floor", "Urgent: signature needed", "Café reopens on Monday", "Fire drill at 10:00"}},
	{"Sent", `\Sent`, 18, []string{"Re: Agenda for Thursday", "Offer for Northwind Traders", "Holiday request", "Re: Question about the invoice", "Slides for tomorrow", "Thank you"}},
	{"Drafts", `\Drafts`, 2, []string{"Proposal, first draft", "Dear Ms Liu"}},
	{"Trash", `\Trash`, 4, []string{"Newsletter: ten tips for tidy desks", "Your parcel has arrived", "Survey: how was the canteen?"}},
	{"Junk", `\Junk`, 3, []string{"You have won", "Cheap watches", "Re: Re: Re: your account"}},
	{"Archive", `\Archive`, 4, []string{"Kept for the record", "Contract, signed copy"}},
	{"Archive|2023", "", 6, []string{"Year-end closing 2023", "Budget 2023", "Audit questions"}},
	{"Archive|2024", "", 8, []string{"Year-end closing 2024", "Budget 2024", "Moving to the new office"}},
	{"Projects", "", 0, nil},
	{"Projects|Northwind", "", 10, []string{"Northwind: kick-off", "Northwind: delivery dates", "Northwind: open points", "Northwind: photographs of the site"}},
	{"Projects|Northwind|Invoices", "", 6, []string{"Invoice 2024-0117", "Invoice 2024-0245", "Reminder: invoice 2024-0117"}},
	{"Projects|Zürich & Genève", "", 5, []string{"Zürich: Büro im März", "Genève: déjeuner avec le client", "Umzug nach Zürich"}},
	{"日本語", "", 0, nil},
	{"日本語|議事録", "", 3, []string{"議事録 第一回", "会議のお知らせ", "出張報告"}},
	{"Notes \"to self\"", "", 1, []string{"Remember the milk", "Books to read"}},
}

var sentences = []string{
	"Thank you for your message of yesterday.",
	"I have put the figures into the attached table.",
	"Could you look at it before Thursday, please?",
	"The meeting moves to room 4.12, same time.",
	"We agreed that the old server goes at the end of the month.",
	"Nothing else has changed since our last call.",
	"Please tell me whether that suits you.",
	"Jörg and Zoë will take care of the rest.",
	"The café around the corner does a decent soup, by the way.",
	"Prices are net, in euro (€), and hold until 31 March.",
	"If anything is unclear, ring me on extension 1138.",
	"I am out of the office on Friday and back on Monday.",
}

// Company returns the five mailboxes of the demo, about 500 messages in all.
func Company() []Mailbox {
	var company []Mailbox
	for i, person := range people {
		a := author{rng: rand.New(rand.NewPCG(2024, uint64(i))), me: person.address()}
		mailbox := Mailbox{Address: a.me.Address, Name: person.name}
		for _, theme := range themes {
			mailbox.Folders = append(mailbox.Folders, a.folder(theme, person.share))
		}
		company = append(company, mailbox)
	}
	return company
}

// An author invents the mail of one person.
type author struct {
	rng *rand.Rand
	me  mail.Address
	n   int // letters so far
}

func (a *author) folder(theme theme, share int) Folder {
	folder := Folder{Path: strings.Split(theme.path, "|"), SpecialUse: theme.specialUse, Subscribed: theme.specialUse != `\Junk`}
	count := (share*theme.weight + 50) / 100
	date := time.Date(2023, 1, 9, 8, 0, 0, 0, time.FixedZone("", 3600))
	for range count {
		date = date.Add(time.Duration(a.rng.IntN(700*24*60)/count+1) * time.Minute)
		letter := a.letter(theme, date)
		folder.Messages = append(folder.Messages, NewMessage(date, letter.Raw(), a.flags(theme)...))
	}
	return folder
}

func (a *author) letter(theme theme, date time.Time) Letter {
	a.n++
	from, to := people[a.rng.IntN(len(people))].address(), a.me
	if theme.specialUse == `\Sent` || theme.specialUse == `\Drafts` {
		from, to = to, from
	}
	var text strings.Builder
	fmt.Fprintf(&text, "Dear %s,\n\n", to.Name)
	for range 2 + a.rng.IntN(5) {
		text.WriteString(sentences[a.rng.IntN(len(sentences))] + "\n")
	}
	fmt.Fprintf(&text, "\nKind regards\n%s\n", from.Name)
	local, _, _ := strings.Cut(a.me.Address, "@")
	letter := Letter{
		From: from, To: to, Date: date,
		Subject: theme.subjects[a.rng.IntN(len(theme.subjects))],
		ID:      fmt.Sprintf("%s.%d@%s", local, a.n, Domain),
		Text:    text.String(),
	}
	if a.rng.IntN(3) == 0 {
		letter.HTML = "<html><body><p>" + strings.ReplaceAll(html.EscapeString(letter.Text), "\n", "<br>\n") + "</p></body></html>\n"
	}
	if strings.HasPrefix(letter.Subject, "Re: ") {
		letter.InReplyTo = fmt.Sprintf("thread.%d@%s", a.rng.IntN(20), Domain)
	}
	switch a.rng.IntN(8) {
	case 0:
		letter.Attachments = []Attachment{{"figures.csv", "text/csv", a.table()}}
	case 1:
		letter.Attachments = []Attachment{{"façade.png", "image/png", a.picture()}}
	}
	return letter
}

func (a *author) flags(theme theme) []string {
	if theme.specialUse == `\Drafts` {
		return []string{`\Draft`, `\Seen`}
	}
	var flags []string
	for _, flag := range []struct {
		name    string
		percent int // of the letters that have it
	}{{`\Seen`, 80}, {`\Answered`, 20}, {`\Flagged`, 10}, {"$Forwarded", 8}, {"work", 10}} {
		if a.rng.IntN(100) < flag.percent {
			flags = append(flags, flag.name)
		}
	}
	return flags
}

// table is a CSV file of a few kilobytes.
func (a *author) table() []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Write([]string{"item", "pieces", "price"})
	for i := range 20 + a.rng.IntN(100) {
		w.Write([]string{"item " + strconv.Itoa(i+1), strconv.Itoa(a.rng.IntN(50)), strconv.Itoa(a.rng.IntN(9999)) + ".00"})
	}
	w.Flush() // a bytes.Buffer takes everything
	return out.Bytes()
}

// picture is a PNG of a few kilobytes.
func (a *author) picture() []byte {
	const side = 48
	picture := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		picture.Set(i%side, i/side, color.RGBA{uint8(a.rng.IntN(256)), uint8(i), uint8(i / side), 255})
	}
	var out bytes.Buffer
	png.Encode(&out, picture) // a bytes.Buffer takes everything
	return out.Bytes()
}
