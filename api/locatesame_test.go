package api_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

// randomPlace returns a place in and around the town, often on its borders, as a question of a batch; and as the query of a GET and
// the cells of CSV when it is a point, as the query when it is a disc.
func randomPlace(rng *rand.Rand) (question, query, cells string) {
	coordinate := func(most int) float64 { // in units; every other one lies on a line of the town
		if rng.IntN(2) == 0 {
			return float64(rng.IntN(4*most+9)-4) / 4
		}
		return rng.Float64()*float64(most+1) - 0.5
	}
	x, y := coordinate(4), coordinate(2)
	lon, lat := at(x, y)
	members := url.Values{"lon": {fmt.Sprint(lon)}, "lat": {fmt.Sprint(lat)}}
	more := ""
	add := func(name, value, text string) {
		members.Set(name, text)
		more += fmt.Sprintf(`,%q:%s`, name, value)
	}
	if rng.IntN(2) == 0 {
		kind := []string{"gas", "fire_risk", "weather"}[rng.IntN(3)]
		add("kind", `"`+kind+`"`, kind)
	}
	switch rng.IntN(6) {
	case 0:
		line := [][2]float64{{x, y}, {coordinate(4), coordinate(2)}, {coordinate(4), coordinate(2)}}
		return geometry("LineString", line...), "", ""
	case 1:
		w, h := rng.Float64()*2, rng.Float64()
		return geometry("Polygon", [2]float64{x, y}, [2]float64{x + w, y}, [2]float64{x + w, y + h}, [2]float64{x, y + h}, [2]float64{x, y}), "", ""
	case 2:
		radius := fmt.Sprint(rng.Float64() * 120)
		add("radius_m", radius, radius)
	case 3:
		accuracy := fmt.Sprint(rng.IntN(60))
		add("accuracy_m", accuracy, accuracy)
	case 4:
		if more == "" {
			cells = fmt.Sprintf("%v,%v", lon, lat)
		}
	}
	return fmt.Sprintf(`{"lon":%v,"lat":%v%s}`, lon, lat, more), "?" + members.Encode(), cells
}

// TestBR28BatchIsSingle asks for random points, lines, areas and discs one by one, as lines, as an array and in CSV: every way gives the
// same answer, member by member, and the same refusals. What would be stored of them is the same too.
func TestBR28BatchIsSingle(t *testing.T) {
	t.Parallel()
	s := serve(t)
	if err := s.store.Set(t.Context(), importer, "precedence.base_kinds", []string{"gas"}); err != nil {
		t.Fatal(err)
	}
	if err := s.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.secrets["reader"] = token(t, s.store, "reader", binhu)
	rng := rand.New(rand.NewPCG(28, 28))
	var questions, queries, rows []string
	var ofRow []int
	for i := range 300 {
		question, query, cells := randomPlace(rng)
		questions, queries = append(questions, question), append(queries, query)
		if cells != "" {
			rows, ofRow = append(rows, cells), append(ofRow, i)
		}
	}
	for _, as := range []string{"", "reader"} {
		lines := s.lines(t, "", as, questions...)
		array := s.do(t, exchange{method: http.MethodPost, target: "/v1/locate", as: as, header: asJSON, body: "[" + strings.Join(questions, ",") + "]"})
		var all struct{ Answers []json.RawMessage }
		if err := json.NewDecoder(array.Body).Decode(&all); err != nil || len(lines) != len(questions) || len(all.Answers) != len(questions) {
			t.Fatalf("%d questions: %d lines, %d in the array (%v)", len(questions), len(lines), len(all.Answers), err)
		}
		served := 0
		for i, question := range questions {
			one := exchange{method: http.MethodPost, target: "/v1/locate", as: as, header: asGeoJSON, body: question}
			if queries[i] != "" {
				one = exchange{target: "/v1/locate" + queries[i], as: as}
			}
			single, status := s.raw(t, one)
			if status == http.StatusOK {
				served++
				s.sameAssignment(t, question, single)
			} else {
				single = refusal(t, single)
			}
			for way, got := range map[string]string{"line": string(lines[i]), "array": string(all.Answers[i])} {
				if !sameJSON(t, got, single) {
					t.Fatalf("%s as %q: the %s gives\n%s\nalone it is %d\n%s", question, as, way, got, status, single)
				}
			}
		}
		if served < 100 || served == len(questions) {
			t.Errorf("%d of %d are served: too few or too many to compare", served, len(questions))
		}
	}
	s.sameCSV(t, rows, ofRow, queries)
}

