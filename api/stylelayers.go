package api

import (
	"strings"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// palette is the colours of a style.
type palette struct {
	background, halo, ink     string
	base, dedicated, division string
	road, rail, water, green  string
	building                  string
	created, retired, changed string
	moved, many               string
	kinds                     [7]string // of places, in the order of placeColours
	severities                [4]string
}

// palettes are the styles. The colours of colorblind are those of M. Okabe and K. Ito, Color Universal Design (2008), which people with
// any of the usual deficiencies tell apart.
var palettes = map[string]palette{
	"light": {
		background: "#f8f7f4", halo: "#ffffff", ink: "#1f2937", base: "#2563eb", dedicated: "#9333ea", division: "#374151",
		road: "#d6d3cd", rail: "#a8a29e", water: "#bfdbfe", green: "#d9f0d3", building: "#e7e5e4",
		created: "#15803d", retired: "#b91c1c", changed: "#d97706", moved: "#7c3aed", many: "#334155",
		kinds:      [7]string{"#d97706", "#9f1239", "#c026d3", "#64748b", "#1d4ed8", "#15803d", "#0e7490"},
		severities: [4]string{"#0e7490", "#d97706", "#ea580c", "#b91c1c"},
	},
	"dark": {
		background: "#0f172a", halo: "#0f172a", ink: "#e5e7eb", base: "#60a5fa", dedicated: "#c084fc", division: "#cbd5e1",
		road: "#334155", rail: "#475569", water: "#1e3a5f", green: "#1c3a2a", building: "#26324a",
		created: "#4ade80", retired: "#f87171", changed: "#fbbf24", moved: "#a78bfa", many: "#94a3b8",
		kinds:      [7]string{"#fbbf24", "#fb7185", "#e879f9", "#94a3b8", "#60a5fa", "#4ade80", "#22d3ee"},
		severities: [4]string{"#22d3ee", "#fbbf24", "#fb923c", "#f87171"},
	},
	"colorblind": {
		background: "#f7f7f7", halo: "#ffffff", ink: "#000000", base: "#0072b2", dedicated: "#cc79a7", division: "#000000",
		road: "#d0d0d0", rail: "#a0a0a0", water: "#cfe5f3", green: "#e3ecd8", building: "#e8e8e8",
		created: "#009e73", retired: "#d55e00", changed: "#e69f00", moved: "#56b4e9", many: "#404040",
		kinds:      [7]string{"#e69f00", "#d55e00", "#cc79a7", "#808080", "#0072b2", "#009e73", "#56b4e9"},
		severities: [4]string{"#56b4e9", "#e69f00", "#d55e00", "#000000"},
	},
}

// placeColours are the kinds that have a colour of their own.
var placeColours = [7]string{"hazard", "hazard_source", "danger_zone", "rental_premises", "key_site", "shelter", "response_point"}

// fonts are names of Chinese fonts that systems have; without glyphs in the style, they are fonts of the client's machine.
var fonts = []string{"Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei", "sans-serif"}

// styleBuilder makes the layers of a style: plain fills and lines, and text.
type styleBuilder struct {
	palette
	label expression
}

// layers returns the layers that show a tileset, from the ground up.
func (b *styleBuilder) layers(tileset string) []styleLayer {
	all := []styleLayer{{ID: "background", Type: "background", Paint: map[string]any{"background-color": b.background}}}
	if tileset == tilesetReference {
		all = append(all, b.ground()...)
	}
	all = append(all, b.grids()...)
	switch {
	case strings.HasPrefix(tileset, planTileset):
		all = append(all, b.draft()...)
	case tileset == tilesetDifference:
		all = append(all, b.difference()...)
	}
	all = append(all, b.labels()...)
	switch tileset {
	case tilesetPlaces:
		match := expression{"match", expression{"get", "kind"}}
		for i, kind := range placeColours {
			match = append(match, kind, b.kinds[i])
		}
		all = append(all, b.points(tileset, append(match, b.many))...)
	case tilesetIncidents:
		match := expression{"match", expression{"get", "severity"}, "normal", b.severities[0], "serious", b.severities[1], "grave", b.severities[2], "extreme", b.severities[3]}
		all = append(all, b.points(tileset, append(match, b.many))...)
	}
	return all
}

func fill(id, source, layer, colour string, opacity float64) styleLayer {
	return styleLayer{
		ID: id, Type: "fill", Source: source, SourceLayer: layer,
		Paint: map[string]any{"fill-color": colour, "fill-opacity": opacity},
	}
}

func stroke(id, source, layer, colour string, width any) styleLayer {
	return styleLayer{
		ID: id, Type: "line", Source: source, SourceLayer: layer, Layout: map[string]any{"line-join": "round"},
		Paint: map[string]any{"line-color": colour, "line-width": width},
	}
}

func (l styleLayer) where(filter expression) styleLayer {
	l.Filter = filter
	return l
}

func (l styleLayer) dashed(dashes ...float64) styleLayer {
	l.Paint["line-dasharray"] = dashes
	return l
}

func equals(property, value string) expression {
	return expression{"==", expression{"get", property}, value}
}

// byZoom grows from one width to another between two zooms.
func byZoom(from, width, to, wide float64) expression {
	return expression{"interpolate", expression{"linear"}, expression{"zoom"}, from, width, to, wide}
}

func (b *styleBuilder) ground() []styleLayer {
	const of = tilesetReference
	return []styleLayer{
		fill("greens", of, "greens", b.green, 1),
		fill("waters", of, "waters", b.water, 1),
		fill("buildings", of, "buildings", b.building, 1),
		stroke("rivers", of, "rivers", b.water, byZoom(6, 0.5, 16, 4)),
		stroke("roads", of, "roads", b.road, byZoom(8, 0.5, 16, 4)),
		stroke("railways", of, "railways", b.rail, byZoom(6, 0.5, 16, 2)).dashed(4, 2),
	}
}

func (b *styleBuilder) grids() []styleLayer {
	const of = tilesetGrids
	division := func(level string, width float64) styleLayer {
		return stroke(level, of, edition.LayerDivisions, b.division, width).where(equals("level", level))
	}
	return []styleLayer{
		fill("base-fill", of, edition.LayerBase, b.base, 0.08),
		fill("dedicated-fill", of, edition.LayerDedicated, b.dedicated, 0.18),
		stroke("base", of, edition.LayerBase, b.base, byZoom(10, 0.4, 16, 1.6)),
		stroke("dedicated", of, edition.LayerDedicated, b.dedicated, 1.5).dashed(3, 2),
		division(grid.LevelCommunity, 1.2),
		division(grid.LevelStreet, 1.8),
		division(grid.LevelCounty, 2.6),
		division(grid.LevelCity, 3.4),
	}
}

// draft stresses what a plan touches.
func (b *styleBuilder) draft() []styleLayer {
	touched := expression{"has", "changed"}
	return []styleLayer{
		fill("base-changed", tilesetGrids, edition.LayerBase, b.changed, 0.35).where(touched),
		fill("dedicated-changed", tilesetGrids, edition.LayerDedicated, b.changed, 0.35).where(touched),
		stroke("base-changed-line", tilesetGrids, edition.LayerBase, b.changed, 2.5).where(touched),
		stroke("dedicated-changed-line", tilesetGrids, edition.LayerDedicated, b.changed, 2.5).where(touched),
	}
}

func (b *styleBuilder) difference() []styleLayer {
	const of = tilesetDifference
	return []styleLayer{
		fill("moved", of, edition.LayerMoved, b.moved, 0.4),
		fill("created", of, edition.LayerCreated, b.created, 0.2),
		stroke("retired", of, edition.LayerRetired, b.retired, 2.5).dashed(3, 2),
		stroke("changed-from", of, edition.LayerChangedFrom, b.changed, 1.5).dashed(2, 2),
		stroke("changed", of, edition.LayerChanged, b.changed, 2.5),
		stroke("created-line", of, edition.LayerCreated, b.created, 2.5),
	}
}

func (b *styleBuilder) text(id, source, layer string, field expression, colour string, size float64) styleLayer {
	return styleLayer{
		ID: id, Type: "symbol", Source: source, SourceLayer: layer,
		Layout: map[string]any{"text-field": field, "text-font": fonts, "text-size": size, "text-max-width": 8},
		Paint:  map[string]any{"text-color": colour, "text-halo-color": b.halo, "text-halo-width": 1.5},
	}
}

func (b *styleBuilder) labels() []styleLayer {
	label := func(id, colour string, size float64) styleLayer {
		return b.text(id+"-label", tilesetGrids, edition.LayerLabels, b.label, colour, size)
	}
	return []styleLayer{
		label("base", b.base, 11).where(equals("kind", grid.Base)),
		label("dedicated", b.dedicated, 11).where(equals("kind", grid.Dedicated)),
		label("community", b.ink, 12).where(equals("level", grid.LevelCommunity)),
		label("street", b.ink, 14).where(equals("level", grid.LevelStreet)),
		label("county", b.ink, 17).where(equals("level", grid.LevelCounty)),
	}
}

// points shows places or incidents one by one, and as counts where there are many.
func (b *styleBuilder) points(of string, colour expression) []styleLayer {
	many := expression{"has", "count"}
	circle := func(id string, colour, radius any, filter expression) styleLayer {
		return styleLayer{ID: id, Type: "circle", Source: of, SourceLayer: of, Filter: filter, Paint: map[string]any{
			"circle-color": colour, "circle-radius": radius, "circle-stroke-color": b.halo, "circle-stroke-width": 1,
		}}
	}
	bySize := expression{"interpolate", expression{"linear"}, expression{"get", "count"}, 1, 8, 1000, 20}
	return []styleLayer{
		circle(of, colour, 5, expression{"!", many}),
		circle(of+"-many", b.many, bySize, many),
		b.text(of+"-count", of, of, expression{"to-string", expression{"get", "count"}}, b.halo, 11).where(many),
	}
}
