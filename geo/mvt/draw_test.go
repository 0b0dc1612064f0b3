package mvt_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mvt"
)

// A vertex a few centimetres beside a diagonal edge of 14 km comes to lie on its other side when the edge is drawn
// straight on the map. The polygon must stay valid at every zoom.
func TestVertexThatProjectingMovesAcross(t *testing.T) {
	t.Parallel()
	const lon, lat = 1_203_000_000, 315_700_000
	beside := geo.Point{X: lon + 500_000, Y: lat + 500_003}
	m := geo.MultiPolygon{{{{X: lon, Y: lat}, {X: lon + 1_000_000, Y: lat + 1_000_000}, {X: lon, Y: lat + 1_000_000}, beside}}}
	if err := geo.Check(m); err != nil {
		t.Fatal(err)
	}
	s := mvt.NewPolygons(m)
	if !s.Distorted() {
		t.Fatal("the vertex does not cross the edge: the test proves nothing")
	}
	for z := range uint8(mvt.MaxZoom + 1) {
		for id := range mvt.Cover(geo.Box{Min: beside, Max: geo.Point{X: beside.X + 1, Y: beside.Y + 1}}, z, testBuffer).All() {
			tile := newTile(t, id, testBuffer)
			tile.Layer("it").Add(1, s)
			mustDecode(t, tile.Encode(nil), testBuffer)
		}
	}
}

// Whatever a single ring does, what comes out is valid.
func FuzzDraw(f *testing.F) {
	f.Add(uint8(16), []byte{0, 0, 0, 0, 0, 16, 0, 0, 0, 16, 0, 16})
	f.Add(uint8(20), []byte{1, 0, 2, 0, 9, 0, 2, 0, 9, 0, 1, 0, 1, 0, 9, 0, 3, 0, 3, 0})
	f.Add(uint8(12), []byte("a ring made of letters, which crosses itself more than once"))
	f.Add(uint8(24), []byte{255, 127, 0, 128, 0, 128, 255, 127, 255, 127, 255, 127, 0, 128, 0, 128})
	f.Fuzz(func(t *testing.T, zoom uint8, spots []byte) {
		var r geo.Ring
		centre := at(100, 4090)
		for ; len(spots) >= 4 && len(r) < 60; spots = spots[4:] {
			r = append(r, geo.Point{
				X: centre.X + int32(int16(binary.LittleEndian.Uint16(spots))),
				Y: centre.Y + int32(int16(binary.LittleEndian.Uint16(spots[2:]))),
			})
		}
		s := mvt.NewPolygons(geo.MultiPolygon{{r}})
		id := mvt.Project(centre).Tile(min(zoom, mvt.MaxZoom))
		for _, buffer := range []int{0, 64} {
			tile := newTile(t, id, buffer)
			tile.Layer("polygon").Add(1, s)
			tile.Layer("line").Add(1, mvt.NewLines([]geo.Line{geo.Line(r)}))
			mustDecode(t, tile.Encode(nil), buffer)
		}
	})
}

// The strict decoder must not be the weak link: it returns an error or layers, whatever it is fed.
func FuzzDecode(f *testing.F) {
	tile := newTile(f, home, 64)
	tile.Layer("a").Add(1, mvt.NewPolygons(geo.MultiPolygon{{ring(100, 200, 200, 200, 200, 100)}}), mvt.Tag{Key: "k", Value: mvt.Int(-1)})
	tile.Layer("b").AddPoint(2, mvt.Project(at(5, 5)))
	f.Add(tile.Encode(nil))
	f.Add([]byte{0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		layers, err := geotest.DecodeTile(b)
		if err == nil && len(b) > 0 && len(layers) == 0 {
			t.Fatalf("%x decodes to nothing", b)
		}
	})
}

// Giving a tile more than what meets its box changes nothing.
func TestBoxIsEnough(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 11))
		p, z := scaledPartition(rng)
		outline := p.Outline.Box()
		id := mvt.Project(geo.Point{X: outline.Min.X/2 + outline.Max.X/2, Y: outline.Max.Y}).Tile(z)
		some, all := newTile(t, id, testBuffer), newTile(t, id, testBuffer)
		for i, f := range p.Faces {
			s := mvt.NewPolygons(f)
			all.Layer("faces").Add(uint64(i), s)
			if f.Box().Intersects(id.Box(testBuffer)) {
				some.Layer("faces").Add(uint64(i), s)
			}
		}
		if !bytes.Equal(some.Encode(nil), all.Encode(nil)) {
			t.Errorf("seed %d: tile %v differs", seed, id)
		}
	}
}
