package api_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/store"
)

// archive has the cities of editions that answers have named, read from the database, not from any server's memory.
type archive struct {
	store *store.Store

	mu       sync.Mutex
	cities   map[string]*edition.City
	editions map[string]*edition.Edition
}

// city returns the city of the editions that a header Wangge-Edition names.
func (a *archive) city(ctx context.Context, header string) (*edition.City, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.cities[header]; c != nil {
		return c, nil
	}
	numbers, err := parseHeader(header)
	if err != nil {
		return nil, err
	}
	name := func(county string, number int) string { return fmt.Sprint(county, "=", number) }
	c, err := a.store.CityWith(ctx, numbers, func(county string, number int) *edition.Edition { return a.editions[name(county, number)] })
	if err != nil {
		return nil, err
	}
	if a.cities == nil {
		a.cities, a.editions = map[string]*edition.City{}, map[string]*edition.Edition{}
	}
	for _, e := range c.Editions() {
		a.editions[name(e.Info().CountyCode, e.Info().Number)] = e
	}
	a.cities[header] = c
	return c, nil
}

// parseHeader reads a header Wangge-Edition.
func parseHeader(header string) (map[string]int, error) {
	numbers := map[string]int{}
	for part := range strings.SplitSeq(header, ",") {
		county, text, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("Wangge-Edition %q: %w", header, err)
		}
		numbers[county] = n
	}
	return numbers, nil
}

// soakReader asks who is responsible, and reads places, and compares each answer with the editions that it names.
type soakReader struct {
	*soak
	rng *rand.Rand
}

func (r *soakReader) work() {
	began := time.Now()
	for r.going() {
		switch r.rng.IntN(6) {
		case 0:
			r.locate("")
		case 1:
			if lately := time.Now().Add(-time.Duration(r.rng.Int64N(int64(10 * time.Second)))); lately.After(began) {
				r.locate("&as_of=" + lately.UTC().Format("2006-01-02T15:04:05.999999Z07:00"))
			}
		case 2:
			r.batch()
		case 3, 4:
			r.places()
		case 5:
			r.place()
		}
	}
}

// spot returns a place on a quarter line, where many borders are, or anywhere.
func (r *soakReader) spot() geo.Point {
	x, y := 2*soakSide*r.rng.Float64(), 2*soakSide*r.rng.Float64()
	if r.rng.IntN(2) == 0 {
		x = float64(r.rng.IntN(8*soakSide+1)) / 4
	}
	if r.rng.IntN(2) == 0 {
		y = float64(r.rng.IntN(8*soakSide+1)) / 4
	}
	return geo.Point{X: 1_203_000_000 + int32(x*unit), Y: 315_000_000 + int32(y*unit)}
}

// soakAnswer is what is compared of an answer of locate.
type soakAnswer struct {
	Outcome         string
	Base, Dedicated *struct{ Code string }
	OnBoundary      bool `json:"on_boundary"`
}

func codeIn(g *struct{ Code string }) string {
	if g == nil {
		return ""
	}
	return g.Code
}

func codeOfGrid(g *grid.Grid) string {
	if g == nil {
		return ""
	}
	return g.Code
}

// then returns the city that an answer says it is of, nil when that cannot be had.
func (r *soakReader) then(what string, got reply) *edition.City {
	city, err := r.past.city(r.Context(), got.header.Get("Wangge-Edition"))
	if err != nil && r.Context().Err() == nil {
		r.Errorf("%s: %v", what, err)
	}
	return city
}

// hold compares an answer with the editions that it is of.
func (r *soakReader) hold(what string, p geo.Point, got reply, a *soakAnswer) {
	city := r.then(what, got)
	if city == nil {
		return
	}
	want := city.Locate(p, 0)
	if codeIn(a.Base) != codeOfGrid(want.Base) || codeIn(a.Dedicated) != codeOfGrid(want.Dedicated) || a.OnBoundary != want.OnBoundary {
		r.Errorf("%s at %v: base %q, dedicated %q, on boundary %t; in %s it is base %q, dedicated %q, on boundary %t", what, p, codeIn(a.Base), codeIn(a.Dedicated),
			a.OnBoundary, got.header.Get("Wangge-Edition"), codeOfGrid(want.Base), codeOfGrid(want.Dedicated), want.OnBoundary)
	}
}

