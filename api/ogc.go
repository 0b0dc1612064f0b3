package api

import (
	"net/http"

	"github.com/wangge/wangge/api/ogc"
	"github.com/wangge/wangge/grid/features"
	"github.com/wangge/wangge/grid/live"
)

// ogcRoutes returns what GIS tools ask by OGC API.
func (s *Server) ogcRoutes() []ogc.Route {
	return ogc.New(ogc.Config{
		Features: &features.Reader{Store: s.store}, Who: s.placeReader, NoToken: func() error { return notPublic() },
		NotPublic: func(w http.ResponseWriter, r *http.Request) {
			tokenOrigin(w, r)
			w.Header().Set("Cache-Control", "private, no-cache")
		},
		Base: s.base, Tiles: s.ogcTiles, Send: sendBody,
	}).Routes()
}

// ogcTiles returns a tileset as package ogc takes it.
func (s *Server) ogcTiles(w http.ResponseWriter, r *http.Request, state *live.State, name, filter string) (ogc.Tiles, error) {
	var q query
	if filter != "" {
		q.given = append(q.given, parameter{"filter", filter})
	}
	source, err := s.tileSource(w, r, state, name, q)
	if err != nil {
		return ogc.Tiles{}, err
	}
	return ogc.Tiles{MaxZoom: source.maxZoom, Box: source.box, Tag: source.tag, Tile: source.make, Cache: tileCaching(source.public, false)}, nil
}

// problemOfOGC returns the problem document of what package ogc could not answer.
func problemOfOGC(err *ogc.Error) *problem {
	p := &problem{status: err.Status, slug: err.Slug, code: err.Code, detail: err.Detail}
	if err.Param != "" {
		p.with("param", err.Param)
	}
	return p
}
