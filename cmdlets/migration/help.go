package migration

import (
	"embed"
	"io/fs"

	"migsh/shell/cmdlet"
	"migsh/shell/help"
)

//go:embed help/*.md
var helpFiles embed.FS

//go:embed about/about_*.md
var aboutFiles embed.FS

func init() {
	files, err := fs.Sub(aboutFiles, "about")
	if err != nil {
		panic(err) // the name is a constant
	}
	help.AddAbout(files)
}

// withHelp gives each cmdlet its help file; a test sees to it that every one has one.
func withHelp(infos []*cmdlet.Info) []*cmdlet.Info {
	for _, info := range infos {
		if text, err := helpFiles.ReadFile("help/" + info.Name + ".md"); err == nil {
			info.Help = string(text)
		}
	}
	return infos
}
