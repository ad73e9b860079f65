package records

import (
	"strings"

	"migsh/internal/mailbox/foldermap"
	"migsh/internal/migration"
)

// FolderRules are the rules by which a batch's folders are chosen and named.
func FolderRules(s migration.BatchSettings) (foldermap.Rules, error) {
	rules := foldermap.Rules{Include: s.IncludeFolders, Exclude: s.ExcludeFolders, TargetRoot: s.TargetRootFolder, KeepNames: s.KeepFolderNames}
	for _, m := range s.FolderMapping {
		rule, err := foldermap.NewRule(m.From, m.To)
		if err != nil {
			return rules, migration.NewError(migration.ErrInvalidValue, m.String(), strings.ToUpper(err.Error()[:1])+err.Error()[1:]+".", "").Because(err)
		}
		rules.Map = append(rules.Map, rule)
	}
	return rules, nil
}
