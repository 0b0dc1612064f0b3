package api

import (
	"net/url"
	"time"

	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// answer is the JSON of “who is responsible here”.
type answer struct {
	Location    *lonLatJSON   `json:"location,omitempty"`
	RadiusM     *float64      `json:"radius_m,omitempty"`
	Kind        string        `json:"kind,omitempty"` // of incident
	Outcome     string        `json:"outcome"`
	Edition     *editionJSON  `json:"edition"`
	Base        *gridJSON     `json:"base"`
	Dedicated   *gridJSON     `json:"dedicated"`
	Responsible *gridRef      `json:"responsible"`
	PlanID      *string       `json:"plan_id"`    // of the plan that made the responsible grid as it is
	UpdatedAt   *time.Time    `json:"updated_at"` // since when the responsible grid is as it is
	ValidTo     *time.Time    `json:"valid_to"`   // of an edition of the past, when the next one followed
	Network     *networkJSON  `json:"network,omitempty"`
	Void        *voidJSON     `json:"void,omitempty"`
	Contact     *contactJSON  `json:"contact"`
	Chain       []contactJSON `json:"chain"`

	Workers      []workerJSON  `json:"workers"`
	Divisions    []divisionRef `json:"divisions"`
	OnBoundary   bool          `json:"on_boundary"`
	BoundaryWith []gridRef     `json:"boundary_with"`
	Near         []nearJSON    `json:"near"`
	Shares       []shareJSON   `json:"shares,omitempty"`
	Warnings     []warning     `json:"warnings"`
	timeJSON

	part *keptPart // what appendServing would write; nil: nothing is kept
}

// allAnswer is an answer with the unit of every network.
type allAnswer struct {
	*answer
	Networks []networkJSON `json:"networks"`
}

type lonLatJSON struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

type editionJSON struct {
	CountyCode  string    `json:"county_code"`
	Number      int       `json:"number"`
	InForceFrom time.Time `json:"in_force_from"`
	Proven      bool      `json:"proven"`
}

type gridRef struct {
	Kind string `json:"kind"`
	Code string `json:"code"`
	Name string `json:"name"`
}

type divisionRef struct {
	Level string `json:"level"`
	Code  string `json:"code"`
	Name  string `json:"name"`
}

type nearJSON struct {
	gridRef
	DistanceM float64 `json:"distance_m"`
}

type shareJSON struct {
	gridRef
	Share   float64  `json:"share"`
	AreaM2  *float64 `json:"area_m2,omitempty"`
	LengthM *float64 `json:"length_m,omitempty"`
}

type warning struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

type workerJSON struct {
	Name      string `json:"name"`
	WorkPhone string `json:"work_phone"`
	PostKind  string `json:"post_kind"`
	RoleType  string `json:"role_type"`
	GridCode  string `json:"grid_code"`
	Code      string `json:"worker_code,omitempty"` // for readers with a token
}

// contactJSON is an entry of the chain to contact (BR-29): a worker, an organisation, or a division alone.
type contactJSON struct {
	Step         grid.ContactStep `json:"step"`
	GridCode     string           `json:"grid_code,omitempty"`
	DivisionCode string           `json:"division_code,omitempty"`
	Name         string           `json:"name"`
	WorkPhone    string           `json:"work_phone,omitempty"`
	PostKind     string           `json:"post_kind,omitempty"`
	RoleType     string           `json:"role_type,omitempty"`
	WorkerCode   string           `json:"worker_code,omitempty"` // for readers with a token
	Organization string           `json:"organization,omitempty"`
	Used         bool             `json:"used"`
}

// networkJSON is a network of another service with its unit at a place.
type networkJSON struct {
	Code         string     `json:"code"`
	Name         string     `json:"name"`
	Kind         string     `json:"kind"`
	HasFullCover bool       `json:"has_full_cover"`
	Unit         *unitJSON  `json:"unit"`
	Others       []unitJSON `json:"others"` // that cover the place too
	OnBoundary   bool       `json:"on_boundary"`
}

type unitJSON struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Phone   string `json:"phone,omitempty"`
	OrgCode string `json:"org_code,omitempty"`
	OrgName string `json:"org_name,omitempty"`
}

type voidJSON struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Name   string `json:"name"`
}

// maxNear is how many near grids an answer names, the nearest ones.
const maxNear = 20

