package edition

import (
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

const (
	// maxTileFeatures is how many features of one layer a tile is to show at most; only crowdedPercent of the tiles of a zoom may show
	// more.
	maxTileFeatures = 500
	crowdedPercent  = 1
	// widestTiles is how many tiles of a zoom are counted one by one for a single feature: what is wider crowds none.
	widestTiles = 64
)

// setLeast finds the least zoom of the layers and, for divisions, of each level.
func (t *tiles) setLeast() {
	boxes := map[string][]geo.Box{}
	add := func(group string, area geo.MultiPolygon) { boxes[group] = append(boxes[group], area.Box()) }
	for rank := range t.city.outlines {
		o := &t.city.outlines[rank]
		for i, d := range o.divisions {
			add(LayerDivisions+d.Level, o.parts[i])
		}
	}
	for _, e := range t.city.editions {
		for i := range e.base {
			add(LayerBase, e.tiling[i])
		}
		for i := range e.dedicated {
			add(LayerDedicated, e.dedicatedParts[i])
		}
	}
	for group, of := range boxes {
		t.least[group] = leastZoom(of)
	}
}

// leastZoom returns the least zoom from which on at most crowdedPercent of the tiles that show any of the boxes show more than
// maxTileFeatures of them: below it what is in them would be specks. It depends on the boxes alone.
func leastZoom(boxes []geo.Box) uint8 {
	whole := geo.EmptyBox()
	for _, b := range boxes {
		whole = whole.Union(b)
	}
	if whole.Empty() {
		return 0
	}
	least := uint8(0)
	for z := uint8(0); z < MaxTileZoom; z++ {
		if tiles := mvt.Cover(whole, z, tileReach).Len(); tiles*crowdedPercent < 100 && tiles*maxTileFeatures < uint64(len(boxes)) {
			least = z + 1 // one of so few tiles is crowded, without counting
			continue
		}
		crowded, all := crowdedTiles(boxes, z)
		if crowded == 0 {
			break // nor is any below them
		}
		if crowded*100 > all*crowdedPercent {
			least = z + 1
		}
	}
	return least
}

// crowdedTiles returns how many tiles of a zoom show more than maxTileFeatures of the boxes, and how many show any. A box counts
// wherever it may leave a mark; one that is wider than widestTiles counts in its middle.
func crowdedTiles(boxes []geo.Box, z uint8) (crowded, all int) {
	counts := make(map[mvt.TileID]int32, len(boxes))
	for _, b := range boxes {
		if b.Empty() {
			continue
		}
		r := mvt.Cover(b, z, tileReach)
		if r.Len() > widestTiles {
			x, y := r.MinX+(r.MaxX-r.MinX)/2, r.MinY+(r.MaxY-r.MinY)/2
			r.MinX, r.MaxX, r.MinY, r.MaxY = x, x, y, y
		}
		for id := range r.All() {
			if counts[id]++; counts[id] == maxTileFeatures+1 {
				crowded++
			}
		}
	}
	return crowded, len(counts)
}
