package search

import (
	"cmp"
	"slices"
	"strings"
)

// MostLooks is how many times a query may look at a text for a term to be answered in a few milliseconds: some hundred nanoseconds each.
const MostLooks = 5_000

// Want says which entries are wanted of an index, and how many.
type Want struct {
	Most int // of the best, at least 1
	// Kind and Owner say which types and owners are wanted; nil for all.
	Kind  func(kind string) bool
	Owner func(owner string) bool
	// Hidden says which entries are not there any more; nil for none.
	Hidden *Hidden
	// Looks bounds how many times a text is looked at for a term.
	Looks int
}

// Hit is an entry that was found.
type Hit struct {
	Entry   Entry
	Matches []Match // of each term, in the order of the query
	rank    rank
}

// Match says where a term is in an entry.
type Match struct {
	Field string // code, name or address
	Span  Span
}

// Found is what was found: the best first. More says that more entries match, or may.
type Found struct {
	Hits []Hit
	More bool
}

// Find returns the best of the entries that match the query. Its time is bounded by the number of entries (some bits of each are
// looked at) and by want.Looks; its memory by some bits for each entry.
func (ix *Index) Find(q Query, want Want) Found {
	f := finder{index: ix, query: q, want: want, top: top{most: max(want.Most, 1)}, looks: want.Looks / max(len(q.terms), 1)}
	if len(q.terms) == 0 || ix.Len() == 0 || !f.choose() {
		return Found{}
	}
	f.scratch = ix.scratch.Get().(*scratch)
	defer ix.scratch.Put(f.scratch)
	f.find()
	found := Found{More: f.cut || f.top.matched > len(f.top.best)}
	for _, r := range f.top.best {
		found.Hits = append(found.Hits, ix.hit(&q, r))
	}
	return found
}

// hit says where the terms are.
func (ix *Index) hit(q *Query, r ranked) Hit {
	h := Hit{Entry: ix.Entry(int(r.entry)), rank: r.rank}
	plain, folded := ix.texts(int(r.entry))
	area := isArea(h.Entry.Type)
	for i := range q.terms {
		t := &q.terms[i]
		m := t.match(area, &folded)
		h.Matches = append(h.Matches, Match{
			Field: [...]string{"code", "name", "address"}[m.field],
			Span:  spanIn(plain[m.field], m.from, m.to),
		})
	}
	return h
}

func isArea(kind string) bool { return kind == Division || kind == Grid }

// Merge returns the best of what several indexes have found.
func Merge(found []Found, most int) Found {
	var all Found
	for _, f := range found {
		all.Hits = append(all.Hits, f.Hits...)
		all.More = all.More || f.More
	}
	slices.SortStableFunc(all.Hits, func(a, b Hit) int { return cmp.Or(cmp.Compare(a.rank, b.rank), compare(&a.Entry, &b.Entry)) })
	if len(all.Hits) > most {
		all.Hits, all.More = all.Hits[:most], true
	}
	return all
}

// finder is one query of one index.
type finder struct {
	index   *Index
	query   Query
	want    Want
	groups  []bool // which are wanted
	owners  []bool // which are wanted; nil for all
	every   bool   // every entry is wanted
	scratch *scratch
	top     top
	looks   int
	cut     bool // there may be more that match
}

// choose works out which entries are wanted; false for none.
func (f *finder) choose() bool {
	ix := f.index
	f.groups, f.every = make([]bool, len(ix.groups)), f.want.Hidden.empty()
	for g, of := range ix.groups {
		f.groups[g] = f.want.Kind == nil || f.want.Kind(of.kind)
		f.every = f.every && f.groups[g]
	}
	if f.want.Owner != nil {
		f.owners = make([]bool, len(ix.ownerCodes))
		for i, code := range ix.ownerCodes {
			f.owners[i] = f.want.Owner(code)
		}
		f.every = f.every && !slices.Contains(f.owners, false)
	}
	return slices.Contains(f.groups, true) && (f.owners == nil || slices.Contains(f.owners, true))
}

// wanted returns the entries that are.
func (f *finder) wanted() bitset {
	set := f.take()
	if f.owners == nil {
		set.addRange(0, f.index.Len())
	}
	for i, wanted := range f.owners {
		if wanted {
			f.index.owned.addTo(set, i)
		}
	}
	begin := 0
	for g, of := range f.index.groups {
		if !f.groups[g] {
			set.removeRange(begin, of.end)
		}
		begin = of.end
	}
	if !f.want.Hidden.empty() {
		set.andNot(f.want.Hidden.entries)
	}
	return set
}

func (f *finder) take() bitset { return f.scratch.take((f.index.Len() + 63) / 64) }
func (f *finder) give(sets ...bitset) {
	for _, set := range sets {
		f.scratch.give(set)
	}
}

// find fills top.
func (f *finder) find() {
	left, few := f.candidates()
	if few {
		left.each(f.look)
	} else {
		f.stages(left)
	}
	f.give(left)
}

// candidates returns entries with all that match among them. Terms are taken from the rarest on; as soon as there are few enough to look
// at all of them, the other terms are left to that.
func (f *finder) candidates() (left bitset, few bool) {
	titles, addresses := &f.index.titles, &f.index.addresses
	type costly struct {
		*term
		most int
	}
	var order []costly
	for i := range f.query.terms {
		t := &f.query.terms[i]
		most := titles.atMost(t) + addresses.atMost(t)
		if t.spells { // rather after the others
			most = f.index.Len()
		}
		order = append(order, costly{t, most})
	}
	slices.SortStableFunc(order, func(a, b costly) int { return cmp.Compare(a.most, b.most) })
	if !f.every {
		left = f.wanted()
	}
	for _, t := range order {
		set := f.take()
		f.literal(set, t.term)
		if t.spells {
			titles.spelled(set, t.term, where{}, f.scratch)
			addresses.spelled(set, t.term, where{}, f.scratch)
		}
		if left == nil {
			left = set
		} else {
			left.and(set)
			f.give(set)
		}
		if left.count() <= f.looks {
			return left, true
		}
	}
	return left, false
}

