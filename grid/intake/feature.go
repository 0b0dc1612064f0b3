package intake

import (
	"errors"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

// featureParser parses GeoJSON features and bare geometries.
type featureParser struct{ layout *layout }

func (p *featureParser) parse(r *row) error {
	c := cursor{s: r.raw}
	if c.peek() != '{' {
		return faultf("geojson", "", "a Feature is expected, not "+shown(r.raw))
	}
	f := feature{layout: p.layout, row: r}
	if err := c.object(func(name string) error { return f.member(&c, name) }); err != nil {
		return jsonFault(err)
	}
	if c.peek() != 0 {
		return faultf("geojson", "", "something follows the end of the feature")
	}
	return f.finish()
}

// jsonFault names the rule for an error of the cursor.
func jsonFault(err error) error {
	if _, unknown := rejectOf(err); unknown == nil {
		return err
	}
	var file *FileError
	if errors.As(err, &file) {
		return err
	}
	return faultf("json", "", err.Error())
}

// feature is the state while the members of a feature come in any order.
type feature struct {
	layout *layout
	row    *row
	kind   string
	bare   bool // it is a geometry and no feature
	id     cell
}

func (f *feature) member(c *cursor, name string) error {
	switch name {
	case "type":
		kind, err := c.text()
		if err == nil && f.kind != "" {
			err = faultf("geojson", "type", "the member type is there twice")
		}
		f.kind = kind
		return err
	case "geometry":
		if c.peek() == 'n' {
			_, err := c.word()
			return err
		}
		g, err := geometry(c)
		f.row.geometry = g
		return err
	case "properties":
		if c.peek() == 'n' {
			_, err := c.word()
			return err
		}
		if c.peek() != '{' {
			return faultf("geojson", "properties", "properties are an object or null")
		}
		return c.object(func(name string) error { return f.property(c, name) })
	case "id":
		v, err := c.value()
		if v.kind == jsonCell || v.kind == boolCell {
			return faultf("geojson", "id", "the id of a feature is a text or a number")
		}
		f.id = v
		return err
	case "coordinates", "geometries":
		f.bare = true
	case "crs":
		v, err := c.value()
		if what := foreignCRS(v.text); err == nil && v.kind == jsonCell && what != "" {
			return faultf("geojson", "crs", "the feature's crs says "+shown(what)+"; coordinates have to be longitude and latitude in degrees")
		}
		return err
	}
	return c.skip()
}

func (f *feature) property(c *cursor, name string) error {
	slots, known := f.layout.byKey[name]
	if !known {
		if err := f.layout.newKey(name); err != nil {
			return err
		}
		return c.skip()
	}
	v, err := c.value()
	if err != nil {
		return err
	}
	for _, slot := range slots {
		if seen := f.layout.targets[slot].seen; !seen.Load() {
			seen.Store(true)
		}
		if f.row.cells[slot].kind != noCell {
			return faultf("geojson", name, "the property is there twice")
		}
		if v.kind != textCell || v.text != "" {
			f.row.cells[slot] = v
		}
	}
	return nil
}

func (f *feature) finish() error {
	switch {
	case f.kind == "Feature":
		for _, slot := range f.layout.byKey["id"] {
			if f.row.cells[slot].kind == noCell {
				f.row.cells[slot] = f.id
			}
		}
		return nil
	case f.bare && f.kind != "":
		c := cursor{s: f.row.raw}
		g, err := geometry(&c)
		if err != nil {
			return jsonFault(err)
		}
		f.row.geometry = g
		return nil
	case f.kind == "":
		return faultf("geojson", "type", "the member type is missing")
	}
	return faultf("geojson", "type", "the type is "+shown(f.kind)+", not Feature")
}

// geometry reads a GeoJSON geometry. Altitudes are dropped.
func geometry(c *cursor) (orb.Geometry, error) {
	if c.peek() != '{' {
		return nil, faultf("geojson", "geometry", "a geometry is an object or null")
	}
	var g orb.Geometry
	kind, at := "", -1
	err := c.object(func(name string) (err error) {
		switch name {
		case "type":
			kind, err = c.text()
			return err
		case "coordinates":
			if c.space(); kind != "" {
				at = c.i
				g, err = coordinates(c, kind)
				return err
			}
			at = c.i
		}
		return c.skip()
	})
	switch {
	case err != nil:
		return nil, err
	case kind == "GeometryCollection":
		return nil, &geo.InvalidError{Rule: geo.RuleType}
	case kind == "":
		return nil, faultf("geojson", "geometry", "the geometry's type is missing")
	case at < 0:
		return nil, faultf("geojson", "geometry", "the geometry's coordinates are missing")
	case g == nil:
		return coordinates(&cursor{s: c.s, i: at}, kind)
	}
	return g, nil
}

// coordinates reads the coordinates of a geometry of that type.
func coordinates(c *cursor, kind string) (orb.Geometry, error) {
	switch kind {
	case "Point":
		return position(c)
	case "MultiPoint":
		ps, err := positions(c)
		return orb.MultiPoint(ps), err
	case "LineString":
		ps, err := positions(c)
		return orb.LineString(ps), err
	case "MultiLineString":
		var m orb.MultiLineString
		err := nested(c, func() error {
			ps, err := positions(c)
			m = append(m, ps)
			return err
		})
		return m, err
	case "Polygon":
		return polygon(c)
	case "MultiPolygon":
		var m orb.MultiPolygon
		err := nested(c, func() error {
			p, err := polygon(c)
			m = append(m, p)
			return err
		})
		return m, err
	}
	return nil, faultf("geojson", "geometry", "there is no geometry type "+shown(kind))
}

func polygon(c *cursor) (orb.Polygon, error) {
	var p orb.Polygon
	err := nested(c, func() error {
		ps, err := positions(c)
		p = append(p, ps)
		return err
	})
	return p, err
}

func positions(c *cursor) ([]orb.Point, error) {
	var ps []orb.Point
	err := nested(c, func() error {
		p, err := position(c)
		ps = append(ps, p)
		return err
	})
	return ps, err
}

func nested(c *cursor, item func() error) error {
	if c.peek() != '[' {
		return faultf("geojson", "geometry", "the coordinates do not nest as the type wants")
	}
	return c.array(item)
}

// position reads [lon, lat] or [lon, lat, height].
func position(c *cursor) (orb.Point, error) {
	var p orb.Point
	n := 0
	err := nested(c, func() error {
		if b := c.peek(); b != '-' && b-'0' > 9 {
			return faultf("geojson", "geometry", "a position holds numbers, not "+shown(c.s[c.i:min(len(c.s), c.i+10)]))
		}
		v, err := c.float()
		if err != nil {
			return err
		}
		if n < 2 {
			p[n] = v
		}
		n++
		return nil
	})
	if err == nil && n == 0 {
		return p, &geo.InvalidError{Rule: geo.RuleEmpty}
	}
	if err == nil && (n < 2 || n > 3) {
		err = faultf("geojson", "geometry", "a position has two or three numbers")
	}
	return p, err
}
