package intake

import (
	"errors"
	"fmt"
	"io"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// looker reads the rows of a table as they are, before it is known what they are to become.
type looker struct {
	table   *table
	records *recordParser // nil for features
	names   []string      // the columns, in the order in which they come up
	at      map[string]int
}

// newLooker looks at a table whose coordinates are in the columns that m maps, or that their names tell. Its error is a *FileError.
func newLooker(t *table, m Mapping) (*looker, error) {
	l := &looker{table: t, at: map[string]int{}}
	for _, name := range t.header {
		if _, err := l.column(name); err != nil {
			return nil, err
		}
	}
	if t.delimiter == 0 {
		return l, nil
	}
	l.records = &recordParser{delimiter: t.delimiter, lon: -1, lat: -1, wkt: -1}
	if err := l.records.findShape(&grid.Layer{Shape: grid.AnyShape}, t.header, m); err != nil {
		if len(m.Columns) > 0 {
			return nil, err
		}
		l.records.lon, l.records.lat, l.records.wkt = -1, -1, -1
	}
	return l, nil
}

// column returns the number of a column, which may be a new one. A column that may not be held is a *FileError.
func (l *looker) column(name string) (int, error) {
	if i, known := l.at[name]; known {
		return i, nil
	}
	if err := checkColumn(name); err != nil {
		return 0, err
	}
	if len(l.names) == MaxColumns {
		return 0, fileErrorf(0, "more than %d columns", MaxColumns)
	}
	l.at[name] = len(l.names)
	l.names = append(l.names, name)
	return l.at[name], nil
}

// looked is a row as it is.
type looked struct {
	geometry orb.Geometry // nil for none
	cells    map[int]cell // by column
	bad      bool         // it is a row that the import would reject
}

// next returns the next row, io.EOF after the last, or an error that ends the file.
func (l *looker) next() (looked, error) {
	raw, _, err := l.table.rows.next()
	row := looked{cells: map[int]cell{}}
	var fault *rowFault
	if errors.As(err, &fault) {
		row.bad = true
		return row, nil
	}
	if err != nil {
		return row, err
	}
	if l.records != nil {
		err = l.record(&row, string(raw))
	} else {
		err = l.feature(&row, string(raw))
	}
	if _, fatal := rejectOf(err); err != nil && fatal == nil {
		row.bad, err = true, nil
	}
	return row, err
}

func (l *looker) record(row *looked, raw string) error {
	fields, err := split(raw, l.records.delimiter, nil)
	if err != nil || len(fields) != len(l.table.header) {
		return faultf("csv", "", "not as many fields as the header has")
	}
	for i, name := range l.table.header {
		if fields[i] != "" {
			row.cells[l.at[name]] = cell{textCell, fields[i]}
		}
	}
	row.geometry, err = l.records.geometry(fields)
	return err
}

// feature reads a feature, or a bare geometry, as featureParser does, with whatever properties it has.
func (l *looker) feature(row *looked, raw string) error {
	c := &cursor{s: raw}
	if c.peek() != '{' {
		return faultf("geojson", "", "a Feature is expected")
	}
	bare := false
	err := c.object(func(name string) (err error) {
		switch name {
		case "geometry":
			if c.peek() == '{' {
				row.geometry, err = geometry(c)
				return err
			}
		case "properties":
			if c.peek() == '{' {
				return c.object(func(name string) error { return l.property(row, c, name) })
			}
		case "id":
			v, err := c.value()
			if err == nil && v.kind != noCell {
				var i int
				i, err = l.column("id")
				row.cells[i] = v
			}
			return err
		case "coordinates":
			bare = true
		}
		return c.skip()
	})
	if err == nil && bare {
		row.geometry, err = geometry(&cursor{s: raw})
	}
	return asFault(err)
}

func (l *looker) property(row *looked, c *cursor, name string) error {
	i, err := l.column(name)
	if err != nil {
		return err
	}
	v, err := c.value()
	if v.kind != noCell && v.text != "" {
		row.cells[i] = v
	}
	return err
}

// asFault makes a row's fault of an error of the cursor.
func asFault(err error) error {
	if err == nil {
		return nil
	}
	return jsonFault(err)
}

// rowFault is a row that a table could not read, though it can go on with the next: the import rejects it.
type rowFault struct{ why error } // of rejectOf

// Error implements error.
func (f *rowFault) Error() string { return f.why.Error() }

func rowFaultf(rule, format string, args ...any) error {
	return &rowFault{faultf(rule, "", fmt.Sprintf(format, args...))}
}

// count reads on and returns how many rows there are in all, -1 when go on says that it takes too long.
func (l *looker) count(rows int64, goOn func() bool) (int64, error) {
	for {
		if rows%1000 == 0 && !goOn() {
			return -1, nil
		}
		_, _, err := l.table.rows.next()
		var fault *rowFault
		if err == io.EOF {
			return rows, nil
		}
		if err != nil && !errors.As(err, &fault) {
			return rows, err
		}
		rows++
	}
}