// bare returns an answer that says where a place is and when, but nothing of its grids.
func (l *locator) bare(found edition.Answer) *answer {
	a := l.room.begin()
	a.Outcome, a.timeJSON = string(found.Outcome), newTimeJSON(l.state)
	a.Divisions = appendChain(a.Divisions, l.state, found.Division)
	if e := l.editionOf(found.Division); e != nil {
		info := e.Info()
		l.room.edition = editionJSON{info.CountyCode, info.Number, info.InForceFrom, info.Proven}
		a.Edition = &l.room.edition
		if end := l.state.End(info.CountyCode); !end.IsZero() {
			end = end.UTC()
			a.ValidTo = &end
		}
	}
	a.warn(a.FutureChange, "future_change", "Plans that are decided take effect by then, and are applied.")
	a.warn(l.unchecked, "token_unchecked", "The database does not answer, so that the token cannot be checked: this is what anybody gets.")
	return a
}

func (l *locator) editionOf(d *grid.Division) *edition.Edition {
	if d == nil {
		return nil
	}
	return l.state.City.Edition(d.CountyCode)
}

// explain makes the answer of what was found: who is responsible (BR-14 to BR-16), whom to contact (BR-29), and what to mind.
func (l *locator) explain(found edition.Answer, asked question) *answer {
	l.count(&found)
	a := l.serving(found, asked)
	a.Kind, a.OnBoundary = asked.kind, found.OnBoundary
	for _, g := range found.Owners {
		a.BoundaryWith = append(a.BoundaryWith, refOf(g))
	}
	for _, n := range found.Near[:min(len(found.Near), maxNear)] {
		a.Near = append(a.Near, nearJSON{refOf(n.Grid), rounded(n.DistanceM, 2)})
	}
	a.warn(found.Outcome == edition.NoGrid, "no_grid", "No grid covers this place; its community or the division above answers for it.")
	a.warn(found.FallbackM > 0, "fallback_nearest", "No grid covers this place; the nearest one of its community is given.")
	a.warn(found.OnBoundary, "on_boundary", "The place lies exactly on a border; it goes to the lowest grid code.")
	a.warn(len(found.Near) > 0, "near_boundary", "Another grid is close: ask for the exact spot.")
	return a
}

// serving returns an answer that says all that does not depend on where in its grids a place is: as it was kept, or made now.
func (l *locator) serving(found edition.Answer, asked question) *answer {
	key, keeps := l.partKey(&found, asked)
	if keeps {
		if part := l.findPart(&key); part != nil {
			a := l.room.begin()
			a.part, a.Warnings = part, append(a.Warnings, part.warnings...)
			return a
		}
	}
	a := l.bare(found)
	reads := l.reads(found.Division)
	if e := l.editionOf(found.Division); e != nil {
		info := e.Info()
		a.warn(!info.Proven, "unproven_edition", "This county's grids do not tile: more than one grid, or none, may cover a place.")
		if asked.layer != grid.Dedicated {
			a.Base = l.grid(&l.room.base, found.Base, info, asked, reads)
		}
		if asked.layer != grid.Base {
			a.Dedicated = l.grid(&l.room.dedicated, found.Dedicated, info, asked, reads)
		}
	}
	responsible := l.responsible(a, found, asked.kind)
	l.posts(a, found, responsible, reads)
	if keeps {
		a.part = l.keepPart(&key, a, found.Base, found.Dedicated)
	}
	return a
}

// grid shows a grid, in j, with the names of the organisations that stand behind a dedicated one, where they may be seen.
func (l *locator) grid(j *gridJSON, g *grid.Grid, info grid.EditionInfo, asked question, reads bool) *gridJSON {
	if g == nil {
		return nil
	}
	*j = gridJSONOf(g, info)
	if o := l.state.Organization(g.HostOrg); o != nil && (o.Public || reads) {
		j.HostOrgName = o.Name
	}
	if o := l.state.Organization(g.SupervisingOrg); o != nil && (o.Public || reads) {
		j.SupervisingOrg, j.SupervisingOrgName = o.Code, o.Name
	}
	switch asked.boundary {
	case "ref":
		j.Boundary = map[string]string{"href": "/v1/grids/" + url.PathEscape(g.Code) + "?geometry=true"}
	case "geojson":
		j.Boundary = geojson.NewGeometry(g.Boundary)
	}
	return j
}

