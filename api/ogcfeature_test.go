package api_test

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/wangge/wangge/geo/crs"
)

func suiteFeature(t *testing.T, g *gis) {
	for _, c := range g.collectionsOf(t) {
		for _, listed := range g.items(t, c.ID, nil).Features {
			var one ogcFeature
			answer := g.read(t, "/collections/"+c.ID+"/items/"+url.PathEscape(listed.ID), &one)
			if answer.Header.Get("Content-Type") != "application/geo+json" {
				t.Error(answer.Header)
			}
			one.Links.one(t, "self", "application/geo+json")
			one.Links.one(t, "alternate", "text/html")
			one.Links.one(t, "collection", "application/json")
			if one.Links = nil; !reflect.DeepEqual(one, listed) {
				t.Errorf("listed as %+v, by itself %+v", listed, one)
			}
		}
	}
}

const (
	uriCRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	uriEPSG  = "http://www.opengis.net/def/crs/EPSG/0/"
)

// ogcSystems are the systems with how they are computed here, independently of package ogc.
var ogcSystems = map[string]func(lon, lat float64) [2]float64{
	uriCRS84:         func(lon, lat float64) [2]float64 { return [2]float64{lon, lat} },
	uriEPSG + "4326": func(lon, lat float64) [2]float64 { return [2]float64{lat, lon} },
	uriEPSG + "4490": func(lon, lat float64) [2]float64 { return [2]float64{lat, lon} },
	uriEPSG + "3857": func(lon, lat float64) [2]float64 {
		const radius = 6378137
		return [2]float64{radius * lon * math.Pi / 180, radius * math.Log(math.Tan(math.Pi/4+lat*math.Pi/360))}
	},
}

func suiteCRS(t *testing.T, g *gis) {
	for _, c := range g.collectionsOf(t) {
		if len(c.CRS) != len(ogcSystems) || !slices.Contains(c.CRS, c.StorageCRS) {
			t.Errorf("%s: %v, stored in %s", c.ID, c.CRS, c.StorageCRS)
		}
		plain := g.items(t, c.ID, nil)
		for _, uri := range c.CRS {
			compute := ogcSystems[uri]
			var items ogcItems
			answer := g.read(t, "/collections/"+c.ID+"/items?crs="+url.QueryEscape(uri), &items)
			if got := answer.Header.Get("Content-Crs"); got != "<"+uri+">" {
				t.Errorf("Content-Crs: %s", got)
			}
			for i, f := range items.Features {
				was := plain.Features[i].Geometry.positions(t)
				for k, p := range f.Geometry.positions(t) {
					if want := compute(was[k][0], was[k][1]); math.Abs(p[0]-want[0]) > 6e-4 || math.Abs(p[1]-want[1]) > 6e-4 || uri != uriEPSG+"3857" && p != want {
						t.Errorf("%s %s: got %v, want %v", uri, f.ID, p, want)
					}
					if uri == uriEPSG+"3857" { // comes back to its lattice unit
						if back := crs.FromMercator(p[0], p[1]); math.Round(back[0]*1e7) != math.Round(was[k][0]*1e7) || math.Round(back[1]*1e7) != math.Round(was[k][1]*1e7) {
							t.Errorf("%v comes back as %v", was[k], back)
						}
					}
				}
			}
			west, south := at(0.1, 0.1)
			east, north := at(1.4, 0.9)
			low, high := compute(west, south), compute(east, north)
			boxed := url.Values{"bbox-crs": {uri}, "bbox": {fmt.Sprintf("%.9f,%.9f,%.9f,%.9f", low[0], low[1], high[0], high[1])}}
			if got, want := g.items(t, c.ID, boxed).ids(), g.items(t, c.ID, url.Values{"bbox": {degreesBox(0.1, 0.1, 1.3, 0.8)}}).ids(); got != want {
				t.Errorf("%s in %s: got %q, want %q", c.ID, uri, got, want)
			}
			for _, f := range plain.Features {
				answer, _ := g.fetch(t, "/collections/"+c.ID+"/items/"+f.ID+"?crs="+url.QueryEscape(uri), "")
				if got := answer.Header.Get("Content-Crs"); got != "<"+uri+">" {
					t.Errorf("Content-Crs of %s: %s", f.ID, got)
				}
			}
		}
		answer, _ := g.fetch(t, "/collections/"+c.ID+"/items", "")
		if got := answer.Header.Get("Content-Crs"); got != "<"+uriCRS84+">" {
			t.Errorf("Content-Crs without crs: %s", got)
		}
		for _, bad := range []string{"crs=http://www.opengis.net/def/crs/0/unsupported", "bbox=1,1,2,2&bbox-crs=http://www.opengis.net/def/crs/0/unsupported", "crs=", "bbox-crs=" + uriCRS84} {
			if status := g.status(t, "/collections/"+c.ID+"/items?"+bad); status != http.StatusBadRequest {
				t.Errorf("%s: %d", bad, status)
			}
		}
	}
}

// suiteQuirk follows next as the suite does: it adds each of the link's parameters to the link once more, and the greatest limit.
func suiteQuirk(t *testing.T, g *gis) {
	page := g.items(t, "divisions", url.Values{"limit": {"2"}, "bbox": {"-180,-90,180,90"}, "crs": {uriEPSG + "4490"}, "filter": {"level <> 'x'"}, "level": {"community"}})
	if page.Links.has("next") {
		t.Fatal("there are two communities")
	}
	page = g.items(t, "divisions", url.Values{"limit": {"2"}, "bbox": {"-180,-90,180,90"}, "crs": {uriEPSG + "4490"}, "filter": {"level <> 'x'"}})
	link := page.Links.one(t, "next", "application/geo+json").Href
	at, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"limit", "bbox", "crs", "filter", "cursor"} {
		if !at.Query().Has(name) {
			t.Errorf("%s lacks %s", link, name)
		}
	}
	for pair := range strings.SplitSeq(at.RawQuery, "&") {
		if !strings.Contains(pair, "=") {
			t.Errorf("%s has %s", link, pair)
		}
		name, _, _ := strings.Cut(pair, "=")
		if name == "limit" {
			pair = "limit=10000"
		}
		link += "&" + pair
	}
	var rest ogcItems
	g.read(t, link, &rest)
	if *rest.NumberReturned != 5 || rest.Links.has("next") {
		t.Errorf("%d features on the second page of 7 divisions", *rest.NumberReturned)
	}
	if status := g.status(t, link+"&level=city&level=county"); status != http.StatusBadRequest {
		t.Errorf("another parameter with two values: %d", status)
	}
	if status := g.status(t, link+"&limit=x"); status != http.StatusBadRequest {
		t.Errorf("a second limit that is none: %d", status)
	}
}
