package coverage

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/store"
)

// maxFindings bounds the findings that a proof keeps of one kind; all are counted.
const maxFindings = 10_000

// Proof is what came out of proving laws L1 to L3 on a database.
type Proof struct {
	Counties int            `json:"counties"`
	Grids    int            `json:"grids"`
	Located  int64          `json:"located"`    // places, incidents and household points whose assignment was compared
	Nesting  []Finding      `json:"nesting"`    // where divisions do not nest or tile: notices, not failures (BR-06)
	L1       []Finding      `json:"l1_tiling"`  // where grids do not tile
	L2       []Finding      `json:"l2_lattice"` // what is off the lattice
	L3       []Finding      `json:"l3_answer"`  // what is assigned otherwise than locate says
	Whole    []Finding      `json:"whole"`      // rows that refer to nothing, or lack their other half
	More     map[string]int `json:"more"`       // findings beyond those kept, by law
}

// Finding is one thing that a proof found.
type Finding struct {
	What   string    `json:"what"`
	Codes  []string  `json:"codes"`
	AreaM2 float64   `json:"area_m2,omitempty"`
	WidthM float64   `json:"width_m,omitempty"`
	At     []float64 `json:"at,omitempty"` // lon, lat
}

// Holds reports whether the laws hold.
func (p *Proof) Holds() bool { return len(p.L1)+len(p.L2)+len(p.L3)+len(p.Whole) == 0 }

// Prove proves the laws on everything that a database holds now: the tiling of each county by the borders alone (L1), the
// lattice by the database (L2), and every stored assignment by asking locate again (L3). progress may be nil.
func Prove(ctx context.Context, s *store.Store, progress func(what string, done, total int64)) (*Proof, error) {
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	city, err := s.City(ctx)
	if err != nil {
		return nil, err
	}
	p := &Proof{Counties: len(city.Editions()), More: map[string]int{}}
	if err := p.nesting(ctx, s); err != nil {
		return nil, err
	}
	for i, e := range city.Editions() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		progress("tiling of "+e.Info().CountyCode, int64(i), int64(p.Counties))
		p.tiling(city, e)
	}
	progress("lattice", 0, 0)
	off, err := s.OffLattice(ctx)
	if err != nil {
		return nil, err
	}
	for _, what := range slices.Sorted(maps.Keys(off)) {
		p.add(&p.L2, "L2", Finding{What: fmt.Sprintf("%d geometries of %s are off the lattice or in another SRID", off[what], what)})
	}
	dangling, err := s.Dangling(ctx)
	if err != nil {
		return nil, err
	}
	for _, what := range slices.Sorted(maps.Keys(dangling)) {
		p.add(&p.Whole, "rows", Finding{What: fmt.Sprintf("%d rows of %s refer to nothing", dangling[what], what)})
	}
	broken, err := s.BrokenLives(ctx)
	if err != nil {
		return nil, err
	}
	for _, what := range slices.Sorted(maps.Keys(broken)) {
		p.add(&p.Whole, "rows", Finding{What: what, Codes: broken[what]})
	}
	return p, p.answers(ctx, s, city, progress)
}

func (p *Proof) add(list *[]Finding, law string, f Finding) {
	if len(*list) == maxFindings {
		p.More[law]++
		return
	}
	*list = append(*list, f)
}

func (p *Proof) nesting(ctx context.Context, s *store.Store) error {
	faults, err := s.DivisionFaults(ctx)
	for _, f := range faults {
		p.add(&p.Nesting, "nesting", Finding{
			What: strings.ReplaceAll(f.Kind, "_", " "), Codes: append([]string{f.DivisionCode}, f.OtherCodes...), AreaM2: f.AreaM2, WidthM: f.WidthM,
		})
	}
	return err
}

// tiling proves L1 on one edition. One that is marked unproven does not hold it either.
func (p *Proof) tiling(city *edition.City, e *edition.Edition) {
	p.Grids += len(e.Base()) + len(e.Dedicated())
	faults := city.Faults(e)
	for _, f := range faults {
		p.add(&p.L1, "L1", Finding{
			What: strings.ReplaceAll(f.Kind, "_", " "), Codes: f.GridCodes, AreaM2: f.AreaM2, WidthM: f.WidthM, At: []float64{f.At[0], f.At[1]},
		})
	}
	if info := e.Info(); info.Proven != (len(faults) == 0) {
		p.add(&p.L1, "L1", Finding{
			What:  fmt.Sprintf("edition %d is marked proven=%t and has %d faults", info.Number, info.Proven, len(faults)),
			Codes: []string{info.CountyCode},
		})
	}
}

