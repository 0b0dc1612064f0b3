package mvt

import "encoding/binary"

// Field tags of vector_tile.proto (Mapbox Vector Tile specification 2.1): number<<3 | wire type.
const (
	tileLayer = 3<<3 | 2

	layerVersion = 15 << 3
	layerName    = 1<<3 | 2
	layerFeature = 2<<3 | 2
	layerKey     = 3<<3 | 2
	layerValue   = 4<<3 | 2
	layerExtent  = 5 << 3

	featureID       = 1 << 3
	featureTags     = 2<<3 | 2
	featureType     = 3 << 3
	featureGeometry = 4<<3 | 2

	valueString = 1<<3 | 2
	valueDouble = 3<<3 | 1
	valueInt    = 4 << 3
	valueUint   = 5 << 3
	valueSint   = 6 << 3
	valueBool   = 7 << 3
)

type geometryType uint64

const (
	typePoint   geometryType = 1
	typeLine    geometryType = 2
	typePolygon geometryType = 3
)

// encode appends the layer to dst, nothing when none of its features is visible.
func (l *Layer) encode(dst []byte) []byte {
	t := l.tile
	clear(l.keys)
	clear(l.values)
	l.keyList, l.valueList, l.hidden = l.keyList[:0], l.valueList[:0], 0

	body := binary.AppendUvarint(t.body[:0], layerVersion)
	body = append(body, 2)
	body = appendText(body, layerName, l.name)
	tags := 0
	for i := range l.features {
		f := &l.features[i]
		kind := t.draw(f)
		if len(t.geometry) == 0 {
			l.hidden++
		} else {
			t.feature = l.appendFeature(t.feature[:0], f, kind, l.tags[tags:f.tagsEnd])
			body = appendBytes(body, layerFeature, t.feature)
		}
		tags = f.tagsEnd
	}
	for _, k := range l.keyList {
		body = appendText(body, layerKey, k)
	}
	for _, v := range l.valueList {
		t.feature = appendValue(t.feature[:0], v)
		body = appendBytes(body, layerValue, t.feature)
	}
	body = binary.AppendUvarint(append(body, layerExtent), Extent)
	t.body = body
	if l.hidden == len(l.features) {
		return dst
	}
	return appendBytes(dst, tileLayer, body)
}

func (l *Layer) appendFeature(dst []byte, f *feature, kind geometryType, tags []Tag) []byte {
	dst = binary.AppendUvarint(append(dst, featureID), f.id)
	if len(tags) > 0 {
		var room [64]byte
		packed := room[:0]
		for _, tag := range tags {
			packed = binary.AppendUvarint(packed, uint64(l.key(tag.Key)))
			packed = binary.AppendUvarint(packed, uint64(l.value(tag.Value)))
		}
		dst = appendBytes(dst, featureTags, packed)
	}
	dst = binary.AppendUvarint(append(dst, featureType), uint64(kind))
	return appendBytes(dst, featureGeometry, l.tile.geometry)
}

// key returns the number of k in the layer's list of keys.
func (l *Layer) key(k string) uint32 {
	n, ok := l.keys[k]
	if !ok {
		n = uint32(len(l.keyList))
		l.keys[k] = n
		l.keyList = append(l.keyList, k)
	}
	return n
}

// value returns the number of v in the layer's list of values.
func (l *Layer) value(v Value) uint32 {
	n, ok := l.values[v]
	if !ok {
		n = uint32(len(l.valueList))
		l.values[v] = n
		l.valueList = append(l.valueList, v)
	}
	return n
}

func appendBytes(dst []byte, field uint64, b []byte) []byte {
	dst = binary.AppendUvarint(dst, field)
	dst = binary.AppendUvarint(dst, uint64(len(b)))
	return append(dst, b...)
}

func appendText(dst []byte, field uint64, s string) []byte {
	dst = binary.AppendUvarint(dst, field)
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

func appendValue(dst []byte, v Value) []byte {
	switch v.kind {
	case kindInt:
		if n := int64(v.bits); n < 0 {
			// A negative int_value takes ten bytes.
			return binary.AppendVarint(append(dst, valueSint), n)
		}
		return binary.AppendUvarint(append(dst, valueInt), v.bits)
	case kindUint:
		return binary.AppendUvarint(append(dst, valueUint), v.bits)
	case kindDouble:
		return binary.LittleEndian.AppendUint64(append(dst, valueDouble), v.bits)
	case kindBool:
		return append(dst, valueBool, byte(v.bits))
	}
	return appendText(dst, valueString, v.text)
}

// commands writes the geometry of one feature: command integers, then zigzag differences from the cursor (§4.3).
type commands struct {
	buf    []byte
	cursor px
}

const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

func (c *commands) command(id, count int) {
	c.buf = binary.AppendUvarint(c.buf, uint64(count)<<3|uint64(id))
}

func (c *commands) to(p px) {
	c.buf = binary.AppendVarint(c.buf, int64(p.x-c.cursor.x))
	c.buf = binary.AppendVarint(c.buf, int64(p.y-c.cursor.y))
	c.cursor = p
}

func (c *commands) points(p px) {
	c.command(moveTo, 1)
	c.to(p)
}

func (c *commands) line(line []px) {
	c.command(moveTo, 1)
	c.to(line[0])
	c.command(lineTo, len(line)-1)
	for _, p := range line[1:] {
		c.to(p)
	}
}

func (c *commands) ring(ring []px) {
	c.line(ring)
	c.command(closePath, 1)
}
