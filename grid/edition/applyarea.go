package edition

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// create makes a grid of Area: of Kind base it is cut out of the base grids From, or all those of Community, or those that are
// there, which must be of one community; of Kind dedicated it is laid over them, where no other dedicated grid is, and its home is
// Community or the one with the largest share. PostWorker is posted to it when it takes effect.
func (e *edit) create() error {
	name := strings.TrimSpace(e.change.Name)
	if name == "" {
		return &grid.RuleError{Rule: "required", Field: "name", Detail: "give the new grid a name"}
	}
	area, err := e.area()
	if err != nil {
		return err
	}
	part := &draftPart{PlanPart: grid.PlanPart{PostWorker: e.change.PostWorker}}
	part.Grid = &grid.Grid{Name: name, SourceCRS: string(crs.WGS84), Note: e.change.Note}
	switch e.change.Kind {
	case "", grid.Base:
		part.Kind = grid.Base
		return e.cutOut(part, area)
	case grid.Dedicated:
		part.Kind = grid.Dedicated
		return e.layOver(part, area)
	}
	return refuse("kind", "is %q: must be base or dedicated", e.change.Kind)
}

// carveVoid makes a void area of Area, for Reason: it is cut out of base grids as create does, all of one community.
func (e *edit) carveVoid() error {
	if e.change.Reason == "" {
		return &grid.RuleError{Rule: "required", Field: "reason", Detail: "say why nobody serves there"}
	}
	area, err := e.area()
	if err != nil {
		return err
	}
	part := &draftPart{PlanPart: grid.PlanPart{Kind: grid.Void}}
	part.Void = &grid.VoidArea{Name: strings.TrimSpace(e.change.Name), Reason: e.change.Reason}
	return e.cutOut(part, area)
}

// cutOut makes a part of the tiling of what lies in area.
func (e *edit) cutOut(part *draftPart, area geo.MultiPolygon) error {
	p := e.draft.planes.tiling()
	from, err := e.from(p, area, e.change.Community)
	if err != nil {
		return err
	}
	m, err := p.CutOut(area, from)
	if err != nil {
		return err
	}
	made := int32(p.Len())
	if len(m.Faces[made]) == 0 { // it was led to the outline until nothing was left
		return &geo.InvalidError{Rule: mesh.RuleNothingMoved, At: area[0][0][0].Orb()}
	}
	like := e.losesMost(p, m)
	if err := e.admit(part, like.community(), like.Code); err != nil {
		return err
	}
	e.adopt(p, m, map[int32]*draftPart{made: part})
	e.recount()
	return nil
}

// losesMost returns the base grid that gives most to a new face; of equal ones the first.
func (e *edit) losesMost(p *plane, m mesh.Edit) *draftPart {
	var most *draftPart
	twiceArea := int64(math.MinInt64)
	for face := range int32(p.Len()) {
		after, changed := m.Faces[face]
		if loses := p.Face(face).TwiceArea() - after.TwiceArea(); changed && loses > twiceArea {
			most, twiceArea = e.draft.part(p.key(face)), loses
		}
	}
	return most
}

// admit gives a new part its community and code. from is the code of the grid that it comes from, "" for none.
func (e *edit) admit(part *draftPart, community, from string) error {
	county := e.draft.city.Division(community)
	if county == nil {
		return refuse("community_code", "there is no community %s", community)
	}
	code, err := e.newCode(part.Kind, community, from)
	if err != nil {
		return err
	}
	part.Code = code
	if part.Void != nil {
		part.Void.Code, part.Void.CommunityCode, part.Void.CountyCode = code, community, county.CountyCode
		return nil
	}
	g := part.Grid
	g.Code, g.Kind, g.CommunityCode, g.CountyCode = code, part.Kind, community, county.CountyCode
	return nil
}

