package api_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/wangge/wangge/api/ogc"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// TestOGCDocumentHasEveryRoute: what is routed is described, and the other way round.
func TestOGCDocumentHasEveryRoute(t *testing.T) {
	t.Parallel()
	g := newGIS(t, "planner")
	g = g.server.gis(t, "planner")
	var routed, described []string
	for _, route := range ogc.New(ogc.Config{}).Routes() {
		path := strings.TrimPrefix(route.Path, ogc.Root)
		if path == "" {
			continue // the landing page, which stands there with a slash too
		}
		path = strings.ReplaceAll(path, "{feature}", "{featureId}")
		if !strings.Contains(path, "{collection}") {
			routed = append(routed, path)
			continue
		}
		for _, c := range grid.Collections {
			routed = append(routed, strings.ReplaceAll(path, "{collection}", c.ID))
		}
	}
	ids := map[string]bool{}
	for path, item := range g.document.Paths.Map() {
		described = append(described, path)
		if id := item.Get.OperationID; id == "" || ids[id] {
			t.Errorf("%s: operation %q", path, id)
		} else {
			ids[id] = true
		}
		if len(item.Operations()) != 1 {
			t.Errorf("%s is not only read", path)
		}
	}
	slices.Sort(routed)
	slices.Sort(described)
	if !slices.Equal(routed, described) {
		t.Errorf("routed %v\ndescribed %v", routed, described)
	}
}

// TestOGCParametersDoNotCollide: no property has the name of a parameter.
func TestOGCParametersDoNotCollide(t *testing.T) {
	t.Parallel()
	for _, c := range grid.Collections {
		for _, f := range c.Fields {
			if slices.Contains([]string{"f", "limit", "cursor", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs", "lang", "geometry"}, f.Name) {
				t.Errorf("%s has a property %s", c.ID, f.Name)
			}
		}
	}
}

func TestOGCMethods(t *testing.T) {
	t.Parallel()
	g := newGIS(t, "")
	for _, path := range everyPath(g) {
		options := g.do(t, exchange{method: http.MethodOptions, target: "/ogc" + path})
		if got := options.Header.Get("Allow"); got != "GET, HEAD, OPTIONS" || options.StatusCode != http.StatusNoContent || options.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("OPTIONS %s: %s, Allow: %s", path, options.Status, got)
		}
		got, head := g.do(t, exchange{target: "/ogc" + path}), g.do(t, exchange{method: http.MethodHead, target: "/ogc" + path})
		if head.StatusCode != got.StatusCode || head.Header.Get("Content-Type") != got.Header.Get("Content-Type") || head.Header.Get("ETag") != got.Header.Get("ETag") {
			t.Errorf("HEAD %s: %s %v, GET: %s %v", path, head.Status, head.Header, got.Status, got.Header)
		}
		if got.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s cannot be read by other pages", path)
		}
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
			if answer := g.do(t, exchange{method: method, target: "/ogc" + path}); answer.StatusCode != http.StatusMethodNotAllowed || answer.Header.Get("Allow") == "" {
				t.Errorf("%s %s: %s", method, path, answer.Status)
			}
		}
	}
}

// TestOGCTags: what is made of the editions is tagged by them, each form and each question by itself.
func TestOGCTags(t *testing.T) {
	t.Parallel()
	g := newGIS(t, "")
	seen := map[string]string{}
	targets := []string{
		"/collections/base/items", "/collections/base/items?f=html", "/collections/base/items?limit=2", "/collections/base/items?crs=" + url.QueryEscape(uriEPSG+"4326"),
		"/collections/base/items?filter=code%3D%271%27", "/collections/divisions/items", "/collections/base/items/" + lake + "001",
	}
	for _, target := range targets {
		answer, _ := g.fetch(t, target, "")
		tag := answer.Header.Get("ETag")
		if seen[tag] != "" || !strings.HasPrefix(tag, `W/"`) || answer.Header.Get("Cache-Control") != "public, max-age=0, must-revalidate" {
			t.Errorf("%s: %s as %s, %s", target, tag, seen[tag], answer.Header.Get("Cache-Control"))
		}
		seen[tag] = target
		if again, body := g.fetch(t, target, "If-None-Match: \"x\", "+tag); again.StatusCode != http.StatusNotModified || len(body) > 0 {
			t.Errorf("%s again: %s", target, again.Status)
		}
	}
	if err := addCounty(t.Context(), g.store); err != nil {
		t.Fatal(err)
	}
	if err := g.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for tag, target := range seen {
		if answer, _ := g.fetch(t, target, "If-None-Match: "+tag); answer.StatusCode != http.StatusOK {
			t.Errorf("%s after a new edition: %s", target, answer.Status)
		}
	}
}

