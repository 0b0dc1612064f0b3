package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// drawnReach is more than how far from a tile, in tile units, a grid can lie that the tile shows something of.
const drawnReach = 80

// freshPair is two servers on the city of the soak: what is written through one is fetched from the other.
type freshPair struct {
	soakPlanner
	one, other *server
	tiles      map[string]mvt.TileID // by target
	places     []freshPlace
	counts     map[string]int // of what was proved
}

type freshPlace struct {
	Code    string
	Version int
	at      geo.Point
}

// shownTile is how a server answers a tile.
type shownTile struct {
	status    int
	tag, body string
}

// newFreshPair makes the pair and chooses the tiles that are looked at: all that show the city, and some far from it.
func newFreshPair(t *testing.T, seed uint64) *freshPair {
	t.Helper()
	pool := gridtest.Pool(t)
	fillSoak(t, store.New(pool))
	secret := token(t, store.New(pool), "administrator", "")
	p := &freshPair{tiles: map[string]mvt.TileID{}, counts: map[string]int{}}
	p.soak, p.rng = &soak{T: t, pool: pool}, rand.New(rand.NewPCG(seed, 5))
	for _, s := range []**server{&p.one, &p.other} {
		*s = crierOn(t, pool, time.Second, func(c *api.Config) { c.TileCache = 8 << 20 }).server
		(*s).secrets["city"] = secret
		p.servers = append(p.servers, soakServer{server: *s})
	}
	for _, z := range []uint8{0, 9, 13, 14, 15, 16} {
		around := mvt.Cover(box(-4, -4, 2*soakSide+8, 2*soakSide+8).Box(), z, 0)
		for id := range around.All() {
			for _, tileset := range []string{"grids", "places", "incidents"} {
				p.tiles[fmt.Sprintf("/tiles/%s/%s.mvt", tileset, id)] = id
			}
		}
	}
	return p
}

// fetch asks a server for a tile, in one of the codings.
func (p *freshPair) fetch(on *server, target, header string) shownTile {
	p.Helper()
	id := p.tiles[target]
	coding := []string{"identity", "gzip", "zstd"}[(id.X+id.Y)%3]
	answer := on.do(p.T, exchange{target: target, as: "city", header: "Accept-Encoding: " + coding + "\n" + header})
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 400 {
		p.Fatalf("%s: %s %s (%v)", target, answer.Status, body, err)
	}
	return shownTile{answer.StatusCode, answer.Header.Get("ETag"), string(body)}
}

// look fetches all tiles from the server that does not write.
func (p *freshPair) look() map[string]shownTile {
	all := map[string]shownTile{}
	for target := range p.tiles {
		all[target] = p.fetch(p.other, target, "")
	}
	return all
}

// hold asks the other server, by what it had before, for every tile after something was written on the first; editions are those that the
// first answered. No answer may keep back what the first server shows; near tiles must be new and far ones unchanged.
func (p *freshPair) hold(what, editions string, before map[string]shownTile, near, far func(target string, id mvt.TileID) bool) {
	p.Helper()
	for target, id := range p.tiles {
		was := before[target]
		got := p.fetch(p.other, target, "If-None-Match: "+was.tag+"\nWangge-Min-Edition: "+editions+"\n")
		now := p.fetch(p.one, target, "Wangge-Min-Edition: "+editions+"\n")
		switch {
		case got.tag != now.tag:
			p.Errorf("%s: after %s the servers have the tags %s and %s", target, what, got.tag, now.tag)
		case got.status == http.StatusNotModified && now.body != was.body:
			p.Errorf("%s: a 304 hides %s", target, what)
		case got.status != http.StatusNotModified && (got.body != now.body || got.tag == was.tag):
			p.Errorf("%s: after %s got %d with the tag %s, other bytes than the server that wrote has: %t", target, what, got.status, got.tag, got.body != now.body)
		}
		if near(target, id) {
			p.counts["near"]++
			if got.status == http.StatusNotModified {
				p.Errorf("%s: 304 after %s", target, what)
			}
		}
		if far(target, id) {
			p.counts["far"]++
			if got.status != http.StatusNotModified {
				p.Errorf("%s: %d after %s, which is far away", target, got.status, what)
			}
		}
	}
}

