package intake

import (
	"context"
	"io"
	"os"
	"strings"
)

// table is rows of a file that are read one by one: those of the file itself, of a sheet, of a table of a database, of a shapefile.
type table struct {
	rows rows
	// header has the columns, of records and of features whose properties are the same in each; nil for features in general.
	header    []string
	delimiter byte         // of records, 0 for features
	encoding  string       // in which texts are read, "" where that is not to be chosen
	crs       string       // what the file says of its coordinates, "" for nothing: one of DeclaredCRS
	warnings  []string     // what whoever imports it ought to know
	read      func() int64 // how many bytes of the file were read; nil where all of them pass through the reader
	close     func()       // nil for nothing to do
}

// The systems that a file may declare for its coordinates. Those in web mercator are converted to degrees while they are read, of
// whichever system the import declares.
const (
	crsWGS84    = "wgs84"
	crsCGCS2000 = "cgcs2000"
	crsMercator = "web_mercator"
)

// container is a file of several tables.
type container interface {
	// tables returns their names in the order of the file.
	tables() []string
	// open begins to read one of them, by its name.
	open(ctx context.Context, name string) (*table, error)
	close()
}

// openText opens a text file.
func openText(name string, src *hashed, encoding string) (*table, format, error) {
	text, f, used, err := open(name, src, encoding)
	if err != nil {
		return nil, 0, err
	}
	t := &table{encoding: used}
	switch f {
	case formatJSON:
		t.rows = newJSONRows(text)
	case formatLines:
		t.rows = newJSONLines(text, '\n')
	case formatSequence:
		t.rows = newJSONLines(text, separator)
	case formatCSV:
		c, err := newCSVRows(text)
		if err != nil {
			return nil, 0, err
		}
		t.rows, t.header, t.delimiter = c, c.header, c.delimiter
	}
	return t, f, nil
}

// openTable begins to read what a source names of its file.
func openTable(ctx context.Context, src Source, raw *hashed) (*table, error) {
	c, _, err := openContainer(ctx, src)
	if err != nil {
		return nil, err
	}
	if c == nil {
		if _, err := chooseTable([]string{tableName(src.Name)}, src); err != nil {
			return nil, err
		}
		t, _, err := openText(src.Name, raw, src.Encoding)
		return t, err
	}
	name, err := chooseTable(c.tables(), src)
	if err != nil {
		c.close()
		return nil, err
	}
	t, err := c.open(ctx, name)
	if err != nil {
		c.close()
		return nil, err
	}
	inner := t.close
	t.close = func() {
		if inner != nil {
			inner()
		}
		c.close()
	}
	return t, nil
}

// openContainer opens a file of several tables, nil when it is none.
func openContainer(ctx context.Context, src Source) (container, format, error) {
	file, _ := src.Reader.(*os.File)
	if file == nil {
		return nil, 0, nil
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, 0, err
	}
	var head [16]byte
	n, err := file.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return nil, 0, err
	}
	switch magic := string(head[:n]); {
	case strings.HasPrefix(magic, "PK\x03\x04"):
		return openArchive(ctx, file, info.Size(), src)
	case magic == "SQLite format 3\x00":
		c, err := openGeoPackage(ctx, file.Name(), info.Size())
		return c, formatGeoPackage, err
	}
	return nil, 0, nil
}

// chooseTable returns the table that a source means: the one that it names, else the only one, else the one of the layer's name.
func chooseTable(names []string, src Source) (string, error) {
	list := shown(strings.Join(names, ", "))
	for _, name := range names {
		if name == src.Table || src.Table == "" && (len(names) == 1 || strings.EqualFold(name, src.Layer)) {
			return name, nil
		}
	}
	switch {
	case len(names) == 0:
		return "", fileErrorf(0, "the file holds nothing that can be read")
	case src.Table != "":
		return "", fileErrorf(0, "there is no %s in the file; it has %s", shown(src.Table), list)
	}
	return "", fileErrorf(0, "the file has %s: say which of them", list)
}
