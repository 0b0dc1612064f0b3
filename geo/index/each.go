package index

import "github.com/wangge/wangge/geo"

// Query is a look-up of FindEach: what Index finds at Point. Part and OnBorder are the answer, as Find has it.
type Query struct {
	Index    *Index
	Point    geo.Point
	Part     int32
	OnBorder bool

	word  uint32 // of the cell
	touch uint32 // of the block, so that its memory is asked for
	block []uint32
}

// FindEach answers every query, each in an index of its own, as Find does. A look-up in a large layer waits for memory, first for its
// cell and then for its block; here all queries wait together. That pays for some 8 to 64 of them. It does not allocate where Find does not.
func FindEach(queries []Query) {
	for i := range queries {
		q := &queries[i]
		q.word = 0
		if cell, _, _, ok := q.Index.cell(q.Point); ok {
			q.word = q.Index.cells[cell]
		}
	}
	for i := range queries {
		q := &queries[i]
		if q.word&blockBit == 0 {
			continue
		}
		q.block = q.Index.block(q.word, (int64(q.Point.Y)-q.Index.originY)>>q.Index.shift)
		// The head, and what lies in the next line of the processor's cache.
		q.touch = q.block[0] ^ q.block[min(cacheLine, len(q.block)-1)]
	}
	for i := range queries {
		q := &queries[i]
		if q.word&blockBit == 0 {
			q.Part, q.OnBorder = int32(q.word)-1, false
			continue
		}
		q.Part, q.OnBorder = q.Index.findInBlock(q.block, q.Point)
	}
}

// cacheLine is how many words the processor fetches at a time.
const cacheLine = 16
