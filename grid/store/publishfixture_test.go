package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/store"
)

// scatter puts things on the town: points every quarter of a grid and a unit beside, so that they lie inside, on borders and on nodes, and
// outside; lines and polygons over borders; open incidents and closed ones; household points; and a worker on each of the first grids.
func scatter(t *testing.T, s *store.Store, city *edition.City) {
	t.Helper()
	var points []geo.Point
	for i := int32(-1); i <= 17; i++ {
		for j := int32(-1); j <= 17; j++ {
			p := geo.Point{X: townOrigin.X + i*side/4, Y: townOrigin.Y + j*side/4}
			points = append(points, p, geo.Point{X: p.X + 1, Y: p.Y - 1})
		}
	}
	if err := importAll(t.Context(), t, s, city, points); err != nil {
		t.Fatal(err)
	}
	var shapes []orb.Geometry
	for i := range int32(5) {
		for j := range int32(5) {
			low := geo.Point{X: townOrigin.X + i*side - side/3, Y: townOrigin.Y + j*side - side/5}
			high := geo.Point{X: low.X + side, Y: low.Y + side/2}
			shapes = append(shapes,
				orb.MultiLineString{{low.Orb(), high.Orb()}},
				orb.MultiPolygon{{{low.Orb(), {high.Orb()[0], low.Orb()[1]}, high.Orb(), {low.Orb()[0], high.Orb()[1]}, low.Orb()}}})
		}
	}
	assign := func(shape orb.Geometry) grid.Assignment {
		a, err := city.Assign(t.Context(), shape)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	imp := newImport("hazards", len(shapes))
	imp.City = city
	err := s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), each(len(shapes), func(i int) grid.Place { return hazard(shapes[i], assign(shapes[i])) }))
	if err != nil {
		t.Fatal(err)
	}
	imp = newImport("incidents", len(shapes))
	imp.City = city
	err = s.ImportIncidents(t.Context(), imp, each(len(shapes), func(i int) grid.Incident {
		return grid.Incident{Kind: "gas", Title: "x", Shape: shapes[i], InputCRS: "wgs84", Assignment: assign(shapes[i]), State: []string{"reported", "closed"}[i/2%2]}
	}))
	if err != nil {
		t.Fatal(err)
	}
}

// staff posts a worker to each of the grids, whose code is w and the grid's.
func staff(t testing.TB, s *store.Store, codes ...string) {
	t.Helper()
	org := grid.Organization{Code: "ORG", Name: "中心", Kind: "governance_center", Level: grid.LevelStreet, DivisionCode: westStreet}
	if err := s.ImportOrganizations(t.Context(), newImport("organizations", 1), []grid.Organization{org}); err != nil {
		t.Fatal(err)
	}
	var workers []grid.Worker
	var posts []grid.Post
	for _, code := range codes {
		workers = append(workers, grid.Worker{Code: "w" + code, Name: "员工" + code, RoleType: "full_time", ManagingOrg: "ORG", Active: true})
		posts = append(posts, grid.Post{WorkerCode: "w" + code, GridCode: code, PostKind: "worker", ValidFrom: time.Now().Add(-time.Hour), Public: true})
	}
	if err := s.ImportWorkers(t.Context(), newImport("workers", len(workers)), workers); err != nil {
		t.Fatal(err)
	}
	if err := s.ImportPosts(t.Context(), newImport("posts", len(posts)), posts); err != nil {
		t.Fatal(err)
	}
}

// hear asks all bodies and writes down that they agree.
func (d *desk) hear() {
	d.t.Helper()
	d.consult(store.ConsultRequest{Method: "meeting"})
	asked, err := d.s.Consultations(d.t.Context(), d.plan.Code)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, c := range asked {
		if _, err := d.s.AnswerConsultation(d.t.Context(), d.city, planner, d.plan.Code, c.ID, c.Version, "agree", ""); err != nil {
			d.t.Fatal(err)
		}
	}
	d.plan, err = d.s.Plan(d.t.Context(), d.plan.Code)
	if err != nil {
		d.t.Fatal(err)
	}
}

