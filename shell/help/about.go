package help

import (
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// abouts are the about_ topics that packages have brought, by lower-case name.
var abouts struct {
	sync.Mutex
	texts map[string]string
	names []string
}

// AddAbout brings about_ topics: the files about_*.md of a directory, each named as its topic. A name that is there already, or a directory
// that can't be read, is a mistake of the program.
func AddAbout(files fs.FS) {
	abouts.Lock()
	defer abouts.Unlock()
	if abouts.texts == nil {
		abouts.texts = map[string]string{}
	}
	names, err := fs.Glob(files, "about_*.md")
	if err != nil || len(names) == 0 {
		panic("help.AddAbout: no about_ topics in the directory")
	}
	for _, file := range names {
		text, err := fs.ReadFile(files, file)
		name := strings.TrimSuffix(file, ".md")
		if _, twice := abouts.texts[strings.ToLower(name)]; twice || err != nil {
			panic("help.AddAbout: " + name + " can't be added")
		}
		abouts.texts[strings.ToLower(name)] = string(text)
		abouts.names = append(abouts.names, name)
	}
	slices.Sort(abouts.names)
}

// About is the text of an about_ topic, whatever the name's case.
func About(name string) (string, bool) {
	abouts.Lock()
	defer abouts.Unlock()
	text, ok := abouts.texts[strings.ToLower(name)]
	return text, ok
}

// Abouts are the names of all about_ topics, sorted.
func Abouts() []string {
	abouts.Lock()
	defer abouts.Unlock()
	return slices.Clone(abouts.names)
}
