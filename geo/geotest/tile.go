package geotest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// TileLayer is a layer of a vector tile as DecodeTile reads it.
type TileLayer struct {
	Name     string
	Extent   uint64
	Features []TileFeature
}

// TileFeature is a feature of a TileLayer.
type TileFeature struct {
	ID    uint64
	Kind  uint64 // 1 for points, 2 for lines, 3 for polygons
	Tags  map[string]any
	Parts [][]TileNode // points; lines; rings without closing vertex
}

// TileNode is a position in tile units, x to the east and y to the south.
type TileNode struct{ X, Y int64 }

type tileReader struct {
	b   []byte
	err error
}

func (r *tileReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	r.b = nil
}

func (r *tileReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail("broken varint")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *tileReader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail("length %d past the end", n)
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *tileReader) fixed64() uint64 {
	if len(r.b) < 8 {
		r.fail("short fixed64")
		return 0
	}
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}

// DecodeTile reads a Mapbox Vector Tile (specification 2.1). It shares nothing with the encoder, which is so not judged by its own reading of
// the specification, and refuses whatever the specification forbids and an encoder has no business to write: layers without features, names,
// keys and values that are listed twice, values that nothing refers to.
func DecodeTile(b []byte) ([]TileLayer, error) {
	r := &tileReader{b: b}
	var layers []TileLayer
	names := map[string]bool{}
	for len(r.b) > 0 {
		if tag := r.uvarint(); tag != 3<<3|2 {
			return nil, fmt.Errorf("tile field tag %d", tag)
		}
		l, err := decodeTileLayer(r.bytes())
		if err = errors.Join(r.err, err); err != nil {
			return nil, err
		}
		if names[l.Name] {
			return nil, fmt.Errorf("layer %q twice", l.Name)
		}
		names[l.Name] = true
		layers = append(layers, l)
	}
	return layers, r.err
}

func decodeTileLayer(b []byte) (TileLayer, error) {
	r := &tileReader{b: b}
	var l TileLayer
	var version uint64
	var features [][]byte
	var keys []string
	var values []any
	for len(r.b) > 0 {
		switch tag := r.uvarint(); tag {
		case 15 << 3:
			version = r.uvarint()
		case 1<<3 | 2:
			l.Name = string(r.bytes())
		case 2<<3 | 2:
			features = append(features, r.bytes())
		case 3<<3 | 2:
			keys = append(keys, string(r.bytes()))
		case 4<<3 | 2:
			v, err := decodeTileValue(r.bytes())
			if err != nil {
				return l, err
			}
			values = append(values, v)
		case 5 << 3:
			l.Extent = r.uvarint()
		default:
			r.fail("layer field tag %d", tag)
		}
	}
	if r.err != nil {
		return l, r.err
	}
	if version != 2 || l.Name == "" || l.Extent == 0 || len(features) == 0 {
		return l, fmt.Errorf("layer %q: version %d, extent %d, %d features", l.Name, version, l.Extent, len(features))
	}
	if err := unique(keys); err != nil {
		return l, err
	}
	if err := unique(values); err != nil {
		return l, err
	}
	used := make([]bool, len(values))
	for _, fb := range features {
		f, err := decodeTileFeature(fb, keys, values, used)
		if err != nil {
			return l, fmt.Errorf("layer %q feature %d: %w", l.Name, f.ID, err)
		}
		l.Features = append(l.Features, f)
	}
	for i, u := range used {
		if !u {
			return l, fmt.Errorf("layer %q: value %v unused", l.Name, values[i])
		}
	}
	return l, nil
}

func unique[T comparable](list []T) error {
	seen := map[T]bool{}
	for _, v := range list {
		if seen[v] {
			return fmt.Errorf("%v listed twice", v)
		}
		seen[v] = true
	}
	return nil
}

func decodeTileValue(b []byte) (any, error) {
	r := &tileReader{b: b}
	var v any
	switch tag := r.uvarint(); tag {
	case 1<<3 | 2:
		v = string(r.bytes())
	case 3<<3 | 1:
		v = math.Float64frombits(r.fixed64())
	case 4 << 3:
		v = int64(r.uvarint())
	case 5 << 3:
		v = r.uvarint()
	case 6 << 3:
		u := r.uvarint()
		v = int64(u>>1) ^ -int64(u&1)
	case 7 << 3:
		v = r.uvarint() == 1
	default:
		r.fail("value field tag %d", tag)
	}
	if len(r.b) > 0 {
		r.fail("value has two fields")
	}
	return v, r.err
}

func decodeTileFeature(b []byte, keys []string, values []any, used []bool) (TileFeature, error) {
	r := &tileReader{b: b}
	f := TileFeature{Tags: map[string]any{}}
	var geometry []byte
	for len(r.b) > 0 {
		switch tag := r.uvarint(); tag {
		case 1 << 3:
			f.ID = r.uvarint()
		case 2<<3 | 2:
			p := &tileReader{b: r.bytes()}
			for len(p.b) > 0 {
				k, v := p.uvarint(), p.uvarint()
				if p.err != nil || k >= uint64(len(keys)) || v >= uint64(len(values)) {
					return f, errors.New("broken tags")
				}
				f.Tags[keys[k]], used[v] = values[v], true
			}
		case 3 << 3:
			f.Kind = r.uvarint()
		case 4<<3 | 2:
			geometry = r.bytes()
		default:
			r.fail("feature field tag %d", tag)
		}
	}
	if r.err != nil {
		return f, r.err
	}
	var err error
	f.Parts, err = decodeTileGeometry(geometry, f.Kind)
	return f, err
}

func decodeTileGeometry(b []byte, kind uint64) ([][]TileNode, error) {
	r := &tileReader{b: b}
	var parts [][]TileNode
	var at TileNode
	step := func() TileNode {
		dx, dy := r.uvarint(), r.uvarint()
		at.X += int64(dx>>1) ^ -int64(dx&1)
		at.Y += int64(dy>>1) ^ -int64(dy&1)
		return at
	}
	command := func(id uint64) uint64 {
		c := r.uvarint()
		if c&7 != id || c>>3 == 0 {
			r.fail("command %d, count %d instead of command %d", c&7, c>>3, id)
		}
		return c >> 3
	}
	if len(b) == 0 {
		return nil, errors.New("no geometry")
	}
	for len(r.b) > 0 {
		if n := command(1); n != 1 && kind != 1 {
			r.fail("MoveTo of %d", n)
		}
		part := []TileNode{step()}
		if kind != 1 {
			n := command(2)
			if n > uint64(len(r.b)) {
				r.fail("LineTo of %d", n)
				return nil, r.err
			}
			for range n {
				part = append(part, step())
			}
		}
		if kind == 3 {
			if n := command(7); n != 1 || len(part) < 3 {
				r.fail("ClosePath of %d after %d points", n, len(part))
			}
		}
		parts = append(parts, part)
	}
	return parts, r.err
}
