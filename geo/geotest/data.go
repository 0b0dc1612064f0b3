package geotest

import (
	"os"
	"path/filepath"
	"testing"
)

// Data returns the path of a file or folder of the shared test data, which are other people's and not kept here:
// $WANGGE_DATA, or ../shared/data beside the repository. It skips the test when that is not there.
func Data(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("WANGGE_DATA")
	if dir == "" {
		dir = filepath.Join(moduleRoot(t), "..", "shared", "data")
	}
	path := filepath.Join(append([]string{dir}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared data are not here (set WANGGE_DATA): %v", err)
	}
	return path
}

// moduleRoot returns the folder of go.mod above the test's working directory.
func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
}
