package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The classes of matches, the best first. Within one, and where several terms match, the sum of the classes decides, then how near the
// starts of the texts they match, then kind and code.
const (
	areaCode      = iota // the code of a division or grid begins with it
	wholeTitle           // it is the name or the code
	wholeAddress         // it is the address
	titleBegins          // the name or the code begins with it
	addressBegins        // the address begins with it
	titleWord            // it is in the name, and does not begin within a word or number
	addressWord          // the same in the address
	withinTitle          // it begins within a word or number of the name
	withinAddress        // the same of the address

	// By the initials of what is meant, in the same order.
	spelledTitle
	spelledAddress
	spelledTitleBegins
	spelledAddressBegins
	spelledWithinTitle
	spelledWithinAddress
	none
)

// rank says how well an entry matches; the less the better.
type rank uint32

const (
	rankClassShift = 24
	rankSumShift   = 16
	mostStart      = 0xffff
)

func (r rank) class() int { return int(r >> rankClassShift) }

// plainRank is the best rank of a class that a query of one term can have.
func plainRank(class int) rank { return rank(class<<rankClassShift | class<<rankSumShift) }

// rate returns how well an entry with these folded texts matches; false when some term is in none of them.
func (q *Query) rate(area bool, folded *texts) (rank, bool) {
	best, sum, starts := none, 0, 0
	for i := range q.terms {
		m := q.terms[i].match(area, folded)
		if m.class == none {
			return 0, false
		}
		best, sum = min(best, m.class), sum+m.class
		if m.class >= titleWord {
			starts += utf8.RuneCountInString(folded[m.field][:m.from])
		}
	}
	return rank(best<<rankClassShift | sum<<rankSumShift | min(starts, mostStart)), true
}

// match is where a term is in an entry.
type match struct {
	class, field int
	from, to     int // bytes of the folded text
}

// match returns the best match of a term.
func (t *term) match(area bool, folded *texts) match {
	best := match{class: none}
	take := func(class, field, from int) {
		if class < best.class {
			best = match{class, field, from, from + len(t.text)}
		}
	}
	if code := folded[inCode]; strings.HasPrefix(code, t.text) {
		switch {
		case area:
			return match{areaCode, inCode, 0, len(t.text)}
		case len(code) == len(t.text):
			return match{wholeTitle, inCode, 0, len(t.text)}
		}
		take(titleBegins, inCode, 0)
	}
	for field := inName; field <= inAddress; field++ {
		// The classes of addresses follow those of titles.
		text, addressed := folded[field], field-inName
		if best.class <= wholeTitle+addressed || len(text) < len(t.text) {
			continue
		}
		from := strings.Index(text, t.text)
		switch {
		case from < 0:
		case from == 0 && len(text) == len(t.text):
			take(wholeTitle+addressed, field, 0)
		case from == 0:
			take(titleBegins+addressed, field, 0)
		default:
			if word := t.wordIn(text, from); word >= 0 {
				take(titleWord+addressed, field, word)
			} else {
				take(withinTitle+addressed, field, from)
			}
		}
	}
	if best.class == none && t.spells {
		return t.matchSpelled(folded)
	}
	return best
}

// matchSpelled returns the best match by initials.
func (t *term) matchSpelled(folded *texts) match {
	best := match{class: none}
	for field := inName; field <= inAddress; field++ {
		from, to, found := t.spelledIn(folded[field])
		if !found {
			continue
		}
		class := spelledWithinTitle
		switch {
		case from == 0 && to == len(folded[field]):
			class = spelledTitle
		case from == 0:
			class = spelledTitleBegins
		}
		if class += field - inName; class < best.class {
			best = match{class, field, from, to}
		}
	}
	return best
}

// wordIn returns where the term is in a text, from its first occurrence on, and does not begin within a word or number; -1 for nowhere.
func (t *term) wordIn(text string, from int) int {
	for {
		before, _ := utf8.DecodeLastRuneInString(text[:from])
		if !sameWord(before, t.runes[0]) {
			return from
		}
		next := strings.Index(text[from+1:], t.text)
		if next < 0 {
			return -1
		}
		from += 1 + next
	}
}

// sameWord reports whether two characters that follow each other are of one word or number. Scripts that are written without spaces have no
// words here.
func sameWord(a, b rune) bool {
	return isDigit(a) && isDigit(b) || isLetter(a) && isLetter(b)
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' || r >= utf8.RuneSelf && unicode.IsDigit(r) }

// isLetter reports whether r is of a script that is written with spaces between words.
func isLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	return unicode.IsLetter(r) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		unicode.IsMark(r)
}

// top keeps the best entries, at most so many, the best first.
type top struct {
	most    int
	matched int // how many there were
	best    []ranked
}

type ranked struct {
	rank  rank
	entry uint32
}

// add takes an entry.
func (t *top) add(r rank, entry uint32) {
	t.matched++
	if t.full() && !less(ranked{r, entry}, t.best[t.most-1]) {
		return
	}
	i, _ := slices.BinarySearchFunc(t.best, ranked{r, entry}, func(a, b ranked) int {
		if less(a, b) {
			return -1
		}
		return 1
	})
	if t.full() {
		t.best = t.best[:t.most-1]
	}
	t.best = slices.Insert(t.best, i, ranked{r, entry})
}

func less(a, b ranked) bool { return a.rank < b.rank || a.rank == b.rank && a.entry < b.entry }

func (t *top) full() bool { return len(t.best) >= t.most }

// worst returns the last one; there must be one.
func (t *top) worst() ranked { return t.best[len(t.best)-1] }
