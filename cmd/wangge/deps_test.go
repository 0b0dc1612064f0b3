package main_test

import (
	"encoding/json"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/wangge/wangge/"

// rooms says which packages of ours each package may import. A package that is not here fails the test: a new room is
// drawn on this map first. A name ending in /... stands for all below it and itself.
var rooms = map[string][]string{
	"geo":           {},
	"geo/crs":       {"geo/..."},
	"geo/geotest":   {"geo/..."},
	"geo/index":     {"geo/..."},
	"geo/mesh":      {"geo/..."},
	"geo/mvt":       {"geo/..."},
	"geo/partition": {"geo/..."},
	"geo/pmtiles":   {"geo/..."},

	"grid":          {"geo/..."},
	"grid/edition":  {"grid", "geo/..."},
	"grid/cql2":     {"geo/..."},
	"grid/store":    {"grid", "grid/cql2", "grid/edition", "geo/..."},
	"grid/search":   {"grid", "geo/..."},
	"grid/live":     {"grid", "grid/edition", "grid/search", "grid/store", "geo/..."},
	"grid/features": {"grid", "grid/cql2", "grid/edition", "grid/live", "grid/store", "geo/..."},
	"grid/intake":   {"grid", "grid/edition", "grid/store", "geo/..."},
	"grid/export":   {"grid", "geo/..."},
	"grid/coverage": {"grid", "grid/edition", "grid/store", "geo/..."},
	"grid/divide":   {"grid", "grid/edition", "grid/store", "geo/..."},
	"grid/synth":    {"grid", "grid/edition", "grid/store", "geo/..."},
	"grid/cluster":  {},
	"grid/gridtest": {"grid", "grid/edition", "grid/store", "grid/cluster", "migrations", "geo/..."},
	"migrations":    {},

	"api":         {"api/...", "grid/...", "geo/..."},
	"api/basemap": {"geo/..."},
	"api/ogc":     {"grid/...", "geo/..."},
	"web":         {},
	"cmd/wangge":  {"api/...", "grid/...", "geo/...", "migrations", "web"},
}

// bans says who may import packages of others, or of the standard library, that are not for everybody.
var bans = []struct {
	imported string
	refused  func(room string) bool
	reason   string
}{
	{"github.com/jackc/pgx/...", func(room string) bool {
		return !slices.Contains([]string{"grid/store", "grid/gridtest", "migrations"}, room)
	}, "all SQL is in grid/store"},
	{"zombiezen.com/...", func(room string) bool { return room != "grid/export" && room != "grid/intake" }, "SQLite is a format of files here, not a database"},
	{"database/sql/...", func(string) bool { return true }, "we speak to PostgreSQL through pgx"},
	{"net/http/...", func(room string) bool { return matches("geo/...", room) || room == "grid" }, "geo and grid are pure"},
	{"context", func(room string) bool { return matches("geo/...", room) }, "geo neither waits nor asks"},
	{"testing/...", func(room string) bool { return !strings.HasSuffix(room, "test") }, "testing is for tests"},
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		room := strings.TrimPrefix(p.ImportPath, module)
		allowed, drawn := rooms[room]
		if !drawn {
			t.Errorf("package %s is not on the map: draw it in rooms (and in docs/architecture.md)", room)
			continue
		}
		for _, imported := range p.Imports {
			ours, ok := strings.CutPrefix(imported, module)
			if ok && !slices.ContainsFunc(allowed, func(pattern string) bool { return matches(pattern, ours) }) {
				t.Errorf("%s imports %s; it may import %v", room, ours, allowed)
			}
			for _, ban := range bans {
				if matches(ban.imported, imported) && ban.refused(room) {
					t.Errorf("%s imports %s: %s", room, imported, ban.reason)
				}
			}
		}
	}
}

// matches reports whether name is the pattern, or the pattern without its /... or below it.
func matches(pattern, name string) bool {
	root, all := strings.CutSuffix(pattern, "/...")
	return name == root || all && strings.HasPrefix(name, root+"/")
}

// goPackage is what go list tells about a package, tests left out.
type goPackage struct {
	ImportPath, Dir string
	GoFiles         []string
	Imports         []string
}

// packages lists the module's packages that have more than tests.
func packages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports", path.Join(module, "...")).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p goPackage
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			list = append(list, p)
		}
	}
	return list
}
