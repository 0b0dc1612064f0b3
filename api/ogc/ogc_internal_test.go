package ogc

import (
	"bytes"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
)

// TestPositionsComeBack: whatever is on the lattice comes back to its unit from every system, as far north and south as the system reaches.
func TestPositionsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := geo.Point{X: rapid.Int32Range(-1_800_000_000, 1_800_000_000).Draw(t, "x"), Y: rapid.Int32Range(-850_000_000, 850_000_000).Draw(t, "y")}
		for _, s := range systems {
			text := strings.Trim(string(s.appendPosition(nil, p.Orb())), "[]")
			first, second, _ := strings.Cut(text, ",")
			x, errX := parseNumber(first)
			y, errY := parseNumber(second)
			if errX != nil || errY != nil {
				t.Fatalf("%s is no position", text)
			}
			back := s.toWGS84(orb.Point{x, y})
			if got := (geo.Point{X: int32(math.Round(back[0] * 1e7)), Y: int32(math.Round(back[1] * 1e7))}); got != p {
				t.Errorf("%s: %v comes back as %v by %s", s.uri, p, got, text)
			}
			for _, number := range []string{first, second} {
				if _, decimals, _ := strings.Cut(number, "."); len(decimals) > 7 {
					t.Errorf("%s has more than seven decimals", text)
				}
			}
		}
	})
}

// TestBoxesOfAllSystems: a box on the lattice is the same box in every system.
func TestBoxesOfAllSystems(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		low := geo.Point{X: rapid.Int32Range(-1_800_000_000, 1_800_000_000).Draw(t, "west"), Y: rapid.Int32Range(-850_000_000, 840_000_000).Draw(t, "south")}
		high := geo.Point{X: rapid.Int32Range(-1_800_000_000, 1_800_000_000).Draw(t, "east"), Y: rapid.Int32Range(low.Y, 850_000_000).Draw(t, "north")}
		want := []geo.Box{{Min: low, Max: high}}
		if low.X > high.X {
			want = []geo.Box{{Min: low, Max: geo.Point{X: 1_800_000_000, Y: high.Y}}, {Min: geo.Point{X: -1_800_000_000, Y: low.Y}, Max: high}}
		}
		for _, s := range systems {
			corner := func(p geo.Point) string { return strings.Trim(string(s.appendPosition(nil, p.Orb())), "[]") }
			got, err := query{bboxParam: corner(low) + "," + corner(high), bboxCRSParam: s.uri}.boxes()
			if err != nil || len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
				t.Errorf("%s: got %v, want %v (%v)", s.uri, got, want, err)
			}
		}
	})
}

func TestDatetime(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 8*3600)
	for text, want := range map[string]string{
		"2026-03-01T08:00:00Z":                      "2026-03-01T08:00:00Z 2026-03-01T08:00:00Z",
		"2026-03-01t08:00:00+08:00":                 "2026-03-01T00:00:00Z 2026-03-01T00:00:00Z",
		"2026-03-01":                                "2026-02-28T16:00:00Z 2026-03-01T15:59:59.999999Z",
		"2026-03-01/2026-03-02":                     "2026-02-28T16:00:00Z 2026-03-02T15:59:59.999999Z",
		"2026-03-01T00:00:00Z/..":                   "2026-03-01T00:00:00Z -",
		"/2026-03-01T00:00:00Z":                     "- 2026-03-01T00:00:00Z",
		"2026-03-01T00:00:00Z/P1M":                  "2026-03-01T00:00:00Z 2026-04-01T00:00:00Z",
		"P1Y2M3DT4H5M6S/2026-03-01T00:00:00Z":       "2024-12-28T19:54:54Z 2026-03-01T00:00:00Z",
		"2026-03-01T00:00:00Z/P2W":                  "2026-03-01T00:00:00Z 2026-03-15T00:00:00Z",
		"2026-03-01T00:00:00Z/2026-03-01T00:00:00Z": "2026-03-01T00:00:00Z 2026-03-01T00:00:00Z",
	} {
		in, err := parsePeriod(text, zone)
		show := func(t time.Time) string {
			if t.IsZero() {
				return "-"
			}
			return t.UTC().Format(time.RFC3339Nano)
		}
		if got := show(in.from) + " " + show(in.to); err != nil || got != want {
			t.Errorf("%s: got %s (%v), want %s", text, got, err, want)
		}
	}
}

