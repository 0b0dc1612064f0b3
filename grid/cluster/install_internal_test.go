package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestInstallations(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	share := filepath.Join(root, "share")
	program := func(dir, name, script string) {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for dir, version := range map[string]string{"new": "17beta1", "old": "9.6.24 (Debian 9.6.24-1)", "whole": "15.20", "client": "16.1"} {
		program(dir, "postgres", "echo 'postgres (PostgreSQL) "+version+"'")
		program(dir, "initdb", "")
		program(dir, "psql", "")
		program(dir, "pg_config", "echo "+root)
	}
	if err := os.Remove(filepath.Join(root, "client", "initdb")); err != nil {
		t.Fatal(err)
	}
	program("whole", "pg_config", "echo "+share)
	program("share/extension", "postgis.control", "")

	got := installations([]string{
		filepath.Join(root, "new"), filepath.Join(root, "old"), filepath.Join(root, "whole"),
		filepath.Join(root, "client"), filepath.Join(root, "absent"),
	})
	want := []installation{
		{filepath.Join(root, "new"), 17, false},
		{filepath.Join(root, "old"), 9, false},
		{filepath.Join(root, "whole"), 15, true},
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("got %v, want %v", got[i], want[i])
		}
	}
}

func TestMissingNamesTheCommand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		found []installation
		major int
		want  string
	}{
		{"nothing", nil, 0, "sudo apt-get install -y postgresql postgresql-postgis"},
		{"too_old", []installation{{major: 13, postgis: true}}, 0, "sudo apt-get install -y postgresql postgresql-postgis"},
		{"no_postgis", []installation{{major: 13}, {major: 16}}, 0, "sudo apt-get install -y postgresql-16 postgresql-16-postgis-3"},
		{"data_of_another", []installation{{major: 16, postgis: true}}, 15, "sudo apt-get install -y postgresql-15 postgresql-15-postgis-3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := missing(test.found, test.major)
			if !errors.Is(err, ErrNotInstalled) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %q, want ErrNotInstalled and %q", err, test.want)
			}
		})
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	temp := t.TempDir()
	old := time.Now().Add(-time.Hour)
	dir := func(name string, modified time.Time) string {
		path := filepath.Join(temp, name)
		if err := errors.Join(os.Mkdir(path, 0o700), os.Chtimes(path, modified, modified)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	dead, fresh, other := dir(tempPrefix+"dead", old), dir(tempPrefix+"fresh", time.Now()), dir("other", old)
	used := dir(tempPrefix+"used", old)
	lock, err := lockFile(filepath.Join(used, lockName))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := os.Chtimes(used, old, old); err != nil {
		t.Fatal(err)
	}

	sweep(temp)
	if exists(dead) {
		t.Error("the directory of a dead process is still there")
	}
	for _, path := range []string{fresh, other, used} {
		if !exists(path) {
			t.Errorf("%s is gone", filepath.Base(path))
		}
	}
}

func TestSweepLeavesSockets(t *testing.T) {
	t.Parallel()
	p, err := openPlace(filepath.Join(t.TempDir(), strings.Repeat("long,/", 40)))
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(p.sockets, old, old); err != nil {
		t.Fatal(err)
	}
	sweep(filepath.Dir(p.sockets))
	if !exists(p.sockets) {
		t.Error("another start has swept away the sockets of a cluster that is in use")
	}
	if err := p.close(); err != nil || exists(p.sockets) {
		t.Errorf("the sockets are left behind (%v)", err)
	}
}
