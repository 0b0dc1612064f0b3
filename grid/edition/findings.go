package edition

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
	"github.com/wangge/wangge/grid"
)

// Reference is what the findings of a draft take into account beyond grids and divisions. The store reads it near the parts that
// change; what is not known stays empty, and the rules that need it find nothing.
type Reference struct {
	PlanKind string // grid.AdjustmentPlan, grid.ImportPlan or grid.UndoPlan
	// Whole proves the tiling of whole counties: for a check and for publishing. Otherwise it is that of the communities in which a
	// part changes, which is as good as long as the base is proven and costs what they cost.
	Whole bool

	Buildings []Footprint
	Sites     []Footprint     // key sites with an area: campuses and the like
	Barriers  []ReferenceLine // railways, rivers, large roads
	Roads     []ReferenceLine

	UsedGrids     map[string]bool // codes of the draft's new grids that a grid has had before
	UsedVoids     map[string]bool // codes of its new void areas that a void area has had before
	Posts         map[string]int  // by code of a grid that changes or ends: how many posts it has now
	Organizations map[string]bool // of those that the draft names, the known ones
	// Households are how many there are afterwards, by code; where there is no entry the grid's own number counts.
	Households map[string]float64

	Places, Incidents int      // places and open incidents that change hands
	LostPlaces        int      // places that have no base grid afterwards and had one
	LostCodes         []string // of some of them
}

// Footprint is an area on the ground that no border is to cut.
type Footprint struct {
	Key  string // the same for the same thing every time
	Name string
	Area geo.MultiPolygon
}

// ReferenceLine is a road, railway or river.
type ReferenceLine struct {
	Kind, Class, Name string
	Lines             []geo.Line
}

// title names the line for people.
func (l *ReferenceLine) title() string { return strings.TrimSpace(l.Kind + " " + l.Name) }

// mostOfRule is how many notices of one rule are returned; the last one then says how many more there are. Errors are all returned:
// one that is not seen cannot be waived, nor keep the plan from being decided.
const mostOfRule = 200

// Findings returns what is wrong with the draft or deserves a look (DOMAIN 13, QC-01 to QC-23), by rule and codes; QC-24 is of the
// plan, not of the draft. Findings are of parts that the draft changes; what the base had already and the draft leaves alone is
// not listed. Any fault of the tiling is an error, however small: edits are exact, and an import has been cleaned before.
func (d *Draft) Findings(ref Reference) []grid.Finding {
	r := &review{d: d, diff: d.Diff(), ref: ref, settings: d.city.settings}
	r.near = sync.OnceValue(func() touchedIndex { return newTouchedIndex(d) })
	r.lines = sync.OnceValue(r.newBorders)
	for i := range r.diff.Parts {
		if p := &r.diff.Parts[i]; p.After != nil {
			r.checkShape(p)
			r.checkCode(p)
			r.checkName(p)
			r.checkSize(p)
			r.checkPosts(p)
		}
	}
	r.checkTiling()
	r.checkDedicated()
	r.checkHomes()
	r.checkFootprints()
	r.checkBarriers()
	r.checkRoads()
	r.checkCountyLines()
	r.checkSystem()
	r.checkThings()
	return r.finish()
}

// review is one run of Findings.
type review struct {
	d        *Draft
	diff     Diff
	ref      Reference
	settings grid.Settings
	found    []grid.Finding
	keys     []string // of found: what tells findings of one rule and the same codes apart
	near     func() touchedIndex
	lines    func() *newBorders
}

// add adds a finding. key tells it from others of the same rule and codes, the same way every time: "" when there is none, or what
// it is about, or spotKey of where it is.
func (r *review) add(rule, class, key string, codes []string, detail string, more func(f *grid.Finding)) {
	f := grid.Finding{Rule: rule, Class: class, GridCodes: slices.Compact(slices.Sorted(slices.Values(codes))), Detail: detail}
	if more != nil {
		more(&f)
	}
	r.found, r.keys = append(r.found, f), append(r.keys, key)
}

// spotKey is a position to about a metre.
func spotKey(at orb.Point) string { return fmt.Sprintf("%.5f,%.5f", at[0], at[1]) }

// fingerprint is the same for the same finding, and another one when a notice becomes an error: whoever waived the one has not
// waived the other.
func fingerprint(f *grid.Finding, key string) string {
	sum := sha256.Sum256([]byte(f.Rule + " " + f.Class + "\n" + strings.Join(f.GridCodes, "\n") + "\n\n" + key))
	return f.Rule + "-" + hex.EncodeToString(sum[:8])
}

