package ogc

import (
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// collectionDocument describes a collection.
type collectionDocument struct {
	ID          string         `json:"id"`
	Title       string         `json:"title"`
	Description string         `json:"description"`
	ItemType    string         `json:"itemType"`
	Extent      extentDocument `json:"extent"`
	CRS         []string       `json:"crs"`
	StorageCRS  string         `json:"storageCrs"`
	Links       []link         `json:"links"`
}

type extentDocument struct {
	Spatial  *spatialExtent  `json:"spatial,omitempty"`
	Temporal *temporalExtent `json:"temporal,omitempty"`
}

type spatialExtent struct {
	BBox [][4]float64 `json:"bbox"`
	CRS  string       `json:"crs"`
}

type temporalExtent struct {
	Interval [][2]*time.Time `json:"interval"`
	TRS      string          `json:"trs"`
}

// collections answers GET /ogc/collections: those of which who asks may read something.
func (a *API) collections(w http.ResponseWriter, r *http.Request, state *live.State) error {
	_, anybody, err := a.Who(r, state)
	if err != nil {
		return err
	}
	if !anybody {
		a.NotPublic(w, r)
	}
	q, err := a.begin(w, r, state, "/collections")
	if err != nil {
		return err
	}
	document := struct {
		Links       []link               `json:"links"`
		CRS         []string             `json:"crs"`
		Collections []collectionDocument `json:"collections"`
	}{q.selves(typeJSON), systemURIs(), []collectionDocument{}}
	for i := range grid.Collections {
		if c := &grid.Collections[i]; !anybody || isPublic(c) {
			one := *q
			one.path, one.query = "/collections/"+c.ID, q.query.only(langParam)
			document.Collections = append(document.Collections, a.describe(&one, c, anybody))
		}
	}
	return a.send(q, typeJSON, document, page{Template: "collections", Title: q.lang.say("数据集", "Collections")})
}

// isPublic reports whether anybody reads at least some of a collection.
func isPublic(c *grid.Collection) bool { return c.Public || c.SomePublic }

// collection answers GET /ogc/collections/{collection}.
func (a *API) collection(w http.ResponseWriter, r *http.Request, state *live.State) error {
	c, actor, err := a.readable(w, r, state)
	if err != nil {
		return err
	}
	q, err := a.begin(w, r, state, "/collections/"+c.ID)
	if err != nil {
		return err
	}
	return a.send(q, typeJSON, a.describe(q, c, actor.Role == ""), page{Template: "collection", Title: titleOf(c, q.lang), Collection: c})
}

// readable returns the collection of the path, with who reads it. What is not public is for who has a token.
func (a *API) readable(w http.ResponseWriter, r *http.Request, state *live.State) (*grid.Collection, grid.Actor, error) {
	id := pathVar(r, "collection")
	c, found := grid.CollectionByID(id)
	if !found {
		return nil, grid.Actor{}, notFound("There is no collection of that id: GET %s/collections lists them.", Root)
	}
	actor, anybody, err := a.Who(r, state)
	switch {
	case err != nil:
		return nil, actor, err
	case c.Public:
		return c, grid.Actor{}, nil
	case !anybody:
		a.NotPublic(w, r)
	case !isPublic(c):
		return nil, actor, a.NoToken()
	}
	return c, actor, nil
}

// pathVar returns a part of the path, "" where it cannot be decoded.
func pathVar(r *http.Request, name string) string {
	value, err := url.PathUnescape(mux.Vars(r)[name])
	if err != nil || !isText(value) {
		return ""
	}
	return value
}

// describe returns the document of a collection, whose path q has.
func (a *API) describe(q *request, c *grid.Collection, anybody bool) collectionDocument {
	links := append(
		q.selves(typeJSON),
		q.to(q.path+"/items", "items", typeGeoJSON, q.lang.say("要素（GeoJSON）", "The features as GeoJSON")),
		q.to(q.path+"/items?"+formatParam+"="+formatHTML, "items", typeHTML, q.lang.say("要素（网页）", "The features as HTML")),
	)
	links = append(links, q.alike(q.path+"/schema", relSchema, typeSchema, q.lang.say("要素的属性", "The properties of the features"))...)
	links = append(links, q.alike(q.path+"/queryables", relQueryables, typeSchema, q.lang.say("可用于筛选要素的属性", "The properties that features are chosen by"))...)
	if hasTiles(c, anybody) {
		links = append(links, q.to(q.path+"/tiles?"+formatParam+"="+formatJSON, relTilesets, typeJSON, q.lang.say("要素的矢量瓦片", "Vector tiles of the features")))
	}
	return collectionDocument{
		ID: c.ID, Title: titleOf(c, q.lang), Description: q.lang.say(c.DescriptionZH, c.Description), ItemType: "feature",
		Extent: a.extent(q.state, c), CRS: systemURIs(), StorageCRS: crs84, Links: links,
	}
}

// titleOf returns what a collection is called.
func titleOf(c *grid.Collection, l language) string { return l.say(c.TitleZH, c.Title) }

// extent returns where and when features of a collection are: the city's box, and from the first instant that there is to an open end.
func (a *API) extent(state *live.State, c *grid.Collection) extentDocument {
	var e extentDocument
	if box := state.City.Box(); !box.Empty() {
		e.Spatial = &spatialExtent{BBox: [][4]float64{degrees(box)}, CRS: crs84}
	}
	if c.Time != "" {
		first := a.cities.of(state.City).firstTime(c)
		e.Temporal = &temporalExtent{Interval: [][2]*time.Time{{first, nil}}, TRS: "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}
	}
	return e
}

// degrees returns a box as west, south, east, north.
func degrees(box geo.Box) [4]float64 {
	low, high := box.Min.Orb(), box.Max.Orb()
	return [4]float64{low[0], low[1], high[0], high[1]}
}
