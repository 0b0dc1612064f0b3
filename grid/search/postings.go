package search

import (
	"encoding/binary"
	"maps"
	"math/bits"
	"slices"
)

// A pair is two characters that follow each other in a text, with its beginning and end as characters. There is a pair for each
// character as its first, so that the texts that have a character are those of the pairs that begin with it.
type pair uint64

// Characters that no folded text has.
const (
	beginning rune = 0
	end       rune = 1
)

const runeBits = 21

func pairOf(a, b rune) pair { return pair(a)<<runeBits | pair(b) }

// sparsest is the part of the entries, 1 in so many, from which on a list is kept as one bit for each entry: that takes hardly more bytes,
// and is a hundred times faster to intersect.
const sparsest = 16

// postings are, for each pair, the entries that have it: pointer-free, however many there are.
type postings struct {
	entries int
	pairs   []pair
	counts  []uint32
	starts  []uint32 // in gaps, or in words when the list is dense
	gaps    []byte   // sparse lists: each entry's distance to the one before, as a varint
	words   []uint64 // dense lists: a bit for each entry
}

func (p *postings) dense(list int) bool { return int(p.counts[list])*sparsest > p.entries }

// bytes is what the lists take.
func (p *postings) bytes() int {
	return 8*cap(p.pairs) + 4*cap(p.counts) + 4*cap(p.starts) + cap(p.gaps) + 8*cap(p.words)
}

// collector gathers postings; texts come in the order of their entries.
type collector struct {
	numbers map[pair]uint32
	lists   []collected
}

type collected struct {
	count uint32
	next  uint32 // entry after the last
	gaps  []byte
}

func newCollector() *collector { return &collector{numbers: map[pair]uint32{}} }

// add takes a folded text of an entry.
func (c *collector) add(entry int, text string) {
	if text == "" {
		return
	}
	before := beginning
	for _, r := range text {
		c.put(entry, pairOf(before, r))
		before = r
	}
	c.put(entry, pairOf(before, end))
}

func (c *collector) put(entry int, p pair) {
	number, known := c.numbers[p]
	if !known {
		number = uint32(len(c.lists))
		c.numbers[p] = number
		c.lists = append(c.lists, collected{})
	}
	list := &c.lists[number]
	if list.count > 0 && list.next == uint32(entry)+1 {
		return
	}
	list.gaps = binary.AppendUvarint(list.gaps, uint64(uint32(entry)-list.next))
	list.next = uint32(entry) + 1
	list.count++
}

// postings returns the lists of so many entries.
func (c *collector) postings(entries int) postings {
	p := postings{entries: entries, pairs: slices.AppendSeq(make([]pair, 0, len(c.lists)), maps.Keys(c.numbers))}
	slices.Sort(p.pairs)
	p.counts, p.starts = make([]uint32, len(p.pairs)), make([]uint32, len(p.pairs))
	size, dense := 0, 0
	for i, pair := range p.pairs {
		list := &c.lists[c.numbers[pair]]
		p.counts[i] = list.count
		if p.dense(i) {
			dense++
		} else {
			size += len(list.gaps)
		}
	}
	words := (entries + 63) / 64
	p.gaps, p.words = make([]byte, 0, size), make([]uint64, 0, dense*words)
	for i, pair := range p.pairs {
		list := &c.lists[c.numbers[pair]]
		if !p.dense(i) {
			p.starts[i] = uint32(len(p.gaps))
			p.gaps = append(p.gaps, list.gaps...)
			continue
		}
		p.starts[i] = uint32(len(p.words))
		p.words = p.words[:len(p.words)+words]
		into := bitset(p.words[p.starts[i]:])
		each(list.gaps, list.count, into.add)
		list.gaps = nil
	}
	return p
}

// each calls f with the entries of a sparse list.
func each(gaps []byte, count uint32, f func(uint32)) {
	next := uint32(0)
	for range count {
		gap, size := uint32(gaps[0]), 1
		if gap >= 0x80 {
			var wide uint64
			wide, size = binary.Uvarint(gaps)
			gap = uint32(wide)
		}
		gaps = gaps[size:]
		f(next + gap)
		next += gap + 1
	}
}

// list returns the number of a pair's list, -1 when no text has it.
func (p *postings) list(wanted pair) int {
	if i, found := slices.BinarySearch(p.pairs, wanted); found {
		return i
	}
	return -1
}

// beginningWith returns the lists of the pairs that begin with a character: from first up to, not including, end.
func (p *postings) beginningWith(r rune) (first, end int) {
	first, _ = slices.BinarySearch(p.pairs, pairOf(r, 0))
	end, _ = slices.BinarySearch(p.pairs, pairOf(r+1, 0))
	return first, end
}

func (p *postings) wordsOf(list int) bitset {
	return bitset(p.words[p.starts[list] : int(p.starts[list])+(p.entries+63)/64])
}

func (p *postings) each(list int, f func(uint32)) { each(p.gaps[p.starts[list]:], p.counts[list], f) }

// addTo adds a list to a set.
func (p *postings) addTo(set bitset, list int) {
	if p.dense(list) {
		set.or(p.wordsOf(list))
		return
	}
	p.each(list, set.add)
}

