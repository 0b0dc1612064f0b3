package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
)

// workingSet is what the tests read of one.
type workingSet struct {
	Version  int
	Features []struct {
		Geometry   geojson.Geometry
		Properties struct {
			Kind, Code string
			Fixed      bool
		}
	}
	References []struct {
		Kind, Name string
		Geometry   geojson.Geometry
	}
	Complete *bool `json:"references_complete"`
}

// codes are those of the parts, with a star where one is fixed.
func (set *workingSet) codes() string {
	var codes []string
	for _, f := range set.Features {
		code := strings.TrimPrefix(f.Properties.Code, lake)
		if f.Properties.Fixed {
			code += "*"
		}
		codes = append(codes, code)
	}
	return strings.Join(codes, " ")
}

func (s *server) read(t *testing.T, e exchange, into any) *http.Response {
	t.Helper()
	answer := s.do(t, e)
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	conforms(t, answer, body)
	if into != nil && json.Unmarshal(body, into) != nil || into != nil && answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", e.target, answer.Status, body)
	}
	return answer
}

// bboxOf is the parameter of a rectangle in units.
func bboxOf(x, y, width, height float64) string {
	west, south := at(x, y)
	east, north := at(x+width, y+height)
	return fmt.Sprintf("?bbox=%.7f,%.7f,%.7f,%.7f", west, south, east, north)
}

func road(from, to [2]float64) grid.Reference {
	west, south := at(from[0], from[1])
	east, north := at(to[0], to[1])
	return grid.Reference{Kind: "road", Name: "蠡湖大道", Class: "primary", Shape: orb.MultiLineString{{{west, south}, {east, north}}}}
}

// TestWorkingSet draws on a plan and asks for what there is to draw on before and after.
func TestWorkingSet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	planners(t, s)
	p := &onPlan{planCode(t, 1), 1}
	s.read(t, exchange{method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: newPlan}, nil)

	var set workingSet
	corner := "/workingset" + bboxOf(0.2, 0.2, 0.1, 0.1)
	answer := s.read(t, p.get("", "reader", corner), &set)
	if got, want := set.codes(), "001 002* 003* V01*"; got != want || answer.Header.Get("ETag") != `"1"` || set.Version != 1 {
		t.Errorf("got %q of version %d under %s, want %q", got, set.Version, answer.Header.Get("ETag"), want)
	}
	set = workingSet{}
	s.read(t, p.get("", "reader", "/workingset"+bboxOf(1.2, 0.2, 0.2, 0.5)), &set)
	if got, want := set.codes(), "002 802 001* 003* 320213001001001* V01*"; !sameWords(got, want) {
		t.Errorf("in the middle of 002: %q, want %q", got, want)
	}

	again := p.get("", "reader", corner)
	again.header = "If-None-Match: \"1\"\n"
	if answer := s.read(t, again, nil); answer.StatusCode != http.StatusOK { // what is fixed may be another county's next edition
		t.Errorf("asked again: %s", answer.Status)
	}
	s.read(t, p.act("", "planner", "/changes", change("shift", `"grid":"`+lake+`001",`+line([2]float64{1, 0.1}, [2]float64{1.0123, 0.5003}, [2]float64{1, 0.9}))), nil)
	set = workingSet{}
	if answer := s.read(t, again, &set); answer.Header.Get("ETag") != `"2"` {
		t.Errorf("after a change: %s", answer.Header.Get("ETag"))
	}
	lon, lat := at(1.0123, 0.5003)
	for _, code := range []string{"001", "002"} {
		if !hasVertex(&set, lake+code, orb.Point{lon, lat}) {
			t.Errorf("%s lacks the new vertex of the border, to the last digit", code)
		}
	}
}

func sameWords(a, b string) bool {
	return slices.Equal(slices.Sorted(slices.Values(strings.Fields(a))), slices.Sorted(slices.Values(strings.Fields(b))))
}

func hasVertex(set *workingSet, code string, at orb.Point) bool {
	for _, f := range set.Features {
		if m, ok := f.Geometry.Geometry().(orb.MultiPolygon); ok && f.Properties.Code == code {
			return slices.Contains(m[0][0], at)
		}
	}
	return false
}

