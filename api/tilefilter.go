package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/wangge/wangge/api/ogc"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/features"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// pointTileParams are the parameters that choose what tiles of places and incidents show.
var pointTileParams = []string{"filter", "filter-lang", "datetime"}

// placeTiles are the tiles of places of every kind, or of those that the parameters choose.
func (s *Server) placeTiles(w http.ResponseWriter, r *http.Request, state *live.State, q query) (tileSource, error) {
	kinds := placeKinds()
	layer := pointLayer("places", slices.Concat([]string{"code", "kind", "name", "state"}, countFields(kinds, []string{"active", "suspended", "closed"}))...)
	return chosenTiles(q, state, &grid.AllPlaces, s.store.PlaceTile, func(query store.TileQuery) tileSource {
		return s.pointTiles(w, r, state, query, s.store.PlaceTileTag, layer)
	})
}

// incidentTiles are placeTiles of incidents.
func (s *Server) incidentTiles(w http.ResponseWriter, r *http.Request, state *live.State, q query) (tileSource, error) {
	c, _ := grid.CollectionByID(grid.CollectionIncidents)
	var kinds []string
	for _, k := range state.Codes["incident_kind"] {
		kinds = append(kinds, k.Code)
	}
	layer := pointLayer("incidents", slices.Concat([]string{"code", "kind", "state", "severity"}, countFields(kinds, grid.IncidentStates))...)
	return chosenTiles(q, state, c, s.store.IncidentTile, func(query store.TileQuery) tileSource {
		return s.pointTiles(w, r, state, query, s.store.IncidentTileTag, layer)
	})
}

// countFields are what squares say that stand for many points.
func countFields(kinds, states []string) []string {
	names := []string{"count"}
	for _, k := range kinds {
		names = append(names, "count_"+k)
	}
	for _, s := range states {
		names = append(names, "state_"+s)
	}
	return names
}

// chosenTiles narrows tiles to what filter and datetime choose, and their tags with them.
func chosenTiles(q query, state *live.State, c *grid.Collection, all store.TileQuery, source func(store.TileQuery) tileSource) (tileSource, error) {
	filter, err := q.filter()
	if err != nil {
		return tileSource{}, err
	}
	if filter != nil {
		if err := filter.Check(features.Types(c, grid.Actor{Role: grid.RoleReader})); err != nil {
			return tileSource{}, ogc.BadFilter(err)
		}
	}
	from, to, err := q.period(state)
	if err != nil {
		return tileSource{}, err
	}
	if filter == nil && from.IsZero() && to.IsZero() {
		return source(all), nil
	}
	made := source(func(ctx context.Context, id mvt.TileID, f store.TileFilter) ([]byte, error) {
		f.Filter, f.From, f.To = filter, from, to
		return all(ctx, id, f)
	})
	key := fmt.Sprintf(" %s/%s", from.UTC().Format(time.RFC3339Nano), to.UTC().Format(time.RFC3339Nano))
	if filter != nil {
		key += " " + filter.Text()
	}
	whole := made.tag
	made.tag = func(ctx context.Context, id mvt.TileID) (string, error) {
		tag, err := whole(ctx, id)
		if tag != "" {
			tag += key
		}
		return tag, err
	}
	return made, nil
}