// toDecision takes the plan through everything before it is published; what can be waived is.
func (d *desk) toDecision() {
	d.t.Helper()
	p, findings, err := d.s.CheckPlan(d.t.Context(), d.city, d.actor, d.plan.Code, d.plan.Version)
	d.after(p, err)
	for _, f := range findings {
		if f.OpenError() {
			d.after(d.s.WaiveFinding(d.t.Context(), d.city, d.actor, d.plan.Code, d.plan.Version, f.ID, "现状如此"))
		}
	}
	if d.concerns() {
		d.hear()
	}
	d.submit()
	d.decide(grid.ActApprove)
}

// concerns reports whether the plan moves anybody's area or line.
func (d *desk) concerns() bool {
	d.t.Helper()
	impact, err := d.s.PlanImpact(d.t.Context(), d.city, d.plan.Code)
	if err != nil {
		d.t.Fatal(err)
	}
	return slices.ContainsFunc(impact.Parts, func(p grid.PartImpact) bool { return p.Change != edition.Attributes })
}

// publish decides and publishes the plan; afterwards the desk has the city as it is then.
func (d *desk) publish() {
	d.t.Helper()
	d.toDecision()
	d.after(d.s.Publish(d.t.Context(), d.city, countyDecider, d.plan.Code, d.plan.Version))
	d.city = cityOf(d.t, d.s)
}

// line returns a line through cells of the town, in quarters of a grid.
func line(quarters ...[2]int32) *geojson.Geometry {
	var l orb.LineString
	for _, q := range quarters {
		l = append(l, geo.Point{X: townOrigin.X + q[0]*side/4, Y: townOrigin.Y + q[1]*side/4}.Orb())
	}
	return geojson.NewGeometry(l)
}

// area returns a rectangle of the town, in quarters of a grid.
func area(west, south, east, north float64) *geojson.Geometry {
	at := func(x, y float64) orb.Point {
		return geo.Point{X: townOrigin.X + int32(x*side/4), Y: townOrigin.Y + int32(y*side/4)}.Orb()
	}
	return geojson.NewGeometry(orb.Polygon{{at(west, south), at(east, south), at(east, north), at(west, north), at(west, south)}})
}

// things are everything that is stored of the things on a town.
type things map[string]store.Located

func thingsOf(t testing.TB, s *store.Store) things {
	t.Helper()
	all := things{}
	err := s.EachLocated(t.Context(), func(l store.Located) error {
		all[l.Table+" "+l.Code] = l
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// gridNames returns the codes of the grids of an assignment.
func gridNames(t testing.TB, db store.DB, a grid.Assignment) (base, dedicated string) {
	t.Helper()
	err := db.QueryRow(t.Context(), `
		SELECT coalesce((SELECT code FROM grid WHERE id = $1), ''), coalesce((SELECT code FROM grid WHERE id = $2), '')`,
		a.BaseGridID, a.DedicatedID).Scan(&base, &dedicated)
	if err != nil {
		t.Fatal(err)
	}
	return base, dedicated
}

// handedOver returns what has changed hands between two states of a table, as an impact lists it, by code.
func handedOver(t testing.TB, db store.DB, table string, before, after things) []grid.Handover {
	t.Helper()
	var all []grid.Handover
	for key, was := range before {
		is := after[key]
		if was.Table != table || was.Assignment.BaseGridID == is.Assignment.BaseGridID && was.Assignment.DedicatedID == is.Assignment.DedicatedID {
			continue
		}
		h := grid.Handover{Code: was.Code}
		h.FromBase, h.FromDedicated = gridNames(t, db, was.Assignment)
		h.ToBase, h.ToDedicated = gridNames(t, db, is.Assignment)
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b grid.Handover) int { return compareCodes(a.Code, b.Code) })
	return all
}

func compareCodes(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// count returns the one number that a query gives.
func count(t testing.TB, db store.DB, sql string, args ...any) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// texts returns the one column of text that a query gives.
func texts(t testing.TB, db store.DB, sql string, args ...any) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}
