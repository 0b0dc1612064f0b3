package pmtiles

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/klauspost/compress/gzip"

	"github.com/wangge/wangge/geo/mvt"
)

// entry is one line of a directory: a run of tiles with one content, or a leaf directory where run is 0.
type entry struct {
	number uint64 // of the first tile
	offset uint64 // from the beginning of the section
	length uint32
	run    uint32
}

// maxDirectory bounds a directory's bytes, unpacked, and with it the entries that it may claim to have.
const maxDirectory = 16 << 20

// appendDirectory appends the entries column by column, as the specification has them, not yet packed.
func appendDirectory(b []byte, entries []entry) []byte {
	b = binary.AppendUvarint(b, uint64(len(entries)))
	last := uint64(0)
	for _, e := range entries {
		b, last = binary.AppendUvarint(b, e.number-last), e.number
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	next := uint64(0) // where the entry before ends
	for i, e := range entries {
		if i > 0 && e.offset == next {
			b = append(b, 0)
		} else {
			b = binary.AppendUvarint(b, e.offset+1)
		}
		next = e.offset + uint64(e.length)
	}
	return b
}

// readDirectory reads what appendDirectory writes; numbers ascend and runs do not overlap.
func readDirectory(b []byte) ([]entry, error) {
	broken := fmt.Errorf("%w: a directory is broken", ErrArchive)
	next := func() uint64 {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			b = nil
			return math.MaxUint64 // no column takes it
		}
		b = b[size:]
		return n
	}
	count := next()
	if count > uint64(len(b))/4 { // every column has a byte for each
		return nil, broken
	}
	entries := make([]entry, count)
	last := uint64(0)
	for i := range entries {
		delta := next()
		if last+delta >= First(mvt.MaxZoom+1) || delta >= First(mvt.MaxZoom+1) || i > 0 && delta == 0 {
			return nil, broken
		}
		last += delta
		entries[i].number = last
	}
	for i := range entries {
		run := next()
		if run > math.MaxUint32 || i > 0 && entries[i-1].number+uint64(entries[i-1].run) > entries[i].number {
			return nil, broken
		}
		entries[i].run = uint32(run)
	}
	for i := range entries {
		length := next()
		if length == 0 || length > math.MaxUint32 {
			return nil, broken
		}
		entries[i].length = uint32(length)
	}
	for i := range entries {
		switch offset := next(); {
		case offset == math.MaxUint64, offset == 0 && i == 0:
			return nil, broken
		case offset == 0:
			entries[i].offset = entries[i-1].offset + uint64(entries[i-1].length)
		default:
			entries[i].offset = offset - 1
		}
	}
	if len(b) > 0 {
		return nil, broken
	}
	return entries, nil
}

// find returns the entry whose run holds the number, or the leaf directory that would; false when neither is there.
func find(entries []entry, number uint64) (entry, bool) {
	i, exact := slices.BinarySearchFunc(entries, number, func(e entry, n uint64) int {
		switch {
		case e.number < n:
			return -1
		case e.number > n:
			return 1
		}
		return 0
	})
	if !exact {
		i--
	}
	if i < 0 {
		return entry{}, false
	}
	e := entries[i]
	return e, e.run == 0 || number-e.number < uint64(e.run)
}

// packer gzips again and again with one memory.
type packer struct {
	buffer bytes.Buffer
	gzip   *gzip.Writer
}

// pack returns b gzipped, until the next call.
func (p *packer) pack(b []byte) ([]byte, error) {
	p.buffer.Reset()
	if p.gzip == nil {
		p.gzip = gzip.NewWriter(&p.buffer)
	} else {
		p.gzip.Reset(&p.buffer)
	}
	if _, err := p.gzip.Write(b); err != nil {
		return nil, err
	}
	if err := p.gzip.Close(); err != nil {
		return nil, err
	}
	return p.buffer.Bytes(), nil
}

// unpack returns what b holds, at most limit bytes.
func unpack(b []byte, c Compression, limit int64) ([]byte, error) {
	if c == Uncompressed {
		if int64(len(b)) > limit {
			return nil, tooLong(limit)
		}
		return b, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	out, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	if int64(len(out)) > limit {
		return nil, tooLong(limit)
	}
	return out, nil
}

func tooLong(limit int64) error {
	return fmt.Errorf("%w: a part is longer than %d bytes", ErrArchive, limit)
}
