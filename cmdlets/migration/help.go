package migration

import (
	"embed"

	"migsh/shell/cmdlet"
)

//go:embed help/*.md
var helpFiles embed.FS

// withHelp gives each cmdlet its help file; a test sees to it that every one has one.
func withHelp(infos []*cmdlet.Info) []*cmdlet.Info {
	for _, info := range infos {
		if text, err := helpFiles.ReadFile("help/" + info.Name + ".md"); err == nil {
			info.Help = string(text)
		}
	}
	return infos
}