// from returns the faces that ground may be taken from: the base grids and void areas of From, or else the base grids near an
// area, those of a community if one is named.
func (e *edit) from(p *plane, area geo.MultiPolygon, community string) ([]int32, error) {
	var parts []*draftPart
	for _, code := range e.change.From {
		part, err := e.grid("from", code, grid.Base, grid.Void)
		if err != nil {
			return nil, err
		}
		if community != "" && part.community() != community {
			return nil, refuse("from", "%s is of community %s, not %s: split the piece off and transfer it", code, part.community(), community)
		}
		parts = append(parts, part)
	}
	if len(parts) > 0 {
		return faces(p, parts), nil
	}
	if community != "" && e.draft.city.Division(community) == nil {
		return nil, refuse("community_code", "there is no community %s", community)
	}
	near := p.near(area.Box(), func(k partKey) bool {
		return k.kind == grid.Base && (community == "" || e.draft.part(k).community() == community)
	})
	if len(near) == 0 {
		return nil, &geo.InvalidError{Rule: mesh.RuleNothingMoved, At: area[0][0][0].Orb()}
	}
	return near, bounded(area, near)
}

// layOver makes a dedicated grid of an area.
func (e *edit) layOver(part *draftPart, area geo.MultiPolygon) error {
	if e.change.DedicatedKind == "" {
		return &grid.RuleError{Rule: "required", Field: "dedicated_kind", Detail: "give the kind of the dedicated grid"}
	}
	if e.change.HostOrg == "" {
		return &grid.RuleError{Rule: "required", Field: "host_org_code", Detail: "name the host organisation (BR-13)"}
	}
	g := part.Grid
	g.DedicatedKind, g.HostOrg, g.SupervisingOrg = e.change.DedicatedKind, e.change.HostOrg, e.change.SupervisingOrg
	home, err := e.home(area)
	if err != nil {
		return err
	}
	if err := e.admit(part, home, ""); err != nil {
		return err
	}
	p, _ := e.planeOf(part)
	return e.lay(p, part, area)
}

// lay gives a dedicated grid that is not in the plane an area, where no other may be.
func (e *edit) lay(p *plane, part *draftPart, area geo.MultiPolygon) error {
	if err := e.free(p, area); err != nil {
		return err
	}
	m, err := p.CutOut(area, nil)
	if err != nil {
		return err
	}
	e.adopt(p, m, map[int32]*draftPart{int32(p.Len()): part})
	return nil
}

// free returns where an area overlaps a dedicated grid by more than the tolerances (BR-12); what is less is left to that grid.
func (e *edit) free(p *plane, area geo.MultiPolygon) error {
	areas := []geo.MultiPolygon{area}
	near := p.Near(area.Box())
	for _, face := range near {
		areas = append(areas, p.Face(face))
	}
	s := e.draft.city.settings
	for _, f := range mesh.CheckDisjoint(areas) {
		if f.Kind == mesh.Overlap && slices.Contains(f.Parts, 0) && (f.AreaM2 >= s.QCAreaM2 || f.WidthM >= s.QCWidthM) {
			other := p.key(near[f.Parts[len(f.Parts)-1]-1]).code
			return &grid.RuleError{Rule: "BR-12", Field: "area", Detail: "it overlaps dedicated grid " + other + " near " + position(f.At)}
		}
	}
	return nil
}

// home returns the community of a dedicated grid: the one that the change names, or that with the largest share of the area, of
// equal ones the first.
func (e *edit) home(area geo.MultiPolygon) (string, error) {
	shares := map[string]float64{}
	p := e.draft.planes.tiling()
	near := p.Near(area.Box())
	if err := bounded(area, near); err != nil {
		return "", err
	}
	for _, face := range near {
		if within := geo.OverlapArea(area, p.Face(face)); within > 0 {
			shares[e.draft.part(p.key(face)).community()] += within
		}
	}
	if named := e.change.Community; named != "" {
		if shares[named] == 0 {
			return "", refuse("community_code", "the area covers nothing of community %s", named)
		}
		return named, nil
	}
	home := ""
	for community, share := range shares {
		if home == "" || cmp.Or(cmp.Compare(share, shares[home]), cmp.Compare(home, community)) > 0 {
			home = community
		}
	}
	if home == "" {
		return "", refuse("area", "it covers no grid of the plan's counties")
	}
	return home, nil
}