func TestPrefersHTML(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]bool{
		"": false, "*/*": false, "application/json": false, "application/geo+json, */*;q=0.1": false, "text/html": true,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": true, "text/html, application/json": false,
		"text/html;q=0.5, application/json;q=0.4": true, "text/html;q=0.4, application/geo+json;q=0.5": false, "text/html;q=0": false,
		"TEXT/HTML; charset=utf-8": true, "text/html;q=x": true, ";,;;q=": false, "application/vnd.oai.openapi+json;version=3.0": false, "text/html;q=0.1,*/*": false,
	} {
		if got := prefersHTML(accept); got != want {
			t.Errorf("%q: got %t", accept, got)
		}
	}
}

// TestLinkParametersAddUp: a link's parameters may be added to it once more, in any order, with another limit.
func TestLinkParametersAddUp(t *testing.T) {
	t.Parallel()
	known := []string{limitParam, cursorParam, filterParam, bboxParam}
	rapid.Check(t, func(t *rapid.T) {
		given := url.Values{limitParam: {"10"}, cursorParam: {rapid.StringMatching(`[A-Za-z0-9_-]{1,20}`).Draw(t, "cursor")}}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(known[2:]), rapid.ID[string]).Draw(t, "names") {
			given.Set(name, rapid.StringN(0, 20, -1).Filter(isText).Draw(t, name))
		}
		once, err := readQuery(&http.Request{URL: &url.URL{RawQuery: given.Encode()}}, known...)
		if err != nil {
			t.Fatal(err)
		}
		given[limitParam] = []string{"10", "10000"}
		twice, err := readQuery(&http.Request{URL: &url.URL{RawQuery: once.values().Encode() + "&" + given.Encode()}}, known...)
		if err != nil || twice[limitParam] != "10000" {
			t.Fatal(twice, err)
		}
		for name, value := range once {
			if name != limitParam && twice[name] != value {
				t.Errorf("%s: %q and %q", name, value, twice[name])
			}
		}
	})
}

// TestOnlyLayers compares with a decoder.
func TestOnlyLayers(t *testing.T) {
	t.Parallel()
	layers := mvt.Layers{}
	for _, name := range []string{"base", "dedicated", "divisions", "labels"} {
		layers = append(layers, mvt.NewLayer(name, &geojson.FeatureCollection{Features: []*geojson.Feature{geojson.NewFeature(orb.Point{1, 2})}}))
	}
	tile, err := mvt.Marshal(layers)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][]string{{"base"}, {"divisions", "labels"}, {"nothing"}} {
		cut, err := onlyLayers(tile, want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := mvt.Unmarshal(cut)
		var names []string
		for _, l := range got {
			names = append(names, l.Name)
		}
		if text := strings.Join(names, " "); err != nil || text != strings.Join(want, " ") && want[0] != "nothing" || want[0] == "nothing" && text != "" {
			t.Errorf("got %s (%v), want %v", text, err, want)
		}
	}
	if whole, err := onlyLayers(tile, nil); err != nil || !bytes.Equal(whole, tile) {
		t.Error("all layers are another tile")
	}
}

// FuzzOnlyLayers: bytes that are no tile are an error or cut, never a panic, and never grow.
func FuzzOnlyLayers(f *testing.F) {
	f.Add([]byte{0x1a, 6, 0x0a, 4, 'b', 'a', 's', 'e'})
	f.Add([]byte{0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0})
	f.Fuzz(func(t *testing.T, tile []byte) {
		if cut, err := onlyLayers(tile, []string{"base"}); err == nil && len(cut) > len(tile) {
			t.Errorf("%x became %x", tile, cut)
		}
	})
}

// FuzzParameters: no text of bbox, datetime, limit or cursor is more than refused.
func FuzzParameters(f *testing.F) {
	for _, seed := range []string{"bbox=1,2,3,4", "datetime=2026-03-01/P1M", "limit=10", "cursor=AA", "bbox=1,2,3,4&bbox-crs=" + crs84, "datetime=P9Y/..", "f=html"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.RawQuery = raw
		q, err := readQuery(r, append([]string{formatParam}, itemParams[:]...)...)
		if err != nil {
			return
		}
		boxes, err := q.boxes()
		for _, b := range boxes {
			if err == nil && (b.Empty() || len(boxes) > 2) {
				t.Errorf("%q: %v", raw, boxes)
			}
		}
		if in, err := parsePeriod(q[datetimeParam], time.UTC); err == nil && !in.from.IsZero() && !in.to.IsZero() && in.from.After(in.to) {
			t.Errorf("%q: %v", raw, in)
		}
		if limit, err := q.limit(); err == nil && (limit < leastLimit || limit > mostLimit) {
			t.Errorf("%q: limit %d", raw, limit)
		}
		_, _ = q.position()
		_, _ = q.expression()
		_, _ = wantsHTML(r, q)
	})
}
