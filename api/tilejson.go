package api

import (
	"net/url"
	"strings"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// vectorLayer is a layer in a TileJSON document.
type vectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description,omitempty"`
	Fields      map[string]string `json:"fields"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	// Levels are the least zooms of the levels of divisions; a member of our own, which the specification allows.
	Levels map[string]int `json:"levels,omitempty"`
}

// encoded returns the parameters as the query of an address, with the question mark; "" for none.
func (q query) encoded() string {
	if len(q.given) == 0 {
		return ""
	}
	values := url.Values{}
	for _, p := range q.given {
		values.Add(p.name, p.value)
	}
	return "?" + values.Encode()
}

// describeTiles says in a TileJSON document where the tiles are and whose.
func describeTiles(document map[string]any, box geo.Box, city *edition.City) {
	if name := attributionOf(city); name != "" {
		document["attribution"] = name
	}
	if box.Empty() {
		return
	}
	west, east := box.Min.Orb(), box.Max.Orb()
	document["bounds"] = boundsOf(box)
	document["center"] = [3]float64{rounded((west[0]+east[0])/2, 7), rounded((west[1]+east[1])/2, 7), float64(viewZoom(box))}
}

// attributionOf returns the name of the city as HTML, "" where there are several or none.
func attributionOf(city *edition.City) string {
	name := ""
	for _, d := range city.Divisions() {
		if d.Level == grid.LevelCity {
			if name != "" {
				return ""
			}
			name = escapeHTML.Replace(d.Name)
		}
	}
	return name
}

// escapeHTML makes text of what clients show as HTML.
var escapeHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// viewZoom returns the deepest zoom of grid tiles at which a map of two by two tiles still shows the box.
func viewZoom(box geo.Box) uint8 {
	z := uint8(0)
	for z < edition.MaxTileZoom {
		r := mvt.Cover(box, z+1, 0)
		if r.MaxX-r.MinX > 1 || r.MaxY-r.MinY > 1 {
			break
		}
		z++
	}
	return z
}

// gridLayers are the layers of grid tiles: of each the least zoom that shows it, and of divisions that of each level.
func gridLayers(least map[string]uint8) []vectorLayer {
	text := func(names ...string) map[string]string {
		fields := map[string]string{}
		for _, n := range names {
			fields[n] = "String"
		}
		return fields
	}
	levels := map[string]int{}
	first := edition.MaxTileZoom
	for group, z := range least {
		if level, ok := strings.CutPrefix(group, edition.LayerDivisions); ok {
			levels[level] = int(z)
			first = min(first, int(z))
		}
	}
	base, dedicated := int(least[edition.LayerBase]), int(least[edition.LayerDedicated])
	layer := func(id, description string, from int, fields map[string]string) vectorLayer {
		return vectorLayer{ID: id, Description: description, Fields: fields, MinZoom: from, MaxZoom: edition.MaxTileZoom}
	}
	divisions := layer(edition.LayerDivisions, "Counties, streets and communities", first, text("code", "name", "level"))
	divisions.Levels = levels
	return []vectorLayer{
		layer(edition.LayerBase, "Base grids", base, text("code", "name", "kind", "community")),
		layer(edition.LayerDedicated, "Dedicated grids", dedicated, text("code", "name", "kind", "community", "dedicated_kind")),
		divisions,
		layer(edition.LayerLabels, "A point in each of them", min(first, base, dedicated), text("code", "name", "kind", "level")),
	}
}
