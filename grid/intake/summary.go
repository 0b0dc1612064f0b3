package intake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// Summary says what became of the rows of every file. Stored and Rejected add up to Read (L6).
type Summary struct {
	DryRun bool // nothing was written; Stored is what would have been
	Draft  bool // nothing was written; Stored is what a plan of kind import takes
	Files  []FileSummary
	// Editions are the counties that got their first edition.
	Editions []EditionSummary
	// Cleaned says, for each of them, what cleaning changed; nil without Config.Clean. What was as large as CleanAreaM2 (square
	// metres) or as wide as CleanWidthM (metres) was left.
	Cleaned                  []*grid.CleanReport
	CleanAreaM2, CleanWidthM float64
	// Derived are the codes of divisions that were made for a missing level.
	Derived []string
	// DivisionFaults counts by kind where divisions do not nest or tile (BR-06); SmallFaults are such places below both
	// tolerances (BR-02), which are not stored.
	DivisionFaults map[string]int
	SmallFaults    int
}

// FileSummary says what became of the rows of one file.
type FileSummary struct {
	Layer, File string
	Read        int64
	Stored      int64
	Rejected    int64
	Unassigned  int64             // of those stored: in no base grid
	ByRule      map[string]int64  // rejected, by rule
	First       map[string]string // the first reject of each rule: its line and reason
	Warnings    []string
}

// EditionSummary says how the grids of a county came out.
type EditionSummary struct {
	County    string
	Base      int
	Dedicated int
	Voids     int
	Proven    bool
	Faults    map[string]int // by kind; empty when proven
}

// Text returns the summary as lines for a terminal.
func (s Summary) Text() []string {
	var out []string
	for _, f := range s.Files {
		stored := "stored"
		switch {
		case s.Draft:
			stored = "taken into the draft"
		case s.DryRun:
			stored = "would be stored"
		}
		line := fmt.Sprintf("%s: %s: %d rows read, %d %s, %d rejected", f.Layer, f.File, f.Read, f.Stored, stored, f.Rejected)
		if f.Unassigned > 0 {
			line += fmt.Sprintf(", %d of the stored in no grid", f.Unassigned)
		}
		out = append(out, line)
		for _, rule := range slices.Sorted(maps.Keys(f.ByRule)) {
			out = append(out, fmt.Sprintf("  rejected by %s: %d; first %s", rule, f.ByRule[rule], f.First[rule]))
		}
		for _, w := range f.Warnings {
			out = append(out, "  warning: "+w)
		}
	}
	if n := len(s.Derived); n > 0 {
		out = append(out, fmt.Sprintf("divisions made for a missing level, with their parent's outline: %d (%s)", n, someOf(s.Derived)))
	}
	if len(s.DivisionFaults) > 0 {
		out = append(out, "divisions that do not nest or tile (stored and reported, BR-06): "+counts(s.DivisionFaults))
	}
	if s.SmallFaults > 0 {
		out = append(out, fmt.Sprintf("and at %d places their borders differ by less than the tolerances", s.SmallFaults))
	}
	for _, c := range s.Cleaned {
		out = append(out, s.cleanedText(c)...)
	}
	for _, e := range s.Editions {
		proven := "proven to tile"
		if !e.Proven {
			proven = "UNPROVEN, faults: " + counts(e.Faults)
		}
		what := "edition 1"
		if s.Draft {
			what = "the draft"
		}
		out = append(out, fmt.Sprintf("county %s, %s: %d base grids, %d dedicated grids, %d void areas: %s",
			e.County, what, e.Base, e.Dedicated, e.Voids, proven))
	}
	return out
}

func (s Summary) cleanedText(c *grid.CleanReport) []string {
	changes, left := c.Counts()
	if len(changes) == 0 && len(left) == 0 {
		return []string{fmt.Sprintf("county %s, cleaned: nothing to do", c.CountyCode)}
	}
	gained, lost, move := 0.0, 0.0, 0.0
	for _, sum := range c.Sums {
		gained, lost = gained+sum.GainedM2, lost+sum.LostM2
	}
	for _, ch := range c.Changes {
		move = max(move, ch.MaxMoveM)
	}
	out := []string{fmt.Sprintf("county %s, cleaned: %s; %d grids gained %.2f m² and lost %.2f m², no border moved by more than %.3f m",
		c.CountyCode, counts(changes), len(c.Sums), gained, lost, move)}
	if len(left) > 0 {
		out = append(out, "  left as they are: "+s.leftText(left, c.Left))
	}
	if n := len(c.RedrawnDivisions); n > 0 {
		out = append(out, fmt.Sprintf("  outlines that follow their grids now: %d (%s)", n, someOf(c.RedrawnDivisions)))
	}
	return out
}

// leftText says what cleaning left, and how to go on.
func (s Summary) leftText(by map[string]int, left []grid.CleanLeft) string {
	text := counts(by)
	tooLarge := 0
	for _, f := range left {
		if f.Why == mesh.TooLarge {
			tooLarge++
		}
	}
	if tooLarge > 0 {
		text += fmt.Sprintf("; %d not below both tolerances, qc.area_m2 (%g m²) and qc.width_m (%g m)", tooLarge, s.CleanAreaM2, s.CleanWidthM)
	}
	if other := len(left) - tooLarge; other > 0 {
		text += fmt.Sprintf("; %d that no grid could take or give without vanishing", other)
	}
	return text + "\n  --clean-report FILE.geojson shows where: mend the files there, or raise the tolerances with “wangge setting set qc.area_m2 …” and do it again"
}

func counts(by map[string]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(by)) {
		parts = append(parts, fmt.Sprintf("%d %s", by[k], strings.ReplaceAll(k, "_", " ")))
	}
	return strings.Join(parts, ", ")
}

// someOf lists a few.
func someOf(list []string) string {
	const most = 5
	if len(list) > most {
		return strings.Join(list[:most], ", ") + ", …"
	}
	return strings.Join(list, ", ")
}
