package foldermap

import (
	"slices"
	"strings"

	"migsh/internal/mailbox"
)

// Match tells whether a pattern of ExcludeFolders or IncludeFolders means the folder f with the given neutral path.
//
// The rule is Exchange's: a plain name, from the root of the mailbox, levels separated by slashes, means that folder
// only; "/*" behind it adds what lies below; case does not matter; there are no other wildcards. #Inbox#, #SentItems#
// and the other well-known names mean the folder of that purpose in any language, \#Notes\# a folder that is really
// named #Notes#. A folder may also be given by the source's own name for it.
func Match(pattern string, f mailbox.Folder, path []string) bool {
	base, subtree := strings.CutSuffix(pattern, "/*")
	base = strings.Trim(base, "/")
	if subtree && base == "" {
		return true
	}
	if role, rest, ok := wellKnown(base); ok {
		return matchRole(role, rest, subtree, f, path)
	}
	base = strings.ReplaceAll(base, `\#`, "#")
	for _, name := range []string{strings.Join(path, "/"), f.Name} {
		if strings.EqualFold(name, base) {
			return true
		}
		if subtree && hasPrefixFold(name, base+"/") {
			return true
		}
	}
	return false
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// A role is a purpose of a folder: its name in patterns, its special use, and the names that folders of that purpose
// have where the server does not mark them, in lower case.
type role struct {
	pattern string
	use     string
	names   []string
}

var roles = []role{
	{"Root", "", nil},
	{"Inbox", "", []string{"inbox"}},
	{"SentItems", mailbox.UseSent, []string{"sent", "sent items", "sent messages", "sent mail", "gesendet", "gesendete elemente",
		"gesendete objekte", "éléments envoyés", "messages envoyés", "elementos enviados", "enviados", "posta inviata", "inviati",
		"verzonden items", "verzonden", "itens enviados", "skickat", "sendt post", "lähetetyt", "wysłane", "отправленные",
		"已发送邮件", "送信済みアイテム", "送信済みメール"}},
	{"DeletedItems", mailbox.UseTrash, []string{"trash", "deleted items", "deleted messages", "deleted", "bin", "papierkorb",
		"gelöschte elemente", "gelöschte objekte", "éléments supprimés", "corbeille", "elementos eliminados", "papelera",
		"posta eliminata", "cestino", "verwijderde items", "prullenbak", "itens excluídos", "lixeira", "borttaget",
		"slettet post", "roskakori", "kosz", "удаленные", "корзина", "已删除邮件", "削除済みアイテム", "ごみ箱"}},
	{"Drafts", mailbox.UseDrafts, []string{"drafts", "draft", "entwürfe", "brouillons", "borradores", "bozze", "concepten",
		"rascunhos", "utkast", "kladder", "luonnokset", "szkice", "черновики", "草稿", "下書き"}},
	{"JunkEmail", mailbox.UseJunk, []string{"junk", "junk email", "junk e-mail", "junk mail", "spam", "bulk mail", "junk-e-mail",
		"unerwünschte werbung", "courrier indésirable", "correo no deseado", "posta indesiderata", "ongewenste e-mail",
		"lixo eletrônico", "skräppost", "uønsket e-mail", "roskaposti", "спам", "垃圾邮件", "迷惑メール"}},
	{"Archive", mailbox.UseArchive, []string{"archive", "archives", "archiv", "archivo", "archivio", "archief", "arquivo",
		"arkiv", "arkisto", "archiwum", "архив", "アーカイブ"}},
	{"AllItems", mailbox.UseAll, []string{"all mail", "[gmail]/all mail", "[google mail]/all mail"}},
	{"Outbox", "", []string{"outbox", "postausgang"}},
	{"Calendar", "", []string{"calendar", "kalender", "calendrier", "calendario", "agenda", "calendário", "kalenteri", "kalendarz", "календарь", "日历", "予定表"}},
	{"Contacts", "", []string{"contacts", "kontakte", "contactos", "contatti", "contactpersonen", "contatos", "kontakter", "yhteystiedot", "kontakty", "контакты", "联系人", "連絡先"}},
	{"Journal", "", []string{"journal", "diario", "logboek", "diário", "päiväkirja", "dziennik", "дневник", "日记", "履歴"}},
	{"Tasks", "", []string{"tasks", "aufgaben", "tâches", "tareas", "attività", "taken", "tarefas", "uppgifter", "opgaver", "oppgaver", "tehtävät", "zadania", "задачи", "任务", "仕事"}},
	{"Notes", "", []string{"notes", "notizen"}},
}

// wellKnown splits "#SentItems#/2020" into its role and the rest.
func wellKnown(pattern string) (role, string, bool) {
	if !strings.HasPrefix(pattern, "#") {
		return role{}, "", false
	}
	name, rest, ok := strings.Cut(pattern[1:], "#")
	if !ok || rest != "" && !strings.HasPrefix(rest, "/") {
		return role{}, "", false
	}
	i := slices.IndexFunc(roles, func(r role) bool { return strings.EqualFold(r.pattern, name) })
	if i < 0 {
		return role{}, "", false
	}
	return roles[i], strings.TrimPrefix(rest, "/"), true
}

// matchRole matches #Role#/rest. Folders below a well-known one have its name, whatever it is, before theirs.
func matchRole(r role, rest string, subtree bool, f mailbox.Folder, path []string) bool {
	if r.pattern == "Root" {
		if rest == "" {
			return subtree
		}
		return foldPath(path, strings.Split(rest, "/"), subtree)
	}
	if rest == "" && r.use != "" && strings.EqualFold(f.Use, r.use) {
		return true
	}
	for n := 1; n <= len(path); n++ {
		if slices.Contains(r.names, strings.ToLower(strings.Join(path[:n], "/"))) {
			var below []string
			if rest != "" {
				below = strings.Split(rest, "/")
			}
			return foldPath(path[n:], below, subtree)
		}
	}
	return false
}

// foldPath tells whether path is want, or lies below it if subtree is set.
func foldPath(path, want []string, subtree bool) bool {
	if len(path) < len(want) || len(path) > len(want) && !subtree {
		return false
	}
	return slices.EqualFunc(path[:len(want)], want, strings.EqualFold)
}

// KnownPattern tells whether a pattern that looks like a well-known name is one, so that a misspelt one can be refused
// when it is given.
func KnownPattern(pattern string) bool {
	base := strings.Trim(strings.TrimSuffix(pattern, "/*"), "/")
	if !strings.HasPrefix(base, "#") || strings.Count(base, "#") < 2 {
		return true
	}
	_, _, ok := wellKnown(base)
	return ok
}
