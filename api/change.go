package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/intake"
)

const (
	// maxChangeVertices bounds the geometry of one change.
	maxChangeVertices = 100_000
	// maxSnapM bounds how far a drawn end may be asked to go.
	maxSnapM = 1_000
)

// changeForm is one form of an operation: the members that it needs besides op, and those that it may have. Every form may have
// a note.
type changeForm struct {
	schema string // its name in openapi.yaml, which a test holds to this table
	op     string
	by     string // what tells it from the other forms of the operation: a kind, or a member; "" for the only one
	action string // the same of a shift of a vertex
	needs  []string
	takes  []string
}

// changeForms are the operations that a client may ask for. Imports of whole counties and restorations have ways of their own.
var changeForms = []changeForm{
	{schema: "CreateBase", op: grid.OpCreate, by: grid.Base, needs: []string{"kind", "name", "area", "crs"}, takes: []string{"from", "community_code", "codes"}},
	{
		schema: "CreateDedicated", op: grid.OpCreate, by: grid.Dedicated, needs: []string{"kind", "name", "area", "crs", "dedicated_kind", "host_org_code"},
		takes: []string{"community_code", "codes", "supervising_org_code", "post_worker_code"},
	},
	{schema: "Split", op: grid.OpSplit, needs: []string{"grid", "line", "crs"}, takes: []string{"snap_m", "codes", "names"}},
	{schema: "Merge", op: grid.OpMerge, needs: []string{"grids"}, takes: []string{"codes", "name"}},
	{schema: "ShiftLine", op: grid.OpShift, by: "line", needs: []string{"grid", "line", "crs"}, takes: []string{"snap_m"}},
	{schema: "MoveArea", op: grid.OpShift, by: "into", needs: []string{"area", "crs", "into"}, takes: []string{"from"}},
	{schema: "ReplaceArea", op: grid.OpShift, by: "area", needs: []string{"grid", "area", "crs"}},
	{schema: "MoveVertex", op: grid.OpShift, by: "vertex", action: "move", needs: []string{"vertex", "to", "crs"}, takes: []string{"action", "grid"}},
	{schema: "InsertVertex", op: grid.OpShift, by: "vertex", action: "insert", needs: []string{"action", "vertex", "crs"}, takes: []string{"grid", "snap_m"}},
	{schema: "RemoveVertex", op: grid.OpShift, by: "vertex", action: "remove", needs: []string{"action", "vertex", "crs"}, takes: []string{"grid"}},
	{schema: "Transfer", op: grid.OpTransfer, needs: []string{"grid", "community_code"}, takes: []string{"codes"}},
	{schema: "Rename", op: grid.OpRename, needs: []string{"grid", "name"}, takes: []string{"kind"}},
	{schema: "Reclassify", op: grid.OpReclassify, needs: []string{"grid", "dedicated_kind"}},
	{schema: "ChangeHost", op: grid.OpChangeHost, needs: []string{"grid"}, takes: []string{"host_org_code", "supervising_org_code"}},
	{schema: "Retire", op: grid.OpRetire, needs: []string{"grid"}, takes: []string{"into"}},
	{schema: "CarveVoid", op: grid.OpCarveVoid, needs: []string{"area", "crs", "reason"}, takes: []string{"from", "community_code", "codes", "name"}},
	{schema: "FillVoid", op: grid.OpFillVoid, needs: []string{"grid", "into"}},
}

// members returns the names of all members that the form takes.
func (f *changeForm) members() []string {
	return slices.Concat([]string{"op"}, f.needs, f.takes, []string{"note"})
}

// readChange reads the body of a change to a plan of the city.
func readChange(w http.ResponseWriter, r *http.Request, city *edition.City) (grid.Change, error) {
	raw, err := readPlanBody(w, r)
	if err != nil {
		return grid.Change{}, err
	}
	return parseChange(raw, city.InBox)
}

// parseChange reads one operation. Its geometry comes out in WGS 84 on the lattice, inside the box.
func parseChange(raw []byte, inBox func(geo.Point) bool) (grid.Change, error) {
	m, err := parseMembers(raw)
	if err != nil {
		return grid.Change{}, err
	}
	form, err := formOf(m)
	if err != nil {
		return grid.Change{}, err
	}
	if err := m.only(form.members()...); err != nil {
		return grid.Change{}, err
	}
	if m.need(form.needs...); m.err != nil {
		return grid.Change{}, withSystem(m.err)
	}
	ch := grid.Change{
		Op: form.op, Kind: m.oneOf("kind", grid.Base, grid.Dedicated, grid.Void), Grid: m.code("grid"), Grids: m.codes("grids"), From: m.codes("from"),
		Into: m.code("into"), Community: m.code("community_code"), Action: form.action, SnapM: m.number("snap_m", 0, maxSnapM),
		Codes: m.codes("codes"), Name: m.text("name", maxName), Names: m.names("names"), Reason: m.code("reason"), Note: m.text("note", maxProse),
		DedicatedKind: m.code("dedicated_kind"), HostOrg: m.code("host_org_code"), SupervisingOrg: m.code("supervising_org_code"),
		PostWorker: m.code("post_worker_code"),
	}
	if m.err != nil {
		return grid.Change{}, m.err
	}
	if form.op == grid.OpMerge && len(ch.Grids) < 2 {
		return grid.Change{}, &grid.RuleError{Rule: "required", Field: "grids", Detail: "a merge is of two grids or more"}
	}
	if err := (drawn{m, inBox}).into(&ch); err != nil {
		return grid.Change{}, err
	}
	return ch, nil
}

