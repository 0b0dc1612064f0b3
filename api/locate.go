package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// question is what is asked of a place, besides where it is.
type question struct {
	kind      string           // of incident, "" for any
	accuracyM float64          // of a point
	radiusM   float64          // more than 0: of the disc around the point
	layer     string           // all, or the kind of grids to show
	network   *edition.Network // to be asked for its unit instead of the grids; nil for the grids
	boundary  string           // none, ref or geojson
}

// The bounds of questions in metres.
const (
	maxAccuracyM = 10_000
	maxRadiusM   = geo.MaxDiscM
)

// questionParams are those that say what is asked; a batch takes them for all its places.
var questionParams = []string{"kind", "layer", "boundary", "accuracy_m", "radius_m"}

// locateParams are those of a place by itself.
var locateParams = slices.Concat([]string{"lon", "lat", "crs", asOfParam, planParam}, questionParams)

// noBoundary is the boundary parameter where none is to be shown.
const noBoundary = "none"

// layers are those that are no networks; the first is meant where none is named.
var layers = []string{"all", grid.Base, grid.Dedicated}

func (q query) question(state *live.State) (asked question, err error) {
	if asked.kind, err = incidentKind(state, q.text("kind")); err != nil {
		return asked, err
	}
	if asked.accuracyM, _, err = q.number("accuracy_m", 0, maxAccuracyM); err != nil {
		return asked, err
	}
	if asked.radiusM, _, err = q.number("radius_m", geo.MinDiscM, maxRadiusM); err != nil {
		return asked, err
	}
	if asked.boundary, err = q.oneOf("boundary", noBoundary, "ref", "geojson"); err != nil {
		return asked, err
	}
	if asked.network = state.Network(q.text("layer")); asked.network != nil {
		return asked, nil
	}
	switch asked.layer = q.text("layer"); asked.layer {
	case "":
		asked.layer = layers[0]
	case grid.Base, grid.Dedicated:
	default:
		_, err = q.oneOf("layer", append(slices.Clone(layers), networkCodes(state)...)...)
	}
	return asked, err
}

func networkCodes(state *live.State) []string {
	var codes []string
	for _, n := range state.Networks() {
		codes = append(codes, n.Info().Code)
	}
	return codes
}

// incidentKind returns the kind of incident of that code, "" for none.
func incidentKind(state *live.State, code string) (string, error) {
	if code == "" || state.Codes.Has("incident_kind", code) {
		return code, nil
	}
	return "", badParam("kind", "There is no kind of incident of that code: GET /v1/codes lists them, as incident_kind.")
}

// locate answers GET /v1/locate.
func (s *Server) locate(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, locateParams...)
	if err != nil {
		return err
	}
	p, err := q.point()
	if err != nil {
		return err
	}
	asked, err := q.question(state)
	if err != nil {
		return err
	}
	l, err := s.locator(w, r, state)
	if err != nil {
		return err
	}
	l.kept = s.kept
	ctx := r.Context()
	if asked.radiusM > 0 {
		leave, err := s.busyWith()
		if err != nil {
			return err
		}
		defer leave()
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, workIn)
		defer cancel()
	}
	a, editions, err := l.place(ctx, p, asked)
	if len(editions) < len(state.City.Editions()) { // else the header has them already
		editionHeader(w, editions)
	}
	if err != nil {
		return err
	}
	if err := s.sendAnswer(w, a); err != nil {
		return err
	}
	s.locators.give(l) // not after an error, which may show a part of the answer
	return nil
}

// place answers for a point, or for the disc around it. The editions are those that took part, where nobody serves as well.
func (l *locator) place(ctx context.Context, p geo.Point, asked question) (*answer, []grid.EditionInfo, error) {
	if asked.radiusM > 0 {
		return l.disc(ctx, p, asked)
	}
	found := l.state.City.Locate(p, asked.accuracyM)
	if asked.network != nil {
		a, err := l.unitAt(p, found, asked.network)
		return a, found.Editions, err
	}
	if err := missing(l.state, found); err != nil {
		return nil, found.Editions, err
	}
	a := l.explain(found, asked)
	a.Location = l.room.lonLat(p)
	return a, found.Editions, nil
}

func (l *locator) disc(ctx context.Context, p geo.Point, asked question) (*answer, []grid.EditionInfo, error) {
	disc, err := geo.Disc(p, asked.radiusM)
	if err != nil {
		return nil, nil, err
	}
	a, editions, err := l.shape(ctx, disc.Orb(), asked)
	if err != nil {
		return nil, editions, err
	}
	a.Location, a.RadiusM = l.room.lonLat(p), &asked.radiusM
	return a, editions, nil
}

