package intake

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/wangge/wangge/grid"
)

// Mapping says where the fields of a layer come from. A field that is not mentioned comes from the column or property of
// its own name.
type Mapping struct {
	// Columns maps a field to a column or property. The fields lon, lat and wkt are the coordinates of a CSV.
	Columns map[string]string
	// Fixed gives a field one value for every row.
	Fixed map[string]string
	// Values translates the values of a field; "" is what an absent one becomes and "*" every one that is not listed,
	// an absent one too.
	Values map[string]map[string]string
	// Keep lists columns that go into external_refs as they are. All others that are not mapped are left out.
	Keep []string
	// DateFormat is how dates and times are written where they are not as ISO 8601: YYYY, MM or M, DD or D, HH, mm, ss,
	// for instance M/D/YYYY or DD.MM.YYYY HH:mm.
	DateFormat string
	// Only leaves out columns that are not mentioned, even those of a field's name.
	Only bool
}

// target is a field that a row fills.
type target struct {
	field   grid.Field
	keep    bool // not a field of the layer: goes into external_refs
	source  string
	allowed map[string]bool // values of an enumeration
	values  map[string]string
	always  any // the value of every row, by --set
	absent  any // the field's default
	// seen is set when the mapped source was there in any row, to warn of a name that is spelled wrong.
	seen *atomic.Bool
}

// layout is a mapping made ready for one file.
type layout struct {
	layer   *grid.Layer
	targets []target
	byKey   map[string][]int // property or column to targets
	values  *values

	others  sync.Map // names of other properties, looked at for BR-60
	nOthers atomic.Int64
}

// maxKeys bounds the number of distinct property names of a file.
const maxKeys = 10_000

// newLayout checks a mapping against the layer. Its error is a *FileError.
func newLayout(layer *grid.Layer, m Mapping, codes grid.Codes, settings grid.Settings) (*layout, error) {
	l := &layout{layer: layer, byKey: map[string][]int{}}
	if err := checkNames(layer, m); err != nil {
		return nil, err
	}
	var err error
	if l.values, err = newValues(settings, m); err != nil {
		return nil, err
	}
	for _, f := range layer.Fields {
		t := target{field: f, source: f.Name, values: m.Values[f.Name], allowed: allowed(f, codes), seen: new(atomic.Bool)}
		for from, to := range t.values {
			if t.allowed != nil && !t.allowed[to] {
				return nil, fileErrorf(0, "the value of %s: %s=%s: %s", f.Name, from, to, notAllowed(t.allowed, to))
			}
		}
		if column, ok := m.Columns[f.Name]; ok {
			t.source = column
		} else if m.Only {
			t.source = ""
		}
		if f.Default != "" {
			if t.absent, err = l.values.typed(&t, cell{textCell, f.Default}); err != nil {
				return nil, fileErrorf(0, "the default of %s: %v", f.Name, err)
			}
		}
		if value, ok := m.Fixed[f.Name]; ok {
			if t.always, err = l.values.typed(&t, cell{textCell, value}); err != nil {
				fault := &FileError{Field: f.Name, Reason: fmt.Sprintf("the fixed value of %s, %s: %v", f.Name, value, err)}
				if why, known := Explain(err); known {
					fault.Rule = why.Rule
				}
				return nil, fault
			}
			t.source = ""
		}
		l.add(t)
	}
	for _, name := range m.Keep {
		l.add(target{field: grid.Field{Name: name, Type: grid.Text}, keep: true, source: name, seen: new(atomic.Bool)})
	}
	return l, nil
}

func (l *layout) add(t target) {
	slot := len(l.targets)
	l.targets = append(l.targets, t)
	if t.source != "" {
		l.byKey[t.source] = append(l.byKey[t.source], slot)
	}
}

// checkNames refuses fields that the layer does not have, and columns that BR-60 forbids.
func checkNames(layer *grid.Layer, m Mapping) error {
	fields := slices.Concat(slices.Collect(maps.Keys(m.Columns)), slices.Collect(maps.Keys(m.Fixed)), slices.Collect(maps.Keys(m.Values)))
	slices.Sort(fields)
	for _, name := range fields {
		if name == "lon" || name == "lat" || name == "wkt" {
			continue
		}
		if _, ok := layer.Field(name); !ok {
			return fileErrorf(0, "layer %s has no field %s; it has %s", layer.Name, shown(name), strings.Join(fieldNames(layer), ", "))
		}
	}
	for _, column := range slices.Concat(slices.Collect(maps.Values(m.Columns)), m.Keep) {
		if err := checkColumn(column); err != nil {
			return err
		}
	}
	if len(m.Keep) > 0 {
		if _, ok := layer.Field("external_refs"); !ok {
			return fileErrorf(0, "layer %s has no external_refs to keep columns in", layer.Name)
		}
	}
	return nil
}

// checkColumn refuses a column by its name (BR-60), whether it is mapped or not.
func checkColumn(name string) error {
	what, personal := grid.PersonalColumn(name)
	if !personal {
		return nil
	}
	return &FileError{Rule: "BR-60", Reason: fmt.Sprintf(
		"the column %s is for personal data (%s), which no field may hold; take it out of the file", shown(name), what)}
}

