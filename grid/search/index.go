package search

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/wangge/wangge/geo"
)

// Index holds entries so that they can be found. Make it with NewIndex; it never changes. It has few pointers, so that millions of entries
// cost the garbage collector nothing.
type Index struct {
	records string   // of each entry: flags, lengths, its texts, and those folded that folding changes
	starts  []uint32 // of the records
	at      []geo.Point
	owners  []uint32 // numbers in ownerCodes
	groups  []group  // of entries of one type and kind, in order

	ownerCodes []string
	extents    []extent // of the entries that are more than a point, in order

	titles, addresses postings // of names, and of addresses
	owned             postings // by the number of the owner
	scratch           sync.Pool
}

type group struct {
	kind, detail string
	end          int // entry after the last
}

type extent struct {
	entry uint32
	box   geo.Box
}

// NewIndex returns an index of the entries, which it sorts in place by kind and code. The error says that they are too many or too long
// for one index: 4 billion entries, or 4 GiB of text.
func NewIndex(entries []Entry) (*Index, error) {
	if len(entries) > math.MaxUint32 {
		return nil, fmt.Errorf("%d entries are too many for an index", len(entries))
	}
	codes := sortEntries(entries)
	ix := &Index{
		starts: make([]uint32, len(entries)), at: make([]geo.Point, len(entries)), owners: make([]uint32, len(entries)),
	}
	titles, addresses, owned := newCollector(), newCollector(), newCollector()
	owners := map[string]uint32{}
	var records strings.Builder
	records.Grow(sizeOf(entries))
	var record []byte
	for i := range entries {
		e := &entries[i]
		if records.Len() > math.MaxUint32 {
			return nil, fmt.Errorf("the texts of %d entries are too long for an index", len(entries))
		}
		ix.starts[i] = uint32(records.Len())
		plain := texts{strings.ToValidUTF8(e.Code, "\ufffd"), longest(e.Name), longest(e.Address)}
		folded := texts{codes[i], Fold(plain[inName]), Fold(plain[inAddress])}
		record = appendRecord(record[:0], &plain, &folded)
		records.Write(record)
		titles.add(i, folded[inName])
		addresses.add(i, folded[inAddress])
		ix.at[i] = e.At
		number, known := owners[e.Owner]
		if !known {
			number = uint32(len(ix.ownerCodes))
			owners[e.Owner] = number
			ix.ownerCodes = append(ix.ownerCodes, strings.Clone(e.Owner))
		}
		ix.owners[i] = number
		owned.put(i, pair(number))
		if e.Box.Min != e.Box.Max {
			ix.extents = append(ix.extents, extent{uint32(i), e.Box})
		}
		if last := len(ix.groups) - 1; last < 0 || ix.groups[last].kind != e.Type || ix.groups[last].detail != e.Kind {
			ix.groups = append(ix.groups, group{kind: strings.Clone(e.Type), detail: strings.Clone(e.Kind)})
		}
		ix.groups[len(ix.groups)-1].end = i + 1
	}
	ix.records = records.String()
	ix.titles, ix.addresses, ix.owned = titles.postings(len(entries)), addresses.postings(len(entries)), owned.postings(len(entries))
	ix.scratch.New = func() any { return &scratch{} }
	return ix, nil
}

// sortEntries sorts the entries and returns their codes folded.
func sortEntries(entries []Entry) []string {
	codes, order := make([]string, len(entries)), make([]uint32, len(entries))
	for i := range entries {
		codes[i], order[i] = Fold(entries[i].Code), uint32(i)
	}
	byOrder := func(a, b uint32) int { return compareFolded(&entries[a], &entries[b], codes[a], codes[b]) }
	if slices.IsSortedFunc(order, byOrder) {
		return codes
	}
	slices.SortFunc(order, byOrder)
	sorted, sortedCodes := make([]Entry, len(entries)), make([]string, len(entries))
	for i, from := range order {
		sorted[i], sortedCodes[i] = entries[from], codes[from]
	}
	copy(entries, sorted)
	return sortedCodes
}

// sizeOf is about what the records of the entries take.
func sizeOf(entries []Entry) int {
	size := 0
	for i := range entries {
		size += 5 + len(entries[i].Code) + len(entries[i].Name) + len(entries[i].Address)
	}
	return size
}

// mostText is how many bytes of a name or address are kept and looked through.
const mostText = 1000

// longest returns as much of a text as is kept, as UTF-8.
func longest(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if len(text) <= mostText {
		return text
	}
	to := mostText
	for !utf8.RuneStart(text[to]) {
		to--
	}
	return text[:to]
}