// literal adds the entries that may have a term as it is.
func (f *finder) literal(set bitset, t *term) {
	f.index.titles.candidates(set, t, where{}, f.scratch)
	f.index.addresses.candidates(set, t, where{}, f.scratch)
	f.addCodes(set, t, codes{ofAreas: true})
	f.addCodes(set, t, codes{})
}

// look rates an entry.
func (f *finder) look(entry uint32) bool {
	_, folded := f.index.texts(int(entry))
	if r, matches := f.query.rate(isArea(f.index.groups[f.index.groupOf(int(entry))].kind), &folded); matches {
		f.top.add(r, entry)
	}
	return true
}

// codes says which entries a term's code is looked up for: those whose whole code it is, or that begin with it, of areas or of other things.
type codes struct{ ofAreas, wholeOnly bool }

// addCodes adds the entries whose code is, or begins with, a term.
func (f *finder) addCodes(set bitset, t *term, which codes) {
	for g, of := range f.index.groups {
		if !f.groups[g] || isArea(of.kind) != which.ofAreas {
			continue
		}
		first, end := f.index.codesFrom(g, t.text)
		if which.wholeOnly { // they come first
			whole := first
			for whole < end && f.index.codeIs(whole, t.text) {
				whole++
			}
			end = whole
		}
		set.addRange(first, end)
	}
}

// stage is a part of the candidates.
type stage struct {
	class int // the best that is not left afterwards
	add   func(set bitset, t *term)
}

// stages looks at the candidates by the class that some term of them may be of, until those that are left cannot be among the best, or
// enough texts were looked at.
func (f *finder) stages(left bitset) {
	for _, stage := range f.inStages() {
		set := f.take()
		for i := range f.query.terms {
			stage.add(set, &f.query.terms[i])
		}
		set.and(left)
		left.andNot(set)
		f.lookAt(set, stage.class)
		f.give(set)
		if f.cut || f.top.full() && f.top.worst().rank.class() <= stage.class {
			f.cut = f.cut || left.count() > 0
			return
		}
	}
}

// inStages returns the stages, the best class first; the last one takes all that is left.
func (f *finder) inStages() []stage {
	titles, addresses := &f.index.titles, &f.index.addresses
	all := func(set bitset, _ *term) { set.addRange(0, f.index.Len()) }
	stages := []stage{
		{areaCode, func(set bitset, t *term) { f.addCodes(set, t, codes{ofAreas: true}) }},
		{wholeTitle, func(set bitset, t *term) {
			titles.candidates(set, t, where{beginning: true, end: true}, f.scratch)
			f.addCodes(set, t, codes{wholeOnly: true})
		}},
		{wholeAddress, func(set bitset, t *term) {
			addresses.candidates(set, t, where{beginning: true, end: true}, f.scratch)
		}},
		{titleBegins, func(set bitset, t *term) {
			titles.candidates(set, t, where{beginning: true}, f.scratch)
			f.addCodes(set, t, codes{})
		}},
		{addressBegins, func(set bitset, t *term) {
			addresses.candidates(set, t, where{beginning: true}, f.scratch)
		}},
		{titleWord, func(set bitset, t *term) { titles.candidates(set, t, where{}, f.scratch) }},
	}
	if !slices.ContainsFunc(f.query.terms, func(t term) bool { return t.spells }) {
		return append(stages, stage{withinAddress, all})
	}
	by := func(class int, p *postings, at where) stage {
		return stage{class, func(set bitset, t *term) {
			if t.spells {
				p.spelled(set, t, at, f.scratch)
			}
		}}
	}
	return append(stages,
		stage{withinAddress, f.literal},
		by(spelledTitle, titles, where{beginning: true, end: true}),
		by(spelledAddress, addresses, where{beginning: true, end: true}),
		by(spelledTitleBegins, titles, where{beginning: true}),
		by(spelledAddressBegins, addresses, where{beginning: true}),
		by(spelledWithinTitle, titles, where{}),
		stage{spelledWithinAddress, all},
	)
}

// lookAt looks at the candidates of a stage. Of one term's, those that begin with it rank by kind and code, as they come.
func (f *finder) lookAt(set bitset, class int) {
	inOrder := len(f.query.terms) == 1 && class <= addressBegins
	set.each(func(entry uint32) bool {
		if f.looks == 0 {
			f.cut = true
			return false
		}
		f.looks--
		f.look(entry)
		if inOrder && f.top.full() && !less(ranked{plainRank(class), entry}, f.top.worst()) {
			f.cut = true // the rest of them comes after these
			return false
		}
		return true
	})
}

// Hidden says which entries of an index are not there any more. The zero value hides none; it never changes.
type Hidden struct{ entries bitset }

func (h *Hidden) empty() bool { return h == nil || h.entries == nil }

// With returns what hides these entries of an index as well.
func (h *Hidden) With(ix *Index, entries ...int) *Hidden {
	more := newBitset(ix.Len())
	if !h.empty() {
		copy(more, h.entries)
	}
	for _, i := range entries {
		more.add(uint32(i))
	}
	return &Hidden{more}
}

// Has reports whether an entry is hidden.
func (h *Hidden) Has(i int) bool { return !h.empty() && h.entries.has(uint32(i)) }

// Terms returns what is looked for, as Fold makes it.
func (q Query) Terms() []string {
	terms := make([]string, len(q.terms))
	for i, t := range q.terms {
		terms[i] = strings.Clone(t.text)
	}
	return terms
}
