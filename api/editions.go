package api

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// editionRecordJSON is an edition with what made it and what it made different.
type editionRecordJSON struct {
	editionJSON
	Plan    *string `json:"plan"`
	Actor   string  `json:"actor"`
	Created int     `json:"created"`
	Changed int     `json:"changed"`
	Retired int     `json:"retired"`
}

func newEditionRecordJSON(e *grid.EditionRecord) editionRecordJSON {
	return editionRecordJSON{
		editionJSON: editionJSON{e.CountyCode, e.Number, e.InForceFrom.UTC(), e.Proven}, Plan: orNull(e.Plan), Actor: e.Actor,
		Created: e.Created, Changed: e.Changed, Retired: e.Retired,
	}
}

// county returns the county of that code, which the actor may read about.
func (s *Server) county(r *http.Request, state *live.State, code string) error {
	if d := state.City.Division(code); d == nil || d.Level != grid.LevelCounty {
		return notFound("There is no county " + strconv.Quote(code) + ": GET /v1/divisions?level=county lists them.")
	}
	actor, err := s.authorizeSome(r, state, grid.ReadPlans)
	if err != nil {
		return err
	}
	if counties := countiesOf(state, actor.Scope); counties != nil && !slices.Contains(counties, code) {
		return grid.ErrForbidden
	}
	return nil
}

// editions answers GET /v1/editions: those of a county, oldest first.
func (s *Server) editions(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "county", "limit", "cursor")
	if err != nil {
		return err
	}
	county := q.text("county")
	if county == "" {
		return badParam("county", "county is missing: editions are of a county.")
	}
	if err := s.county(r, state, county); err != nil {
		return err
	}
	records, err := s.store.Editions(r.Context(), county)
	if err != nil {
		return err
	}
	if n := len(records); n > 0 {
		state = s.stateReaching(w, r, state, map[string]int{county: records[n-1].Number})
	}
	list, err := pageOf(q, state, records, func(e *grid.EditionRecord) string { return fmt.Sprintf("%09d", e.Number) }, newEditionRecordJSON)
	if err != nil {
		return err
	}
	return sendJSON(w, list)
}

// edition answers GET /v1/editions/{county}/{number}: what is known of it, or with ?f=geojson its grids and void areas.
func (s *Server) edition(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "f")
	if err != nil {
		return err
	}
	form, err := q.oneOf("f", "json", "geojson")
	if err != nil {
		return err
	}
	county := pathVar(r, "county")
	if err := s.county(r, state, county); err != nil {
		return err
	}
	number, err := strconv.Atoi(pathVar(r, "number"))
	if err != nil || number < 1 || number > math.MaxInt32 {
		return notFound("An edition has a number from 1 on: GET /v1/editions?county=" + county + " lists them.")
	}
	if form == "geojson" {
		return s.editionFeatures(w, r, county, number)
	}
	records, err := s.store.Editions(r.Context(), county)
	if err != nil {
		return err
	}
	for i := range records {
		if records[i].Number == number {
			s.stateReaching(w, r, state, map[string]int{county: number})
			return sendJSON(w, newEditionRecordJSON(&records[i]))
		}
	}
	return noEdition(county)
}

func noEdition(county string) error {
	return notFound("There is no edition of that number: GET /v1/editions?county=" + county + " lists them.")
}

func (s *Server) editionFeatures(w http.ResponseWriter, r *http.Request, county string, number int) error {
	c, err := s.store.LoadEditionAt(r.Context(), county, number)
	if err != nil {
		return err
	}
	all := newPartFeatures()
	for _, grids := range [][]grid.Grid{c.Base, c.Dedicated} {
		for i := range grids {
			all.Features = append(all.Features, gridFeature(&grids[i]))
		}
	}
	for i := range c.Voids {
		all.Features = append(all.Features, voidFeature(&c.Voids[i]))
	}
	editionHeader(w, []grid.EditionInfo{c.Info})
	return sendFeatures(w, all)
}

// editionDiffJSON is what differs between two editions of a county.
type editionDiffJSON struct {
	From editionJSON `json:"from"`
	To   editionJSON `json:"to"`
	diffJSON
}

// editionDiff answers GET /v1/editions/{county}/diff.
func (s *Server) editionDiff(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "from", "to", "format")
	if err != nil {
		return err
	}
	form, err := q.oneOf("format", "json", "geojson")
	if err != nil {
		return err
	}
	county := pathVar(r, "county")
	if err := s.county(r, state, county); err != nil {
		return err
	}
	numbers, err := q.twoEditions()
	if err != nil {
		return err
	}
	sides, err := s.editionsAt(r.Context(), county, numbers)
	if err != nil {
		return err
	}
	diff := edition.Compare(sides[0], sides[1], state.City.Settings().FallbackM)
	editionHeader(w, []grid.EditionInfo{sides[1].Info()})
	if form == "geojson" {
		return sendFeatures(w, diffFeatures(&diff))
	}
	from, to := sides[0].Info(), sides[1].Info()
	return sendJSON(w, editionDiffJSON{
		editionJSON{from.CountyCode, from.Number, from.InForceFrom.UTC(), from.Proven},
		editionJSON{to.CountyCode, to.Number, to.InForceFrom.UTC(), to.Proven},
		newDiffJSON(&diff),
	})
}

// twoEditions returns the numbers of the parameters from and to.
func (q query) twoEditions() (numbers [2]int, err error) {
	for i, name := range []string{"from", "to"} {
		if numbers[i], err = q.integer(name, 1, math.MaxInt32-1, 0); err != nil {
			return numbers, err
		}
		if numbers[i] == 0 {
			return numbers, badParam(name, name+" is missing: compare with ?from=1&to=2.")
		}
	}
	return numbers, nil
}

// editionsAt returns the editions of those numbers of a county.
func (s *Server) editionsAt(ctx context.Context, county string, numbers [2]int) (sides [2]*edition.Edition, err error) {
	for i, number := range numbers {
		contents, err := s.store.LoadEditionAt(ctx, county, number)
		if err != nil {
			return sides, err
		}
		if sides[i], err = edition.New(contents); err != nil {
			return sides, err
		}
	}
	return sides, nil
}
