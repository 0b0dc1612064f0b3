package api

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid/edition"
)

// gauges say, when they are asked for, what the server has in memory and how far it follows the database.
type gauges struct {
	server *Server

	mu       sync.Mutex
	vertices map[*edition.Edition]int // counted once

	edition, grids, voids, edges, posts, duties           *prometheus.Desc
	listeners, feedEvents, feedBytes, feedNumber, feedLag *prometheus.Desc
	databaseUp, databaseLost, searchEntries, searchBytes  *prometheus.Desc
	keptBytes                                             *prometheus.Desc
}

func newGauges(s *Server) *gauges {
	of := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("wangge_"+name, help, labels, nil)
	}
	return &gauges{
		server: s, vertices: map[*edition.Edition]int{},
		edition: of("edition", "The edition in memory, by county.", "county"),
		grids:   of("grids", "Grids in memory, by county and kind.", "county", "kind"),
		voids:   of("void_areas", "Void areas in memory, by county.", "county"),
		edges:   of("vertices", "Vertices of grids and void areas in memory, by county.", "county"),
		posts:   of("roster_posts", "Posts in memory, by county.", "county"),
		duties:  of("roster_duties", "Duties of the days around now in memory, by county.", "county"),

		listeners:  of("feed_listeners", "Who listens to /v1/events."),
		feedEvents: of("feed_events", "What has happened last and is in memory."),
		feedBytes:  of("feed_bytes", "The bytes of its data."),
		feedNumber: of("feed_last_number", "The number of what has happened last, as far as this server knows."),
		feedLag:    of("feed_lag_seconds", "From when that was written, in its transaction, until it was handed on here."),

		databaseUp:    of("database_up", "1 while the database answers, else 0."),
		databaseLost:  of("database_lost_seconds", "How long the database has not answered; 0 while it does."),
		searchEntries: of("search_entries", "Things besides divisions and grids that search finds in memory."),
		searchBytes:   of("search_bytes", "The bytes that they take."),
		keptBytes:     of("locate_kept_bytes", "The bytes of parts of locate's answers that are kept to be sent again."),
	}
}

// Describe implements prometheus.Collector.
func (g *gauges) Describe(all chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		g.edition, g.grids, g.voids, g.edges, g.posts, g.duties, g.listeners, g.feedEvents, g.feedBytes, g.feedNumber, g.feedLag,
		g.databaseUp, g.databaseLost, g.searchEntries, g.searchBytes, g.keptBytes,
	} {
		all <- d
	}
}

// Collect implements prometheus.Collector.
func (g *gauges) Collect(all chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, value float64, labels ...string) {
		all <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	state := g.server.live.Now()
	editions := state.City.Editions()
	vertices := g.count(editions)
	for i, e := range editions {
		county := e.Info().CountyCode
		roster := state.RosterFigures(county)
		tell(g.edition, float64(e.Info().Number), county)
		tell(g.grids, float64(len(e.Base())), county, "base")
		tell(g.grids, float64(len(e.Dedicated())), county, "dedicated")
		tell(g.voids, float64(len(e.Voids())), county)
		tell(g.edges, float64(vertices[i]), county)
		tell(g.posts, float64(roster.Posts), county)
		tell(g.duties, float64(roster.Duties), county)
	}
	feed := g.server.live.Feed().Figures()
	tell(g.listeners, float64(len(g.server.listeners)))
	tell(g.feedEvents, float64(feed.Events))
	tell(g.feedBytes, float64(feed.Bytes))
	tell(g.feedNumber, float64(feed.Last))
	tell(g.feedLag, feed.Lag.Seconds())
	search := g.server.live.SearchFigures()
	tell(g.searchEntries, float64(search.Entries))
	tell(g.searchBytes, float64(search.Bytes))
	tell(g.keptBytes, float64(g.server.kept.bytes.Load()))
	up, lost := 1.0, 0.0
	if since := g.server.live.LostSince(); !since.IsZero() {
		up, lost = 0, time.Since(since).Seconds()
	}
	tell(g.databaseUp, up)
	tell(g.databaseLost, lost)
}

// count returns the vertices of each edition. Editions are immutable, so that those that were there before need not be counted again.
func (g *gauges) count(editions []*edition.Edition) []int {
	g.mu.Lock()
	defer g.mu.Unlock()
	counts, now := make([]int, len(editions)), make(map[*edition.Edition]int, len(editions))
	for i, e := range editions {
		n, counted := g.vertices[e]
		if !counted {
			n = verticesOf(e)
		}
		counts[i], now[e] = n, n
	}
	g.vertices = now
	return counts
}

func verticesOf(e *edition.Edition) (n int) {
	for _, part := range e.Tiling() {
		for _, polygon := range part {
			n += verticesIn(polygon)
		}
	}
	for i := range e.Dedicated() {
		for _, polygon := range e.Dedicated()[i].Boundary {
			for _, ring := range polygon {
				n += max(0, len(ring)-1) // the last is the first
			}
		}
	}
	return n
}

func verticesIn(polygon geo.Polygon) (n int) {
	for _, ring := range polygon {
		n += len(ring)
	}
	return n
}
