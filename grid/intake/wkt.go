package intake

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// parseWKT reads a geometry in well-known text, with or without "SRID=4326;" in front and Z or M, which are dropped.
func parseWKT(s string) (orb.Geometry, error) {
	w := &wkt{s: strings.TrimSpace(s)}
	if srid, rest, ok := strings.Cut(w.s, ";"); ok && strings.HasPrefix(strings.ToUpper(srid), "SRID=") {
		if n := srid[len("SRID="):]; n != "4326" && n != "4490" {
			return nil, faultf("wkt", "geometry", "SRID "+shown(n)+": coordinates have to be longitude and latitude in degrees (4326)")
		}
		w.s = strings.TrimSpace(rest)
	}
	g, err := w.geometry()
	if err == nil {
		if w.space(); w.i < len(w.s) {
			err = w.fault("something follows the geometry")
		}
	}
	if err != nil {
		return nil, err
	}
	return g, nil
}

type wkt struct {
	s string
	i int
}

func (w *wkt) fault(detail string) error {
	return faultf("wkt", "geometry", detail+" at character "+strconv.Itoa(w.i+1))
}

func (w *wkt) space() {
	for w.i < len(w.s) && (w.s[w.i] == ' ' || w.s[w.i] == '\t' || w.s[w.i] == '\n' || w.s[w.i] == '\r') {
		w.i++
	}
}

func (w *wkt) take(b byte) bool {
	if w.space(); w.i < len(w.s) && w.s[w.i] == b {
		w.i++
		return true
	}
	return false
}

// word reads letters, in upper case.
func (w *wkt) word() string {
	w.space()
	start := w.i
	for w.i < len(w.s) && (w.s[w.i]|0x20) >= 'a' && (w.s[w.i]|0x20) <= 'z' {
		w.i++
	}
	return strings.ToUpper(w.s[start:w.i])
}

func (w *wkt) geometry() (orb.Geometry, error) {
	kind := w.word()
	next := w.word()
	if next == "Z" || next == "M" || next == "ZM" {
		next = w.word()
	}
	if next == "EMPTY" {
		return nil, &geo.InvalidError{Rule: geo.RuleEmpty}
	}
	if next != "" {
		return nil, w.fault("unexpected " + shown(next))
	}
	switch kind {
	case "POINT":
		ps, err := w.points()
		if err != nil {
			return nil, err
		}
		if len(ps) != 1 {
			return nil, w.fault("a point has one position")
		}
		return ps[0], nil
	case "LINESTRING":
		ps, err := w.points()
		return orb.LineString(ps), err
	case "MULTIPOINT":
		ps, err := w.points()
		return orb.MultiPoint(ps), err
	case "MULTILINESTRING":
		var m orb.MultiLineString
		err := w.list(func() error {
			ps, err := w.points()
			m = append(m, ps)
			return err
		})
		return m, err
	case "POLYGON":
		return w.polygon()
	case "MULTIPOLYGON":
		var m orb.MultiPolygon
		err := w.list(func() error {
			p, err := w.polygon()
			m = append(m, p)
			return err
		})
		return m, err
	case "GEOMETRYCOLLECTION":
		return nil, &geo.InvalidError{Rule: geo.RuleType}
	}
	return nil, faultf("wkt", "geometry", "there is no geometry type "+shown(kind))
}

func (w *wkt) polygon() (orb.Polygon, error) {
	var p orb.Polygon
	err := w.list(func() error {
		ps, err := w.points()
		p = append(p, ps)
		return err
	})
	return p, err
}

func (w *wkt) points() ([]orb.Point, error) {
	var ps []orb.Point
	err := w.list(func() error {
		wrapped := w.take('(') // MULTIPOINT ((1 2), (3 4))
		p, err := w.point()
		if err == nil && wrapped && !w.take(')') {
			err = w.fault("a bracket is missing")
		}
		ps = append(ps, p)
		return err
	})
	return ps, err
}

func (w *wkt) list(item func() error) error {
	if !w.take('(') {
		return w.fault("a bracket is missing")
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if w.take(')') {
			return nil
		}
		if !w.take(',') {
			return w.fault("a comma or bracket is missing")
		}
	}
}

// point reads two to four numbers.
func (w *wkt) point() (orb.Point, error) {
	var p orb.Point
	n := 0
	for ; n < 4; n++ {
		w.space()
		start := w.i
		for w.i < len(w.s) && strings.IndexByte("+-.0123456789eE", w.s[w.i]) >= 0 {
			w.i++
		}
		if w.i == start {
			break
		}
		v, err := strconv.ParseFloat(w.s[start:w.i], 64)
		if err != nil {
			return p, w.fault("a number is malformed")
		}
		if n < 2 {
			p[n] = v
		}
	}
	if n < 2 {
		return p, w.fault("a position has at least two numbers")
	}
	return p, nil
}
