package edition

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/wangge/wangge/grid"
)

// newCode returns the code of a new part: the next of those that the change names, or by the coding rules (DOMAIN 14) the number
// after the greatest that was ever used in the community, and when that is the last the smallest that never was. Where codes
// have no numbers it is the code that the part comes from, with a number behind. A code that is given stays taken.
func (e *edit) newCode(kind, community, from string) (string, error) {
	taken := e.taken(community, kind)
	if e.named < len(e.change.Codes) {
		code := e.change.Codes[e.named]
		e.named++
		return e.namedCode(code, kind, community, taken)
	}
	code := ""
	switch scheme := e.draft.city.settings.CodeScheme; {
	case kind == grid.Void:
		code = nextVoid(community, taken)
	case scheme.CommunityPrefix && scheme.CheckGrid(numbered(community, firstNumber(kind)), kind, community) == nil:
		number := nextNumber(community, kind, taken)
		if number == 0 {
			return "", refuse("codes", "every number for a %s grid of community %s has been used once, and none is used again", kind, community)
		}
		code = numbered(community, number)
	default:
		if old := e.draft.part(partKey{kind, from}); old != nil && old.community() != community {
			maps.Copy(taken, e.taken(old.community(), kind)) // what was split off it there has codes behind its own
		}
		code = nextBehind(from, taken)
		if from == "" || scheme.CheckGrid(code, kind, community) != nil {
			return "", refuse("codes", "the %s scheme does not say how new codes are made: give them in codes", scheme.Name)
		}
	}
	e.given[partKey{kind, code}] = true
	return code, nil
}

// namedCode takes a code that the change names.
func (e *edit) namedCode(code, kind, community string, taken map[string]bool) (string, error) {
	err := grid.CheckCode("codes", code)
	if kind != grid.Void {
		err = e.draft.city.settings.CodeScheme.CheckGrid(code, kind, community)
	}
	if err != nil {
		return "", err
	}
	if g, _ := e.draft.city.Grid(code); taken[code] || kind != grid.Void && g != nil {
		return "", &grid.RuleError{Rule: "QC-12", Field: "codes", Detail: fmt.Sprintf("%s is used, or was once: codes are never used again", code)}
	}
	e.given[partKey{kind, code}] = true
	return code, nil
}

// taken returns the codes that no new part of the community may have: those ever used, and all of this draft. Grids of both kinds
// share their codes.
func (e *edit) taken(community, kind string) map[string]bool {
	taken := map[string]bool{}
	kinds := []string{grid.Base, grid.Dedicated}
	if kind == grid.Void {
		kinds = []string{grid.Void}
	}
	for _, kind := range kinds {
		if e.used != nil {
			for _, code := range e.used(community, kind) {
				taken[code] = true
			}
		}
		for _, base := range e.draft.bases {
			base.eachCode(kind, community, func(code string) { taken[code] = true })
		}
	}
	add := func(k partKey) {
		if slices.Contains(kinds, k.kind) {
			taken[k.code] = true
		}
	}
	for k := range e.draft.parts {
		add(k)
	}
	for k := range e.given {
		add(k)
	}
	return taken
}

// eachCode visits the codes of the edition's parts of a kind in a community.
func (e *Edition) eachCode(kind, community string, visit func(code string)) {
	switch kind {
	case grid.Dedicated:
		for i := range e.dedicated {
			if e.dedicated[i].CommunityCode == community {
				visit(e.dedicated[i].Code)
			}
		}
	default:
		for _, k := range e.parts[community] {
			if key := e.key(k); key.kind == kind {
				visit(key.code)
			}
		}
	}
}

func numbered(community string, number int) string { return fmt.Sprintf("%s%03d", community, number) }

func firstNumber(kind string) int {
	if kind == grid.Dedicated {
		return 800
	}
	return 1
}

func lastNumber(kind string) int {
	if kind == grid.Dedicated {
		return 999
	}
	return 799
}

// nextNumber returns the number of a new grid, 0 when all have been used.
func nextNumber(community, kind string, taken map[string]bool) int {
	first, last := firstNumber(kind), lastNumber(kind)
	next := last
	for next >= first && !taken[numbered(community, next)] {
		next--
	}
	if next++; next <= last {
		return next
	}
	for n := first; n <= last; n++ {
		if !taken[numbered(community, n)] {
			return n
		}
	}
	return 0
}

// nextVoid returns the code of a new void area: it goes on with the numbers of those of its community, which may be written in any
// way, and begins with -V01.
func nextVoid(community string, taken map[string]bool) string {
	prefix, width, most := community+"-V", 2, 0
	for code := range taken {
		head := strings.TrimRight(code, "0123456789")
		digits := code[len(head):]
		n, err := strconv.Atoi(digits)
		if !strings.HasPrefix(head, community) || len(head) == len(community) || err != nil || len(digits) > 6 {
			continue
		}
		if n > most || n == most && code < prefix+digits {
			prefix, width, most = head, len(digits), n
		}
	}
	for n := most + 1; ; n++ {
		if code := fmt.Sprintf("%s%0*d", prefix, width, n); !taken[code] {
			return code
		}
	}
}

// nextBehind returns the first of from-1, from-2, … that is not taken.
func nextBehind(from string, taken map[string]bool) string {
	for n := 1; ; n++ {
		if code := from + "-" + strconv.Itoa(n); !taken[code] {
			return code
		}
	}
}
