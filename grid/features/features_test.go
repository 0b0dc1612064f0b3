package features_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cql2"
	"github.com/wangge/wangge/grid/features"
)

func TestEveryFieldHasAValue(t *testing.T) {
	t.Parallel()
	if missing := features.MissingProperties(); len(missing) > 0 {
		t.Errorf("no value for %v", missing)
	}
}

// TestReader is about one synthetic city, which takes a while to make.
func TestReader(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	all := map[string][]grid.Feature{}
	for i := range grid.Collections {
		c := &grid.Collections[i]
		if all[c.ID] = w.read(t, features.Query{Collection: c, Actor: reader}); len(all[c.ID]) < 4 {
			t.Fatalf("only %d %s", len(all[c.ID]), c.ID)
		}
	}
	t.Run("values", func(t *testing.T) { w.checkValues(t, all) })
	t.Run("as read one by one", func(t *testing.T) { w.checkSame(t, all) })
	t.Run("memory and SQL agree", func(t *testing.T) { w.checkAgree(t, all) })
	t.Run("pages", func(t *testing.T) { w.checkPages(t, all) })
	t.Run("BR-63", func(t *testing.T) { w.checkPublic(t, all) })
	t.Run("scope", func(t *testing.T) { w.checkScope(t, all) })
	t.Run("past", func(t *testing.T) { w.checkPast(t, all) })
}

// checkValues holds every value to the type of its field.
func (w town) checkValues(t *testing.T, all map[string][]grid.Feature) {
	for id, list := range all {
		c, _ := grid.CollectionByID(id)
		for _, f := range list {
			if f.ID <= 0 || f.Code == "" || f.Geometry == nil || len(f.Values) != len(c.Fields) || f.Values[c.Index("code")] != f.Code {
				t.Fatalf("%s: %+v", id, f)
			}
			for i, field := range c.Fields {
				if !fits(field, f.Values[i]) {
					t.Fatalf("%s %s: %s is %T %v", id, f.Code, field.Name, f.Values[i], f.Values[i])
				}
			}
		}
	}
}

func fits(field grid.Field, v any) bool {
	if v == nil {
		return !field.Required
	}
	ok := false
	switch field.Type {
	case grid.Integer:
		_, ok = v.(int64)
	case grid.Number:
		_, ok = v.(float64)
	case grid.Boolean:
		_, ok = v.(bool)
	case grid.Date:
		var t time.Time
		t, ok = v.(time.Time)
		ok = ok && t.Equal(t.UTC().Truncate(24*time.Hour))
	case grid.Time:
		var t time.Time
		t, ok = v.(time.Time)
		ok = ok && t.Location() == time.UTC
	case grid.List:
		_, ok = v.([]string)
	case grid.Object:
		_, ok = v.(map[string]any)
	default:
		_, ok = v.(string)
	}
	return ok
}