// TestWorkingSetRefused says what is wrong with a question.
func TestWorkingSetRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	planners(t, s)
	p := &onPlan{planCode(t, 1), 1}
	s.read(t, exchange{method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: newPlan}, nil)
	for path, want := range map[string]int{
		"/workingset":            http.StatusBadRequest,
		"/workingset?bbox=1,2,3": http.StatusBadRequest,
		"/workingset?bbox=1,2,3,4&references=perhaps": http.StatusBadRequest,
		"/block?lon=120.3&lat=31.5&grid=nowhere":      http.StatusBadRequest,
		"/block?lon=120.3&grid=" + lake + "001":       http.StatusBadRequest,
		"/workingset?bbox=120.3,31.5,120.31,31.51":    http.StatusOK,
	} {
		if answer := s.read(t, p.get("", "reader", path), nil); answer.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, answer.Status, want)
		}
	}
	if answer := s.read(t, p.get("", "", "/workingset"+bboxOf(0, 0, 1, 1)), nil); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a token: %s", answer.Status)
	}
	missing := onPlan{"320211-1999-001", 1}
	if answer := s.read(t, missing.get("", "reader", "/workingset"+bboxOf(0, 0, 1, 1)), nil); answer.StatusCode != http.StatusNotFound {
		t.Errorf("of no plan: %s", answer.Status)
	}
}

// TestBlock takes a block between streets out of one grid and gives it to the next: nothing else changes.
func TestBlock(t *testing.T) {
	t.Parallel()
	s := serve(t)
	planners(t, s)
	p := &onPlan{planCode(t, 1), 1}
	s.read(t, exchange{method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: newPlan}, nil)
	spot := func(x, y float64) string {
		lon, lat := at(x, y)
		return fmt.Sprintf("/block?lon=%.7f&lat=%.7f&grid=%s002", lon, lat, lake)
	}
	var block struct{ Geometry *geojson.Geometry }
	s.read(t, p.get("", "reader", spot(1.2, 0.2)), &block)
	if block.Geometry != nil {
		t.Errorf("no street divides the grid, yet there is a block: %v", block.Geometry)
	}
	streets := []grid.Reference{road([2]float64{1.4, -1}, [2]float64{1.4, 3}), road([2]float64{0.5, 0.3}, [2]float64{1.9, 0.7})}
	err := s.store.ImportReferences(t.Context(), imported("roads", len(streets)), func(yield func(grid.Reference, error) bool) {
		for _, r := range streets {
			yield(r, nil)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var set workingSet
	s.read(t, p.get("", "reader", "/workingset"+bboxOf(1.1, 0.1, 0.3, 0.3)+"&references=true"), &set)
	if len(set.References) == 0 || set.References[0].Kind != "road" || set.Complete == nil || !*set.Complete {
		t.Errorf("what lies below: %v", set.References)
	}
	s.read(t, p.get("", "reader", spot(1.2, 0.2)), &block)
	if block.Geometry == nil {
		t.Fatal("there is no block")
	}
	shape, err := json.Marshal(block.Geometry)
	if err != nil {
		t.Fatal(err)
	}
	var edit struct {
		Findings []struct{ Rule, Class string }
		Changed  struct {
			Features []struct {
				Properties struct{ Code string }
				Geometry   geojson.Geometry
			}
		}
	}
	s.read(t, p.act("", "planner", "/changes", change("shift", `"into":"`+lake+`001","from":["`+lake+`002"],"area":`+string(shape)+`,"crs":"wgs84"`)), &edit)
	for _, f := range edit.Findings {
		if f.Class == grid.ErrorClass || f.Rule == "QC-07" || f.Rule == "QC-10" {
			t.Errorf("giving the block leaves %s", f.Rule)
		}
	}
	for _, f := range edit.Changed.Features {
		if m, ok := f.Geometry.Geometry().(orb.MultiPolygon); ok && len(m) != 1 {
			t.Errorf("%s is in %d pieces", f.Properties.Code, len(m))
		}
	}
}
