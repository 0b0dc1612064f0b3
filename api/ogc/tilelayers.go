package ogc

import (
	"encoding/binary"
	"errors"
	"slices"
)

var errTileBytes = errors.New("the bytes are no vector tile")

// The tags of protocol buffers' fields that a tile begins its layers with, and a layer its name (Mapbox Vector Tile 2.1, 4.1).
const (
	layerTag = 3<<3 | 2
	nameTag  = 1<<3 | 2
)

// onlyLayers returns a tile with the layers of some names, all of them where there are none. Layers are not unpacked: a tile is one after the
// other, so that what is left out is cut out.
func onlyLayers(tile []byte, names []string) ([]byte, error) {
	if names == nil {
		return tile, nil
	}
	kept := make([]byte, 0, len(tile))
	for rest := tile; len(rest) > 0; {
		tag, layer, after, err := nextField(rest)
		if err != nil {
			return nil, err
		}
		name, err := layerName(layer)
		if err != nil {
			return nil, err
		}
		if tag == layerTag && slices.Contains(names, name) {
			kept = append(kept, rest[:len(rest)-len(after)]...)
		}
		rest = after
	}
	return kept, nil
}

// layerName returns the name of a layer, which is its first field that is text: numbers before it are skipped.
func layerName(layer []byte) (string, error) {
	for rest := layer; len(rest) > 0; {
		tag, n := binary.Uvarint(rest)
		if n <= 0 {
			return "", errTileBytes
		}
		if tag&7 == 0 { // a number
			_, m := binary.Uvarint(rest[n:])
			if m <= 0 {
				return "", errTileBytes
			}
			rest = rest[n+m:]
			continue
		}
		tag, value, after, err := nextField(rest)
		if err != nil {
			return "", err
		}
		if tag == nameTag {
			return string(value), nil
		}
		rest = after
	}
	return "", nil
}

// nextField returns the first field, which is one with a length.
func nextField(b []byte) (tag uint64, value, after []byte, err error) {
	tag, n := binary.Uvarint(b)
	if n <= 0 || tag&7 != 2 {
		return 0, nil, nil, errTileBytes
	}
	length, m := binary.Uvarint(b[n:])
	if m <= 0 || length > uint64(len(b)-n-m) {
		return 0, nil, nil, errTileBytes
	}
	start := n + m
	end := start + int(length)
	return tag, b[start:end], b[end:], nil
}
