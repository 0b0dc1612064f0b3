package mvt_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// A decoder of its own, written from the specification, so that the encoder is not judged by its own reading of it.
// It refuses whatever the specification forbids and the encoder has no business to write.

type decodedLayer struct {
	name     string
	extent   uint64
	features []decodedFeature
}

type decodedFeature struct {
	id    uint64
	kind  uint64
	tags  map[string]any
	parts [][]node // points; lines; rings without closing vertex
}

type node struct{ x, y int64 }

type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	r.b = nil
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail("broken varint")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail("length %d past the end", n)
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) fixed64() uint64 {
	if len(r.b) < 8 {
		r.fail("short fixed64")
		return 0
	}
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}

func decodeTile(b []byte) ([]decodedLayer, error) {
	r := &reader{b: b}
	var layers []decodedLayer
	names := map[string]bool{}
	for len(r.b) > 0 {
		if tag := r.uvarint(); tag != 3<<3|2 {
			return nil, fmt.Errorf("tile field tag %d", tag)
		}
		l, err := decodeLayer(r.bytes())
		if err = errors.Join(r.err, err); err != nil {
			return nil, err
		}
		if names[l.name] {
			return nil, fmt.Errorf("layer %q twice", l.name)
		}
		names[l.name] = true
		layers = append(layers, l)
	}
	return layers, r.err
}

func decodeLayer(b []byte) (decodedLayer, error) {
	r := &reader{b: b}
	var l decodedLayer
	var version uint64
	var features [][]byte
	var keys []string
	var values []any
	for len(r.b) > 0 {
		switch tag := r.uvarint(); tag {
		case 15 << 3:
			version = r.uvarint()
		case 1<<3 | 2:
			l.name = string(r.bytes())
		case 2<<3 | 2:
			features = append(features, r.bytes())
		case 3<<3 | 2:
			keys = append(keys, string(r.bytes()))
		case 4<<3 | 2:
			v, err := decodeValue(r.bytes())
			if err != nil {
				return l, err
			}
			values = append(values, v)
		case 5 << 3:
			l.extent = r.uvarint()
		default:
			r.fail("layer field tag %d", tag)
		}
	}
	if r.err != nil {
		return l, r.err
	}
	if version != 2 || l.name == "" || l.extent == 0 || len(features) == 0 {
		return l, fmt.Errorf("layer %q: version %d, extent %d, %d features", l.name, version, l.extent, len(features))
	}
	if err := unique(keys); err != nil {
		return l, err
	}
	if err := unique(values); err != nil {
		return l, err
	}
	used := make([]bool, len(values))
	for _, fb := range features {
		f, err := decodeFeature(fb, keys, values, used)
		if err != nil {
			return l, fmt.Errorf("layer %q feature %d: %w", l.name, f.id, err)
		}
		l.features = append(l.features, f)
	}
	for i, u := range used {
		if !u {
			return l, fmt.Errorf("layer %q: value %v unused", l.name, values[i])
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

func decodeValue(b []byte) (any, error) {
	r := &reader{b: b}
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

func decodeFeature(b []byte, keys []string, values []any, used []bool) (decodedFeature, error) {
	r := &reader{b: b}
	f := decodedFeature{tags: map[string]any{}}
	var geometry []byte
	for len(r.b) > 0 {
		switch tag := r.uvarint(); tag {
		case 1 << 3:
			f.id = r.uvarint()
		case 2<<3 | 2:
			p := &reader{b: r.bytes()}
			for len(p.b) > 0 {
				k, v := p.uvarint(), p.uvarint()
				if p.err != nil || k >= uint64(len(keys)) || v >= uint64(len(values)) {
					return f, errors.New("broken tags")
				}
				f.tags[keys[k]], used[v] = values[v], true
			}
		case 3 << 3:
			f.kind = r.uvarint()
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
	f.parts, err = decodeGeometry(geometry, f.kind)
	return f, err
}

func decodeGeometry(b []byte, kind uint64) ([][]node, error) {
	r := &reader{b: b}
	var parts [][]node
	var at node
	step := func() node {
		dx, dy := r.uvarint(), r.uvarint()
		at.x += int64(dx>>1) ^ -int64(dx&1)
		at.y += int64(dy>>1) ^ -int64(dy&1)
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
		part := []node{step()}
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
