package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/wangge/wangge/geo/crs"
)

// TestSystemOfALayer: --crs-of is of the layer that it names alone, and of one of which there is a file.
func TestSystemOfALayer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var files []string
	for _, layer := range []string{"base_grids", "dedicated_grids"} {
		path := filepath.Join(dir, layer+".csv")
		if err := os.WriteFile(path, []byte("code\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, layer+"="+path)
	}
	flags := fileFlags{Files: files, CRS: "wgs84", CRSOf: map[string]string{"dedicated_grids": "GCJ02"}}
	sources, closeAll, err := flags.open()
	defer closeAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []crs.System{"", crs.GCJ02} {
		if sources[i].CRS != want {
			t.Errorf("%s is in %q, want %q", sources[i].Layer, sources[i].CRS, want)
		}
	}
	flags.CRSOf = map[string]string{"roads": "gcj02"}
	_, closeOthers, err := flags.open()
	defer closeOthers()
	if want := "--crs-of roads: no file is of that layer"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
