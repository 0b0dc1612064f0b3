package intake

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

// File is a file on the disk that is looked into before it is imported.
type File struct {
	Path     string
	Name     string // as whoever sent it calls it
	Encoding string // as Source.Encoding
}

// Contents are what is in a file.
type Contents struct {
	Format   string // geojson, geojson_lines, csv, xlsx, geopackage or shapefile
	Encoding string // in which texts were read; "" where that is not to be chosen
	Guessed  bool   // nothing says that it is Encoding, which File.Encoding has to be from now on
	Layers   []Layer
	Warnings []string
}

// Layer is a table, a sheet, or the file itself.
type Layer struct {
	Name     string
	Rows     int64 // -1 where there are too many to count them in time
	Columns  []Column
	Geometry string // of the first rows: none, point, line, polygon or mixed
	CRS      string // what the file says: wgs84, cgcs2000 or web_mercator; "" for nothing
	// Suggested is the layer of the domain that it looks like, "" for none, and Map the columns that are fields of it, or coordinates.
	Suggested string
	Map       map[string]string
}

// Column is one column with some of its values, shortened.
type Column struct {
	Name    string
	Samples []string
}

const (
	// lookRows is how many rows are looked at to tell columns, values and shapes.
	lookRows = 200
	// countIn is how long all layers of a file are counted.
	countIn     = 5 * time.Second
	sampleRunes = 60
	samplesEach = 5
	// maxTables is how many layers of a file are listed.
	maxTables = 200
)

// format names, in the order of the constants.
var formatNames = []string{"geojson", "geojson_lines", "geojson_lines", "csv", "xlsx", "geopackage", "shapefile"}

// Inspect says what is in the file. A text that is not UTF-8 and does not say what it is in is taken for GB 18030, of which GBK is a part,
// if it can be. Errors are *FileError, those of reading, or the context's.
func (f File) Inspect(ctx context.Context) (Contents, error) {
	out, err := f.inspect(ctx)
	var fault *FileError
	if f.Encoding != "" || !errors.As(err, &fault) || !fault.notUTF8 {
		return out, err
	}
	f.Encoding = gb18030Name
	guessed, failed := f.inspect(ctx)
	if failed != nil {
		return out, err
	}
	guessed.Guessed = true
	guessed.Warnings = append(guessed.Warnings, f.Name+": the texts are not in UTF-8; they were read as "+gb18030Name)
	return guessed, nil
}

func (f File) inspect(ctx context.Context) (Contents, error) {
	var out Contents
	end := time.Now().Add(countIn)
	err := f.each(ctx, "", func(name string, t *table, as format) error {
		l, err := newLooker(t, Mapping{})
		if err != nil {
			return err
		}
		layer, err := l.layer(func() bool { return ctx.Err() == nil && time.Now().Before(end) })
		if err != nil {
			return err
		}
		layer.Name = name
		layer.suggest(f.Name)
		out.Format, out.Encoding = formatNames[as], cmp.Or(out.Encoding, t.encoding)
		out.Layers, out.Warnings = append(out.Layers, layer), append(out.Warnings, t.warnings...)
		return nil
	}, func(why *FileError) { out.Warnings = append(out.Warnings, why.Error()) })
	if err == nil && len(out.Layers) == 0 {
		err = fileErrorf(0, "the file holds nothing that can be read: %s", strings.Join(out.Warnings, "; "))
	}
	return out, err
}

// each opens the tables of the file one after the other, telling skipped of those of several that cannot be read; or, without skipped, the
// one that only names.
func (f File) each(ctx context.Context, only string, look func(name string, t *table, as format) error, skipped func(*FileError)) error {
	file, err := os.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // read only
	src := Source{Name: f.Name, Reader: file, Encoding: f.Encoding, Table: only}
	c, as, err := openContainer(ctx, src)
	if err != nil {
		return err
	}
	if c == nil {
		t, as, err := openText(f.Name, &hashed{ctx: ctx, r: file, sum: sha256.New()}, f.Encoding)
		if err != nil {
			return err
		}
		name, err := chooseTable([]string{tableName(f.Name)}, src)
		if err != nil {
			return err
		}
		return look(name, t, as)
	}
	defer c.close()
	names := c.tables()
	if skipped == nil || len(names) == 0 {
		name, err := chooseTable(names, src)
		if err != nil {
			return err
		}
		names = []string{name}
	}
	if len(names) > maxTables {
		skipped(&FileError{Reason: fmt.Sprintf("%d of its %d tables are not listed, %s and those after it: split the file", len(names)-maxTables, len(names), shown(names[maxTables]))})
	}
	for _, name := range names[:min(len(names), maxTables)] {
		err := lookInto(ctx, c, name, as, look)
		var fault *FileError
		if len(names) > 1 && errors.As(err, &fault) {
			skipped(&FileError{File: name, Line: fault.Line, Rule: fault.Rule, Reason: fault.Reason})
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func lookInto(ctx context.Context, c container, name string, as format, look func(name string, t *table, as format) error) error {
	t, err := c.open(ctx, name)
	if err != nil {
		return err
	}
	if t.close != nil {
		defer t.close()
	}
	return look(name, t, as)
}

// tableName is what the one table of a text file is called: the file's name up to its first dot.
func tableName(file string) string {
	name, _, _ := strings.Cut(file, ".")
	return cmp.Or(name, file)
}

// layer looks at the first rows and counts all of them, unless goOn says that it takes too long.
func (l *looker) layer(goOn func() bool) (Layer, error) {
	out := Layer{CRS: l.table.crs, Geometry: "none"}
	samples := map[int][]string{}
	for out.Rows < lookRows {
		row, err := l.next()
		if err == io.EOF {
			return l.done(out, samples), nil
		}
		if err != nil {
			return out, err
		}
		out.Rows++
		out.Geometry = mixed(out.Geometry, row.geometry)
		for i, c := range row.cells {
			text := sample(c.text)
			if len(samples[i]) < samplesEach && !slices.Contains(samples[i], text) {
				samples[i] = append(samples[i], text)
			}
		}
	}
	var err error
	out.Rows, err = l.count(out.Rows, goOn)
	return l.done(out, samples), err
}

func (l *looker) done(out Layer, samples map[int][]string) Layer {
	for i, name := range l.names {
		if name != "" {
			out.Columns = append(out.Columns, Column{name, samples[i]})
		}
	}
	return out
}

// sample shortens a value.
func sample(text string) string {
	text = strings.ToValidUTF8(strings.TrimSpace(text), "\ufffd")
	if utf8.RuneCountInString(text) <= sampleRunes {
		return text
	}
	return string([]rune(text)[:sampleRunes]) + "…"
}

// mixed is the kind of shapes of rows so far, and of one more.
func mixed(sofar string, g orb.Geometry) string {
	kind := "none"
	switch g.(type) {
	case nil:
		return sofar
	case orb.Point, orb.MultiPoint:
		kind = "point"
	case orb.LineString, orb.MultiLineString:
		kind = "line"
	case orb.Polygon, orb.MultiPolygon:
		kind = "polygon"
	}
	if sofar == "none" || sofar == kind {
		return kind
	}
	return "mixed"
}