// withSystem makes QC-02 of a crs that is missing.
func withSystem(err error) error {
	var missing *grid.RuleError
	if errors.As(err, &missing) && missing.Field == "crs" {
		return &grid.RuleError{Rule: "QC-02", Field: "crs", Detail: "geometry and crs are required together: crs is wgs84, cgcs2000, gcj02 or bd09"}
	}
	return err
}

// formOf returns the form of the operation that the members are of.
func formOf(m *members) (*changeForm, error) {
	op, action := m.oneOf("op", changeOps()...), m.oneOf("action", "move", "insert", "remove")
	m.need("op")
	kind := ""
	if op == grid.OpCreate {
		kind = m.oneOf("kind", grid.Base, grid.Dedicated)
		m.need("kind")
	}
	if m.err != nil {
		return nil, m.err
	}
	if action == "" {
		action = "move"
	}
	for i := range changeForms {
		f := &changeForms[i]
		if f.op == op && (f.by == "" || f.by == kind || m.given(f.by)) && (f.action == "" || f.action == action) {
			return f, nil
		}
	}
	return nil, &grid.RuleError{Rule: "required", Field: "line", Detail: "a " + op + " needs a line, an area or a vertex"}
}

func changeOps() []string {
	var ops []string
	for _, f := range changeForms {
		if !slices.Contains(ops, f.op) {
			ops = append(ops, f.op)
		}
	}
	return ops
}

// drawn is the geometry of a change as it came.
type drawn struct {
	*members
	inBox func(geo.Point) bool
}

// into puts the geometry into the change: converted to WGS 84 vertex by vertex (QC-02), then on the lattice.
func (d drawn) into(ch *grid.Change) error {
	if !d.has("crs") {
		return nil // nor any geometry: the table has them together
	}
	var name string
	if err := json.Unmarshal(d.values["crs"], &name); err != nil {
		return &grid.RuleError{Rule: "QC-02", Field: "crs", Detail: "crs is wgs84, cgcs2000, gcj02 or bd09"}
	}
	system, err := crs.Parse(shortened(name))
	if err != nil {
		return &grid.RuleError{Rule: "QC-02", Field: "crs", Detail: err.Error()}
	}
	if ch.Line, err = d.line(system); err != nil {
		return err
	}
	if ch.Area, err = d.area(system); err != nil {
		return err
	}
	if ch.Vertex, err = d.point(system, "vertex"); err != nil {
		return err
	}
	ch.To, err = d.point(system, "to")
	return err
}

func (d drawn) line(system crs.System) (*geojson.Geometry, error) {
	if !d.has("line") {
		return nil, nil
	}
	g, err := d.geometry("line", system, "LineString")
	if err != nil {
		return nil, err
	}
	lines, err := geo.LineFromOrb(g)
	if err != nil {
		return nil, err
	}
	return geojson.NewGeometry(lines[0].Orb()), d.inCity(lines[0])
}

func (d drawn) area(system crs.System) (*geojson.Geometry, error) {
	if !d.has("area") {
		return nil, nil
	}
	g, err := d.geometry("area", system, "Polygon", "MultiPolygon")
	if err != nil {
		return nil, err
	}
	area, err := geo.FromOrb(g)
	if err != nil {
		return nil, err
	}
	for _, p := range area {
		if err := d.inCity(p[0]); err != nil {
			return nil, err
		}
	}
	return geojson.NewGeometry(area.Orb()), nil
}

func (d drawn) point(system crs.System, name string) (*orb.Point, error) {
	if !d.has(name) {
		return nil, nil
	}
	var position []float64
	if err := json.Unmarshal(d.values[name], &position); err != nil || len(position) != 2 {
		return nil, &grid.RuleError{Rule: "position", Field: name, Detail: "a position is expected: [longitude, latitude]"}
	}
	lonLat := orb.Point{position[0], position[1]}
	if _, err := geo.Snap(lonLat); err != nil { // before the conversion, which may move it back onto the globe
		return nil, err
	}
	p, err := geo.Snap(system.ToWGS84(lonLat))
	if err != nil {
		return nil, err
	}
	onLattice := p.Orb()
	return &onLattice, d.inCity([]geo.Point{p})
}

// geometry reads a member of one of the types, in WGS 84.
func (d drawn) geometry(name string, system crs.System, types ...string) (orb.Geometry, error) {
	g, err := intake.Geometry(d.values[name])
	if err != nil {
		return nil, err
	}
	if !slices.Contains(types, g.GeoJSONType()) {
		return nil, &grid.RuleError{Rule: "geojson", Field: name, Detail: "a " + strings.Join(types, " or ") + " is expected, not a " + g.GeoJSONType()}
	}
	all := vertices(g)
	if len(all) > maxChangeVertices {
		return nil, &grid.RuleError{Rule: string(geo.RuleTooManyVertices), Field: name, Detail: fmt.Sprintf("at most %d vertices are taken", maxChangeVertices)}
	}
	for _, p := range all {
		if _, err := geo.Snap(p); err != nil {
			return nil, err
		}
	}
	return crs.ToWGS84(system, g), nil
}

// vertices returns all positions of a line or area, in order.
func vertices(g orb.Geometry) []orb.Point {
	var all []orb.Point
	switch g := g.(type) {
	case orb.LineString:
		return g
	case orb.Polygon:
		for _, r := range g {
			all = append(all, r...)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			all = append(all, vertices(p)...)
		}
	}
	return all
}

// inCity refuses what lies outside the city's box: longitude and latitude swapped, or another system than is said.
func (d drawn) inCity(points []geo.Point) error {
	for _, p := range points {
		if !d.inBox(p) {
			return &geo.InvalidError{Rule: geo.RuleOutsideCity, At: p.Orb()}
		}
	}
	return nil
}
