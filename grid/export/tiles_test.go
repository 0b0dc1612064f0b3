package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/geo/pmtiles"
	"github.com/wangge/wangge/grid/export"
)

// dots are what the tiles of these tests show: a tile names those that lie in it.
var dots = []geo.Point{{X: 1_203_000_000, Y: 314_000_000}, {X: 1_203_000_100, Y: 314_000_000}, {X: 1_209_999_999, Y: 319_999_999}}

func dotTile(_ context.Context, id mvt.TileID) ([]byte, error) {
	var tile []byte
	for _, p := range dots {
		if id.Contains(mvt.Project(p)) {
			tile = fmt.Appendf(tile, "%s %v;", id, p)
		}
	}
	return tile, nil
}

func dotTileset() export.Tileset {
	box := geo.EmptyBox()
	for _, p := range dots {
		box = box.Extend(p)
	}
	return export.Tileset{
		Name: "dots", Box: box, MaxZoom: 9, Make: dotTile, Workers: 3, Editions: "320211=7",
		Layers: []map[string]any{{"id": "dots", "fields": map[string]string{}}},
	}
}

func archived(t *testing.T, set export.Tileset) *pmtiles.Reader {
	t.Helper()
	a, err := export.Tiles(t.Context(), set)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var out bytes.Buffer
	if _, err := a.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	r, err := pmtiles.Open(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestTiles: every tile of every zoom is there and is the one that was made, and an empty one is not, whether or not nobody looks below
// empty ones.
func TestTiles(t *testing.T) {
	t.Parallel()
	for _, nested := range []bool{false, true} {
		set := dotTileset()
		set.Nested = nested
		var made atomic.Int64
		set.Make = func(ctx context.Context, id mvt.TileID) ([]byte, error) {
			made.Add(1)
			return dotTile(ctx, id)
		}
		last, total := int64(0), int64(0)
		set.Progress = func(done, of int64) { last, total = done, of }
		r := archived(t, set)
		if last == 0 || last > total {
			t.Errorf("progress ended at %d of %d", last, total)
		}
		seen := 0
		for z := range uint8(10) {
			for p := range uint64(1) << (2 * z) {
				id := pmtiles.At(z, p)
				want, _ := dotTile(t.Context(), id)
				got, err := r.Tile(id)
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%s: %q, %v, want %q", id, got, err, want)
				}
				seen += min(len(got), 1)
			}
		}
		h := r.Header()
		if h.Tiles != uint64(seen) || h.MinZoom != 0 || h.MaxZoom != 9 || h.Bounds != set.Box {
			t.Errorf("header %+v, want %d tiles", h, seen)
		}
		if made.Load() > 600 {
			t.Errorf("%d tiles were made for %d", made.Load(), seen)
		}
		raw, err := r.Metadata()
		var meta struct {
			Name, Type     string
			VectorLayers   []struct{ ID string } `json:"vector_layers"`
			WanggeEditions string                `json:"wangge_editions"`
		}
		if err := errors.Join(err, json.Unmarshal(raw, &meta)); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(meta); got != "{dots overlay [{dots}] 320211=7}" {
			t.Errorf("metadata %s", got)
		}
	}
}

func TestTilesOfNothing(t *testing.T) {
	t.Parallel()
	set := dotTileset()
	set.Box = geo.EmptyBox()
	if h := archived(t, set).Header(); h.Tiles != 0 {
		t.Errorf("%d tiles of nothing", h.Tiles)
	}
}

// TestTilesThatPanic: a tile that cannot be made for a mistake of ours ends the archive, not the process.
func TestTilesThatPanic(t *testing.T) {
	t.Parallel()
	set := dotTileset()
	set.Make = func(context.Context, mvt.TileID) ([]byte, error) { panic("a mistake") }
	if _, err := export.Tiles(t.Context(), set); err == nil || !strings.Contains(err.Error(), "a mistake") {
		t.Errorf("got %v", err)
	}
}

func TestTilesEndEarly(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	broken := errors.New("broken")
	set := dotTileset()
	set.Make = func(_ context.Context, id mvt.TileID) ([]byte, error) {
		if id.Z == 7 {
			return nil, broken
		}
		return []byte{1}, nil
	}
	if _, err := export.Tiles(t.Context(), set); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	set.Make = func(ctx context.Context, id mvt.TileID) ([]byte, error) {
		cancel()
		return nil, nil
	}
	if _, err := export.Tiles(ctx, set); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	set.MinZoom = 11
	if _, err := export.Tiles(t.Context(), set); err == nil {
		t.Error("zooms 11 to 9 are taken")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
