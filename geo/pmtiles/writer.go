package pmtiles

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

// MaxTiles is how many tiles that are not empty a Writer takes; a directory entry and the sum of its content stay in memory for each.
const MaxTiles = 4 << 20

// leafEntries is how many entries a leaf directory has at least, where the root cannot hold them all.
const leafEntries = 4096

// Writer makes an archive. It is not safe for concurrent use. Close ends it in any case.
type Writer struct {
	temp    *os.File
	buffer  *bufio.Writer
	entries []entry
	stored  map[[16]byte]place // contents, by the beginning of their SHA-256
	packer  packer
	next    uint64 // the least number that may come
	written uint64 // of data
	header  Header
}

// place is where a content lies.
type place struct {
	offset uint64
	length uint32
}

// NewWriter returns a writer with a temporary file in dir, "" for the system's directory.
func NewWriter(dir string) (*Writer, error) {
	temp, err := os.CreateTemp(dir, "tiles-*.tmp")
	if err != nil {
		return nil, err
	}
	return &Writer{temp: temp, buffer: bufio.NewWriterSize(temp, 1<<16), stored: map[[16]byte]place{}}, nil
}

// Close removes the temporary file.
func (w *Writer) Close() error { return errors.Join(w.temp.Close(), os.Remove(w.temp.Name())) }

// Len returns how many tiles have been added, empty ones not counted.
func (w *Writer) Len() int { return int(w.header.Tiles) }

// Add adds a tile, not gzipped; one without bytes is left out. Tiles come in ascending order of their Number.
func (w *Writer) Add(id mvt.TileID, tile []byte) error {
	if !id.Valid() {
		return fmt.Errorf("%w: %s", mvt.ErrTile, id)
	}
	number := Number(id)
	if number < w.next {
		return fmt.Errorf("tile %s comes too late: tiles of an archive ascend along the Hilbert curve", id)
	}
	w.next = number + 1
	if len(tile) == 0 {
		return nil
	}
	if len(w.entries) >= MaxTiles {
		return fmt.Errorf("more than %d tiles: choose fewer zooms or a smaller box", MaxTiles)
	}
	at, err := w.store(tile)
	if err != nil {
		return err
	}
	w.header.count(id.Z)
	if last := len(w.entries) - 1; last >= 0 {
		if e := &w.entries[last]; e.offset == at.offset && e.number+uint64(e.run) == number {
			e.run++
			return nil
		}
	}
	w.entries = append(w.entries, entry{number: number, offset: at.offset, length: at.length, run: 1})
	return nil
}

// count notes a tile of that zoom; zooms ascend.
func (h *Header) count(zoom uint8) {
	if h.Tiles == 0 {
		h.MinZoom = zoom
	}
	h.MaxZoom = zoom
	h.Tiles++
}

// store writes a content that is not there yet, and returns where it is.
func (w *Writer) store(tile []byte) (place, error) {
	whole := sha256.Sum256(tile)
	sum := [16]byte(whole[:])
	if at, ok := w.stored[sum]; ok {
		return at, nil
	}
	packed, err := w.packer.pack(tile)
	if err != nil {
		return place{}, err
	}
	at := place{w.written, uint32(len(packed))}
	if _, err := w.buffer.Write(packed); err != nil {
		return at, err
	}
	w.written += uint64(len(packed))
	w.stored[sum] = at
	return at, nil
}

// Info is what an archive says of itself beside its tiles.
type Info struct {
	Bounds     geo.Box
	Center     geo.Point
	CenterZoom uint8
	Metadata   json.RawMessage // an object; the specification wants vector_layers in it, as in TileJSON
}

// Archive is a finished archive. It lasts until its writer is closed.
type Archive struct {
	head []byte // all before the tiles
	data *os.File
	size int64
}

// Size returns how many bytes WriteTo writes.
func (a *Archive) Size() int64 { return int64(len(a.head)) + a.size }

// WriteTo implements io.WriterTo.
func (a *Archive) WriteTo(out io.Writer) (int64, error) {
	n, err := out.Write(a.head)
	if err != nil {
		return int64(n), err
	}
	m, err := io.Copy(out, io.NewSectionReader(a.data, 0, a.size))
	return int64(n) + m, err
}

// Finish makes the archive of the tiles that have been added; none may be added any more.
func (w *Writer) Finish(info Info) (*Archive, error) {
	var object struct {
		Layers []json.RawMessage `json:"vector_layers"`
	}
	if err := json.Unmarshal(info.Metadata, &object); err != nil {
		return nil, fmt.Errorf("the metadata of an archive is a JSON object: %w", err)
	}
	if object.Layers == nil {
		return nil, errors.New("the metadata of an archive of vector tiles has vector_layers")
	}
	if err := w.buffer.Flush(); err != nil {
		return nil, err
	}
	root, leaves, err := w.directories()
	if err != nil {
		return nil, err
	}
	metadata, err := w.packer.pack(info.Metadata)
	if err != nil {
		return nil, err
	}
	h := w.header
	h.Entries, h.Contents = uint64(len(w.entries)), uint64(len(w.stored))
	h.Clustered, h.Internal, h.Packing, h.Type = true, Gzip, Gzip, typeMVT
	h.Bounds, h.Center, h.CenterZoom = info.Bounds, info.Center, info.CenterZoom
	h.root = section{headerBytes, uint64(len(root))}
	h.metadata = section{h.root.offset + h.root.length, uint64(len(metadata))}
	h.leaves = section{h.metadata.offset + h.metadata.length, uint64(len(leaves))}
	h.data = section{h.leaves.offset + h.leaves.length, w.written}
	head := bytes.Join([][]byte{h.append(nil), root, metadata, leaves}, nil)
	return &Archive{head: head, data: w.temp, size: int64(w.written)}, nil
}

// directories returns the root directory, and the leaf directories where the root alone would be too long for a client's first request.
func (w *Writer) directories() (root, leaves []byte, err error) {
	packed, err := w.packer.pack(appendDirectory(nil, w.entries))
	if err != nil {
		return nil, nil, err
	}
	for size := leafEntries; len(packed) > rootEnd-headerBytes; size *= 2 {
		if packed, leaves, err = w.split(size); err != nil {
			return nil, nil, err
		}
	}
	return bytes.Clone(packed), leaves, nil
}

// split makes leaf directories of that many entries, and the root that leads to them, until the next call of the packer.
func (w *Writer) split(size int) (root, leaves []byte, err error) {
	var roots []entry
	for from := 0; from < len(w.entries); from += size {
		part := w.entries[from:min(from+size, len(w.entries))]
		leaf, err := w.packer.pack(appendDirectory(nil, part))
		if err != nil {
			return nil, nil, err
		}
		roots = append(roots, entry{number: part[0].number, offset: uint64(len(leaves)), length: uint32(len(leaf))})
		leaves = append(leaves, leaf...)
	}
	root, err = w.packer.pack(appendDirectory(nil, roots))
	return root, leaves, err
}
