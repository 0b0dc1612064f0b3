package store

import (
	"cmp"
	"context"
	_ "embed"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

var (
	//go:embed sql/moved_places.sql
	movedPlacesSQL string
	//go:embed sql/moved_place_shapes.sql
	movedPlaceShapesSQL string
	//go:embed sql/moved_incidents.sql
	movedIncidentsSQL string
	//go:embed sql/moved_incident_shapes.sql
	movedIncidentShapesSQL string
	//go:embed sql/moved_households.sql
	movedHouseholdsSQL string
)

// handover finds what a draft gives to others. A plan's impact and its publication both go by it, so that what was previewed is what
// happens (L3). It looks only at what lies in the boxes outside of which no answer of locate differs.
type handover struct {
	boxes  []geo.Box
	in     [][]byte // the boxes as EWKB
	near   [][]byte // the boxes in which a grid lies that is responsible for something in them
	first  []int64  // ranges of cells that hold the boxes
	last   []int64
	shapes map[string][]candidate // lines and polygons that meet the boxes, by table

	before, after *edition.City // what matters within the boxes and the shapes
}

// candidate is a stored thing that a draft may give to others.
type candidate struct {
	id               int64
	code, kind, name string
	shape            orb.Geometry
	assignment       grid.Assignment
	households       int
	residents        int
}

// moved is a stored thing with its assignment under the draft, which is another one than it has. Grids that are new in the draft
// have negative ids there, as edition.Draft.Near gives them.
type moved struct {
	candidate
	now grid.Assignment
}

// mostBoxes is how many boxes are looked into one by one; of more, one box that holds them all.
const mostBoxes = 64

// newHandover prepares to look into the boxes of a draft. Its cities hold what matters within the boxes besides too.
func newHandover(ctx context.Context, db DB, draft *edition.Draft, boxes []geo.Box, fallbackM float64, besides ...geo.Box) (*handover, error) {
	if len(boxes) > mostBoxes {
		all := geo.EmptyBox()
		for _, b := range boxes {
			all = all.Union(b)
		}
		boxes = []geo.Box{all}
	}
	h := &handover{boxes: boxes, shapes: map[string][]candidate{}}
	if err := h.encodeBoxes(fallbackM); err != nil {
		return nil, err
	}
	looked := slices.Concat(boxes, besides)
	for _, table := range []*locatedTable{&placeTable, &incidentTable} {
		err := h.each(ctx, db, table.shapes, []any{h.in}, func(c candidate) error {
			h.shapes[table.name] = append(h.shapes[table.name], c)
			box, err := boxOf(c.shape)
			looked = append(looked, box)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	var err error
	h.before, h.after, err = draft.Near(looked)
	return h, err
}

func (h *handover) encodeBoxes(fallbackM float64) error {
	var cells []cellRange
	for _, b := range h.boxes {
		cells = append(cells, boxCells(b, coarseCells)...)
		low, high := b.Min.Orb(), b.Max.Orb()
		// Metres in a degree of longitude, and fewer than in one of latitude.
		degrees := fallbackM / (110_000 * math.Cos(max(math.Abs(low[1]), math.Abs(high[1]))*math.Pi/180))
		if !(degrees < 10) { // at a pole
			degrees = 10
		}
		in, err := encode(orb.Bound{Min: low, Max: high}.ToPolygon())
		if err != nil {
			return err
		}
		near, err := encode(orb.Bound{Min: low, Max: high}.Pad(degrees).ToPolygon())
		if err != nil {
			return err
		}
		h.in, h.near = append(h.in, in), append(h.near, near)
	}
	slices.SortFunc(cells, func(a, b cellRange) int { return cmp.Compare(a.first, b.first) })
	for _, c := range cells {
		if n := len(h.last); n > 0 && c.first <= h.last[n-1]+1 {
			h.last[n-1] = max(h.last[n-1], c.last)
			continue
		}
		h.first, h.last = append(h.first, c.first), append(h.last, c.last)
	}
	return nil
}

// each calls f with the rows of a query that has the columns of a candidate.
func (h *handover) each(ctx context.Context, db DB, query string, args []any, f func(candidate) error) error {
	rows, err := db.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	var c candidate
	var shape []byte
	a := &c.assignment
	columns := []any{
		&c.id, &c.code, &c.kind, &c.name, &shape, &c.households, &c.residents,
		&a.CountyCode, &a.CommunityCode, &a.BaseGridID, &a.DedicatedID, &a.Edition, &a.OnBoundary,
	}
	_, err = pgx.ForEachRow(rows, columns, func() error {
		var err error
		if c.shape, err = decode[orb.Geometry](shape); err != nil {
			return err
		}
		return f(c)
	})
	return err
}

// moved returns what is assigned otherwise under the draft, of the rows of a table, in no order.
func (h *handover) moved(ctx context.Context, db DB, table *locatedTable) ([]moved, error) {
	var found []moved
	compare := func(c candidate, now grid.Assignment) {
		if !now.Same(c.assignment) {
			found = append(found, moved{c, now})
		}
	}
	for _, c := range h.shapes[table.name] {
		now, err := h.after.Assign(ctx, c.shape)
		if err != nil {
			return nil, err
		}
		compare(c, now)
	}
	args := []any{h.first, h.last}
	if table == &householdTable {
		args = []any{h.in, h.near}
	}
	err := h.each(ctx, db, table.points, args, func(c candidate) error {
		p, err := geo.Snap(c.shape.(orb.Point))
		if err != nil || !slices.ContainsFunc(h.boxes, func(b geo.Box) bool { return b.Contains(p) }) {
			return err
		}
		compare(c, h.after.AssignPoint(p))
		return nil
	})
	return found, err
}

// gridCodes returns the codes of the grids of an assignment that holds before the draft or under it, "" for none.
func gridCodes(city *edition.City, a grid.Assignment) (base, dedicated string) {
	if g := city.GridByID(a.BaseGridID); g != nil {
		base = g.Code
	}
	if g := city.GridByID(a.DedicatedID); g != nil {
		dedicated = g.Code
	}
	return base, dedicated
}

// boxOf returns the box of a shape on the lattice.
func boxOf(shape orb.Geometry) (geo.Box, error) {
	bound := shape.Bound()
	low, err := geo.Snap(bound.Min)
	if err != nil {
		return geo.Box{}, err
	}
	high, err := geo.Snap(bound.Max)
	return geo.Box{Min: low, Max: high}, err
}
