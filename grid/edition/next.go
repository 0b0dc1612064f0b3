package edition

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// mostChanged is how many divisions may differ from the city that they were put together for before all are put together again.
const mostChanged = 1024

// Next is NewCity for the moment after c: it takes over from c what has not changed, so that it costs what has.
func (c *City) Next(divisions []grid.Division, editions []*Edition, settings grid.Settings) (*City, error) {
	ordered := divisions
	if were := c.ordered(); !sameList(were, divisions) {
		ordered = inOrder(divisions)
	}
	changed, ok := c.changed(ordered)
	if !ok || len(c.redrawn)+len(changed) > mostChanged {
		return newCity(c, ordered, editions, settings)
	}
	next, others := *c, map[string]bool{}
	next.settings = settings
	if len(changed) > 0 {
		redrawn := make([]redrawnDivision, len(changed))
		for i, k := range changed {
			d := ordered[k] // a copy: the city after this one may keep it, and would keep all of ordered with it
			area, err := c.outlineOf(&d)
			if err != nil {
				return nil, fmt.Errorf("division %s: %w", d.Code, err)
			}
			redrawn[i] = redrawnDivision{&d, area}
			others[d.Code] = true
		}
		next.redraw(c, redrawn)
		next.ordered = func() []grid.Division { return ordered }
		next.box = geo.EmptyBox()
		for i := range next.outlines {
			for _, b := range next.outlines[i].boxes {
				next.box = next.box.Union(b)
			}
		}
	}
	return &next, next.setEditions(c, editions, others)
}

// inOrder returns the divisions by code: the slice itself if it is so.
func inOrder(divisions []grid.Division) []grid.Division {
	for i := 1; i < len(divisions); i++ {
		if divisions[i].Code < divisions[i-1].Code {
			divisions = slices.Clone(divisions)
			slices.SortFunc(divisions, func(a, b grid.Division) int { return cmp.Compare(a.Code, b.Code) })
			break
		}
	}
	return divisions
}

// sameList reports whether a and b, which do not change, are one.
func sameList(a, b []grid.Division) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// changed returns where divisions, which are by code, differ from those of c; not ok when there are others, or one that lies elsewhere.
func (c *City) changed(divisions []grid.Division) (numbers []int, ok bool) {
	were := c.ordered()
	if sameList(were, divisions) {
		return nil, true
	}
	if len(were) != len(divisions) {
		return nil, false
	}
	for i := range divisions {
		d, was := &divisions[i], &were[i]
		if i > 0 && d.Code == divisions[i-1].Code {
			return nil, false // twice the same code: which one stands is for newCity to say
		}
		if d.Code != was.Code || d.Level != was.Level || d.ParentCode != was.ParentCode || d.CountyCode != was.CountyCode {
			return nil, false
		}
		if !sameDivision(d, was) {
			numbers = append(numbers, i)
		}
	}
	return numbers, true
}

// sameDivision reports whether a and b say the same in every field.
func sameDivision(a, b *grid.Division) bool {
	return a.ID == b.ID && a.Code == b.Code && a.Level == b.Level && a.Name == b.Name &&
		a.ParentCode == b.ParentCode && a.CountyCode == b.CountyCode && a.Kind == b.Kind && a.CodeSystem == b.CodeSystem &&
		sameOutline(a.Outline, b.Outline) && a.LabelPoint == b.LabelPoint && a.AreaM2 == b.AreaM2 &&
		a.Derived == b.Derived && a.Inferred == b.Inferred &&
		sameValue(a.Households, b.Households) && sameValue(a.Residents, b.Residents) && sameValue(a.CountedOn, b.CountedOn) &&
		a.SourceCRS == b.SourceCRS && a.UrbanRuralClass == b.UrbanRuralClass
}

func sameValue[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// with returns the city after some divisions have been redrawn and the given editions have replaced those of their counties. The
// box of a redrawn division, which lies within its county, does not count for the city's.
func (c *City) with(redrawn []redrawnDivision, editions []*Edition) (*City, error) {
	next, others := *c, map[string]bool{}
	if len(redrawn) > 0 {
		next.redraw(c, redrawn)
	}
	for _, r := range redrawn {
		others[r.division.Code] = true
	}
	all := slices.Clone(c.editions)
	for _, e := range editions {
		all = slices.DeleteFunc(all, func(old *Edition) bool { return old.info.CountyCode == e.info.CountyCode })
		all = append(all, e)
	}
	err := next.setEditions(c, all, others)
	next.tiles = &cityTiles{} // there are many such cities, and few of them are asked for tiles
	return &next, err
}

// redraw sets the divisions that differ from those of old.
func (c *City) redraw(old *City, redrawn []redrawnDivision) {
	c.redrawn = maps.Clone(old.redrawn)
	if c.redrawn == nil {
		c.redrawn = map[string]*grid.Division{}
	}
	byRank := make([][]redrawnDivision, len(old.outlines))
	for _, r := range redrawn {
		c.redrawn[r.division.Code] = r.division
		rank := grid.LevelRank(r.division.Level)
		byRank[rank] = append(byRank[rank], r)
	}
	c.outlines = slices.Clone(old.outlines)
	for rank := range byRank {
		c.outlines[rank] = c.outlines[rank].with(byRank[rank])
	}
	c.ordered = sync.OnceValue(func() []grid.Division {
		all := slices.Clone(old.ordered())
		for i := range all {
			if d := c.redrawn[all[i].Code]; d != nil {
				all[i] = *d
			}
		}
		return all
	})
}