// checkSame compares with what the store reads by itself, and with each feature by its code.
func (w town) checkSame(t *testing.T, all map[string][]grid.Feature) {
	for id, list := range all {
		c, _ := grid.CollectionByID(id)
		for _, f := range list[:4] {
			one, err := w.Feature(t.Context(), w.state, c, reader, f.Code)
			if diff := cmp.Diff(f, one); err != nil || diff != "" {
				t.Errorf("%s %s: %v\n%s", id, f.Code, err, diff)
			}
			var other grid.Feature
			switch {
			case c.Kind != "":
				p, err := w.Store.Place(t.Context(), f.Code)
				if err != nil {
					t.Fatal(err)
				}
				other = features.PlaceFeature(c, w.state.City, &p)
			case id == grid.CollectionIncidents:
				in, err := w.Store.Incident(t.Context(), f.Code)
				if err != nil {
					t.Fatal(err)
				}
				in.BaseGrid, in.DedicatedGrid = gridCode(w, in.Assignment.BaseGridID), gridCode(w, in.Assignment.DedicatedID)
				other = features.IncidentFeature(c, &in)
			default:
				continue
			}
			if diff := cmp.Diff(f, other, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s %s (-feature +row):\n%s", id, f.Code, diff)
			}
		}
		if _, err := w.Feature(t.Context(), w.state, c, reader, "no such code"); !errors.Is(err, grid.ErrNotFound) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func gridCode(w town, id int64) string {
	if g := w.state.City.GridByID(id); g != nil {
		return g.Code
	}
	return ""
}

// checkAgree asks random queries of the database and of memory.
func (w town) checkAgree(t *testing.T, all map[string][]grid.Feature) {
	rapid.Check(t, func(rt *rapid.T) {
		c := &grid.Collections[rapid.IntRange(0, len(grid.Collections)-1).Draw(rt, "collection")]
		q := drawQuery(rt, c, all[c.ID])
		var want []string
		for _, f := range all[c.ID] {
			ok, err := features.Chooses(q, f)
			if err != nil {
				rt.Fatalf("%s: %v", filterText(q), err)
			}
			if ok {
				want = append(want, f.Code)
			}
		}
		boxed := q.Boxes != nil || q.Filter != nil && q.Filter.Boxes() != nil
		got := codes(w.read(t, q))
		if boxed { // in the order of the cells
			slices.Sort(got)
			slices.Sort(want)
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("%s %s, boxes %v, %v to %v: read %d %v\nwant %d %v", c.ID, filterText(q), q.Boxes, q.From, q.To, len(got), got, len(want), want)
		}
		n, exact, err := w.Count(t.Context(), w.state, q, 500)
		if err != nil || exact && n != len(want) || !exact && len(want) <= 500 && !boxed {
			rt.Fatalf("%s: counted %d, %v, %v, want %d", filterText(q), n, exact, err, len(want))
		}
	})
}

func filterText(q features.Query) string {
	if q.Filter == nil {
		return "no filter"
	}
	return q.Filter.Text()
}

// checkPages reads any query in pages of any size, while others write.
func (w town) checkPages(t *testing.T, all map[string][]grid.Feature) {
	written := 0
	rapid.Check(t, func(rt *rapid.T) {
		c := &grid.Collections[rapid.IntRange(0, len(grid.Collections)-1).Draw(rt, "collection")]
		q := drawQuery(rt, c, all[c.ID])
		want := codes(w.read(t, q))
		q.Limit = rapid.IntRange(1, 60).Draw(rt, "limit")
		var got []string
		for {
			page := w.read(t, q)
			if len(page) > q.Limit {
				rt.Fatalf("a page of %d, want at most %d", len(page), q.Limit)
			}
			got = append(got, codes(page)...)
			if len(page) < q.Limit {
				break
			}
			var err error
			if q.After, err = q.Position(&page[len(page)-1]); err != nil {
				rt.Fatal(err)
			}
			if written < 20 {
				written++
				w.writePlace(t, all["hazards"][0])
			}
		}
		unique := slices.Clone(got)
		slices.Sort(unique)
		if len(slices.Compact(unique)) != len(got) {
			rt.Fatalf("a feature is on two pages")
		}
		got = slices.DeleteFunc(got, func(code string) bool { return !slices.Contains(want, code) }) // what is new
		if !slices.Equal(got, want) {
			rt.Fatalf("%s %s, limit %d: pages have\n%v, want\n%v", c.ID, filterText(q), q.Limit, got, want)
		}
	})
	for _, after := range []string{"x", "-1", "1 OR 1=1", "99999999999999999999"} {
		c, _ := grid.CollectionByID("hazards")
		err := w.Read(t.Context(), w.state, features.Query{Collection: c, Actor: reader, After: after}, func(grid.Feature) error { return nil })
		if !errors.Is(err, grid.ErrInvalid) {
			t.Errorf("after %q: %v", after, err)
		}
	}
}

func (w town) writePlace(t *testing.T, like grid.Feature) {
	t.Helper()
	at, ok := like.Geometry.(orb.Point)
	if !ok {
		at = w.state.City.Editions()[0].Base()[0].LabelPoint
	}
	_, err := w.Store.CreatePlace(t.Context(), grid.Actor{Name: "p", Role: grid.RolePlanner}, w.state.City, grid.Place{
		Kind: "hazard", Name: "新", Shape: at, InputCRS: "wgs84",
		Detail: map[string]any{"hazard_kind": "gas", "level": "general", "found_at": time.Now()},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkPublic: anybody reads what is published, and nothing of where it came from; not even by filtering for it.
func (w town) checkPublic(t *testing.T, all map[string][]grid.Feature) {
	for id, list := range all {
		c, _ := grid.CollectionByID(id)
		q := features.Query{Collection: c}
		if !c.Public && !c.SomePublic {
			if err := w.Read(t.Context(), w.state, q, func(grid.Feature) error { return nil }); !errors.Is(err, grid.ErrForbidden) {
				t.Errorf("anybody reads %s: %v", id, err)
			}
			if _, err := w.Feature(t.Context(), w.state, c, grid.Actor{}, list[0].Code); !errors.Is(err, grid.ErrForbidden) {
				t.Errorf("anybody reads one of %s: %v", id, err)
			}
			continue
		}
		var want []string
		for _, f := range list {
			if !published(c, f) {
				continue
			}
			want = append(want, f.Code)
		}
		shown := w.read(t, q)
		if got := codes(shown); !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("%s: anybody reads %d, want %d", id, len(got), len(want))
		}
		for _, f := range shown {
			if c.SomePublic && (valueOf(c, f, "source") != nil || valueOf(c, f, "external_refs") != nil) {
				t.Errorf("%s %s: anybody reads where it came from", id, f.Code)
			}
		}
		if !c.SomePublic {
			continue
		}
		q.Filter = parse(t, "source = 'x'")
		var syntax *cql2.SyntaxError
		if err := w.Read(t.Context(), w.state, q, func(grid.Feature) error { return nil }); !errors.As(err, &syntax) {
			t.Errorf("%s: anybody filters by source: %v", id, err)
		}
	}
}

func valueOf(c *grid.Collection, f grid.Feature, name string) any {
	if i := c.Index(name); i >= 0 {
		return f.Values[i]
	}
	return nil
}

func parse(t testing.TB, text string) *cql2.Expr {
	t.Helper()
	e, err := cql2.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// published reports whether anybody reads the feature.
func published(c *grid.Collection, f grid.Feature) bool {
	if c.Public || !c.SomePublic || valueOf(c, f, "public") != true {
		return c.Public
	}
	on, _ := valueOf(c, f, "published_at").(time.Time)
	return c.ID == "shelters" || !on.IsZero() && !on.After(time.Now())
}

// checkScope: a token for a street reads of what is not public only what lies there.
func (w town) checkScope(t *testing.T, all map[string][]grid.Feature) {
	community := all["base"][0].Values[3].(string)
	street := w.state.City.Division(community).ParentCode
	for id, list := range all {
		c, _ := grid.CollectionByID(id)
		var want []string
		hidden := map[string]bool{}
		for _, f := range list {
			in, _ := valueOf(c, f, "community_code").(string)
			if own := in != "" && w.state.City.Division(in).ParentCode == street; own || published(c, f) {
				want = append(want, f.Code)
				hidden[f.Code] = !own && c.SomePublic
			}
		}
		got := w.read(t, features.Query{Collection: c, Actor: grid.Actor{Role: grid.RoleReader, Scope: street}})
		if id == grid.CollectionIncidents { // those of its units too, wherever they lie
			got = slices.DeleteFunc(got, func(f grid.Feature) bool { return !slices.Contains(want, f.Code) })
		}
		if !c.Public && id == "hazards" { // some were written meanwhile
			got = got[:min(len(got), len(want))]
		}
		if !slices.Equal(codes(got), want) {
			t.Errorf("%s: a street reads %d, want %d", id, len(got), len(want))
		}
		for _, f := range got {
			if hidden[f.Code] && valueOf(c, f, "source") != nil {
				t.Errorf("%s: a street reads where %s of another one comes from", id, f.Code)
			}
		}
	}
	c, _ := grid.CollectionByID("hazards")
	if got := w.read(t, features.Query{Collection: c, Actor: grid.Actor{Role: grid.RoleReader, Scope: "999"}}); len(got) > 0 {
		t.Errorf("a scope that is no division reads %d", len(got))
	}
}

// checkPast: what has not changed is the same at an instant since.
func (w town) checkPast(t *testing.T, all map[string][]grid.Feature) {
	past := w
	then := *w.state
	then.At = time.Now()
	past.state = &then
	for _, id := range []string{"shelters", "incidents"} {
		c, _ := grid.CollectionByID(id)
		got := past.read(t, features.Query{Collection: c, Actor: reader, Filter: parse(t, "county_code IS NOT NULL")})
		want := slices.DeleteFunc(slices.Clone(all[id]), func(f grid.Feature) bool { return valueOf(c, f, "county_code") == nil })
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-now +then):\n%s", id, diff)
		}
		one, err := past.Feature(t.Context(), past.state, c, reader, want[3].Code)
		if err != nil || one.Code != want[3].Code {
			t.Errorf("%s %s: %+v, %v", id, want[3].Code, one, err)
		}
	}
}

// TestBoxMeansTheRealGeometry: a line's box is not the line.
func TestBoxMeansTheRealGeometry(t *testing.T) {
	t.Parallel()
	c, _ := grid.CollectionByID("hazards")
	f := grid.Feature{Geometry: orb.MultiLineString{{{0, 0}, {1, 1}}}, Values: make([]any, len(c.Fields))}
	for _, test := range []struct {
		box  geo.Box
		want bool
	}{
		{geo.Box{Min: geo.Point{X: 6e6, Y: 0}, Max: geo.Point{X: 1e7, Y: 4e6}}, false},
		{geo.Box{Min: geo.Point{X: 4e6, Y: 0}, Max: geo.Point{X: 1e7, Y: 4e6}}, true}, // at one corner
		{geo.Box{Min: geo.Point{X: 5e6, Y: 5e6}, Max: geo.Point{X: 5e6, Y: 5e6}}, true},
		{geo.Box{Min: geo.Point{X: 5e6, Y: 5e6 + 1}, Max: geo.Point{X: 5e6, Y: 5e6 + 1}}, false},
	} {
		got, err := features.Chooses(features.Query{Collection: c, Boxes: []geo.Box{test.box}}, f)
		if err != nil || got != test.want {
			t.Errorf("%v: %v, %v", test.box, got, err)
		}
	}
}
