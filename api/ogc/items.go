package ogc

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/features"
	"github.com/wangge/wangge/grid/live"
)

// The bounds of a page besides its limit. A page that is full before its limit ends there and has a next one.
const (
	maxPageBytes = 16 << 20
	maxHTMLBytes = 2 << 20 // of GeoJSON for a page to look at
)

// mostCounted is up to how many features numberMatched is counted.
const mostCounted = 10_000

// itemParams are the parameters of items, besides the properties that features can be chosen by.
var itemParams = [...]string{
	limitParam, cursorParam, bboxParam, bboxCRSParam, crsParam, datetimeParam, filterParam, filterLangParam, filterCRSParam,
}

// items answers GET /ogc/collections/{collection}/items.
func (a *API) items(w http.ResponseWriter, r *http.Request, state *live.State) error {
	c, actor, err := a.readable(w, r, state)
	if err != nil {
		return err
	}
	q, err := a.begin(w, r, state, "/collections/"+c.ID+"/items", queryParameters(c, actor.Role == "")...)
	if err != nil {
		return err
	}
	question, err := q.features(c, actor)
	if err != nil {
		return err
	}
	s, err := q.query.system(crsParam)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Crs", s.header())
	byContent := actor.Role == "" && !c.Public // versions would tell anybody that something had happened which they may not see
	if !byContent {
		if had, err := a.unchanged(q, &question); had || err != nil {
			return err
		}
	}
	found, err := a.readPage(q, question, s)
	if err != nil {
		return err
	}
	if err := a.count(q, question, found); err != nil {
		return err
	}
	if byContent && a.tagged(q, c, fmt.Sprintf("%s\n%s\n%d %t", found.geoJSON, found.next, found.matched, found.counted)) {
		return nil
	}
	return a.sendItems(q, c, found)
}

// features returns what the parameters ask for.
func (q *request) features(c *grid.Collection, actor grid.Actor) (features.Query, error) {
	question := features.Query{Collection: c, Actor: actor}
	var err error
	if question.Limit, err = q.query.limit(); err != nil {
		return question, err
	}
	if question.Boxes, err = q.query.boxes(); err != nil {
		return question, err
	}
	if text, given := q.query[datetimeParam]; given {
		from, to, err := Period(text, q.state.City)
		if err != nil {
			return question, err
		}
		if c.Time != "" { // what has no time is not chosen by it
			question.From, question.To = from, to
		}
	}
	if question.Filter, err = q.query.filter(c); err != nil {
		return question, err
	}
	if question.Filter != nil { // before a match with the tag, which says nothing about a filter that is none
		if err := question.Filter.Check(features.Types(c, actor)); err != nil {
			return question, BadFilter(err)
		}
	}
	question.After, err = q.query.position()
	return question, err
}

// position returns what the cursor says: after which feature the page begins.
func (q query) position() (string, error) {
	text, given := q[cursorParam]
	if !given {
		return "", nil
	}
	position, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(position) == 0 || !isText(string(position)) {
		return "", badCursor()
	}
	return string(position), nil
}

func badCursor() error {
	return badParam(cursorParam, "cursor is none of ours: follow the link next of the page before.")
}

// itemsPage is one page of features.
type itemsPage struct {
	system   system
	features []grid.Feature // of a page to look at
	geoJSON  []byte         // from the beginning of the answer to its last feature
	number   int
	next     string // the position to go on from, "" for none
	matched  int    // in all pages
	counted  bool   // matched is known
}

// usualPageBytes is about as long as a page of 100 places is.
const usualPageBytes = 96 << 10

var errFull = errors.New("the page is full")

// readPage reads a page, up to its limit and its bytes.
func (a *API) readPage(q *request, question features.Query, s system) (*itemsPage, error) {
	encoder, err := newEncoder(question.Collection, s)
	if err != nil {
		return nil, err
	}
	limit, most := question.Limit, maxPageBytes
	if q.html {
		most = maxHTMLBytes
	}
	question.Limit++ // whether there is a next page
	found := &itemsPage{system: s, geoJSON: append(make([]byte, 0, usualPageBytes), `{"type":"FeatureCollection","features":[`...)}
	var last grid.Feature
	err = a.Features.Read(q.Context(), q.state, question, func(f grid.Feature) error {
		if found.number == limit || len(found.geoJSON) > most {
			if found.next, err = question.Position(&last); err != nil {
				return err
			}
			return errFull
		}
		if found.number > 0 {
			found.geoJSON = append(found.geoJSON, ",\n"...)
		}
		all, err := encoder.append(found.geoJSON, &f)
		if err != nil {
			return err
		}
		found.geoJSON = append(all, '}')
		if q.html {
			found.features = append(found.features, f)
		}
		found.number++
		last = f
		return nil
	})
	var rule *grid.RuleError
	switch {
	case err == nil || errors.Is(err, errFull):
		return found, nil
	case errors.As(err, &rule) && rule.Field == "after":
		return nil, badCursor()
	}
	return nil, BadFilter(err)
}