// TestOGCAccess: anybody sees what is public (BR-63), a token what its division holds.
func TestOGCAccess(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	public := []string{"base", "dedicated", "divisions", "danger_zones", "shelters"}
	var all []string
	for _, c := range grid.Collections {
		all = append(all, c.ID)
	}
	for as, want := range map[string][]string{"": public, "bridge": all, "planner": all} {
		g := s.gis(t, as)
		var document struct{ Collections []ogcCollection }
		g.read(t, "/collections", &document)
		var got []string
		for _, c := range document.Collections {
			got = append(got, c.ID)
			if (as != "" || slices.Contains(public[:3], c.ID)) != c.Links.has(relTilesets) {
				t.Errorf("%q, %s: tiles are linked: %t", as, c.ID, c.Links.has(relTilesets))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q sees %v, want %v", as, got, want)
		}
	}
	g := s.gis(t, "")
	for _, id := range all {
		if slices.Contains(public, id) {
			continue
		}
		for _, path := range []string{"", "/items", "/items/x", "/schema", "/queryables", "/tiles", "/tiles/WebMercatorQuad", "/tiles/WebMercatorQuad/0/0/0"} {
			answer, _ := g.fetch(t, "/collections/"+id+path, "")
			if answer.StatusCode != http.StatusUnauthorized || answer.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("anybody reads %s%s: %s", id, path, answer.Status)
			}
		}
	}
	for _, path := range []string{"/tiles", "/tiles/WebMercatorQuad/0/0/0"} {
		if status := g.status(t, "/collections/shelters"+path); status != http.StatusUnauthorized {
			t.Errorf("anybody gets tiles of shelters: %d", status)
		}
	}
	s.secrets["made up"] = "AAAAAAAAAAAAAAAAAAAAAAAAAA"
	for _, path := range []string{"/collections", "/collections/base", "/collections/shelters/items", "/api"} {
		if answer := s.do(t, exchange{target: "/ogc" + path, as: "made up"}); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s with a token that is none: %s", path, answer.Status)
		}
	}
	for as, want := range map[string]string{"planner": "320211-HZ-00000001 320211-HZ-00000002 320213-HZ-00000001", "bridge": "320213-HZ-00000001"} {
		g := s.gis(t, as)
		items := g.items(t, "hazards", nil)
		if items.ids() != want || *items.NumberMatched != len(items.Features) {
			t.Errorf("%s reads %s, want %s", as, items.ids(), want)
		}
	}
	for _, c := range []struct {
		as, path string
		want     int
	}{
		{"bridge", "/collections/hazards/items/320211-HZ-00000001", 404},
		{"planner", "/collections/hazards/items/320211-HZ-00000001", 200},
		{"", "/collections/shelters/items/320211-SH-00000001", 200},
		{"", "/collections/shelters/items?source=x", 400},
		{"", "/collections/shelters/items?filter=source%20IS%20NULL", 400},
		{"planner", "/collections/shelters/items?filter=source%20IS%20NULL", 200},
	} {
		if got := s.gis(t, c.as).status(t, c.path); got != c.want {
			t.Errorf("%s as %q: got %d, want %d", c.path, c.as, got, c.want)
		}
	}
	answer := s.do(t, exchange{target: "/ogc/collections/hazards/items", as: "planner"})
	if got := answer.Header.Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("hazards are kept as %s", got)
	}
}

// TestOGCLinksCarryTheToken: below a token in the path all links stay there, so that a client needs nothing else.
func TestOGCLinksCarryTheToken(t *testing.T) {
	t.Parallel()
	s := newGIS(t, "").server
	secret, _, err := s.store.CreateToken(t.Context(), importer, store.Token{User: "gis", Role: "reader", InPath: true})
	if err != nil {
		t.Fatal(err)
	}
	g := s.gisAt(t, "/t/"+secret+"/ogc", "")
	root := g.root
	var landing ogcLanding
	g.read(t, root, &landing)
	var collections struct{ Collections []ogcCollection }
	g.read(t, landing.Links.one(t, "data", "application/json").Href, &collections)
	if len(collections.Collections) != len(grid.Collections) {
		t.Errorf("%d collections", len(collections.Collections))
	}
	links := slices.Clone(landing.Links)
	for _, c := range collections.Collections {
		links = append(links, c.Links...)
	}
	var items ogcItems
	g.read(t, root+"/collections/divisions/items?limit=2", &items)
	for _, l := range append(links, items.Links...) {
		if !strings.HasPrefix(l.Href, root) {
			t.Errorf("%+v leaves %s", l, root)
		}
	}
	_, page := g.fetch(t, root+"/collections", browser)
	if got := strings.Count(string(page), `href="`); got != strings.Count(string(page), `href="`+root) {
		t.Errorf("%d links of the page, not all below the token", got)
	}
}
