package cluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// minMajor is the oldest PostgreSQL that the project supports.
const minMajor = 15

// ErrNotInstalled is wrapped by the error of Start when PostgreSQL or PostGIS is missing; the text around it is the
// command that installs it.
var ErrNotInstalled = errors.New("PostgreSQL 15 or newer with PostGIS is not installed")

// installation is one installed PostgreSQL.
type installation struct {
	bin     string
	major   int
	postgis bool
}

// find returns the newest installation with PostGIS, or the one of the given major version if that is not 0.
func find(major int) (installation, error) {
	found := installations(candidates())
	usable := slices.DeleteFunc(slices.Clone(found), func(i installation) bool {
		return i.major < minMajor || !i.postgis || major != 0 && i.major != major
	})
	if len(usable) > 0 {
		return slices.MaxFunc(usable, func(a, b installation) int { return a.major - b.major }), nil
	}
	return installation{}, missing(found, major)
}

// missing says what find lacks and the command that installs it.
func missing(found []installation, major int) error {
	want := major
	for _, i := range found {
		if major == 0 && i.major >= minMajor {
			want = max(want, i.major) // PostgreSQL is there, PostGIS is not
		}
	}
	if want == 0 {
		return fmt.Errorf("%w; install it with: make setup (or: sudo apt-get install -y postgresql postgresql-postgis)", ErrNotInstalled)
	}
	command := fmt.Sprintf("sudo apt-get install -y postgresql-%d postgresql-%d-postgis-3", want, want)
	if major != 0 {
		return fmt.Errorf("this data directory is of PostgreSQL %d, which is not installed here with PostGIS; install it with: %s, or choose another directory (%w in that version)",
			major, command, ErrNotInstalled)
	}
	return fmt.Errorf("%w: PostgreSQL %d is there, PostGIS is not; install it with: make setup (or: %s)", ErrNotInstalled, want, command)
}

// candidates lists the directories that may hold PostgreSQL's programs. Debian and the PostgreSQL project's own
// packages keep them outside PATH.
func candidates() []string {
	var dirs []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"} {
		more, _ := filepath.Glob(pattern) // fails for a bad pattern only
		dirs = append(dirs, more...)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

var versionPattern = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// installations returns those dirs that hold a whole PostgreSQL server.
func installations(dirs []string) []installation {
	var found []installation
	for _, dir := range dirs {
		out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
		version := versionPattern.FindSubmatch(out)
		if err != nil || version == nil || !exists(filepath.Join(dir, "initdb")) || !exists(filepath.Join(dir, "psql")) {
			continue
		}
		major, err := strconv.Atoi(string(version[1]))
		if err != nil {
			continue
		}
		found = append(found, installation{bin: dir, major: major, postgis: hasPostGIS(dir)})
	}
	return found
}

// hasPostGIS looks for the extension's control file. Without pg_config nobody can tell where that would be; then
// CREATE EXTENSION gives the answer.
func hasPostGIS(bin string) bool {
	out, err := exec.Command(filepath.Join(bin, "pg_config"), "--sharedir").Output()
	if err != nil {
		return true
	}
	return exists(filepath.Join(strings.TrimSpace(string(out)), "extension", "postgis.control"))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
