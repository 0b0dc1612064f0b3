package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/geo/pmtiles"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
	"github.com/wangge/wangge/grid/synth"
)

// syntheticDatabase has a small synthetic city in the database that commands find.
func syntheticDatabase(t *testing.T) (*store.Store, *live.State) {
	t.Helper()
	pool := gridtest.Pool(t)
	c := pool.Config().ConnConfig
	t.Setenv("PGHOST", c.Host)
	t.Setenv("PGPORT", strconv.Itoa(int(c.Port)))
	t.Setenv("PGUSER", c.User)
	t.Setenv("PGPASSWORD", c.Password)
	t.Setenv("PGDATABASE", c.Database)
	s := store.New(pool)
	if _, err := importSynthetic(t.Context(), s, synth.Config{Seed: 1, Grids: 60, Places: 500}, nil); err != nil {
		t.Fatal(err)
	}
	city, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return s, city.Now()
}

// TestExport writes files as wangge export does. GDAL counts what is in them; the npm reader of PMTiles finds each tile that the city has.
func TestExport(t *testing.T) {
	s, state := syntheticDatabase(t)
	dir := t.TempDir()
	export := func(name, file string, more ...func(*exportCmd)) error {
		c := exportCmd{Name: name, Output: filepath.Join(dir, file), MinZoom: -1, MaxZoom: -1}
		for _, m := range more {
			m(&c)
		}
		return c.Run(t.Context(), &cli{})
	}
	for _, file := range []string{"base.geojson", "base.ndjson", "base.csv", "base.gpkg"} {
		if err := export("base", file); err != nil {
			t.Fatal(err)
		}
		counted(t, filepath.Join(dir, file), 60)
	}
	everyFormat(t, s, state)
	if err := export("base", "one.json", func(c *exportCmd) { c.Filter = "households < 0" }); err != nil {
		t.Fatal(err)
	}
	if err := export("grids", "grids.pmtiles", func(c *exportCmd) { c.MaxZoom = 14 }); err != nil {
		t.Fatal(err)
	}
	readByNode(t, filepath.Join(dir, "grids.pmtiles"), state)

	if err := export("difference", "difference.pmtiles", func(c *exportCmd) {
		c.County, c.From, c.To, c.MinZoom, c.MaxZoom, c.Purpose = state.City.Editions()[0].Info().CountyCode, "1", "1", 5, 6, "test"
	}); err != nil {
		t.Fatal(err)
	}
	if err := export("grids", "deep.pmtiles", func(c *exportCmd) { c.MinZoom, c.MaxZoom = 13, 14 }); err != nil {
		t.Fatal(err)
	}
	if h := archive(t, filepath.Join(dir, "deep.pmtiles")).Header(); h.MinZoom != 13 || h.MaxZoom != 14 {
		t.Errorf("zooms %d to %d, want 13 to 14", h.MinZoom, h.MaxZoom)
	}
	if err := export("base", "json.csv", func(c *exportCmd) { c.Filter = `{"op":"<","args":[{"property":"households"},0]}` }); err != nil {
		t.Fatal(err)
	}

	for name, err := range map[string]error{
		"base.shp":    export("base", "base.shp"),
		"roads.gpkg":  export("roads", "roads.gpkg"),
		"wrong.csv":   export("base", "wrong.csv", func(c *exportCmd) { c.Filter = "colour = 1" }),
		"why.csv":     export("hazards", "why.csv"),
		"scope.csv":   export("base", "scope.csv", func(c *exportCmd) { c.Scope = "320211000000" }),
		"nowhere.csv": export("hazards", "nowhere.csv", func(c *exportCmd) { c.Scope, c.Purpose = "990000000000", "test" }),
		"no/dir.csv":  export("base", "no/dir.csv"),
	} {
		if err == nil {
			t.Errorf("%s was written", name)
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := (&exportCmd{Name: "base", Output: filepath.Join(dir, "stopped.gpkg"), MinZoom: -1, MaxZoom: -1}).Run(stopped, &cli{}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 9 {
		t.Errorf("left are %v", left)
	}
	for _, format := range []string{"geojson", "ndjson", "csv", "gpkg", "pmtiles"} {
		c := exportCmd{Name: map[bool]string{true: "grids", false: "base"}[format == "pmtiles"], Output: "/dev/full", Format: format, MinZoom: -1, MaxZoom: 3}
		if format != "pmtiles" {
			c.MaxZoom = -1
		}
		if err := c.Run(t.Context(), &cli{}); err == nil || !strings.Contains(err.Error(), "no space") {
			t.Errorf("%s to a full disk: %v", format, err)
		}
	}
}

// archive opens an archive of tiles.
func archive(t *testing.T, file string) *pmtiles.Reader {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pmtiles.Open(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// counted has GDAL count the features of a file.
func counted(t *testing.T, file string, want int) {
	t.Helper()
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		t.Log("ogrinfo is missing, so nobody else has read the file: install it with scripts/setup gdal")
		return
	}
	out, err := exec.Command("ogrinfo", "-so", "-al", file).CombinedOutput()
	if err != nil || !strings.Contains(string(out), fmt.Sprintf("Feature Count: %d\n", want)) {
		t.Errorf("%s: %v\n%s", file, err, out)
	}
}

// readByNode has the npm reader look for every tile that the city has up to zoom 14, and for some that it has not.
func readByNode(t *testing.T, file string, state *live.State) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(root(), "web/node_modules/pmtiles")); err != nil {
		t.Log("the npm reader is missing: install it with scripts/setup web")
		return
	}
	var asked, want strings.Builder
	tiles := 0
	for z := range uint8(15) {
		corner := mvt.Project(state.City.Box().Min).Tile(z)
		opposite := mvt.Project(state.City.Box().Max).Tile(z)
		for x := corner.X; x <= min(opposite.X+1, 1<<z-1); x++ {
			for y := opposite.Y; y <= min(corner.Y+1, 1<<z-1); y++ {
				id := mvt.TileID{Z: z, X: x, Y: y}
				tile, err := state.City.GridTile(id)
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintln(&asked, id)
				if len(tile) == 0 {
					fmt.Fprintln(&want, "-")
					continue
				}
				tiles++
				fmt.Fprintf(&want, "%x\n", sha256.Sum256(tile))
			}
		}
	}
	command := exec.Command("node", "scripts/pmtiles.mjs", file)
	command.Dir, command.Stdin, command.Stderr = filepath.Join(root(), "web"), strings.NewReader(asked.String()), os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	head, got, _ := strings.Cut(string(out), "\n")
	if got != want.String() {
		t.Errorf("the reader finds other tiles:\n%s\nwant\n%s", got, want.String())
	}
	var about struct {
		Header   struct{ NumAddressedTiles, MinZoom, MaxZoom int }
		Metadata struct {
			Name         string
			VectorLayers []struct{ ID string } `json:"vector_layers"`
		}
	}
	if err := json.Unmarshal([]byte(head), &about); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(about); got != fmt.Sprintf("{{%d 0 14} {grids [{base} {dedicated} {divisions} {labels}]}}", tiles) {
		t.Errorf("the reader says %s of %d tiles", got, tiles)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := pmtiles.Open(bytes.NewReader(raw), int64(len(raw))); err != nil || r.Header().Tiles != uint64(tiles) {
		t.Errorf("our own reader: %v", err)
	}
}

func root() string { return "../.." }

// TestWriteFile: a file is there when it is whole, and until then what was there before.
func TestWriteFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	broken := errors.New("broken")
	for _, test := range []struct {
		fails error
		want  string
	}{{broken, ""}, {nil, "whole"}, {broken, "whole"}} {
		err := writeFile(path, func(out io.Writer) error {
			if _, err := io.WriteString(out, "whole"); err != nil {
				return err
			}
			return test.fails
		})
		if got, _ := os.ReadFile(path); !errors.Is(err, test.fails) || string(got) != test.want {
			t.Errorf("got %v and %q, want %v and %q", err, got, test.fails, test.want)
		}
		if left, _ := os.ReadDir(filepath.Dir(path)); len(left) > 1 || len(left) > 0 && left[0].Name() != "file" {
			t.Errorf("left are %v", left)
		}
	}
}
