package intake

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// shapeReader reads the geometries of a .shp in the order of the file. Offsets and lengths count words of two bytes.
type shapeReader struct {
	in, index *bufio.Reader // index is the .shx, nil for none
	at        int64         // where in the .shp we are, in words
	record    []byte
}

// begin checks the headers.
func (s *shapeReader) begin() error {
	for _, r := range []*bufio.Reader{s.in, s.index} {
		if r == nil {
			continue
		}
		var head [100]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return cutOff(err, "the shapefile")
		}
		if binary.BigEndian.Uint32(head[:]) != 9994 || binary.LittleEndian.Uint32(head[28:]) != 1000 {
			return fileErrorf(0, "the .shp or .shx is no part of a shapefile")
		}
		if binary.LittleEndian.Uint32(head[32:]) == 31 {
			return fileErrorf(0, "the shapefile holds surfaces in space (MultiPatch), which are not read")
		}
	}
	s.at = 50
	return nil
}

// cutOff says that a file ends too early.
func cutOff(err error, what string) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fileErrorf(0, "%s is cut off", what)
	}
	return err
}

// next returns the next geometry, nil for a row without one, io.EOF after the last. A *rowFault is of the row.
func (s *shapeReader) next() (orb.Geometry, error) {
	if err := s.toNext(); err != nil {
		return nil, err
	}
	var head [8]byte
	if _, err := io.ReadFull(s.in, head[:]); err == io.EOF && s.index == nil {
		return nil, io.EOF
	} else if err != nil {
		return nil, cutOff(err, "the .shp")
	}
	bytes := int64(binary.BigEndian.Uint32(head[4:])) * 2
	if bytes > MaxRowBytes {
		return nil, tooLong(0)
	}
	s.at += 4 + bytes/2
	if int64(cap(s.record)) < bytes {
		s.record = make([]byte, bytes)
	}
	s.record = s.record[:bytes]
	if _, err := io.ReadFull(s.in, s.record); err != nil {
		return nil, cutOff(err, "the .shp")
	}
	return shapeOf(s.record)
}

// toNext goes to where the index says that the next geometry begins.
func (s *shapeReader) toNext() error {
	if s.index == nil {
		return nil
	}
	var entry [8]byte
	if _, err := io.ReadFull(s.index, entry[:]); err == io.EOF {
		return io.EOF
	} else if err != nil {
		return cutOff(err, "the .shx")
	}
	from := int64(binary.BigEndian.Uint32(entry[:]))
	if from < s.at {
		return fileErrorf(0, "the shapefile was edited and its shapes are out of order: save it anew, for instance in QGIS by “export”")
	}
	skip := (from - s.at) * 2
	s.at = from
	if _, err := io.CopyN(io.Discard, s.in, skip); err != nil {
		return cutOff(err, "the .shp")
	}
	return nil
}

// shapeOf reads the content of a record; heights and measures, which follow, are left unread.
func shapeOf(b []byte) (orb.Geometry, error) {
	bad := rowFaultf("shp", "the shape is damaged")
	if len(b) < 4 {
		return nil, bad
	}
	kind := binary.LittleEndian.Uint32(b)
	switch kind {
	case 0:
		return nil, nil
	case 1, 11, 21:
		if len(b) < 20 {
			return nil, bad
		}
		return coordinate(b[4:]), nil
	case 8, 18, 28:
		if len(b) < 40 {
			return nil, bad
		}
		points, ok := coordinatesOf(b[40:], binary.LittleEndian.Uint32(b[36:]))
		if !ok {
			return nil, bad
		}
		return orb.MultiPoint(points), nil
	case 3, 13, 23, 5, 15, 25:
		parts, ok := partsOf(b)
		if !ok {
			return nil, bad
		}
		if kind%10 == 3 {
			lines := make(orb.MultiLineString, len(parts))
			for i, p := range parts {
				lines[i] = p
			}
			return lines, nil
		}
		return areaOf(parts)
	}
	return nil, &rowFault{&geo.InvalidError{Rule: geo.RuleType}}
}

func coordinate(b []byte) orb.Point {
	return orb.Point{math.Float64frombits(binary.LittleEndian.Uint64(b)), math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))}
}

func coordinatesOf(b []byte, n uint32) ([]orb.Point, bool) {
	if uint64(n)*16 > uint64(len(b)) {
		return nil, false
	}
	out := make([]orb.Point, n)
	for i := range out {
		out[i] = coordinate(b[16*i:])
	}
	return out, true
}

// partsOf reads the parts of a line or polygon.
func partsOf(b []byte) ([][]orb.Point, bool) {
	if len(b) < 44 {
		return nil, false
	}
	nParts, nPoints := binary.LittleEndian.Uint32(b[36:]), binary.LittleEndian.Uint32(b[40:])
	if uint64(nParts)*4 > uint64(len(b)-44) {
		return nil, false
	}
	points, ok := coordinatesOf(b[44+4*nParts:], nPoints)
	if !ok {
		return nil, false
	}
	parts := make([][]orb.Point, nParts)
	for i := range parts {
		from, to := binary.LittleEndian.Uint32(b[44+4*i:]), nPoints
		if i+1 < len(parts) {
			to = binary.LittleEndian.Uint32(b[48+4*i:])
		}
		if from > to || to > nPoints || i == 0 && from != 0 {
			return nil, false
		}
		parts[i] = points[from:to]
	}
	return parts, true
}
