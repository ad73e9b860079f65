package testserver

import (
	"bytes"
	"os"
	"strings"
	"text/template"
)

// config writes dovecot.conf. Connection counts are small enough for the file
// descriptors that an ordinary user may open.
func (d *Dovecot) config(o DovecotOptions, group string) string {
	var plugins, imapPlugins []string
	if o.Compress {
		plugins, imapPlugins = append(plugins, "zlib"), append(imapPlugins, "imap_zlib")
	}
	if o.Quota == "" && o.QuotaMaxMail != "" {
		o.Quota = "0"
	}
	if o.Quota != "" {
		plugins, imapPlugins = append(plugins, "quota"), append(imapPlugins, "imap_quota")
	}
	location := o.Store + ":~/" + o.Store
	if o.Store == "maildir" {
		location = "maildir:~/Maildir"
	}
	var out bytes.Buffer
	err := dovecotConfig.Execute(&out, map[string]any{
		"o": o, "s": d.Server, "dir": d.dir,
		"user": d.mailUser, "group": group, "root": os.Geteuid() == 0,
		"location": location, "plugins": strings.Join(plugins, " "),
		"imapPlugins": strings.Join(append(plugins, imapPlugins...), " "),
	})
	if err != nil {
		panic("testserver: dovecotConfig: " + err.Error()) // the template and its data are ours
	}
	return out.String()
}

// Mail is not flushed to disk: a killed server loses nothing by that, only a
// machine without power would.
var dovecotConfig = template.Must(template.New("dovecot.conf").Parse(`
base_dir = {{.dir}}/run
state_dir = {{.dir}}/state
log_path = /dev/stderr
listen = {{.s.Host}}
protocols = imap{{if .o.POP3}} pop3{{end}}
login_greeting = ready.

ssl = {{if .o.TLSOnly}}required{{else}}yes{{end}}
ssl_cert = <{{.dir}}/cert.pem
ssl_key = <{{.dir}}/key.pem
disable_plaintext_auth = {{if .o.TLSOnly}}yes{{else}}no{{end}}
auth_mechanisms = {{.o.Mechanisms}}
auth_failure_delay = 0
auth_master_user_separator = *

passdb {
  driver = passwd-file
  master = yes
  args = {{.dir}}/admins
}
passdb {
  driver = passwd-file
  args = {{.dir}}/users/%u
}
userdb {
  driver = passwd-file
  args = {{.dir}}/users/%u
}
{{- if not .o.Strict}}
passdb {
  driver = static
  args = password={{.s.Password}}
}
userdb {
  driver = static
  args = uid={{.user}} gid={{.group}} home={{.dir}}/mail/%u allow_all_users=yes
}
{{- end}}

{{- if .o.Tokens}}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {{.dir}}/oauth2.conf
}
{{- end}}

first_valid_uid = 1
first_valid_gid = 1
mail_location = {{.location}}
mail_fsync = never
mail_max_userip_connections = {{.o.MaxUserIPConnections}}
mail_plugins = {{.plugins}}

namespace inbox {
  inbox = yes
  separator = {{.o.Separator}}
  prefix = {{.o.Prefix}}
  mailbox Drafts {
    special_use = \Drafts
  }
  mailbox Sent {
    special_use = \Sent
  }
  mailbox Trash {
    special_use = \Trash
  }
  mailbox Junk {
    special_use = \Junk
  }
  mailbox Archive {
    special_use = \Archive
  }
}

protocol imap {
  mail_plugins = {{.imapPlugins}}
}

default_process_limit = 500
default_client_limit = 1000
service anvil {
  client_limit = 3000
  # No delays after wrong passwords.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  client_limit = 3000
}
service stats {
  client_limit = 3000
}
service imap-login {
  service_count = 0
  process_min_avail = 1
  inet_listener imap {
    port = {{.s.IMAPPort}}
  }
  inet_listener imaps {
    port = {{.s.IMAPSPort}}
  }
}
{{- if .o.POP3}}
service pop3-login {
  service_count = 0
  inet_listener pop3 {
    port = {{.s.POP3Port}}
  }
  inet_listener pop3s {
    port = {{.s.POP3SPort}}
  }
}
{{- end}}
{{- if .o.Quota}}
plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage={{.o.Quota}}
{{- with .o.QuotaMaxMail}}
  quota_max_mail_size = {{.}}
{{- end}}
}
{{- end}}
{{- if not .root}}
default_internal_user = {{.user}}
default_internal_group = {{.group}}
default_login_user = {{.user}}
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
{{- if .o.POP3}}
service pop3-login {
  chroot =
}
{{- end}}
{{- end}}
{{.o.Extra}}
`))