// corners returns the vertices of an area.
func corners(area geo.MultiPolygon) map[geo.Point]bool {
	all := map[geo.Point]bool{}
	for _, polygon := range area {
		for _, ring := range polygon {
			for _, v := range ring {
				all[v] = true
			}
		}
	}
	return all
}

// write sends a request to the first server as the city's administrator and reports whether it was accepted, with the editions that the
// answer names.
func (p *freshPair) write(method, target, body string, version int, into any) (editions string, ok bool) {
	p.Helper()
	header := asJSON
	if version > 0 {
		header += "If-Match: " + strconv.Quote(strconv.Itoa(version)) + "\n"
	}
	answer := p.one.do(p.T, exchange{method: method, target: target, header: header, as: "city", body: body})
	raw, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 500 {
		p.Fatalf("%s %s %s: %s %s (%v)", method, target, body, answer.Status, raw, err)
	}
	if answer.StatusCode >= 300 {
		return "", false
	}
	if err := json.Unmarshal(raw, into); err != nil {
		p.Fatal(err)
	}
	return answer.Header.Get("Wangge-Edition"), true
}

// publish puts a plan of some random changes in force.
func (p *freshPair) publish() {
	p.Helper()
	before, was := p.look(), p.one.live.Now().City
	county := soakCounty(p.rng.IntN(soakCounties))
	var plan soakPlan
	if _, ok := p.write(http.MethodPost, "/v1/plans", `{"counties":["`+county+`"],"title":"调整","reason":"workload"}`, 0, &plan); !ok {
		p.Fatal("no plan was made")
	}
	wanted := 1 + p.rng.IntN(2)
	for tries := 0; tries < 30 && wanted > 0; tries++ {
		var made struct{ Plan struct{ Version int } }
		if _, ok := p.write(http.MethodPost, "/v1/plans/"+plan.Code+"/changes", p.change(&plan), plan.Version, &made); ok {
			plan.Version = made.Plan.Version
			wanted--
		}
	}
	err := p.pool.QueryRow(p.Context(), `
		UPDATE plan
		SET state = 'decided', decided_at = now(), decided_by = 'test', checked_position = position, version = version + 1
		WHERE code = $1
		RETURNING version`, plan.Code).Scan(&plan.Version)
	if err != nil {
		p.Fatal(err)
	}
	editions, ok := p.write(http.MethodPost, "/v1/plans/"+plan.Code+"/publish", "", plan.Version, &plan)
	if !ok {
		p.counts["refused"]++
		return
	}
	p.counts["published"]++
	changed, touched := redrawn(p.T, was, p.one.live.Now().City)
	least := p.one.live.Now().City.LeastZooms()
	ofGrids := func(target string) bool { return strings.HasPrefix(target, "/tiles/grids") }
	p.hold("plan "+plan.Code, editions, before, func(target string, id mvt.TileID) bool {
		return ofGrids(target) && slices.ContainsFunc(changed, func(g grid.Grid) bool {
			spot, err := geo.Snap(g.LabelPoint)
			return err == nil && id.Z >= least[layerOf(g)] && mvt.Cover(geo.Box{Min: spot, Max: spot}, id.Z, 0).Contains(id)
		})
	}, func(target string, id mvt.TileID) bool {
		return ofGrids(target) && !slices.ContainsFunc(touched, func(b geo.Box) bool { return b.Intersects(id.Box(drawnReach)) })
	})
}

// layerOf returns the layer of tiles that shows a grid.
func layerOf(g grid.Grid) string {
	if g.Kind == grid.Dedicated {
		return edition.LayerDedicated
	}
	return edition.LayerBase
}

