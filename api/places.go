package api

import (
	"context"
	"errors"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// placeJSON is a place as it is read. Its fields, and those of detail, are those of the kind's grid.Layer.
type placeJSON struct {
	Code              string         `json:"code"`
	Kind              string         `json:"kind"`
	Name              string         `json:"name"`
	Address           *string        `json:"address"`
	AddressParts      map[string]any `json:"address_parts"`
	PlateCode         *string        `json:"plate_code"`
	PositionAccuracyM *float64       `json:"position_accuracy_m"`
	OperatorOrg       *string        `json:"operator_org"`
	SupervisingOrg    *string        `json:"supervising_org_code"`
	Source            *string        `json:"source"`
	State             string         `json:"state"`
	Public            bool           `json:"public"`
	ExternalRefs      map[string]any `json:"external_refs"`
	Detail            map[string]any `json:"detail"`
	locatedJSON
}

func newPlaceJSON(state *live.State, p *grid.Place) placeJSON {
	return placeJSON{
		Code: p.Code, Kind: p.Kind, Name: p.Name, Address: orNull(p.Address), AddressParts: p.AddressParts, PlateCode: orNull(p.PlateCode),
		PositionAccuracyM: p.PositionAccuracyM, OperatorOrg: orNull(p.OperatorOrg), SupervisingOrg: orNull(p.SupervisingOrg),
		Source: orNull(p.Source), State: p.State, Public: p.Public, ExternalRefs: p.ExternalRefs, Detail: newDetailJSON(p),
		locatedJSON: locatedJSON{
			Geometry: geojson.NewGeometry(p.Shape), CRS: crs.WGS84, InputCRS: p.InputCRS, Original: p.Original,
			Assignment: newAssignmentJSON(state, p.Assignment), Version: p.Version,
			CreatedAt: p.CreatedAt.UTC(), CreatedBy: p.CreatedBy, UpdatedAt: p.UpdatedAt.UTC(), UpdatedBy: p.UpdatedBy,
		},
	}
}

// newDetailJSON holds every field of the kind, null where it is absent.
func newDetailJSON(p *grid.Place) map[string]any {
	layer, ok := grid.PlaceLayer(p.Kind)
	if !ok {
		return map[string]any{}
	}
	fields := map[string]any{}
	for _, f := range layer.Detail() {
		value := p.Detail[f.Name]
		if t, ok := value.(time.Time); ok {
			value = t.UTC().Format(time.RFC3339)
			if f.Type == grid.Date {
				value = t.Format(time.DateOnly)
			}
		}
		fields[f.Name] = value
	}
	return fields
}

// fieldsOf returns a stored place as the record that would make it again.
func fieldsOf(p *grid.Place) map[string]any {
	fields := newDetailJSON(p)
	set := func(name string, value any) { fields[name] = value }
	set("code", p.Code)
	set("name", p.Name)
	set("address", p.Address)
	set("plate_code", p.PlateCode)
	set("operator_org", p.OperatorOrg)
	set("supervising_org_code", p.SupervisingOrg)
	set("source", p.Source)
	set("state", p.State)
	set("public", p.Public)
	if p.PositionAccuracyM != nil {
		set("position_accuracy_m", *p.PositionAccuracyM)
	}
	if p.AddressParts != nil {
		set("address_parts", p.AddressParts)
	}
	if p.ExternalRefs != nil {
		set("external_refs", p.ExternalRefs)
	}
	return fields
}

// places answers GET /v1/places.
func (s *Server) places(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "kind", "division", "grid", "bbox", "state", "limit", "cursor", asOfParam)
	if err != nil {
		return err
	}
	actor, anybody, err := s.placeReader(r, state)
	if err != nil {
		return err
	}
	f, err := filterOf(q, state, actor, placeKinds(), []string{"active", "suspended", "closed"})
	if err != nil {
		return err
	}
	if f.Public = anybody; anybody && !slices.Contains([]string{"shelter", "danger_zone"}, f.Kind) {
		return notPublic()
	}
	then, err := past(r, state, anybody)
	if err != nil {
		return err
	}
	read := func() ([]grid.Place, error) { return s.placesOf(r.Context(), f, state, then) }
	found, state, err := steady(s, w, r, state, read, func(found *[]grid.Place) iter.Seq[grid.Assignment] {
		return func(yield func(grid.Assignment) bool) {
			for i := range *found {
				if !yield((*found)[i].Assignment) {
					return
				}
			}
		}
	})
	if err != nil {
		return err
	}
	return sendJSON(w, pageAfter(state, f.Limit, found, func(p *grid.Place) int64 { return p.ID }, func(state *live.State, p *grid.Place) placeJSON {
		return newPlaceJSON(state, forReader(p, anybody || within(state, actor, grid.ReadPlaces, divisionOf(p.Assignment)) != nil))
	}))
}

// placeReader returns who reads places. Anybody may read those that are public (BR-63), and those alone.
func (s *Server) placeReader(r *http.Request, state *live.State) (actor grid.Actor, anybody bool, err error) {
	if s.isAnybody(r) && !s.readsAreOpen(r) {
		return grid.Actor{}, true, nil
	}
	actor, err = s.authorizeSome(r, state, grid.ReadPlaces)
	return actor, false, err
}