// shape answers for a line or polygon in degrees on WGS 84, with all its shares (BR-24).
func (l *locator) shape(ctx context.Context, shape orb.Geometry, asked question) (*answer, []grid.EditionInfo, error) {
	if asked.network != nil {
		return nil, nil, badParam("layer", "The unit of a network is found for a point: leave radius_m out, and send no line or area.")
	}
	found, err := l.state.City.LocateShape(ctx, shape)
	if err != nil {
		return nil, nil, err
	}
	if err := missing(l.state, found.Answer); err != nil {
		return nil, found.Editions, err
	}
	a := l.explain(found.Answer, asked)
	a.addShares(found, shape.Dimensions() == 2)
	return a, found.Editions, nil
}

// missing returns the problem for a place where nobody serves (BR-26), nil where somebody may.
func missing(state *live.State, a edition.Answer) error {
	switch a.Outcome {
	case edition.OutsideArea:
		return outsideArea()
	case edition.NoService:
		return (&problem{
			status: http.StatusNotFound, slug: "no-service", code: "no_service",
			detail: "No grid serves this place: it is a void area (" + a.Void.Reason + ").",
		}).with("reason", a.Void.Reason).with("name", a.Void.Name).with("divisions", chain(state, a.Division))
	}
	return nil
}

func outsideArea() *problem {
	return &problem{
		status: http.StatusNotFound, slug: "outside-area", code: "outside_area",
		detail: "The place is outside the city: check the coordinates, their order (lon, lat) and their crs.",
	}
}

// unitAt answers with the unit of a network at p, in a void area as well.
func (l *locator) unitAt(p geo.Point, found edition.Answer, n *edition.Network) (*answer, error) {
	if found.Outcome == edition.OutsideArea {
		return nil, outsideArea()
	}
	a := l.bare(found)
	a.Location = l.room.lonLat(p)
	unit := l.network(n, p, a, l.reads(found.Division))
	if unit.Unit == nil {
		return nil, (&problem{
			status: http.StatusNotFound, slug: "no-service", code: "no_service",
			detail: "No unit of the network " + n.Info().Code + " (" + n.Info().Name + ") covers this place.",
		}).with("network", n.Info().Code).with("divisions", a.Divisions)
	}
	a.Outcome, a.Network = string(edition.Served), &unit
	return a, nil
}

// locateAll answers GET /v1/locate/all: all that is known of a point, with the unit of every network.
func (s *Server) locateAll(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "lon", "lat", "crs", asOfParam, planParam, "kind", "boundary", "accuracy_m")
	if err != nil {
		return err
	}
	p, err := q.point()
	if err != nil {
		return err
	}
	asked, err := q.question(state)
	if err != nil {
		return err
	}
	l, err := s.locator(w, r, state)
	if err != nil {
		return err
	}
	found := state.City.Locate(p, asked.accuracyM)
	editionHeader(w, found.Editions)
	if found.Outcome == edition.OutsideArea {
		return outsideArea()
	}
	all := allAnswer{answer: l.explain(found, asked), Networks: []networkJSON{}}
	all.Location = l.room.lonLat(p)
	if v := found.Void; v != nil {
		all.Void = &voidJSON{Code: v.Code, Reason: v.Reason, Name: v.Name}
	}
	reads := l.reads(found.Division)
	for _, n := range state.Networks() {
		all.Networks = append(all.Networks, l.network(n, p, all.answer, reads))
	}
	return sendJSON(w, all)
}

// network returns the unit of a network at p, and warns of what is to be known of it.
func (l *locator) network(n *edition.Network, p geo.Point, a *answer, reads bool) networkJSON {
	info := n.Info()
	j := networkJSON{Code: info.Code, Name: info.Name, Kind: info.Kind, HasFullCover: info.HasFullCover, Others: []unitJSON{}}
	units, onBorder := n.At(p)
	j.OnBoundary = onBorder
	for i, u := range units[:min(len(units), 1+maxNear)] {
		one := l.unit(u, reads)
		if i == 0 {
			j.Unit = &one
		} else {
			j.Others = append(j.Others, one)
		}
	}
	a.warn(len(units) > 1, "several_units", "Several units of the network "+info.Code+" cover the place: the one with the lowest code is given.")
	a.warn(len(units) == 0 && info.HasFullCover, "no_unit", "The network "+info.Code+" is to cover the whole city, but none of its units covers the place.")
	if !l.state.At.IsZero() && !slices.ContainsFunc(a.Warnings, func(w warning) bool { return w.Code == "networks_of_now" }) {
		a.warn(true, "networks_of_now", "The networks and their units are those of now: what they were, or will be, is not known.")
	}
	return j
}

// unit shows a unit; whom it belongs to and its telephone only where that is public, or the caller may read there.
func (l *locator) unit(u *grid.ServiceUnit, reads bool) unitJSON {
	j := unitJSON{Code: u.ExternalCode, Name: u.Name}
	if o := l.state.Organization(u.Org); reads || o != nil && o.Public {
		j.Phone, j.OrgCode = u.Phone, u.Org
		if o != nil {
			j.OrgName = o.Name
			if j.Phone == "" {
				j.Phone = o.PublicPhone
			}
		}
	}
	return j
}