// redrawn returns the grids that differ between two cities, as they are in each, and the boxes of all that may be drawn otherwise: of those,
// of the void areas and the divisions that differ, and of what touches one of them.
func redrawn(t *testing.T, was, is *edition.City) (changed []grid.Grid, touched []geo.Box) {
	t.Helper()
	type part struct {
		key  string
		area geo.MultiPolygon
		grid *grid.Grid
	}
	parts := func(c *edition.City) map[string]part {
		all := map[string]part{}
		add := func(shown string, boundary orb.MultiPolygon, g *grid.Grid) {
			area, err := geo.FromOrb(boundary)
			if err != nil {
				t.Fatal(err)
			}
			key := fmt.Sprint(shown, boundary)
			all[key] = part{key, area, g}
		}
		for _, e := range c.Editions() {
			for _, g := range slices.Concat(e.Base(), e.Dedicated()) {
				add(fmt.Sprint(g.ID, g.Code, g.Name), g.Boundary, &g)
			}
			for _, v := range e.Voids() {
				add(v.Code, v.Boundary, nil)
			}
		}
		for _, d := range c.Divisions() {
			add(d.Code+fmt.Sprint(d.LabelPoint), d.Outline, nil)
		}
		return all
	}
	before, after := parts(was), parts(is)
	moved := map[geo.Point]bool{}
	for _, sides := range [][2]map[string]part{{before, after}, {after, before}} {
		for key, p := range sides[0] {
			if _, same := sides[1][key]; same {
				continue
			}
			touched = append(touched, p.area.Box())
			if p.grid != nil {
				changed = append(changed, *p.grid)
				for v := range corners(p.area) {
					moved[v] = true
				}
			}
		}
	}
	for _, side := range []map[string]part{before, after} {
		for _, p := range side {
			if p.grid == nil {
				continue
			}
			for v := range corners(p.area) {
				if moved[v] {
					touched = append(touched, p.area.Box())
					break
				}
			}
		}
	}
	return changed, touched
}

// spot is somewhere in the city.
func (p *freshPair) spot() geo.Point {
	return geo.Point{X: 1_203_000_000 + p.rng.Int32N(2*soakSide*unit), Y: 315_000_000 + p.rng.Int32N(2*soakSide*unit)}
}

// touch makes a place, moves one or reports an incident.
func (p *freshPair) touch() {
	p.Helper()
	before, to := p.look(), p.spot()
	tileset, what, spots := "places", "a new place", []geo.Point{to}
	editions, ok := "", false
	switch kind := p.rng.IntN(3); {
	case kind == 0:
		tileset, what = "incidents", "a new incident"
		body := `{"kind":"gas","source":"patrol","title":"燃气味","reported_at":"2026-11-22T09:00:00+08:00",` + spotOf(to) + `}`
		editions, ok = p.write(http.MethodPost, "/v1/incidents", body, 0, new(struct{}))
	case kind == 1 && len(p.places) > 0:
		moved := &p.places[p.rng.IntN(len(p.places))]
		what, spots = "the move of "+moved.Code, append(spots, moved.at)
		editions, ok = p.write(http.MethodPatch, "/v1/places/"+moved.Code, "{"+spotOf(to)+"}", moved.Version, moved)
		moved.at = to
	default:
		made := freshPlace{at: to}
		body := `{"kind":"hazard","name":"隐患",` + spotOf(to) + `,"detail":{"hazard_kind":"gas","level":"general","found_at":"2026-11-20T08:30:00+08:00"}}`
		editions, ok = p.write(http.MethodPost, "/v1/places", body, 0, &made)
		p.places = append(p.places, made)
	}
	if !ok {
		p.Fatalf("%s at %v was refused", what, to)
	}
	shows := func(id mvt.TileID) bool {
		return slices.ContainsFunc(spots, func(s geo.Point) bool { return mvt.Cover(geo.Box{Min: s, Max: s}, id.Z, 0).Contains(id) })
	}
	p.hold(what, editions, before, func(target string, id mvt.TileID) bool {
		return strings.HasPrefix(target, "/tiles/"+tileset) && shows(id)
	}, func(target string, id mvt.TileID) bool {
		for id.Z > 14 { // whose tiles are counted
			id = id.Parent()
		}
		return !strings.HasPrefix(target, "/tiles/"+tileset) || !shows(id)
	})
}