// atMost returns how many entries can have a term at most.
func (p *postings) atMost(t *term) int {
	if len(t.runes) == 1 {
		most := 0
		for list, end := p.beginningWith(t.runes[0]); list < end; list++ {
			most += int(p.counts[list])
		}
		return min(most, p.entries)
	}
	most := p.entries
	for i := 1; i < len(t.runes); i++ {
		list := p.list(pairOf(t.runes[i-1], t.runes[i]))
		if list < 0 {
			return 0
		}
		most = min(most, int(p.counts[list]))
	}
	return most
}

// where says where in a text a term is to be.
type where struct{ beginning, end bool }

// candidates adds to a set all entries that may have a term there, and some that do not.
func (p *postings) candidates(set bitset, t *term, at where, s *scratch) {
	if len(t.runes) == 1 && !at.beginning && !at.end {
		for list, end := p.beginningWith(t.runes[0]); list < end; list++ {
			p.addTo(set, list)
		}
		return
	}
	lists := s.lists[:0]
	need := func(wanted pair) bool {
		list := p.list(wanted)
		if list < 0 {
			return false
		}
		if !slices.Contains(lists, list) {
			lists = append(lists, list)
		}
		return true
	}
	if at.beginning && !need(pairOf(beginning, t.runes[0])) || at.end && !need(pairOf(t.runes[len(t.runes)-1], end)) {
		return
	}
	for i := 1; i < len(t.runes); i++ {
		if !need(pairOf(t.runes[i-1], t.runes[i])) {
			return
		}
	}
	s.lists = lists
	slices.SortFunc(lists, func(a, b int) int { return int(p.counts[a]) - int(p.counts[b]) })
	if p.dense(lists[0]) {
		p.allOf(set, lists, s)
		return
	}
	found := s.found[:0]
	p.each(lists[0], func(entry uint32) { found = append(found, entry) })
	for _, list := range lists[1:] {
		if len(found) <= fewEnough {
			break
		}
		found = p.keep(found, list)
	}
	for _, entry := range found {
		set.add(entry)
	}
	s.found = found
}

// fewEnough is how many candidates are rather looked at than compared with one more list.
const fewEnough = 64

// allOf adds what all of the lists have, which are dense.
func (p *postings) allOf(set bitset, lists []int, s *scratch) {
	all := s.take(len(set))
	copy(all, p.wordsOf(lists[0]))
	for _, list := range lists[1:] {
		all.and(p.wordsOf(list))
	}
	set.or(all)
	s.give(all)
}

// keep returns those of found, which ascend, that a list has too.
func (p *postings) keep(found []uint32, list int) []uint32 {
	kept := found[:0]
	if p.dense(list) {
		words := p.wordsOf(list)
		for _, entry := range found {
			if words.has(entry) {
				kept = append(kept, entry)
			}
		}
		return kept
	}
	i := 0
	p.each(list, func(entry uint32) {
		for i < len(found) && found[i] < entry {
			i++
		}
		if i < len(found) && found[i] == entry {
			kept = append(kept, entry)
			i++
		}
	})
	return kept
}

// bitset has a bit for each entry.
type bitset []uint64

func newBitset(entries int) bitset { return make(bitset, (entries+63)/64) }

func (b bitset) add(i uint32)      { b[i>>6] |= 1 << (i & 63) }
func (b bitset) has(i uint32) bool { return b[i>>6]>>(i&63)&1 != 0 }

// addRange adds from first up to, not including, end.
func (b bitset) addRange(first, end int) {
	for i := first; i < end; i++ {
		if i&63 == 0 && end-i >= 64 {
			b[i>>6] = ^uint64(0)
			i += 63
			continue
		}
		b.add(uint32(i))
	}
}

// removeRange removes from first up to, not including, end.
func (b bitset) removeRange(first, end int) {
	for i := first; i < end; i++ {
		if i&63 == 0 && end-i >= 64 {
			b[i>>6] = 0
			i += 63
			continue
		}
		b[i>>6] &^= 1 << (i & 63)
	}
}

func (b bitset) or(c bitset) {
	for i, w := range c[:len(b)] {
		b[i] |= w
	}
}

func (b bitset) and(c bitset) {
	for i, w := range c[:len(b)] {
		b[i] &= w
	}
}

func (b bitset) andNot(c bitset) {
	for i, w := range c[:len(b)] {
		b[i] &^= w
	}
}

func (b bitset) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// each calls f with each entry, ascending, until it returns false.
func (b bitset) each(f func(uint32) bool) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			if !f(uint32(i<<6 + bits.TrailingZeros64(w))) {
				return
			}
		}
	}
}

// scratch is the memory of one query, used again by later ones.
type scratch struct {
	sets  []bitset
	lists []int
	found []uint32
}

// take returns an empty set of so many words.
func (s *scratch) take(words int) bitset {
	if last := len(s.sets) - 1; last >= 0 {
		set := s.sets[last]
		s.sets = s.sets[:last]
		clear(set)
		return set
	}
	return make(bitset, words)
}

// give hands a set back.
func (s *scratch) give(set bitset) { s.sets = append(s.sets, set) }