func (s *server) raw(t *testing.T, e exchange) (body string, status int) {
	t.Helper()
	answer := s.do(t, e)
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	conforms(t, answer, raw)
	return strings.TrimSpace(string(raw)), answer.StatusCode
}

// refusal makes of a problem what stands in its place in a batch.
func refusal(t *testing.T, problem string) string {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(problem), &members); err != nil {
		t.Fatal(problem)
	}
	for _, name := range []string{"type", "title", "status", "instance"} {
		delete(members, name)
	}
	row, err := json.Marshal(map[string]any{"error": members})
	if err != nil {
		t.Fatal(err)
	}
	return string(row)
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var values [2]any
	for i, text := range []string{a, b} {
		if err := json.Unmarshal([]byte(text), &values[i]); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	return cmp.Equal(values[0], values[1])
}

// sameAssignment compares an answer with what would be stored with a place or incident there (L3).
func (s *server) sameAssignment(t *testing.T, question, single string) {
	t.Helper()
	var p struct {
		Lon, Lat *float64
		RadiusM  float64 `json:"radius_m"`
	}
	if err := json.Unmarshal([]byte(question), &p); err != nil || p.Lon == nil || p.RadiusM > 0 {
		return
	}
	city := s.live.Now().City
	stored, err := city.Assign(t.Context(), orb.Point{*p.Lon, *p.Lat})
	if err != nil {
		t.Fatal(err)
	}
	var a answered
	if err := json.Unmarshal([]byte(single), &a); err != nil {
		t.Fatal(err)
	}
	code := func(id int64) string {
		if g := city.GridByID(id); g != nil {
			return g.Code
		}
		return ""
	}
	shown := func(g *answeredGrid) string {
		if g == nil {
			return ""
		}
		return g.Code
	}
	if code(stored.BaseGridID) != shown(a.Base) || code(stored.DedicatedID) != shown(a.Dedicated) || stored.OnBoundary != a.OnBoundary {
		t.Errorf("%s: stored is %+v, the answer %s", question, stored, single)
	}
}

// sameCSV compares the columns of CSV with single answers.
func (s *server) sameCSV(t *testing.T, rows []string, ofRow []int, queries []string) {
	t.Helper()
	body, status := s.raw(t, exchange{method: http.MethodPost, target: "/v1/locate", header: asCSV, body: "lon,lat\n" + strings.Join(rows, "\n") + "\n"})
	got, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || status != http.StatusOK || len(got) != len(rows)+1 || len(rows) < 10 {
		t.Fatalf("%d rows of %d: %v", len(got), len(rows), err)
	}
	for i, row := range got[1:] {
		single, status := s.raw(t, exchange{target: "/v1/locate" + queries[ofRow[i]]})
		var a answered
		if err := json.Unmarshal([]byte(single), &a); err != nil {
			t.Fatal(err)
		}
		if status != http.StatusOK {
			if !strings.HasPrefix(row[len(row)-1], a.Code+": ") {
				t.Errorf("%s: %v, alone %s", rows[i], row, single)
			}
			continue
		}
		want := []string{a.Outcome, "", "", "", a.Divisions[0].Code}
		if a.Base != nil {
			want[1] = a.Base.Code
		}
		if a.Dedicated != nil {
			want[2] = a.Dedicated.Code
		}
		if a.Responsible != nil {
			want[3] = a.Responsible.Code
		}
		if strings.Join(row[2:7], " ") != strings.Join(want, " ") || row[8] != fmt.Sprint(a.OnBoundary) {
			t.Errorf("%s: %v, alone %s", rows[i], row, single)
		}
	}
}