func fieldNames(layer *grid.Layer) []string {
	names := make([]string, len(layer.Fields))
	for i, f := range layer.Fields {
		names[i] = f.Name
	}
	return names
}

// newKey looks at the name of a property that nothing is mapped to.
func (l *layout) newKey(name string) error {
	if _, ok := l.others.Load(name); ok {
		return nil
	}
	if err := checkColumn(name); err != nil {
		return err
	}
	if l.nOthers.Add(1) > maxKeys {
		return fileErrorf(0, "more than %d different property names", maxKeys)
	}
	l.others.Store(name, true)
	return nil
}

// begin makes a row ready to be parsed.
func (l *layout) begin(r *row) {
	if cap(r.cells) < len(l.targets) {
		r.cells = make([]cell, len(l.targets))
	}
	r.cells = r.cells[:len(l.targets)]
	clear(r.cells)
	r.geometry = nil
}

// unseen lists the mapped columns that no row had.
func (l *layout) unseen(m Mapping) []string {
	var names []string
	for _, t := range l.targets {
		_, mapped := m.Columns[t.field.Name]
		if (mapped || t.keep) && t.source != "" && !t.seen.Load() {
			names = append(names, t.source)
		}
	}
	return names
}

func allowed(f grid.Field, codes grid.Codes) map[string]bool {
	if f.Type != grid.Enum {
		return nil
	}
	set := map[string]bool{}
	for _, v := range f.Values {
		set[v] = true
	}
	for _, c := range codes[f.Enumeration] {
		set[c.Code] = true
	}
	return set
}

func notAllowed(allowed map[string]bool, value string) string {
	names := slices.Sorted(maps.Keys(allowed))
	const most = 24
	more := ""
	if len(names) > most {
		names, more = names[:most], ", …"
	}
	return shown(value) + " is none of " + strings.Join(names, ", ") + more
}

// columnNames are names of coordinate columns, compared without case.
var (
	lonNames = []string{"lon", "lng", "long", "longitude", "经度"}
	latNames = []string{"lat", "latitude", "纬度"}
	wktNames = []string{"wkt", "geom", "geometry", "the_geom", "wkt_geom"}
)

// newRecordParser finds the columns of a CSV. Its error is a *FileError.
func newRecordParser(l *layout, header []string, delimiter byte, m Mapping) (*recordParser, error) {
	p := &recordParser{delimiter: delimiter, lon: -1, lat: -1, wkt: -1}
	var err error
	if p.slots, err = l.columns(header, m); err != nil {
		return nil, err
	}
	return p, p.findShape(l.layer, header, m)
}

// columns returns where the value of each column goes. It refuses columns that may not be held, and a mapping of such that are not there.
func (l *layout) columns(header []string, m Mapping) ([][]int, error) {
	to := make([][]int, len(header))
	for _, name := range header {
		if err := checkColumn(name); err != nil {
			return nil, err
		}
	}
	for source, slots := range l.byKey {
		i := columnIndex(header, source)
		if i < 0 {
			for _, slot := range slots {
				name := l.targets[slot].field.Name
				if _, mapped := m.Columns[name]; mapped || l.targets[slot].keep {
					return nil, fileErrorf(1, "there is no column %s; the columns are %s", shown(source), shown(strings.Join(header, ", ")))
				}
			}
			continue
		}
		to[i] = append(to[i], slots...)
		for _, slot := range slots {
			l.targets[slot].seen.Store(true)
		}
	}
	return to, nil
}

func (p *recordParser) findShape(layer *grid.Layer, header []string, m Mapping) error {
	if layer.Shape == grid.NoShape {
		return nil
	}
	for _, c := range []struct {
		field string
		names []string
		at    *int
	}{{"lon", lonNames, &p.lon}, {"lat", latNames, &p.lat}, {"wkt", wktNames, &p.wkt}} {
		if column, ok := m.Columns[c.field]; ok {
			if *c.at = columnIndex(header, column); *c.at < 0 {
				return fileErrorf(1, "there is no column %s for %s; the columns are %s", shown(column), c.field, strings.Join(header, ", "))
			}
			continue
		}
		for _, name := range c.names {
			if *c.at = columnIndex(header, name); *c.at >= 0 {
				break
			}
		}
	}
	if _, mapped := m.Columns["wkt"]; !mapped && p.lon >= 0 && p.lat >= 0 {
		p.wkt = -1 // positions are surer than a column that is called geometry
	}
	if p.wkt < 0 && (p.lon < 0 || p.lat < 0) {
		return fileErrorf(1, "no coordinates: map the fields lon and lat, or wkt, to columns; the columns are %s", strings.Join(header, ", "))
	}
	return nil
}

// columnIndex finds a column by its name, exactly or else without case, -1 for none.
func columnIndex(header []string, name string) int {
	if i := slices.Index(header, name); i >= 0 {
		return i
	}
	return slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(h, name) })
}
