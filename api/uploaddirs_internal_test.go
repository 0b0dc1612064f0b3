package api

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestAbandonedUploads: what a server that died has left is removed, and nothing that a living one holds, or that is not ours.
func TestAbandonedUploads(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	directory := func(name string, locked bool) *os.File {
		t.Helper()
		dir := filepath.Join(parent, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "file"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if !locked {
			return nil
		}
		lock, err := lockDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return lock
	}
	held := directory("wangge-uploads-held", true)
	defer held.Close() //nolint:errcheck // nothing was written
	if err := directory("wangge-uploads-dead", true).Close(); err != nil {
		t.Fatal(err)
	}
	if err := directory("other-dead", true).Close(); err != nil {
		t.Fatal(err)
	}
	directory("wangge-uploads-new", false)
	if err := os.Symlink(filepath.Join(parent, "other-dead"), filepath.Join(parent, "wangge-uploads-link")); err != nil {
		t.Fatal(err)
	}
	removeAbandoned(parent)
	var left []string
	entries, err := os.ReadDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := []string{"other-dead", "wangge-uploads-held", "wangge-uploads-link", "wangge-uploads-new"}; !slices.Equal(left, want) {
		t.Errorf("left are %v, want %v", left, want)
	}
}