// answers proves L3: every assignment is what locate says now, and was made in an edition that is or was in force. A closed incident
// of an earlier edition keeps its own.
func (p *Proof) answers(ctx context.Context, s *store.Store, city *edition.City, progress func(string, int64, int64)) error {
	return s.EachLocated(ctx, func(l store.Located) error {
		if p.Located++; p.Located%10_000 == 0 {
			progress(fmt.Sprintf("assignments, %d", p.Located), 0, 0)
		}
		want, err := city.Assign(ctx, l.Shape)
		if err != nil {
			p.add(&p.L3, "L3", Finding{What: l.Table + " cannot be located: " + err.Error(), Codes: []string{l.Code}})
			return nil
		}
		if l.Closed && l.Assignment.Edition != want.Edition {
			return nil
		}
		if !l.Assignment.Same(want) || l.Assignment.Edition > want.Edition {
			p.add(&p.L3, "L3", Finding{What: l.Table + " is assigned " + show(l.Assignment) + ", locate says " + show(want), Codes: []string{l.Code}})
		}
		return nil
	})
}

func show(a grid.Assignment) string {
	return fmt.Sprintf("to base %d, dedicated %d, community %q, edition %d, on boundary %t", a.BaseGridID, a.DedicatedID, a.CommunityCode, a.Edition, a.OnBoundary)
}

// Text returns the proof as lines for a terminal, with at most so many findings of a kind.
func (p *Proof) Text(most int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d counties, %d grids, %d assignments\n", p.Counties, p.Grids, p.Located)
	p.section(&b, "nesting", "divisions nest and tile (BR-06)", "notice", p.Nesting, most)
	p.section(&b, "L1", "the grids of every community tile it", "BROKEN", p.L1, most)
	p.section(&b, "L2", "every coordinate is on the lattice", "BROKEN", p.L2, most)
	p.section(&b, "L3", "every assignment is what locate says", "BROKEN", p.L3, most)
	p.section(&b, "rows", "every row has what it refers to", "BROKEN", p.Whole, most)
	return b.String()
}

func (p *Proof) section(b *strings.Builder, law, claim, otherwise string, findings []Finding, most int) {
	if len(findings) == 0 {
		fmt.Fprintf(b, "%-8s holds   %s\n", law, claim)
		return
	}
	fmt.Fprintf(b, "%-8s %-7s %s: %d findings\n", law, otherwise, claim, len(findings)+p.More[law])
	for _, alike := range byKind(findings) {
		for i, f := range alike {
			if i == most {
				fmt.Fprintf(b, "  %s: and %d more, none larger\n", f.kind(), len(alike)-most)
				break
			}
			b.WriteString("  " + f.String() + "\n")
		}
	}
	if p.More[law] > 0 {
		fmt.Fprintf(b, "  and %d that were only counted\n", p.More[law])
	}
}

// byKind groups findings of the same kind, in the order in which the kinds come, the largest first.
func byKind(findings []Finding) [][]Finding {
	var kinds []string
	groups := map[string][]Finding{}
	for _, f := range findings {
		if groups[f.kind()] == nil {
			kinds = append(kinds, f.kind())
		}
		groups[f.kind()] = append(groups[f.kind()], f)
	}
	var all [][]Finding
	for _, kind := range kinds {
		slices.SortStableFunc(groups[kind], func(a, b Finding) int { return cmp.Compare(b.AreaM2, a.AreaM2) })
		all = append(all, groups[kind])
	}
	return all
}

// kind is what findings are grouped by: what has an area by its name, everything else together.
func (f Finding) kind() string {
	if f.At == nil && f.AreaM2 == 0 {
		return "others"
	}
	return f.What
}

// String returns the finding as a line.
func (f Finding) String() string {
	line := f.What + " " + strings.Join(f.Codes, ", ")
	if f.AreaM2 > 0 {
		line += fmt.Sprintf(": %.2f m², %.2f m wide", f.AreaM2, f.WidthM)
	}
	if f.At != nil {
		line += fmt.Sprintf(" at %.7f, %.7f", f.At[0], f.At[1])
	}
	return line
}