// finish gives the findings their fingerprints and their order, and leaves out what is more than can be looked at.
func (r *review) finish() []grid.Finding {
	type keyed struct {
		grid.Finding
		key string
	}
	all := make([]keyed, len(r.found))
	for i, f := range r.found {
		all[i] = keyed{f, r.keys[i]}
	}
	slices.SortStableFunc(all, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Class, b.Class), slices.Compare(a.GridCodes, b.GridCodes), cmp.Compare(a.key, b.key))
	})
	notices, seen := map[string]int{}, map[string]int{}
	var out []grid.Finding
	for _, f := range all {
		if f.Class == grid.NoticeClass {
			if notices[f.Rule]++; notices[f.Rule] > mostOfRule {
				continue
			}
		}
		f.Fingerprint = fingerprint(&f.Finding, f.key)
		if n := seen[f.Fingerprint]; n > 0 { // of one thing, at one spot
			f.Fingerprint = fmt.Sprintf("%s-%d", f.Fingerprint, n+1)
		}
		seen[fingerprint(&f.Finding, f.key)]++
		out = append(out, f.Finding)
	}
	for i := range out {
		if n := notices[out[i].Rule]; n > mostOfRule && (i+1 == len(out) || out[i+1].Rule != out[i].Rule) {
			out[i].Detail += fmt.Sprintf(" (and %d more notices of this rule, which are not listed)", n-mostOfRule)
		}
	}
	return out
}

// checkThings tells of places and incidents that change hands or lose their grid.
func (r *review) checkThings() {
	if n := r.ref.Places + r.ref.Incidents; n > 0 {
		detail := fmt.Sprintf("%d places and %d open incidents change hands when this takes effect: see the impact for which", r.ref.Places, r.ref.Incidents)
		r.add("QC-18", grid.NoticeClass, "", nil, detail, func(f *grid.Finding) { f.Measured = number(float64(n)) })
	}
	if n := r.ref.LostPlaces; n > 0 {
		detail := fmt.Sprintf("%d places would have no base grid: %s; cover them with a grid before this can be decided", n, listed(r.ref.LostCodes, n))
		r.add("QC-19", grid.ErrorClass, "", nil, detail, func(f *grid.Finding) { f.Measured, f.Threshold = number(float64(n)), number(0) })
	}
}

func number(x float64) *float64 { return &x }

// listed names some of n things.
func listed(codes []string, n int) string {
	const most = 5
	s := strings.Join(codes[:min(most, len(codes))], ", ")
	if rest := n - min(most, len(codes)); rest > 0 && s != "" {
		s += fmt.Sprintf(" and %d more", rest)
	}
	return s
}

// touchedIndex finds the parts that a draft has touched.
type touchedIndex struct {
	tiling, dedicated           []*Part
	tilingIndex, dedicatedIndex *index.Index
}

func newTouchedIndex(d *Draft) touchedIndex {
	var t touchedIndex
	var tiling, dedicated []geo.MultiPolygon
	for _, p := range d.parts {
		switch {
		case p.Removed:
		case p.Kind == grid.Dedicated:
			t.dedicated, dedicated = append(t.dedicated, newPart(p)), append(dedicated, p.area)
		default:
			t.tiling, tiling = append(t.tiling, newPart(p)), append(tiling, p.area)
		}
	}
	t.tilingIndex, t.dedicatedIndex = index.Build(tiling), index.Build(dedicated)
	return t
}

// tilingNear returns the base grids and void areas of the draft that may meet box, by kind and code.
func (r *review) tilingNear(box geo.Box) []*Part { return r.partsNear(box, true, true) }

// tilingBefore is tilingNear without the draft.
func (r *review) tilingBefore(box geo.Box) []*Part { return r.partsNear(box, true, false) }

// dedicatedNear returns the dedicated grids of the draft that may meet box.
func (r *review) dedicatedNear(box geo.Box) []*Part { return r.partsNear(box, false, true) }

func (r *review) partsNear(box geo.Box, tiling, drafted bool) []*Part {
	var parts []*Part
	for _, e := range r.d.bases {
		if tiling && !e.box.Intersects(box) {
			continue
		}
		for _, k := range e.indexOf(tiling).Overlapping(box, nil) {
			key := partKey{grid.Dedicated, ""}
			if tiling {
				key = e.key(int(k))
			} else {
				key.code = e.dedicated[k].Code
			}
			if _, touched := r.d.parts[key]; !touched || !drafted {
				parts = append(parts, newPart(e.draftPart(key)))
			}
		}
	}
	if drafted {
		t := r.near()
		ix, list := t.tilingIndex, t.tiling
		if !tiling {
			ix, list = t.dedicatedIndex, t.dedicated
		}
		for _, k := range ix.Overlapping(box, nil) {
			parts = append(parts, list[k])
		}
	}
	slices.SortFunc(parts, func(a, b *Part) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code)) })
	return parts
}

func (e *Edition) indexOf(tiling bool) *index.Index {
	if tiling {
		return e.tilingIndex
	}
	return e.dedicatedIndex
}