// forReader leaves out what is nobody's business: who wrote it, and where it came from.
func forReader(p *grid.Place, anybody bool) *grid.Place {
	if !anybody {
		return p
	}
	shown := *p
	shown.Source, shown.ExternalRefs, shown.CreatedBy, shown.UpdatedBy = "", nil, "", ""
	return &shown
}

func placeKinds() []string {
	var kinds []string
	for _, l := range grid.Layers {
		if l.Kind != "" {
			kinds = append(kinds, l.Kind)
		}
	}
	return kinds
}

// placesOf returns the places that the filter chooses, as they are or as they were then.
func (s *Server) placesOf(ctx context.Context, f store.Filter, state *live.State, then bool) ([]grid.Place, error) {
	if then {
		return s.store.PlacesAt(ctx, f, state.At)
	}
	return s.store.Places(ctx, f)
}

// place answers GET /v1/places/{code}.
func (s *Server) place(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r, asOfParam); err != nil {
		return err
	}
	actor, anybody, err := s.placeReader(r, state)
	if err != nil {
		return err
	}
	then, err := past(r, state, anybody)
	if err != nil {
		return err
	}
	p, state, err := steady(s, w, r, state, func() (grid.Place, error) {
		if then {
			return s.store.PlaceAt(r.Context(), pathVar(r, "code"), state.At)
		}
		return s.store.Place(r.Context(), pathVar(r, "code"))
	}, func(p *grid.Place) iter.Seq[grid.Assignment] { return slices.Values([]grid.Assignment{p.Assignment}) })
	if anybody && (errors.Is(err, grid.ErrNotFound) || err == nil && !p.IsPublic(time.Now())) {
		return notPublic() // whether there is one is not public either
	}
	if err != nil {
		return err
	}
	now := p
	if then && !anybody { // what is told of it but where it was is of now, and so is who may read it
		if now, err = s.store.Place(r.Context(), p.Code); err != nil {
			return err
		}
	}
	if !anybody {
		err := within(state, actor, grid.ReadPlaces, divisionOf(now.Assignment))
		if anybody = err != nil && !then && now.IsPublic(time.Now()); err != nil && !anybody {
			return err
		}
	}
	if then {
		return sendPast(w, newPlaceJSON(state, &p))
	}
	return s.sendPlace(w, r, state, http.StatusOK, forReader(&p, anybody))
}

func (s *Server) sendPlace(w http.ResponseWriter, r *http.Request, state *live.State, status int, p *grid.Place) error {
	state = s.stateKnowing(w, r, state, slices.Values([]grid.Assignment{p.Assignment}))
	return sendVersioned(w, r, status, p.Version, newPlaceJSON(state, p))
}

// createPlace answers POST /v1/places.
func (s *Server) createPlace(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.WritePlaces)
	if err != nil {
		return err
	}
	b, err := readBody(r)
	if err != nil {
		return err
	}
	kind, _ := b.fields["kind"].(string)
	layer, ok := grid.PlaceLayer(kind)
	if !ok {
		return &grid.RuleError{Rule: "enum", Field: "kind", Detail: "it is to be one of " + strings.Join(placeKinds(), ", ")}
	}
	delete(b.fields, "kind")
	if err := b.unfold("detail", layer.Detail()); err != nil {
		return err
	}
	p, err := b.checker(state).Place(r.Context(), layer, grid.Record{Geometry: b.geometry, Fields: b.fields})
	if err != nil {
		return err
	}
	made, err := s.store.CreatePlace(r.Context(), actor, state.City, p)
	if errors.Is(err, grid.ErrConflict) && p.Code != "" {
		return codeTaken(p.Code)
	}
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/places/"+url.PathEscape(made.Code))
	return s.sendPlace(w, r, state, http.StatusCreated, &made)
}

// patchPlace answers PATCH /v1/places/{code}.
func (s *Server) patchPlace(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	actor, err := s.authorizeSome(r, state, grid.WritePlaces)
	if err != nil {
		return err
	}
	version, err := ifMatch(r)
	if err != nil {
		return err
	}
	b, err := readBody(r)
	if err != nil {
		return err
	}
	if err := b.fixed("code", "kind"); err != nil {
		return err
	}
	made, err := s.store.UpdatePlace(r.Context(), actor, state.City, pathVar(r, "code"), version, func(p *grid.Place) error {
		return b.changePlace(r.Context(), state, p)
	})
	if err != nil {
		return err
	}
	return s.sendPlace(w, r, state, http.StatusOK, &made)
}

// changePlace applies a change to a stored place as if it came whole, so that it is held to every check.
func (b *body) changePlace(ctx context.Context, state *live.State, p *grid.Place) error {
	layer, ok := grid.PlaceLayer(p.Kind)
	if !ok {
		return grid.ErrNotFound
	}
	change := *b
	change.fields = maps.Clone(b.fields)
	if err := change.unfold("detail", layer.Detail()); err != nil {
		return err
	}
	checked, err := change.checker(state).Place(ctx, layer, change.over(fieldsOf(p), p.Shape))
	if err != nil {
		return err
	}
	if !b.moves {
		checked.Shape, checked.InputCRS, checked.Original = p.Shape, p.InputCRS, p.Original
	}
	checked.ID, checked.Code, checked.Version, checked.Assignment = p.ID, p.Code, p.Version, p.Assignment
	checked.CreatedAt, checked.CreatedBy, checked.UpdatedAt, checked.UpdatedBy = p.CreatedAt, p.CreatedBy, p.UpdatedAt, p.UpdatedBy
	*p = checked
	return nil
}