// responsible says which grid answers first: the dedicated grid before the base grid (BR-14), unless the base grid is to answer for that
// kind of incident (BR-15) or nobody is posted to the dedicated one (BR-16).
func (l *locator) responsible(a *answer, found edition.Answer, kind string) *grid.Grid {
	first, why := grid.Responsible(found.Base, found.Dedicated, l.baseFirst(kind), func(g *grid.Grid) bool { return l.state.Posted(g, l.at) })
	a.warn(found.Dedicated != nil, "dedicated_over_base", "A dedicated grid lies over the base grid here.")
	a.warn(why == grid.BaseByKind, grid.BaseByKind, "For this kind of incident the base grid is responsible, inside a dedicated grid too.")
	a.warn(why == grid.DedicatedWithoutPost, grid.DedicatedWithoutPost, "Nobody is posted to the dedicated grid: the base grid is responsible.")
	if first == nil {
		return nil
	}
	l.room.responsible = refOf(first)
	a.Responsible = &l.room.responsible
	if first.Plan != "" {
		a.PlanID = &first.Plan
	}
	since := first.ValidFrom
	if since.IsZero() && a.Edition != nil { // of a draft
		since = a.Edition.InForceFrom
	}
	l.room.updatedAt = since.UTC()
	a.UpdatedAt = &l.room.updatedAt
	return first
}

// posts fills in who is posted, the responsible grid's first, and the chain to contact.
func (l *locator) posts(a *answer, found edition.Answer, responsible *grid.Grid, reads bool) {
	second := found.Dedicated
	if responsible == found.Dedicated {
		second = found.Base
	}
	for _, g := range [2]*grid.Grid{responsible, second} {
		if g == nil {
			continue
		}
		l.room.posts = l.state.AppendPosts(l.room.posts[:0], g, l.at)
		for i := range l.room.posts {
			post := &l.room.posts[i]
			if !post.Public && !reads {
				continue
			}
			j := newWorkerJSON(post)
			if reads {
				j.Code = post.WorkerCode
			}
			a.Workers = append(a.Workers, j)
		}
	}
	l.room.contacts = l.state.AppendContact(l.room.contacts[:0], responsible, found.Base, found.Division, l.at, reads)
	a.Chain, a.Contact = shownContacts(a.Chain, l.state, l.room.contacts, reads)
}

// shownContacts appends a chain to contact to none, and returns it with the entry that is used.
func shownContacts(none []contactJSON, state *live.State, contacts []live.Contact, reads bool) (shown []contactJSON, used *contactJSON) {
	shown = none
	for i := range contacts {
		c := &contacts[i]
		j := contactJSON{
			Step: c.Step, GridCode: c.GridCode, DivisionCode: c.DivisionCode, Name: c.Name, WorkPhone: c.WorkPhone, PostKind: c.PostKind,
			RoleType: c.RoleType, Used: c.Used,
		}
		if o := state.Organization(c.Organization); o != nil && (o.Public || reads) {
			j.Organization = o.Code
		}
		if reads {
			j.WorkerCode = c.WorkerCode
		}
		shown = append(shown, j)
	}
	for i := range shown {
		if shown[i].Used {
			used = &shown[i]
		}
	}
	return shown, used
}

func (a *answer) warn(when bool, code, detail string) {
	if when {
		a.Warnings = append(a.Warnings, warning{code, detail})
	}
}

func newWorkerJSON(p *grid.Posting) workerJSON {
	return workerJSON{Name: p.Name, WorkPhone: p.WorkPhone, PostKind: p.PostKind, RoleType: p.RoleType, GridCode: p.GridCode}
}

func refOf(g *grid.Grid) gridRef { return gridRef{Kind: g.Kind, Code: g.Code, Name: g.Name} }

func chain(state *live.State, d *grid.Division) []divisionRef {
	return appendChain([]divisionRef{}, state, d)
}

// appendChain appends a division and those above it.
func appendChain(refs []divisionRef, state *live.State, d *grid.Division) []divisionRef {
	if d == nil {
		return refs
	}
	for above := range state.City.Above(d.Code) {
		refs = append(refs, divisionRef{above.Level, above.Code, above.Name})
	}
	return refs
}

// addShares adds the shares of a line or area, and says where it lies in several grids.
func (a *answer) addShares(found edition.ShapeAnswer, isArea bool) {
	for _, list := range [][]edition.Share{found.Shares, found.DedicatedShares} {
		for _, s := range list {
			j := shareJSON{gridRef: refOf(s.Grid), Share: s.Fraction}
			extent := rounded(s.Extent, 2)
			if isArea {
				j.AreaM2 = &extent
			} else {
				j.LengthM = &extent
			}
			a.Shares = append(a.Shares, j)
		}
	}
	for i, w := range a.Warnings {
		if w.Code == "on_boundary" {
			a.Warnings[i] = warning{"several_grids", "It lies in several grids: the one with the greatest share answers, the lowest code of equal ones."}
		}
	}
}
