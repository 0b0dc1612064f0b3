package api

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// itemListJSON is a version of what a county asks of its grids (F05).
type itemListJSON struct {
	CountyCode    string     `json:"county_code"`
	Version       int        `json:"version"`
	State         string     `json:"state"`
	Note          *string    `json:"note"`
	EffectiveFrom *time.Time `json:"effective_from"`
	RetiredAt     *time.Time `json:"retired_at"`
	CreatedAt     time.Time  `json:"created_at"`
	CreatedBy     string     `json:"created_by,omitempty"` // to a token
	Items         []itemJSON `json:"items,omitzero"`       // not in the list of versions
}

type itemJSON struct {
	Code          string         `json:"code"`
	Name          string         `json:"name"`
	IncidentKinds []string       `json:"incident_kinds"`
	HazardKinds   []string       `json:"hazard_kinds"`
	DepartmentOrg *string        `json:"department_org_code"`
	LegalBasis    *string        `json:"legal_basis"`
	Negative      bool           `json:"negative"`
	Public        bool           `json:"public"`
	Admission     *admissionJSON `json:"admission,omitempty"` // to a token
}

type admissionJSON struct {
	ApplicantOrg string     `json:"applicant_org_code"`
	Resources    string     `json:"resources"`
	LegalBasis   string     `json:"legal_basis"`
	State        string     `json:"state"`
	RequestedAt  time.Time  `json:"requested_at"`
	RequestedBy  string     `json:"requested_by"`
	ApprovedBody *string    `json:"approved_body"`
	DocNo        *string    `json:"doc_no"`
	DecidedAt    *time.Time `json:"decided_at"`
	DecidedBy    *string    `json:"decided_by"`
}

// newItemListJSON shows a list: to anybody its public items, without who did what.
func newItemListJSON(l *grid.ItemList, anybody bool) itemListJSON {
	j := itemListJSON{
		CountyCode: l.CountyCode, Version: l.Version, State: l.State, Note: orNull(l.Note), EffectiveFrom: utc(l.EffectiveFrom), RetiredAt: utc(l.RetiredAt),
		CreatedAt: l.CreatedAt.UTC(), CreatedBy: l.CreatedBy,
	}
	if anybody {
		j.Note, j.CreatedBy = nil, ""
	}
	if l.Items != nil {
		j.Items = []itemJSON{}
	}
	for i := range l.Items {
		item := &l.Items[i]
		if anybody && !item.Public {
			continue
		}
		k := itemJSON{
			Code: item.Code, Name: item.Name, IncidentKinds: append([]string{}, item.IncidentKinds...), HazardKinds: append([]string{}, item.HazardKinds...),
			DepartmentOrg: orNull(item.DepartmentOrg), LegalBasis: orNull(item.LegalBasis), Negative: item.Negative, Public: item.Public,
		}
		if a := item.Admission; a != nil && !anybody {
			k.Admission = &admissionJSON{
				ApplicantOrg: a.ApplicantOrg, Resources: a.Resources, LegalBasis: a.LegalBasis, State: a.State, RequestedAt: a.RequestedAt.UTC(),
				RequestedBy: a.RequestedBy, ApprovedBody: orNull(a.ApprovedBody), DocNo: orNull(a.DocNo), DecidedAt: utc(a.DecidedAt), DecidedBy: orNull(a.DecidedBy),
			}
		}
		j.Items = append(j.Items, k)
	}
	return j
}

// items answers GET /v1/items: the list in effect in a county, now or at an instant. It is public (BR-63).
func (s *Server) items(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "county", asOfParam)
	if err != nil {
		return err
	}
	county := q.text("county")
	if d := state.City.Division(county); d == nil || d.Level != grid.LevelCounty {
		return badParam("county", "Name the county whose list is asked for: GET /v1/divisions?level=county lists them.")
	}
	anybody := s.isAnybody(r)
	if !anybody {
		if _, err := s.countyReader(r, state, county); err != nil {
			return err
		}
	}
	at := time.Now()
	if text := q.text(asOfParam); text != "" {
		if at, err = parseInstant(text, state); err != nil {
			return err
		}
	}
	l, err := s.store.ItemsAt(r.Context(), county, at)
	if err != nil {
		return err
	}
	return sendJSON(w, newItemListJSON(&l, anybody))
}

// countyReader returns who asks, if it may read in the county or below: whoever works there goes by the county's list.
func (s *Server) countyReader(r *http.Request, state *live.State, county string) (grid.Actor, error) {
	actor, err := s.authorizeSome(r, state, grid.ReadPlaces)
	if err != nil {
		return actor, err
	}
	if actor.Scope == "" || slices.Contains(countiesOf(state, actor.Scope), county) {
		return actor, nil
	}
	return actor, grid.ErrForbidden
}

// itemLists answers GET /v1/item-lists/{county}: its versions, newest first.
func (s *Server) itemLists(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	county := pathVar(r, "county")
	if _, err := s.countyReader(r, state, county); err != nil {
		return err
	}
	lists, err := s.store.ItemLists(r.Context(), county)
	if err != nil {
		return err
	}
	j := page[itemListJSON]{Items: []itemListJSON{}}
	for i := range lists {
		j.Items = append(j.Items, newItemListJSON(&lists[i], false))
	}
	return sendJSON(w, j)
}

