package pmtiles_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/geo/pmtiles"
)

func TestNumber(t *testing.T) {
	t.Parallel()
	tests := []struct {
		id   mvt.TileID
		want uint64
	}{ // of the specification's own table, and of its JavaScript reader's tests
		{mvt.TileID{Z: 0}, 0},
		{mvt.TileID{Z: 1, X: 0, Y: 0}, 1},
		{mvt.TileID{Z: 1, X: 0, Y: 1}, 2},
		{mvt.TileID{Z: 1, X: 1, Y: 1}, 3},
		{mvt.TileID{Z: 1, X: 1, Y: 0}, 4},
		{mvt.TileID{Z: 2, X: 0, Y: 0}, 5},
		{mvt.TileID{Z: 12, X: 3423, Y: 1763}, 19078479},
	}
	for _, tt := range tests {
		if got := pmtiles.Number(tt.id); got != tt.want {
			t.Errorf("Number(%s) = %d, want %d", tt.id, got, tt.want)
		}
	}
}

func TestNumbersOfAZoom(t *testing.T) {
	t.Parallel()
	last := uint64(0)
	before := mvt.TileID{}
	for z := uint8(0); z <= 6; z++ {
		for p := range uint64(1) << (2 * z) {
			id := pmtiles.At(z, p)
			if !id.Valid() || pmtiles.Position(id) != p {
				t.Fatalf("zoom %d: At(%d) = %s, whose position is %d", z, p, id, pmtiles.Position(id))
			}
			number := pmtiles.Number(id)
			if (z > 0 || p > 0) && number != last+1 {
				t.Fatalf("%s has number %d after %d", id, number, last)
			}
			if p > 0 && distance(id.X, before.X)+distance(id.Y, before.Y) != 1 {
				t.Fatalf("the curve jumps from %s to %s", before, id)
			}
			last, before = number, id
		}
	}
}

func distance(a, b uint32) uint32 { return max(a, b) - min(a, b) }

func TestNumberRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.Uint8Range(0, mvt.MaxZoom).Draw(t, "z")
		side := uint32(1)<<z - 1
		id := mvt.TileID{Z: z, X: rapid.Uint32Range(0, side).Draw(t, "x"), Y: rapid.Uint32Range(0, side).Draw(t, "y")}
		if back, ok := pmtiles.Tile(pmtiles.Number(id)); !ok || back != id {
			t.Fatalf("%s comes back as %s", id, back)
		}
		if z < mvt.MaxZoom {
			for _, child := range id.Children() {
				if got := pmtiles.Position(child) >> 2; got != pmtiles.Position(id) {
					t.Fatalf("child %s of %s: position over four is %d", child, id, got)
				}
			}
		}
	})
	if _, ok := pmtiles.Tile(pmtiles.First(mvt.MaxZoom + 1)); ok {
		t.Error("a tile deeper than MaxZoom has a number")
	}
}

const metadata = `{"name":"test","vector_layers":[{"id":"base","fields":{"code":"String"}}]}`

