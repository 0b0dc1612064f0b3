package search

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// The common ideographs, whose readings are known.
const (
	firstHan = 0x4e00
	lastHan  = 0x9fff
)

// initials has, for each common ideograph, a bit for each letter that a reading of it begins with in pinyin: many have several. The
// table is made with the first query that has letters.
var initials = sync.OnceValue(func() *[lastHan - firstHan + 1]uint32 {
	var table [lastHan - firstHan + 1]uint32
	for r := range table {
		for reading := range strings.SplitSeq(pinyin.PinyinDict[firstHan+r], ",") {
			plain := norm.NFD.String(reading) // the tone is a mark
			if plain != "" && 'a' <= plain[0] && plain[0] <= 'z' {
				table[r] |= 1 << (plain[0] - 'a')
			}
		}
	}
	return &table
})

// stands reports whether a character of a term stands for one of a text: it is the same, or a letter that a reading of it begins with.
func stands(typed, r rune) bool {
	if typed == r {
		return true
	}
	return 'a' <= typed && typed <= 'z' && firstHan <= r && r <= lastHan && initials()[r-firstHan]>>(typed-'a')&1 != 0
}

// spells reports whether characters may be the initials of what is meant: two at least, a letter among them.
func spells(runes []rune) bool {
	if len(runes) < 2 {
		return false
	}
	for _, r := range runes {
		if 'a' <= r && r <= 'z' {
			return true
		}
	}
	return false
}

// spelledIn returns where the term first stands in a folded text, in bytes; false for nowhere.
func (t *term) spelledIn(text string) (from, to int, found bool) {
	for from := range text {
		if size := t.spelledAt(text[from:]); size > 0 {
			return from, from + size, true
		}
	}
	return 0, 0, false
}

// spelledAt returns how many bytes the term stands for at the beginning of a text; 0 for none.
func (t *term) spelledAt(text string) int {
	size := 0
	for _, typed := range t.runes {
		r, bytes := utf8.DecodeRuneInString(text[size:])
		if bytes == 0 || !stands(typed, r) {
			return 0
		}
		size += bytes
	}
	return size
}

// spelled adds to a set all entries that may have what a term stands for there, and some that do not. No list is kept for that: of each
// two characters of the term, the lists of all pairs that they stand for are taken together.
func (p *postings) spelled(set bitset, t *term, at where, s *scratch) {
	runes := t.runes
	if at.beginning {
		runes = append([]rune{beginning}, runes...)
	}
	if at.end {
		runes = append(slices.Clip(runes), end)
	}
	all, one := s.take(len(set)), s.take(len(set))
	p.pairsOf(runes[0], runes[1], func(list int) { p.addTo(all, list) })
	for i := 2; i < len(runes) && !all.empty(); i++ {
		clear(one)
		p.pairsOf(runes[i-1], runes[i], func(list int) { p.addTo(one, list) })
		all.and(one)
	}
	set.or(all)
	s.give(all)
	s.give(one)
}

// pairsOf calls add with the lists of all pairs that two characters stand for.
func (p *postings) pairsOf(a, b rune, add func(list int)) {
	for list := 0; list < len(p.pairs); {
		first := rune(p.pairs[list] >> runeBits)
		_, after := p.beginningWith(first)
		if stands(a, first) {
			for ; list < after; list++ {
				if stands(b, rune(p.pairs[list]&(1<<runeBits-1))) {
					add(list)
				}
			}
		}
		list = after
	}
}
