package grid

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo/mesh"
)

// CleanReport says everything that cleaning a layer changed, and what it left (BR-03). Areas are in square metres with edges
// straight in lon/lat, lengths in metres, positions in degrees lon/lat.
type CleanReport struct {
	CountyCode string        `json:"county_code,omitempty"` // "" for a layer that is no county's
	Parts      int           `json:"parts"`                 // how many there were, and are
	Proven     bool          `json:"proven"`                // nothing is left
	Changes    []CleanChange `json:"changes"`
	Left       []CleanLeft   `json:"left"`
	Sums       []CleanSum    `json:"sums"` // of the parts that changed
	// RedrawnDivisions are the codes of communities and streets whose outlines follow their cleaned parts from now on.
	RedrawnDivisions []string `json:"redrawn_divisions,omitempty"`
}

// CleanChange is one thing that was changed. Its kinds are those of package mesh.
type CleanChange struct {
	Kind       mesh.CleanKind   `json:"kind"`
	Code       string           `json:"code"` // of the part that gained or lost, or whose border got a vertex; or "outline …"
	OtherCodes []string         `json:"other_codes,omitempty"`
	AreaM2     float64          `json:"area_m2"`
	WidthM     float64          `json:"width_m"`
	MaxMoveM   float64          `json:"max_move_m"` // how far the border moved
	At         orb.Point        `json:"at"`
	Polygon    orb.MultiPolygon `json:"-"` // nil for a vertex; in the GeoJSON form
}

// CleanLeft is a fault that was left exactly as it was, and why.
type CleanLeft struct {
	Kind    mesh.Kind        `json:"kind"`
	Why     mesh.Why         `json:"why"`
	Codes   []string         `json:"codes"`
	AreaM2  float64          `json:"area_m2"`
	WidthM  float64          `json:"width_m"`
	At      orb.Point        `json:"at"`
	Polygon orb.MultiPolygon `json:"-"`
}

// CleanSum is what became of the area of a part.
type CleanSum struct {
	Code     string  `json:"code"`
	BeforeM2 float64 `json:"before_m2"`
	AfterM2  float64 `json:"after_m2"`
	GainedM2 float64 `json:"gained_m2"`
	LostM2   float64 `json:"lost_m2"`
}

// NewCleanReport tells what was done to parts of these codes and outlines of these names.
func NewCleanReport(codes, outlines []string, c mesh.Cleaned) *CleanReport {
	name := func(part int) string {
		if part < 0 {
			return outlines[^part]
		}
		return codes[part]
	}
	names := func(parts []int) []string {
		out := make([]string, len(parts))
		for i, p := range parts {
			out[i] = name(p)
		}
		return out
	}
	r := &CleanReport{
		Parts: len(c.Parts), Proven: c.Proven(),
		Changes: make([]CleanChange, len(c.Changes)), Left: make([]CleanLeft, len(c.Left)), Sums: []CleanSum{},
	}
	touched := map[int]bool{}
	for i, ch := range c.Changes {
		r.Changes[i] = CleanChange{
			Kind: ch.Kind, Code: name(ch.Part), OtherCodes: names(ch.Others), AreaM2: ch.AreaM2, WidthM: ch.WidthM, MaxMoveM: ch.MaxMoveM,
			At: ch.At, Polygon: ch.Polygon,
		}
		touched[ch.Part] = true
		for _, p := range ch.Others {
			touched[p] = true
		}
	}
	for i, f := range c.Left {
		r.Left[i] = CleanLeft{Kind: f.Kind, Why: f.Why, Codes: names(f.Parts), AreaM2: f.AreaM2, WidthM: f.WidthM, At: f.At, Polygon: f.Polygon}
	}
	for p, s := range c.Sums {
		if touched[p] || s.GainedM2 != 0 || s.LostM2 != 0 {
			r.Sums = append(r.Sums, CleanSum{codes[p], s.BeforeM2, s.AfterM2, s.GainedM2, s.LostM2})
		}
	}
	return r
}

// Counts returns how many changes there are by kind, and how many faults were left by kind.
func (r *CleanReport) Counts() (changes, left map[string]int) {
	changes, left = map[string]int{}, map[string]int{}
	for _, ch := range r.Changes {
		changes[string(ch.Kind)]++
	}
	for _, f := range r.Left {
		left[string(f.Kind)]++
	}
	return changes, left
}

// Features returns the changes, and then what was left, to look at on a map: places as polygons, vertices as points, with
// the members of their JSON form as properties.
func (r *CleanReport) Features() []*geojson.Feature {
	out := []*geojson.Feature{}
	add := func(polygon orb.MultiPolygon, at orb.Point, p geojson.Properties) {
		f := geojson.NewFeature(at)
		if polygon != nil {
			f.Geometry = polygon
		}
		if f.Properties = p; r.CountyCode != "" {
			p["county_code"] = r.CountyCode
		}
		out = append(out, f)
	}
	for _, c := range r.Changes {
		add(c.Polygon, c.At, geojson.Properties{
			"kind": c.Kind, "code": c.Code, "other_codes": append([]string{}, c.OtherCodes...),
			"area_m2": c.AreaM2, "width_m": c.WidthM, "max_move_m": c.MaxMoveM,
		})
	}
	for _, f := range r.Left {
		add(f.Polygon, f.At, geojson.Properties{
			"kind": f.Kind, "left": f.Why, "codes": f.Codes, "area_m2": f.AreaM2, "width_m": f.WidthM,
		})
	}
	return out
}
