package pmtiles_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/geo/pmtiles"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	good := archive(t, t.TempDir(), map[uint64][]byte{0: {1}, 5: {2}, 6: {2}})
	change := func(at int, to ...byte) []byte {
		raw := bytes.Clone(good)
		copy(raw[at:], to)
		return raw
	}
	huge := binary.LittleEndian.AppendUint64(nil, 1<<63)
	tests := map[string][]byte{
		"nothing":             nil,
		"header cut":          good[:126],
		"header alone":        good[:127],
		"cut":                 good[:len(good)-1],
		"another magic":       change(0, 'Q'),
		"version 2":           change(7, 2),
		"root beyond":         change(8, huge...),
		"root too long":       change(16, huge...),
		"data beyond":         change(56, huge...),
		"data wraps":          change(56, bytes.Repeat([]byte{0xff}, 16)...),
		"brotli":              change(97, 3),
		"unknown compression": change(98, 9),
		"zooms turned round":  change(100, 9, 3),
		"zoom 99":             change(101, 99),
		"root no gzip":        change(127, 0),
	}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := pmtiles.Open(bytes.NewReader(raw), int64(len(raw))); !errors.Is(err, pmtiles.ErrArchive) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// plain makes an archive without compression from a root directory and leaf directories.
func plain(root, leaves []byte) []byte {
	raw := append([]byte("PMTiles"), 3)
	at := uint64(127)
	for _, s := range []int{len(root), 0, len(leaves), 1} {
		raw = binary.LittleEndian.AppendUint64(raw, at)
		raw = binary.LittleEndian.AppendUint64(raw, uint64(s))
		at += uint64(s)
	}
	raw = append(raw, make([]byte, 24)...)
	raw = append(raw, 1, 1, 1, 1, 0, 24)
	raw = append(raw, make([]byte, 25)...)
	return append(append(append(raw, root...), leaves...), 'x')
}

func TestHostileDirectories(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		root, leaves []byte
	}{
		{"a claim of many entries", []byte{0xff, 0xff, 0xff, 0xff, 0x0f}, nil},
		{"a leaf that is itself", []byte{1, 0, 0, 5, 1}, []byte{1, 0, 0, 5, 1}},
		{"an empty leaf", []byte{1, 0, 0, 1, 1}, []byte{0}},
		{"twice the same leaf", []byte{2, 0, 1, 0, 0, 5, 5, 1, 1}, []byte{1, 0, 1, 1, 1}},
		{"a run beyond its neighbour", []byte{2, 0, 1, 2, 1, 1, 1, 1, 1}, nil},
		{"data beyond the section", []byte{1, 0, 1, 2, 1}, nil},
		{"data at the end of numbers", []byte{1, 0, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, nil},
		{"a leaf beyond the section", []byte{1, 0, 0, 9, 7}, nil},
		{"no length", []byte{1, 0, 1, 0, 1}, nil},
		{"bytes behind", []byte{1, 0, 1, 1, 1, 1}, nil},
		{"numbers that stand still", []byte{2, 0, 0, 1, 1, 1, 1, 1, 1}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			raw := plain(tt.root, tt.leaves)
			r, err := pmtiles.Open(bytes.NewReader(raw), int64(len(raw)))
			if err == nil {
				err = r.Each(func(mvt.TileID, []byte) error { return nil })
			}
			if !errors.Is(err, pmtiles.ErrArchive) {
				t.Errorf("got %v", err)
			}
		})
	}
	raw := plain([]byte{1, 0, 1, 1, 1}, nil) // the same with nothing wrong
	r, err := pmtiles.Open(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if tile, err := r.Tile(mvt.TileID{}); err != nil || string(tile) != "x" {
		t.Errorf("tile %q, %v", tile, err)
	}
}

// FuzzOpen reads whatever comes, and everything in it, without a panic and in bounded memory.
func FuzzOpen(f *testing.F) {
	f.Add(archive(f, f.TempDir(), map[uint64][]byte{0: {1}, 5: {2}, 6: {2}}))
	f.Add(plain([]byte{1, 0, 0, 5, 1}, []byte{1, 0, 0, 5, 1}))
	f.Add(plain([]byte{2, 0, 1, 1, 1, 1, 1, 1, 1}, nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := pmtiles.Open(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		_, _ = r.Metadata()
		stop := errors.New("enough")
		last, seen := uint64(0), 0
		err = r.Each(func(id mvt.TileID, tile []byte) error {
			if n := pmtiles.Number(id); seen > 0 && n <= last {
				t.Fatalf("tile %d after %d", n, last)
			}
			last, seen = pmtiles.Number(id), seen+1
			if got, err := r.Tile(id); err == nil && got != nil && !bytes.Equal(got, tile) {
				t.Fatalf("tile %s is of two contents", id)
			}
			if seen == 100 {
				return stop
			}
			return nil
		})
		if err != nil && !errors.Is(err, stop) && !errors.Is(err, pmtiles.ErrArchive) {
			t.Fatalf("an error of another kind: %v", err)
		}
	})
}