func appendRecord(record []byte, texts, folded *texts) []byte {
	flags := byte(0) // a bit for each text that is kept folded as well
	for k := range texts {
		if folded[k] != texts[k] {
			flags |= 1 << k
		}
	}
	record = append(record, flags)
	for k := range texts {
		record = binary.AppendUvarint(record, uint64(len(texts[k])))
	}
	for k := range texts {
		if folded[k] != texts[k] {
			record = binary.AppendUvarint(record, uint64(len(folded[k])))
		}
	}
	for k := range texts {
		record = append(record, texts[k]...)
	}
	for k := range texts {
		if folded[k] != texts[k] {
			record = append(record, folded[k]...)
		}
	}
	return record
}

// texts are the code, name and address of an entry.
type texts [3]string

const (
	inCode = iota
	inName
	inAddress
)

// texts returns those of an entry as they are, and folded.
func (ix *Index) texts(i int) (plain, folded texts) {
	record := ix.records[ix.starts[i]:]
	flags := record[0]
	record = record[1:]
	var sizes, foldedSizes [3]int
	for k := range sizes {
		sizes[k], record = cutLength(record)
	}
	for k := range sizes {
		if flags&(1<<k) != 0 {
			foldedSizes[k], record = cutLength(record)
		}
	}
	for k, size := range sizes {
		plain[k], record = record[:size], record[size:]
	}
	folded = plain
	for k, size := range foldedSizes {
		if flags&(1<<k) != 0 {
			folded[k], record = record[:size], record[size:]
		}
	}
	return plain, folded
}

// cutLength cuts a varint off.
func cutLength(record string) (length int, rest string) {
	for shift := 0; ; shift += 7 {
		b := record[0]
		record = record[1:]
		length |= int(b&0x7f) << shift
		if b < 0x80 {
			return length, record
		}
	}
}

// Len returns the number of entries.
func (ix *Index) Len() int { return len(ix.starts) }

// Bytes returns what the index takes in memory.
func (ix *Index) Bytes() int {
	return len(ix.records) + 4*cap(ix.starts) + 8*cap(ix.at) + 4*cap(ix.owners) + 20*cap(ix.extents) +
		ix.titles.bytes() + ix.addresses.bytes() + ix.owned.bytes()
}

// Entry returns an entry by its number.
func (ix *Index) Entry(i int) Entry {
	plain, _ := ix.texts(i)
	g := ix.groups[ix.groupOf(i)]
	e := Entry{
		Type: g.kind, Kind: g.detail, Code: plain[inCode], Name: plain[inName], Address: plain[inAddress],
		Owner: ix.ownerCodes[ix.owners[i]], At: ix.at[i], Box: geo.Box{Min: ix.at[i], Max: ix.at[i]},
	}
	k, found := slices.BinarySearchFunc(ix.extents, uint32(i), func(x extent, entry uint32) int { return int(int64(x.entry) - int64(entry)) })
	if found {
		e.Box = ix.extents[k].box
	}
	return e
}

func (ix *Index) groupOf(i int) int {
	return sort.Search(len(ix.groups), func(g int) bool { return ix.groups[g].end > i })
}

// Number returns the number of the entry of a type, kind and code; -1 when there is none.
func (ix *Index) Number(kind, detail, code string) int {
	for g := range ix.groups {
		if ix.groups[g].kind != kind || ix.groups[g].detail != detail {
			continue
		}
		folded := Fold(code)
		first, end := ix.codesFrom(g, folded)
		for i := first; i < end; i++ {
			plain, f := ix.texts(i)
			if f[inCode] != folded {
				break
			}
			if plain[inCode] == code {
				return i
			}
		}
	}
	return -1
}

// codesFrom returns the entries of a group whose folded codes begin with a text: from first up to, not including, end.
func (ix *Index) codesFrom(g int, text string) (first, end int) {
	begin := 0
	if g > 0 {
		begin = ix.groups[g-1].end
	}
	size := ix.groups[g].end - begin
	code := func(i int) string {
		_, folded := ix.texts(begin + i)
		return folded[inCode]
	}
	first = sort.Search(size, func(i int) bool { return code(i) >= text })
	if first == size || !strings.HasPrefix(code(first), text) {
		return begin + first, begin + first
	}
	end = first + sort.Search(size-first, func(i int) bool { return !strings.HasPrefix(code(first+i), text) })
	return begin + first, begin + end
}

// codeIs reports whether text is the folded code of an entry.
func (ix *Index) codeIs(i int, text string) bool {
	_, folded := ix.texts(i)
	return folded[inCode] == text
}