// itemList answers GET /v1/item-lists/{county}/{version}.
func (s *Server) itemList(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	county := pathVar(r, "county")
	if _, err := s.countyReader(r, state, county); err != nil {
		return err
	}
	version, err := itemVersion(r)
	if err != nil {
		return err
	}
	l, err := s.store.ItemList(r.Context(), county, version)
	if err != nil {
		return err
	}
	return sendJSON(w, newItemListJSON(&l, false))
}

func itemVersion(r *http.Request) (int, error) {
	version, err := strconv.Atoi(pathVar(r, "version"))
	if err != nil || version < 1 || version > 1<<30 {
		return 0, notFound("There is no such version of the list.")
	}
	return version, nil
}

// createItemList answers POST /v1/item-lists/{county}: the next version, as a draft.
func (s *Server) createItemList(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, err := s.itemWriter(r, state)
	if err != nil {
		return err
	}
	m, err := readMembers(w, r, "note", "items")
	if err != nil {
		return err
	}
	m.need("items")
	l := grid.ItemList{CountyCode: pathVar(r, "county"), Note: m.text("note", maxProse)}
	for _, o := range m.objects("items", "code", "name", "incident_kinds", "hazard_kinds", "department_org_code", "legal_basis", "negative", "public") {
		item := grid.ServiceItem{
			Code: o.code("code"), Name: o.text("name", maxName), IncidentKinds: o.codes("incident_kinds"), HazardKinds: o.codes("hazard_kinds"),
			DepartmentOrg: o.code("department_org_code"), LegalBasis: o.text("legal_basis", maxProse), Negative: o.flag("negative"),
			Public: !o.has("public") || o.flag("public"),
		}
		o.need("code", "name")
		if o.err != nil {
			return o.err
		}
		l.Items = append(l.Items, item)
	}
	if m.err != nil {
		return m.err
	}
	made, err := s.store.CreateItemList(r.Context(), actor, state.City, l)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/item-lists/"+made.CountyCode+"/"+strconv.Itoa(made.Version))
	return sendStatus(w, http.StatusCreated, newItemListJSON(&made, false))
}

// itemWriter returns who asks, if it may write items in the county of the path.
func (s *Server) itemWriter(r *http.Request, state *live.State) (grid.Actor, error) {
	if _, err := params(r); err != nil {
		return grid.Actor{}, err
	}
	county := pathVar(r, "county")
	if d := state.City.Division(county); d == nil || d.Level != grid.LevelCounty {
		return grid.Actor{}, notFound("There is no such county: GET /v1/divisions?level=county lists them.")
	}
	return s.authorize(r, state, grid.WriteItems, county)
}

// requestAdmission answers POST /v1/item-lists/{county}/{version}/items/{code}/admission.
func (s *Server) requestAdmission(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return s.actOnItems(w, r, state, []string{"applicant_org_code", "resources", "legal_basis"}, func(actor grid.Actor, version int, m *members) (grid.ItemList, error) {
		m.need("applicant_org_code", "resources", "legal_basis")
		a := grid.Admission{ApplicantOrg: m.code("applicant_org_code"), Resources: m.text("resources", maxProse), LegalBasis: m.text("legal_basis", maxProse)}
		if m.err != nil {
			return grid.ItemList{}, m.err
		}
		return s.store.RequestAdmission(r.Context(), actor, state.City, pathVar(r, "county"), version, pathVar(r, "code"), a)
	})
}

// decideAdmission answers POST /v1/item-lists/{county}/{version}/items/{code}/decision.
func (s *Server) decideAdmission(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return s.actOnItems(w, r, state, []string{"decision", "approved_body", "doc_no"}, func(actor grid.Actor, version int, m *members) (grid.ItemList, error) {
		m.need("decision", "approved_body")
		approved := m.oneOf("decision", "approve", "reject") == "approve"
		body, docNo := m.text("approved_body", maxName), m.text("doc_no", maxName)
		if m.err != nil {
			return grid.ItemList{}, m.err
		}
		return s.store.DecideAdmission(r.Context(), actor, state.City, pathVar(r, "county"), version, pathVar(r, "code"), approved, body, docNo)
	})
}

// putItemsInEffect answers POST /v1/item-lists/{county}/{version}/effect.
func (s *Server) putItemsInEffect(w http.ResponseWriter, r *http.Request, state *live.State) error {
	return s.actOnItems(w, r, state, nil, func(actor grid.Actor, version int, _ *members) (grid.ItemList, error) {
		return s.store.PutItemsInEffect(r.Context(), actor, state.City, pathVar(r, "county"), version)
	})
}

// actOnItems does something to the version of the path and answers with it.
func (s *Server) actOnItems(w http.ResponseWriter, r *http.Request, state *live.State, known []string, do func(actor grid.Actor, version int, m *members) (grid.ItemList, error)) error {
	actor, err := s.itemWriter(r, state)
	if err != nil {
		return err
	}
	version, err := itemVersion(r)
	if err != nil {
		return err
	}
	m, err := maybeMembers(w, r, known...)
	if err != nil {
		return err
	}
	l, err := do(actor, version, m)
	if err != nil {
		return err
	}
	return sendJSON(w, newItemListJSON(&l, false))
}
