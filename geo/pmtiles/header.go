package pmtiles

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

// ErrArchive is wrapped by every error about an archive that cannot be read.
var ErrArchive = errors.New("no readable PMTiles archive")

const (
	magic       = "PMTiles"
	version     = 3
	headerBytes = 127
	// rootEnd is where the root directory ends at the latest, so that clients get it with their first request.
	rootEnd = 16384
)

// Compression is how directories and tiles are packed.
type Compression uint8

// The compressions that are written and read. Others there are: brotli (3) and zstd (4).
const (
	Uncompressed Compression = 1
	Gzip         Compression = 2
)

// typeMVT is the type of vector tiles.
const typeMVT = 1

// section is a part of the archive.
type section struct{ offset, length uint64 }

// Header is what an archive says of itself first.
type Header struct {
	root, metadata, leaves, data section

	Tiles    uint64 // how many tiles there are, runs counted whole
	Entries  uint64 // in the directories, leaf directories not counted
	Contents uint64 // different ones

	Clustered bool // contents lie in the order of the tiles
	Internal  Compression
	Packing   Compression // of the tiles
	Type      uint8       // 1 for vector tiles

	MinZoom, MaxZoom uint8
	Bounds           geo.Box
	Center           geo.Point
	CenterZoom       uint8
}

// append appends the 127 bytes.
func (h *Header) append(b []byte) []byte {
	b = append(append(b, magic...), version)
	for _, s := range []section{h.root, h.metadata, h.leaves, h.data} {
		b = binary.LittleEndian.AppendUint64(b, s.offset)
		b = binary.LittleEndian.AppendUint64(b, s.length)
	}
	for _, n := range []uint64{h.Tiles, h.Entries, h.Contents} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	clustered := byte(0)
	if h.Clustered {
		clustered = 1
	}
	b = append(b, clustered, byte(h.Internal), byte(h.Packing), h.Type, h.MinZoom, h.MaxZoom)
	b = appendPoint(appendPoint(b, h.Bounds.Min), h.Bounds.Max)
	return appendPoint(append(b, h.CenterZoom), h.Center)
}

func appendPoint(b []byte, p geo.Point) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(p.X))
	return binary.LittleEndian.AppendUint32(b, uint32(p.Y))
}

// readHeader reads the header of an archive of that size; every section that it names lies in the file.
func readHeader(b []byte, size uint64) (*Header, error) {
	if len(b) < headerBytes || string(b[:len(magic)]) != magic {
		return nil, fmt.Errorf("%w: it does not begin with a PMTiles header", ErrArchive)
	}
	if b[7] != version {
		return nil, fmt.Errorf("%w: version %d, and only %d is read", ErrArchive, b[7], version)
	}
	number := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	part := func(at int) section { return section{number(at), number(at + 8)} }
	point := func(at int) geo.Point {
		return geo.Point{X: int32(binary.LittleEndian.Uint32(b[at:])), Y: int32(binary.LittleEndian.Uint32(b[at+4:]))}
	}
	h := &Header{
		root: part(8), metadata: part(24), leaves: part(40), data: part(56),
		Tiles: number(72), Entries: number(80), Contents: number(88),
		Clustered: b[96] == 1, Internal: Compression(b[97]), Packing: Compression(b[98]), Type: b[99], MinZoom: b[100], MaxZoom: b[101],
		Bounds: geo.Box{Min: point(102), Max: point(110)}, CenterZoom: b[118], Center: point(119),
	}
	for _, s := range []section{h.root, h.metadata, h.leaves, h.data} {
		if s.offset > size || s.length > size-s.offset {
			return nil, fmt.Errorf("%w: %d bytes at %d, and the file has %d: it may be cut short", ErrArchive, s.length, s.offset, size)
		}
	}
	return h, h.check()
}

func (h *Header) check() error {
	for _, c := range []Compression{h.Internal, h.Packing} {
		if c != Uncompressed && c != Gzip {
			return fmt.Errorf("%w: compression %d, and only none (%d) and gzip (%d) are read", ErrArchive, c, Uncompressed, Gzip)
		}
	}
	if h.MinZoom > h.MaxZoom || h.MaxZoom > mvt.MaxZoom {
		return fmt.Errorf("%w: zooms %d to %d, and the deepest that is read is %d", ErrArchive, h.MinZoom, h.MaxZoom, mvt.MaxZoom)
	}
	return nil
}