// count finds how many features match on all pages, where that is cheap.
func (a *API) count(q *request, question features.Query, found *itemsPage) error {
	if question.After == "" && found.next == "" {
		found.matched, found.counted = found.number, true
		return nil
	}
	var err error
	found.matched, found.counted, err = a.Features.Count(q.Context(), q.state, question, mostCounted)
	return err
}

// nextPage returns the address of the page after the one that was found, with all its parameters, "" for none.
func (q *request) nextPage(found *itemsPage) string {
	if found.next == "" {
		return ""
	}
	next := q.query.values(cursorParam)
	next.Set(cursorParam, base64.RawURLEncoding.EncodeToString([]byte(found.next)))
	return q.here(next.Encode())
}

// sendItems answers with a page of features.
func (a *API) sendItems(q *request, c *grid.Collection, found *itemsPage) error {
	links := append(q.selves(typeGeoJSON), q.to("/collections/"+c.ID, "collection", typeJSON, q.lang.say("所属数据集", "The collection")))
	next := q.nextPage(found)
	if next != "" {
		links = append(links, link{Href: next, Rel: "next", Type: links[0].Type, Title: q.lang.say("下一页", "The next page")})
	}
	for _, l := range links {
		q.w.Header().Add("Link", l.header())
	}
	if q.html {
		return a.sendPage(q, page{
			Template: "items", Title: titleOf(c, q.lang), Collection: c, Items: newItemsView(q, c, found, next), Links: links,
		})
	}
	b := append(found.geoJSON, `],"timeStamp":"`...)
	b = time.Now().UTC().AppendFormat(b, time.RFC3339)
	b = strconv.AppendInt(append(b, `","numberReturned":`...), int64(found.number), 10)
	if found.counted {
		b = strconv.AppendInt(append(b, `,"numberMatched":`...), int64(found.matched), 10)
	}
	b, err := appendJSON(append(b, `,"links":`...), links)
	if err != nil {
		return err
	}
	q.w.Header().Set("Content-Type", typeGeoJSON)
	return a.Send(q.w, http.StatusOK, append(b, "}\n"...))
}

// item answers GET /ogc/collections/{collection}/items/{feature}.
func (a *API) item(w http.ResponseWriter, r *http.Request, state *live.State) error {
	c, actor, err := a.readable(w, r, state)
	if err != nil {
		return err
	}
	code := pathVar(r, "feature")
	q, err := a.begin(w, r, state, "/collections/"+c.ID+"/items/"+pathEscape(code), crsParam)
	if err != nil {
		return err
	}
	s, err := q.query.system(crsParam)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Crs", s.header())
	found, err := a.Features.Feature(r.Context(), state, c, actor, code)
	if err != nil {
		return err
	}
	encoder, err := newEncoder(c, s)
	if err != nil {
		return err
	}
	feature, err := encoder.append(nil, &found)
	if err != nil {
		return err
	}
	if a.unchangedFeature(q, c, feature) {
		return nil
	}
	links := append(q.selves(typeGeoJSON), q.alike("/collections/"+c.ID, "collection", typeJSON, q.lang.say("所属数据集", "The collection"))...)
	for _, l := range links {
		w.Header().Add("Link", l.header())
	}
	if q.html {
		one := &itemsPage{system: s, features: []grid.Feature{found}, number: 1}
		return a.sendPage(q, page{
			Template: "item", Title: titleOf(c, q.lang) + " " + code, Collection: c, Items: newItemsView(q, c, one, ""), Links: links,
		})
	}
	body, err := appendJSON(append(feature, `,"links":`...), links)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", typeGeoJSON)
	return a.Send(w, http.StatusOK, append(body, "}\n"...))
}
