package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// part is a base grid, a dedicated grid or a void area under way.
type part struct {
	grid     *grid.Grid     // or
	void     *grid.VoidArea // one of the two
	named    string         // community, as the file names it
	area     geo.MultiPolygon
	inferred bool
}

func (p *part) code() string {
	if p.void != nil {
		return p.void.Code
	}
	return p.grid.Code
}

func (p *part) community() string {
	if p.void != nil {
		return p.void.CommunityCode
	}
	return p.grid.CommunityCode
}

func (p *part) county() string {
	if p.void != nil {
		return p.void.CountyCode
	}
	return p.grid.CountyCode
}

// grids imports base grids, dedicated grids and void areas together: edition 1 of each of their counties.
func (s *session) grids(ctx context.Context, files []file) error {
	read, err := s.readParts(ctx, files)
	if err != nil {
		return err
	}
	editions, err := s.editions(read.tree, read.parts)
	if err != nil {
		return err
	}
	if !s.DryRun && len(editions) > 0 {
		if err := s.Store.ImportEditions(ctx, read.imports, editions); err != nil {
			return err
		}
	}
	s.sumUp(read.reports, read.tree, editions)
	return nil
}

// readParts are the good rows of files of grids and void areas, with their communities.
type readParts struct {
	tree    *tree
	parts   []*part
	reports []*report
	imports []*store.Import
}

func (s *session) readParts(ctx context.Context, files []file) (*readParts, error) {
	if err := s.needDivisions(); err != nil {
		return nil, inFile(err, files[0].Name)
	}
	t, err := s.newTree()
	if err != nil {
		return nil, err
	}
	out := &readParts{tree: t}
	codes := map[string]bool{} // of grids and of void areas, with the layer of the table in front
	for _, f := range files {
		r, rows, err := collect(ctx, s, f, func(l *layout, row *row) (*part, error) { return s.part(f, l, row) })
		if err != nil {
			return nil, err
		}
		if rows, err = s.placeParts(ctx, f, t, codes, rows); err != nil {
			return nil, inFile(err, f.Name)
		}
		// For rows that were rejected since, levels may have been made elsewhere.
		t.derived = slices.DeleteFunc(t.derived, func(n *node) bool { return s.covers(n.CountyCode) != nil })
		imp, err := r.done(f, len(rows))
		if err != nil {
			return nil, inFile(err, f.Name)
		}
		inferred := 0
		for _, p := range rows {
			out.parts = append(out.parts, p.value)
			if p.value.inferred {
				inferred++
			}
		}
		if inferred > 0 {
			r.Warnings = append(r.Warnings, fmt.Sprintf("%d name no community and were put into the one that holds most of their area", inferred))
		}
		out.reports, out.imports = append(out.reports, r), append(out.imports, imp)
	}
	return out, nil
}

func (s *session) sumUp(reports []*report, t *tree, editions []store.NewEdition) {
	for _, r := range reports {
		s.summary.Files = append(s.summary.Files, r.FileSummary)
	}
	for _, n := range t.derived {
		s.summary.Derived = append(s.summary.Derived, n.Code)
	}
	for _, e := range editions {
		faults := map[string]int{}
		for _, f := range e.Faults {
			faults[f.Kind]++
		}
		s.summary.Editions = append(s.summary.Editions, EditionSummary{
			County: e.CountyCode, Base: len(e.Base), Dedicated: len(e.Dedicated), Voids: len(e.Voids), Proven: e.Proven, Faults: faults,
		})
	}
}

// part reads one row of a layer of grids or void areas.
func (s *session) part(f file, l *layout, row *row) (*part, error) {
	at, err := shape(f.CRS, row.geometry, grid.PolygonShape)
	if err != nil {
		return nil, inBox(s.city.InBox).hintSwap(err)
	}
	if err := inBox(s.city.InBox).checkBox(at); err != nil {
		return nil, err
	}
	v, err := l.fields(row)
	if err != nil {
		return nil, err
	}
	p := &part{area: at.area, named: v.text("community_code")}
	if f.Layer == "void_areas" {
		p.void = &grid.VoidArea{Code: v.text("code"), Name: v.text("name"), Reason: v.text("reason")}
		p.void.SetBoundary(at.area)
		return p, nil
	}
	p.grid = &grid.Grid{
		Code: v.text("code"), Kind: grid.Base, Name: v.text("name"), BoundsText: v.text("bounds_text"), Note: v.text("note"),
		DedicatedKind: v.text("dedicated_kind"), HostOrg: v.text("host_org_code"), SupervisingOrg: v.text("supervising_org_code"),
		Households: v.count("households"), Residents: v.count("residents"), Buildings: v.count("buildings"), SourceCRS: string(f.CRS),
	}
	if f.Layer == "dedicated_grids" {
		p.grid.Kind = grid.Dedicated
	}
	p.grid.SetBoundary(at.area)
	return p, nil
}

