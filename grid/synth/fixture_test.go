package synth_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/synth"
)

var update = flag.Bool("update", false, "write testdata/city-small anew")

const fixture = "../../testdata/city-small"

// TestFixture compares the city in testdata with what the generator makes now; -update writes it.
func TestFixture(t *testing.T) {
	t.Parallel()
	c, err := synth.New(synth.Config{Seed: 1, Grids: 80, Places: 600, Incidents: 400})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if *update {
		dir = fixture
	}
	if err := synth.WriteFiles(dir, c, true, nil); err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for i := range grid.Layers {
		name := synth.FileName(&grid.Layers[i], true)
		got, want := content(t, filepath.Join(dir, name)), content(t, filepath.Join(fixture, name))
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from testdata: run the test with -update and look at the change", name)
		}
		info, err := os.Stat(filepath.Join(fixture, name))
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if total > 400_000 {
		t.Errorf("the fixture has %d bytes, want at most 400,000", total)
	}
}

// content returns what is in a file, gunzipped: how it is compressed may change.
func content(t *testing.T, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