// archive writes tiles by their numbers.
func archive(t interface {
	Fatal(...any)
	Helper()
}, dir string, tiles map[uint64][]byte,
) []byte {
	t.Helper()
	w, err := pmtiles.NewWriter(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, n := range slices.Sorted(maps.Keys(tiles)) {
		id, _ := pmtiles.Tile(n)
		if err := w.Add(id, tiles[n]); err != nil {
			t.Fatal(err)
		}
	}
	a, err := w.Finish(pmtiles.Info{
		Bounds: geo.Box{Min: geo.Point{X: 1_200_000_000, Y: 310_000_000}, Max: geo.Point{X: 1_210_000_000, Y: 320_000_000}},
		Center: geo.Point{X: 1_205_000_000, Y: -315_000_000}, CenterZoom: 10,
		Metadata: json.RawMessage(metadata),
	})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	n, err := a.WriteTo(&out)
	if err != nil || n != a.Size() || n != int64(out.Len()) {
		t.Fatal("WriteTo: ", n, a.Size(), out.Len(), err)
	}
	return out.Bytes()
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		// Few numbers and few contents, so that there are runs, gaps and repeated contents.
		tiles := rapid.MapOfN(rapid.Uint64Range(0, 90), rapid.SliceOfN(rapid.Byte(), 0, 2), 0, 60).Draw(t, "tiles")
		raw := archive(t, dir, tiles)
		r, err := pmtiles.Open(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		contents, full := map[string]bool{}, uint64(0)
		for n := range uint64(100) {
			id, _ := pmtiles.Tile(n)
			got, err := r.Tile(id)
			if err != nil || !bytes.Equal(got, tiles[n]) {
				t.Fatalf("tile %d: %q, %v, want %q", n, got, err, tiles[n])
			}
			if len(got) > 0 {
				contents[string(got)] = true
				full++
			}
		}
		h := r.Header()
		if h.Tiles != full || h.Contents != uint64(len(contents)) || !h.Clustered {
			t.Fatalf("header %+v, want %d tiles with %d contents", h, full, len(contents))
		}
	})
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	raw := archive(t, t.TempDir(), map[uint64][]byte{2: {1}, 30: {2}})
	r, err := pmtiles.Open(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	h := r.Header()
	got := fmt.Sprint(h.MinZoom, h.MaxZoom, h.Bounds, h.Center, h.CenterZoom, h.Type, h.Internal, h.Packing)
	if want := "1 3 {{1200000000 310000000} {1210000000 320000000}} {1205000000 -315000000} 10 1 2 2"; got != want {
		t.Errorf("header %s, want %s", got, want)
	}
	if meta, err := r.Metadata(); err != nil || string(meta) != metadata {
		t.Errorf("metadata %s, %v", meta, err)
	}
}

// TestLeaves has more tiles than a root directory holds, each with a content of a length of its own.
func TestLeaves(t *testing.T) {
	t.Parallel()
	const count = 60_000
	tiles := map[uint64][]byte{}
	for n := range uint64(count) {
		number := n*3 + n*n%7%3
		tiles[number] = bytes.Repeat([]byte{byte(n), byte(n >> 8)}, int(1+n*2654435761%97))
	}
	raw := archive(t, t.TempDir(), tiles)
	r, err := pmtiles.Open(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	last := -1
	err = r.Each(func(id mvt.TileID, tile []byte) error {
		n := pmtiles.Number(id)
		if int(n) <= last || !bytes.Equal(tile, tiles[n]) {
			return fmt.Errorf("tile %s after %d has %d bytes, want %d", id, last, len(tile), len(tiles[n]))
		}
		seen, last = seen+1, int(n)
		return nil
	})
	if err != nil || seen != len(tiles) {
		t.Fatalf("%d of %d tiles: %v", seen, len(tiles), err)
	}
	for _, n := range []uint64{0, 1, 2, 12_288, 12_289, 90_000, 179_998, 200_000} {
		id, _ := pmtiles.Tile(n)
		if got, err := r.Tile(id); err != nil || !bytes.Equal(got, tiles[n]) {
			t.Errorf("tile %d: %d bytes, %v, want %d", n, len(got), err, len(tiles[n]))
		}
	}
	// The client's first request has the root directory whole.
	if first, err := pmtiles.Open(cut{bytes.NewReader(raw), 16384}, int64(len(raw))); err != nil || first.Header().Tiles != uint64(len(tiles)) {
		t.Errorf("the first 16 KiB do not hold the root: %v", err)
	}
}

// cut reads no further than n.
type cut struct {
	r io.ReaderAt
	n int64
}

func (c cut) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > c.n {
		return 0, io.ErrUnexpectedEOF
	}
	return c.r.ReadAt(p, at)
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	w, err := pmtiles.NewWriter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Add(mvt.TileID{Z: 1, X: 2}, []byte{1}); !errors.Is(err, mvt.ErrTile) {
		t.Errorf("a tile outside: %v", err)
	}
	if err := w.Add(mvt.TileID{Z: 1, X: 1}, []byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := w.Add(mvt.TileID{Z: 1}, []byte{1}); err == nil {
		t.Error("a tile that comes late is taken")
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"vector_layers":null}`, `{"vector_layers":3}`} {
		if _, err := w.Finish(pmtiles.Info{Metadata: json.RawMessage(bad)}); err == nil {
			t.Errorf("metadata %q is taken", bad)
		}
	}
	if _, err := pmtiles.NewWriter(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing directory is taken")
	}
}

func TestWriteToFullDisk(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	w, err := pmtiles.NewWriter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Add(mvt.TileID{}, []byte{1}); err != nil {
		t.Fatal(err)
	}
	a, err := w.Finish(pmtiles.Info{Metadata: json.RawMessage(metadata)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.WriteTo(full); err == nil {
		t.Error("a full disk takes an archive")
	}
}