func (r *soakReader) locate(more string) {
	p := r.spot()
	at := p.Orb()
	got := r.ask(r.rng, question{
		name: "locate", target: fmt.Sprintf("/v1/locate?lon=%.7f&lat=%.7f%s", at[0], at[1], more), refusals: []int{http.StatusNotFound},
	})
	var a soakAnswer
	if got.into(r, &a) {
		r.hold("locate"+more, p, got, &a)
	} else if got.status == http.StatusNotFound { // a void area
		if city := r.then("locate"+more, got); city != nil && city.Locate(p, 0).Outcome != edition.NoService {
			r.Errorf("locate at %v%s: %s, but %s has %q", p, more, got.body, got.header.Get("Wangge-Edition"), city.Locate(p, 0).Outcome)
		}
	}
}

// batch asks about places all over the city at once, which are to be answered from one state of it.
func (r *soakReader) batch() {
	var points []geo.Point
	var body []string
	for range 40 {
		p := r.spot()
		points = append(points, p)
		body = append(body, fmt.Sprintf(`{"lon":%.7f,"lat":%.7f}`, p.Orb()[0], p.Orb()[1]))
	}
	got := r.ask(r.rng, question{name: "batch", method: http.MethodPost, target: "/v1/locate", body: "[" + strings.Join(body, ",") + "]"})
	var all struct{ Answers []soakAnswer }
	if !got.into(r, &all) {
		return
	}
	for i := range all.Answers {
		if all.Answers[i].Outcome != "" { // not a problem in its place, of a void area
			r.hold("batch", points[i], got, &all.Answers[i])
		}
	}
}

// soakPlace is what is compared of a place.
type soakPlace struct {
	Code       string
	Version    int
	Geometry   *geojson.Geometry
	Assignment struct {
		County     *string `json:"county_code"`
		Community  *string `json:"community_code"`
		Base       *string `json:"base_grid"`
		Dedicated  *string `json:"dedicated_grid"`
		OnBoundary bool    `json:"on_boundary"`
	}
}

// holdPlace compares the assignment of a place with what locate says of the editions that the answer is of (L3).
func (r *soakReader) holdPlace(got reply, place *soakPlace) {
	city := r.then("place", got)
	if city == nil {
		return
	}
	want, err := city.Assign(r.Context(), place.Geometry.Geometry())
	if err != nil {
		r.Error(err)
		return
	}
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	a := &place.Assignment
	is := fmt.Sprintf("county %s, community %s, base %s, dedicated %s, on boundary %t", text(a.County), text(a.Community), text(a.Base), text(a.Dedicated), a.OnBoundary)
	should := fmt.Sprintf("county %s, community %s, base %s, dedicated %s, on boundary %t", want.CountyCode, want.CommunityCode, codeOfGrid(city.GridByID(want.BaseGridID)),
		codeOfGrid(city.GridByID(want.DedicatedID)), want.OnBoundary)
	if is != should {
		r.Errorf("place %s, version %d, is of\n%s, in %s it is of\n%s", place.Code, place.Version, is, got.header.Get("Wangge-Edition"), should)
	}
}

func (r *soakReader) places() {
	var page struct{ Items []soakPlace }
	got := r.ask(r.rng, question{name: "GET places", target: "/v1/places?limit=100&division=" + soakCounty(r.rng.IntN(soakCounties)), as: "planner"})
	if got.into(r, &page) {
		for i := range page.Items {
			r.holdPlace(got, &page.Items[i])
		}
	}
}

func (r *soakReader) place() {
	var place soakPlace
	got := r.ask(r.rng, question{name: "GET place", target: fmt.Sprintf("/v1/places/soak-%d", 1+r.rng.IntN(20)), as: "planner", refusals: []int{http.StatusNotFound}})
	if got.into(r, &place) {
		r.holdPlace(got, &place)
	}
}

// soakWriter imports places and household points, and writes places one by one.
type soakWriter struct {
	*soak
	rng *rand.Rand
}

