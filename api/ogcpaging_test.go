package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"pgregory.net/rapid"
)

// TestOGCPaging: for any question the pages are disjoint and complete, and keep the order of one page that holds all.
func TestOGCPaging(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	g := s.gis(t, "planner")
	rapid.Check(t, func(r *rapid.T) {
		collection := rapid.SampledFrom([]string{"base", "dedicated", "divisions", "hazards", "shelters", "incidents"}).Draw(r, "collection")
		asked := url.Values{}
		if rapid.Bool().Draw(r, "boxed") {
			x, y := rapid.Float64Range(-1, 3).Draw(r, "x"), rapid.Float64Range(-1, 2).Draw(r, "y")
			asked.Set("bbox", degreesBox(x, y, rapid.Float64Range(0, 3).Draw(r, "width"), rapid.Float64Range(0, 2).Draw(r, "height")))
		}
		if rapid.Bool().Draw(r, "filtered") {
			asked.Set("filter", rapid.SampledFrom([]string{"code LIKE '320211%'", "county_code = '320213000000'", "NOT (code LIKE '%001')"}).Draw(r, "filter"))
		}
		whole := g.items(t, collection, asked)
		asked.Set("limit", fmt.Sprint(rapid.IntRange(1, 4).Draw(r, "limit")))
		paged := g.all(t, collection, asked)
		if got, want := paged.ids(), whole.ids(); got != want {
			r.Errorf("%s %v: got %q, want %q", collection, asked, got, want)
		}
		if n := paged.NumberMatched; n == nil && !asked.Has("bbox") || n != nil && *n != len(whole.Features) { // among boxes it may be left out
			r.Errorf("%s %v: numberMatched %v of %d", collection, asked, n, len(whole.Features))
		}
	})
}

// TestOGCPagingWhileWriting: what was there when the first page was read comes once, whatever is written meanwhile.
func TestOGCPagingWhileWriting(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	g := s.gis(t, "planner")
	first := g.items(t, "hazards", nil)
	seen := map[string]int{}
	for page := g.items(t, "hazards", url.Values{"limit": {"1"}}); ; {
		for _, f := range page.Features {
			seen[f.ID]++
		}
		if !page.Links.has("next") || len(seen) > 20 {
			break
		}
		if len(seen) < 10 {
			s.create(t, "/v1/places", hazard(0.1, 0.1*float64(len(seen)), ""))
		}
		next := ogcItems{}
		g.read(t, page.Links.one(t, "next", "").Href, &next)
		page = next
	}
	for _, f := range first.Features {
		if seen[f.ID] != 1 {
			t.Errorf("%s came %d times", f.ID, seen[f.ID])
		}
	}
	if answer, _ := g.fetch(t, "/collections/hazards/items?limit=1&cursor=LTE", ""); answer.StatusCode != http.StatusBadRequest { // -1
		t.Errorf("a position that is none: %s", answer.Status)
	}
}
