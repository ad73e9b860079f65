package interp

import (
	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

const streamVerbose = syntax.StreamVerbose

// Record is the base value of warning, verbose, debug and information records.
type Record struct {
	Text       string
	Invocation *object.InvocationInfo
	Data       any // MessageData of an information record
	Tags       *object.List
	Source     string
	Time       object.DateTime
}

var (
	warningRecord     = declareRecord("System.Management.Automation.WarningRecord")
	verboseRecord     = declareRecord("System.Management.Automation.VerboseRecord")
	debugRecord       = declareRecord("System.Management.Automation.DebugRecord")
	informationRecord = declareInformation()
	hostMessage       = declareHostMessage()
)

var (
	_ = declareException("System.Management.Automation.PropertyNotFoundException", runtimeException)
	_ = declareException("System.Management.Automation.Host.HostException", runtimeException)
)

func declareException(name, base string) *object.Type {
	if t, ok := object.TypeByName(name); ok {
		return t
	}
	b, _ := object.TypeByName(base)
	return object.Declare(&object.Type{Name: name, Base: b})
}

func recordText(v any) string {
	if r := recordBase(v); r != nil {
		return r.Text
	}
	return ""
}

func recordBase(v any) *Record {
	if o, ok := v.(*object.Object); ok {
		v = o.Base
	}
	r, _ := v.(*Record)
	return r
}

func property(name string, t *object.Type, get func(r *Record) any) *object.Member {
	return &object.Member{Name: name, Kind: object.KindProperty, Type: t, Get: func(recv any) (any, error) {
		if r := recordBase(recv); r != nil {
			return get(r), nil
		}
		return nil, nil
	}}
}

func declareRecord(name string) *object.Type {
	t := object.Declare(&object.Type{Name: name, Base: object.TypeObject, ToString: recordText})
	object.Extend(t, func(t *object.Type) {
		t.Instance.Add(property("Message", object.TypeString, func(r *Record) any { return r.Text }))
		t.Instance.Add(property("InvocationInfo", object.TypeInvocation, func(r *Record) any { return r.Invocation }))
	})
	return t
}

func declareInformation() *object.Type {
	t := object.Declare(&object.Type{Name: "System.Management.Automation.InformationRecord", Base: object.TypeObject, ToString: recordText})
	object.Extend(t, func(t *object.Type) {
		t.Instance.Add(property("MessageData", object.TypeObject, func(r *Record) any { return r.Data }))
		t.Instance.Add(property("Source", object.TypeString, func(r *Record) any { return r.Source }))
		t.Instance.Add(property("TimeGenerated", object.TypeDateTime, func(r *Record) any { return r.Time }))
		t.Instance.Add(property("Tags", nil, func(r *Record) any { return r.Tags }))
	})
	return t
}

func declareHostMessage() *object.Type {
	t := object.Declare(&object.Type{Name: "System.Management.Automation.HostInformationMessage", Base: object.TypeObject, ToString: func(v any) string {
		if m, ok := object.Base(v).(*cmdlet.HostMessage); ok {
			return m.Text
		}
		if o, ok := v.(*object.Object); ok {
			if m, ok := o.Base.(*cmdlet.HostMessage); ok {
				return m.Text
			}
		}
		return ""
	}})
	object.Extend(t, func(t *object.Type) {
		add := func(name string, get func(m *cmdlet.HostMessage) any) {
			t.Instance.Add(&object.Member{Name: name, Kind: object.KindProperty, Get: func(recv any) (any, error) {
				if o, ok := recv.(*object.Object); ok {
					if m, ok := o.Base.(*cmdlet.HostMessage); ok {
						return get(m), nil
					}
				}
				return nil, nil
			}})
		}
		add("Message", func(m *cmdlet.HostMessage) any { return m.Text })
		add("NoNewLine", func(m *cmdlet.HostMessage) any { return m.NoNewline })
		add("ForegroundColor", func(m *cmdlet.HostMessage) any { return m.Foreground })
		add("BackgroundColor", func(m *cmdlet.HostMessage) any { return m.Background })
	})
	return t
}

func newRecord(t *object.Type, text string, i *object.InvocationInfo) *object.Object {
	return object.Instance(t, &Record{Text: text, Invocation: i})
}

// NewRecord makes the record of a stream: of a warning, verbose or debug message the text is said by data, and of an information
// record it is data's own. What Write-Host says is a [cmdlet.HostMessage].
func NewRecord(stream syntax.Stream, data any, tags ...string) *object.Object {
	r := &Record{Text: object.ToString(data), Data: data, Time: object.Now(), Tags: object.NewList()}
	for _, t := range tags {
		r.Tags.Add(t)
	}
	switch stream {
	case syntax.StreamWarning:
		return object.Instance(warningRecord, r)
	case syntax.StreamVerbose:
		return object.Instance(verboseRecord, r)
	case syntax.StreamDebug:
		return object.Instance(debugRecord, r)
	}
	if m, ok := data.(*cmdlet.HostMessage); ok {
		r.Text, r.Data = m.Text, object.Instance(hostMessage, m)
	}
	return object.Instance(informationRecord, r)
}

// information writes an information record. What Write-Host says is shown whatever the preference.
func (f *frame) information(v any, tags []string, given string) error {
	r := &Record{Data: v, Time: object.Now(), Tags: object.NewList()}
	host, isHost := v.(*cmdlet.HostMessage)
	if isHost {
		r.Text, r.Data = host.Text, object.Instance(hostMessage, host)
		tags = append(tags, "PSHOST")
	} else {
		r.Text = f.text(v)
	}
	for _, t := range tags {
		r.Tags.Add(t)
	}
	if file := f.scriptPath(); file != "" {
		r.Source = file.(string)
	}
	record := object.Instance(informationRecord, r)
	if isHost {
		if given != "" {
			if a := actionOf(given, actionContinue); a == actionIgnore {
				return nil
			}
		} else if f.preference(f.in.known.information, actionSilently) == actionIgnore {
			return nil
		}
		return f.streams.write(syntax.StreamInformation, record)
	}
	return f.stream(syntax.StreamInformation, f.in.known.information, given, record, r.Text)
}

// HostMessageOf is what Write-Host said, if v is the record of that.
func HostMessageOf(v any) (*cmdlet.HostMessage, bool) {
	r := recordBase(v)
	if r == nil {
		return nil, false
	}
	o, ok := r.Data.(*object.Object)
	if !ok {
		return nil, false
	}
	m, ok := o.Base.(*cmdlet.HostMessage)
	return m, ok
}