func (w *soakWriter) work() {
	reader := &soakReader{soak: w.soak, rng: w.rng}
	for w.going() {
		switch w.rng.IntN(10) {
		case 0:
			w.imports(reader, "hazards", map[string]any{"hazard_kind": "gas", "level": "general", "found_at": "2026-11-20T08:30:00+08:00", "name": "隐患"})
		case 1:
			w.imports(reader, "household_points", map[string]any{"households": 2.0})
		case 2, 3:
			w.creates(reader)
		case 4:
			w.reports(reader)
		default:
			w.moves(reader)
		}
	}
}

func (w *soakWriter) imports(reader *soakReader, layer string, fields map[string]any) {
	records := func(yield func(grid.Record) bool) {
		for i := range 40 {
			if !yield(grid.Record{Line: int64(i + 1), Geometry: reader.spot().Orb(), Fields: fields}) {
				return
			}
		}
	}
	summary, err := intake.Run(w.Context(), intake.Config{
		Store: w.servers[w.rng.IntN(len(w.servers))].store, Actor: importer, CRS: crs.WGS84,
		Sources: []intake.Source{{Layer: layer, Name: layer, Records: records}},
	})
	if err != nil {
		w.Errorf("import: %v", err)
		return
	}
	if stored := summary.Files[0].Stored; stored != 40 {
		w.Errorf("import of %s: %d of 40 rows stored", layer, stored)
	}
	w.note("import")
}

// spotOf returns the members of a place for a spot.
func spotOf(p geo.Point) string {
	return fmt.Sprintf(`"geometry":{"type":"Point","coordinates":[%.7f,%.7f]},"crs":"wgs84"`, p.Orb()[0], p.Orb()[1])
}

func (w *soakWriter) creates(reader *soakReader) {
	body := fmt.Sprintf(`{"code":"soak-%d","kind":"hazard","name":"隐患",%s,"detail":{"hazard_kind":"gas","level":"general","found_at":"2026-11-20T08:30:00+08:00"}}`,
		1+w.rng.IntN(20), spotOf(reader.spot()))
	w.ask(w.rng, question{name: "POST place", method: http.MethodPost, target: "/v1/places", as: "city", body: body, refusals: []int{http.StatusConflict}})
}

// reports makes an incident, and now and then writes another title over it.
func (w *soakWriter) reports(reader *soakReader) {
	body := `{"kind":"gas","source":"patrol","title":"燃气味","reported_at":"2026-11-22T09:00:00+08:00",` + spotOf(reader.spot()) + `}`
	var made struct {
		Code    string
		Version int
	}
	w.ask(w.rng, question{name: "POST incident", method: http.MethodPost, target: "/v1/incidents", as: "city", body: body}).into(w, &made)
	if made.Code != "" && w.rng.IntN(3) == 0 {
		w.ask(w.rng, question{
			name: "PATCH incident", method: http.MethodPatch, target: "/v1/incidents/" + made.Code, as: "city", body: `{"title":"燃气味重"}`, ifMatch: made.Version,
			refusals: []int{http.StatusPreconditionFailed},
		})
	}
}

// moves moves a place from where it was read.
func (w *soakWriter) moves(reader *soakReader) {
	path := fmt.Sprintf("/v1/places/soak-%d", 1+w.rng.IntN(20))
	var place, moved soakPlace
	if !w.ask(w.rng, question{name: "GET place", target: path, as: "city", refusals: []int{http.StatusNotFound}}).into(w, &place) {
		return
	}
	to := reader.spot()
	got := w.ask(w.rng, question{
		name: "PATCH place", method: http.MethodPatch, target: path, as: "city", body: "{" + spotOf(to) + "}", ifMatch: place.Version,
		refusals: []int{http.StatusPreconditionFailed},
	})
	if !got.into(w, &moved) {
		return
	}
	if at, ok := moved.Geometry.Geometry().(orb.Point); !ok || at != to.Orb() || moved.Version != place.Version+1 {
		w.Errorf("place %s moved to %v from version %d: it is at %v, version %d", place.Code, to.Orb(), place.Version, at, moved.Version)
	}
	reader.holdPlace(got, &moved)
}