// placeParts finds the community of each row and rejects those with a wrong code, community or organisation.
func (s *session) placeParts(ctx context.Context, f file, t *tree, codes map[string]bool, rows []pending[*part]) ([]pending[*part], error) {
	stored, err := s.storedCodes(ctx, f.Layer, rows)
	if err != nil {
		return nil, err
	}
	orgs, err := s.knownOrgs(ctx, rows)
	if err != nil {
		return nil, err
	}
	return each(rows, func(p *pending[*part]) error {
		v := p.value
		code := v.code()
		key := code
		if v.void != nil {
			key = "void/" + code
		}
		if stored[code] && !s.replaced(v) {
			return faultf("QC-11", "code", shown(code)+" is stored already")
		}
		if codes[key] {
			return faultf("QC-11", "code", shown(code)+" is there twice")
		}
		if v.grid != nil && v.grid.HostOrg != "" && !orgs[v.grid.HostOrg] {
			return faultf("unknown", "host_org_code", "there is no organization "+shown(v.grid.HostOrg))
		}
		if v.grid != nil && v.grid.SupervisingOrg != "" && !orgs[v.grid.SupervisingOrg] {
			return faultf("unknown", "supervising_org_code", "there is no organization "+shown(v.grid.SupervisingOrg))
		}
		if v.grid != nil && !s.settings.CodeScheme.CommunityPrefix {
			if err := s.settings.CodeScheme.CheckGrid(code, v.grid.Kind, ""); err != nil {
				return err
			}
		}
		community, inferred, err := t.above(grid.LevelCommunity, v.named, code, v.area)
		if err != nil {
			return inField(err, "community_code")
		}
		if v.grid != nil {
			if err := s.settings.CodeScheme.CheckGrid(code, v.grid.Kind, community.Code); err != nil {
				return err
			}
			v.grid.CommunityCode, v.grid.CountyCode = community.Code, community.CountyCode
		} else {
			v.void.CommunityCode, v.void.CountyCode = community.Code, community.CountyCode
		}
		if err := s.covers(v.county()); err != nil { // all of it: an edition is of a whole county
			return err
		}
		if s.replaces != "" && v.county() != s.replaces {
			return faultf("outside", "geometry", "it belongs to county "+shown(v.county())+", not to "+shown(s.replaces))
		}
		v.inferred = inferred
		codes[key] = true
		return nil
	})
}

func (s *session) storedCodes(ctx context.Context, layer string, rows []pending[*part]) (map[string]bool, error) {
	var codes []string
	for _, p := range rows {
		codes = append(codes, p.value.code())
	}
	return s.existing(ctx, layer, codes)
}

func (s *session) knownOrgs(ctx context.Context, rows []pending[*part]) (map[string]bool, error) {
	var codes []string
	for _, p := range rows {
		if g := p.value.grid; g != nil && g.Kind == grid.Dedicated {
			codes = append(codes, g.HostOrg, g.SupervisingOrg)
		}
	}
	return s.existing(ctx, "organizations", codes)
}

// existing asks the database which of the codes are there.
func (s *session) existing(ctx context.Context, layer string, codes []string) (map[string]bool, error) {
	there := map[string]bool{}
	for chunk := range slices.Chunk(codes, 10_000) {
		found, err := s.Store.ExistingCodes(ctx, layer, chunk)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			there[c] = true
		}
	}
	return there, nil
}

// editions puts the parts into their counties and proves that they tile, or says where they do not.
func (s *session) editions(t *tree, parts []*part) ([]store.NewEdition, error) {
	sortParts(parts)
	if !s.Clean {
		if err := t.settle(parts, s.settings); err != nil {
			return nil, err
		}
	}
	var out []store.NewEdition
	for start := 0; start < len(parts); {
		county, end := parts[start].county(), start
		for end < len(parts) && parts[end].county() == county {
			end++
		}
		if s.city.Edition(county) != nil {
			return nil, fmt.Errorf("county %s has grids already; they are changed by a plan: see “wangge plan import”: %w", county, grid.ErrConflict)
		}
		e, err := s.edition(t, county, parts[start:end])
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		start = end
	}
	for _, n := range t.derived { // all of them with the first, in the order they were made: parents first
		if len(out) > 0 {
			out[0].Divisions = append(out[0].Divisions, n.Division)
		}
	}
	return out, nil
}

// sortParts orders parts by county and code.
func sortParts(parts []*part) {
	slices.SortFunc(parts, func(a, b *part) int {
		return cmp.Or(cmp.Compare(a.county(), b.county()), cmp.Compare(a.code(), b.code()))
	})
}

// edition makes the edition of one county, cleaned if that is wanted.
func (s *session) edition(t *tree, county string, parts []*part) (store.NewEdition, error) {
	e := store.NewEdition{CountyCode: county}
	var err error
	if s.Clean {
		var report *grid.CleanReport
		if report, e.Outlines, err = s.clean(t, county, parts); err != nil {
			return e, err
		}
		s.summary.Cleaned = append(s.summary.Cleaned, report)
		s.summary.CleanAreaM2, s.summary.CleanWidthM = s.settings.QCAreaM2, s.settings.QCWidthM
	}
	for _, p := range parts {
		switch {
		case p.void != nil:
			e.Voids = append(e.Voids, *p.void)
		case p.grid.Kind == grid.Base:
			e.Base = append(e.Base, *p.grid)
		default:
			e.Dedicated = append(e.Dedicated, *p.grid)
		}
	}
	if len(e.Base) == 0 {
		return e, fmt.Errorf("county %s has dedicated grids or void areas but no base grids; give them together: %w", county, grid.ErrInvalid)
	}
	e.Faults, err = t.prove(e)
	e.Proven = len(e.Faults) == 0
	return e, err
}
