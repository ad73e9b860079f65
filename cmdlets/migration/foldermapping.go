package migration

import (
	"migsh/internal/migration"
	"migsh/shell/object"
)

// mappingsFrom reads what -FolderMapping was given: a table, texts, or several of these.
func mappingsFrom(v any) ([]migration.FolderMapping, error) {
	switch v := object.Base(v).(type) {
	case nil:
		return nil, nil
	case *object.Hashtable:
		var all []migration.FolderMapping
		for from, to := range v.All() {
			all = append(all, migration.FolderMapping{From: object.ToString(from), To: object.ToString(to)})
		}
		return all, nil
	case *object.Array:
		var all []migration.FolderMapping
		for _, item := range v.Items {
			some, err := mappingsFrom(item)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	}
	m, err := migration.ParseFolderMapping(object.ToString(v))
	return []migration.FolderMapping{m}, err
}

func mappingTexts(list []migration.FolderMapping) any {
	all := make([]string, len(list))
	for i, m := range list {
		all[i] = m.String()
	}
	return texts(all)
}
