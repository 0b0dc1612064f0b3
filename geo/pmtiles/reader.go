package pmtiles

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/wangge/wangge/geo/mvt"
)

const (
	// MaxTile bounds a tile that is read, in bytes, unpacked.
	MaxTile = 32 << 20
	// maxMetadata bounds the metadata likewise.
	maxMetadata = 16 << 20
	// maxDepth is how many directories lead to a tile at most: the root and three leaves, as the specification recommends.
	maxDepth = 4
)

// Reader reads an archive. It is safe for concurrent use if its file is.
type Reader struct {
	file   io.ReaderAt
	header Header
	root   []entry
}

// Open reads the header and the root directory of an archive of size bytes. The error wraps ErrArchive where they cannot be read.
func Open(file io.ReaderAt, size int64) (*Reader, error) {
	head := make([]byte, min(max(size, 0), headerBytes))
	if n, err := file.ReadAt(head, 0); n < len(head) {
		return nil, fmt.Errorf("%w: it is cut short: %w", ErrArchive, err)
	}
	h, err := readHeader(head, uint64(max(size, 0)))
	if err != nil {
		return nil, err
	}
	r := &Reader{file: file, header: *h}
	r.root, err = r.directory(h.root, section{offset: 0, length: h.root.length})
	return r, err
}

// Header returns what the archive says of itself.
func (r *Reader) Header() Header { return r.header }

// Metadata returns the archive's metadata, a JSON object.
func (r *Reader) Metadata() (json.RawMessage, error) {
	raw, err := r.read(r.header.metadata, section{0, r.header.metadata.length}, maxMetadata)
	if err != nil {
		return nil, err
	}
	raw, err = unpack(raw, r.header.Internal, maxMetadata)
	if err != nil {
		return nil, err
	}
	if !json.Valid(raw) {
		return nil, fmt.Errorf("%w: the metadata is no JSON", ErrArchive)
	}
	return raw, nil
}

// Tile returns a tile, unpacked; nil where the archive has none. The error wraps ErrArchive where it is broken.
func (r *Reader) Tile(id mvt.TileID) ([]byte, error) {
	if !id.Valid() {
		return nil, nil
	}
	entries, number := r.root, Number(id)
	for range maxDepth {
		e, ok := find(entries, number)
		if !ok {
			return nil, nil
		}
		if e.run > 0 {
			return r.content(e)
		}
		var err error
		if entries, err = r.leaf(e); err != nil {
			return nil, err
		}
	}
	return nil, tooDeep()
}

func (r *Reader) content(e entry) ([]byte, error) {
	raw, err := r.read(r.header.data, section{e.offset, uint64(e.length)}, MaxTile)
	if err != nil {
		return nil, err
	}
	return unpack(raw, r.header.Packing, MaxTile)
}

// Each calls each with every tile in ascending order of numbers, until it returns an error, which Each returns. Runs are given tile by
// tile, their content read once.
func (r *Reader) Each(each func(id mvt.TileID, tile []byte) error) error {
	w := walk{reader: r, each: each}
	return w.directory(r.root, 1)
}

// walk goes through all directories. Numbers ascend over all of them, so that no directory is gone through twice.
type walk struct {
	reader *Reader
	each   func(mvt.TileID, []byte) error
	next   uint64 // the least number that may come
}

func (w *walk) directory(entries []entry, depth int) error {
	if depth > maxDepth {
		return tooDeep()
	}
	for _, e := range entries {
		if e.number < w.next {
			return fmt.Errorf("%w: its directories overlap", ErrArchive)
		}
		if e.run > 0 {
			if err := w.run(e); err != nil {
				return err
			}
			continue
		}
		leaf, err := w.reader.leaf(e)
		if err != nil {
			return err
		}
		if err := w.directory(leaf, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) run(e entry) error {
	tile, err := w.reader.content(e)
	if err != nil {
		return err
	}
	for w.next = e.number; w.next < e.number+uint64(e.run); w.next++ {
		id, ok := Tile(w.next)
		if !ok {
			return fmt.Errorf("%w: a run goes beyond the deepest zoom", ErrArchive)
		}
		if err := w.each(id, tile); err != nil {
			return err
		}
	}
	return nil
}

func tooDeep() error {
	return fmt.Errorf("%w: more than %d directories lead to a tile", ErrArchive, maxDepth)
}

// leaf reads the leaf directory that an entry leads to. An empty one would let an archive have us read for ever.
func (r *Reader) leaf(e entry) ([]entry, error) {
	entries, err := r.directory(r.header.leaves, section{e.offset, uint64(e.length)})
	if err == nil && len(entries) == 0 {
		return nil, fmt.Errorf("%w: a leaf directory is empty", ErrArchive)
	}
	return entries, err
}

// directory reads a part of a section as a directory.
func (r *Reader) directory(in, part section) ([]entry, error) {
	raw, err := r.read(in, part, maxDirectory)
	if err != nil {
		return nil, err
	}
	if raw, err = unpack(raw, r.header.Internal, maxDirectory); err != nil {
		return nil, err
	}
	return readDirectory(raw)
}

// read returns the bytes of a part of a section.
func (r *Reader) read(in, part section, limit uint64) ([]byte, error) {
	if part.offset > in.length || part.length > in.length-part.offset {
		return nil, fmt.Errorf("%w: %d bytes at %d of a section of %d", ErrArchive, part.length, part.offset, in.length)
	}
	if part.length > limit {
		return nil, tooLong(int64(limit))
	}
	b := make([]byte, part.length)
	if n, err := r.file.ReadAt(b, int64(in.offset+part.offset)); n < len(b) {
		return nil, fmt.Errorf("%w: it is cut short: %w", ErrArchive, err)
	}
	return b, nil
}
