package store_test

import (
	"bytes"
	"iter"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
	"github.com/wangge/wangge/grid/synth"
)

// importReferences stores the reference layers of a synthetic city and returns its box.
func importReferences(t *testing.T, s *store.Store, c *synth.City) geo.Box {
	t.Helper()
	box := geo.EmptyBox()
	for _, layer := range []string{"roads", "railways", "rivers", "buildings", "waters", "greens"} {
		rows, err := c.Layer(layer)
		if err != nil {
			t.Fatal(err)
		}
		var all []grid.Reference
		for r := range rows {
			ref := grid.Reference{Kind: r.Fields["kind"].(string), Name: r.Fields["name"].(string)}
			ref.Class, _ = r.Fields["class"].(string)
			switch g := r.Geometry.(type) {
			case orb.LineString:
				ref.Shape = orb.MultiLineString{g}
			case orb.Polygon:
				ref.Shape = orb.MultiPolygon{g}
			default:
				ref.Shape = g
			}
			b := ref.Shape.Bound()
			for _, corner := range []orb.Point{b.Min, b.Max} {
				p, err := geo.Snap(corner)
				if err != nil {
					t.Fatal(err)
				}
				box = box.Extend(p)
			}
			all = append(all, ref)
		}
		if err := s.ImportReferences(t.Context(), newImport(layer, len(all)), rowsOf(all)); err != nil {
			t.Fatal(err)
		}
	}
	return box
}

func rowsOf(all []grid.Reference) iter.Seq2[grid.Reference, error] {
	return func(yield func(grid.Reference, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// TestReferenceTiles asks for the tiles of a synthetic city's ground at every zoom: valid, bounded, the same every time, and of a low zoom only
// what matters there.
func TestReferenceTiles(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	c, err := synth.New(synth.Config{Seed: 1, Grids: 200, Places: -1, Incidents: -1})
	if err != nil {
		t.Fatal(err)
	}
	box := importReferences(t, s, c)
	last, count, err := s.ReferenceVersion(t.Context())
	if err != nil || last < 6 || count != 6 {
		t.Errorf("the version is %d, %d after 6 imports: %v", last, count, err)
	}
	for z := uint8(0); z <= store.MaxReferenceZoom; z++ {
		tiles, seen := mvt.Cover(box, z, 0), map[string]map[any]bool{}
		step, n := max(1, tiles.Len()/60), uint64(0)
		for id := range tiles.All() {
			if n++; n%step != 0 {
				continue
			}
			body, err := s.ReferenceTile(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := s.ReferenceTile(t.Context(), id); err != nil || !bytes.Equal(body, again) {
				t.Fatalf("tile %v: asked again, it is another one: %v", id, err)
			}
			for _, l := range referenceLayers(t, body) {
				for _, f := range l.Features {
					if seen[l.Name] == nil {
						seen[l.Name] = map[any]bool{}
					}
					seen[l.Name][f.Tags["class"]] = true
				}
			}
		}
		for _, l := range store.ReferenceLayers() {
			if z < l.LeastZoom && len(seen[l.Name]) > 0 {
				t.Errorf("zoom %d shows %s, whose least is %d", z, l.Name, l.LeastZoom)
			}
			if other := l.Name == "other_lines" || l.Name == "other_areas"; z >= 15 && !other && len(seen[l.Name]) == 0 {
				t.Errorf("zoom %d shows no %s", z, l.Name)
			}
		}
		if roads := seen["roads"]; z >= 8 && !roads["arterial"] || z < 14 && roads["local"] || z >= 14 && !roads["local"] || z < 11 && roads["collector"] {
			t.Errorf("zoom %d shows roads of the classes %v", z, roads)
		}
	}
}

// referenceLayers decodes a tile and proves that it is valid and not too large.
func referenceLayers(t *testing.T, body []byte) []geotest.TileLayer {
	t.Helper()
	if len(body) > 200_000 {
		t.Errorf("a tile has %d bytes", len(body))
	}
	layers, err := geotest.DecodeTile(body)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		for _, f := range l.Features {
			if err := f.Valid(64); err != nil {
				t.Fatalf("%s %v: %v", l.Name, f.ID, err)
			}
		}
	}
	return layers
}

// TestDenseReferenceTile has more buildings in a tile than it may hold: the larger ones stay, and all streets.
func TestDenseReferenceTile(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	const across = 110
	var rows []grid.Reference
	for i := range int32(across * across) {
		size := 300 + i%across
		x, y := 1_203_000_000+i%across*800, 315_000_000+i/across*600
		square := geo.MultiPolygon{{{{X: x, Y: y}, {X: x + size, Y: y}, {X: x + size, Y: y + size}, {X: x, Y: y + size}}}}
		rows = append(rows, grid.Reference{Kind: "building", Name: "building", Shape: square.Orb()})
	}
	for i := range 20 {
		lat := 31.5 + float64(i)*1e-4
		rows = append(rows, grid.Reference{Kind: "road", Class: "residential", Shape: orb.MultiLineString{{{120.3, lat}, {120.305, lat}}}})
	}
	if err := s.ImportReferences(t.Context(), newImport("buildings", len(rows)), rowsOf(rows)); err != nil {
		t.Fatal(err)
	}
	id := mvt.Project(geo.Point{X: 1_203_030_000, Y: 315_030_000}).Tile(15)
	body, err := s.ReferenceTile(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	least, most := uint64(across*across), 0
	for _, l := range referenceLayers(t, body) {
		switch l.Name {
		case "buildings":
			most = len(l.Features)
			for _, f := range l.Features {
				least = min(least, (f.ID-1)%across)
			}
		case "roads":
			if !slices.ContainsFunc(l.Features, func(f geotest.TileFeature) bool { return f.Tags["class"] == "residential" }) || len(l.Features) < 10 {
				t.Errorf("%d roads are left", len(l.Features))
			}
		}
	}
	if len(body) < 100_000 || most < 1000 || least == 0 {
		t.Errorf("%d bytes, %d buildings, the smallest of size %d: want a full tile of the larger ones", len(body), most, least)
	}
	if empty, err := s.ReferenceTile(t.Context(), mvt.TileID{Z: 15}); err != nil || len(empty) != 0 {
		t.Errorf("an empty place: %d bytes, %v", len(empty), err)
	}
}
