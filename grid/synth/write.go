package synth

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// Told is called by WriteFiles before a layer's first row and after every tenThousand rows, with the rows written so far.
type Told func(layer string, rows int64)

const tenThousand = 10_000

// WriteFiles writes every layer to a file of its name in dir, which is made when it is not there: newline-delimited
// GeoJSON for layers with geometry, gzipped (.geojsonl.gz) or not (.geojsonl), and CSV for the others. Coordinates are
// printed so that they parse back to the same lattice point. tell may be nil.
func WriteFiles(dir string, c *City, gzipped bool, tell Told) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if tell == nil {
		tell = func(string, int64) {}
	}
	for layer, records := range c.Layers() {
		if err := writeLayer(dir, layer, told(layer.Name, records, tell), gzipped); err != nil {
			return fmt.Errorf("write layer %s: %w", layer.Name, err)
		}
	}
	return nil
}

// FileName returns the name of a layer's file.
func FileName(layer *grid.Layer, gzipped bool) string {
	switch {
	case layer.Shape == grid.NoShape:
		return layer.Name + ".csv"
	case gzipped:
		return layer.Name + ".geojsonl.gz"
	}
	return layer.Name + ".geojsonl"
}

func told(layer string, records iter.Seq[grid.Record], tell Told) iter.Seq[grid.Record] {
	return func(yield func(grid.Record) bool) {
		tell(layer, 0)
		for r := range records {
			if r.Line%tenThousand == 0 {
				tell(layer, r.Line)
			}
			if !yield(r) {
				return
			}
		}
	}
}

func writeLayer(dir string, layer *grid.Layer, records iter.Seq[grid.Record], gzipped bool) (err error) {
	f, err := os.Create(filepath.Join(dir, FileName(layer, gzipped)))
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	if layer.Shape == grid.NoShape {
		return writeCSV(f, layer, records)
	}
	if !gzipped {
		return writeGeoJSON(f, records)
	}
	z := gzip.NewWriter(f)
	if err := writeGeoJSON(z, records); err != nil {
		return err
	}
	return z.Close()
}

// writeGeoJSON writes one feature a line, its properties in the order of their names.
func writeGeoJSON(w io.Writer, records iter.Seq[grid.Record]) error {
	b := bufio.NewWriterSize(w, 1<<16)
	var line []byte
	for r := range records {
		properties, err := json.Marshal(r.Fields)
		if err != nil {
			return err
		}
		line = append(line[:0], `{"type":"Feature","geometry":`...)
		line = appendGeometry(line, r.Geometry)
		line = append(line, `,"properties":`...)
		line = append(line, properties...)
		line = append(line, '}', '\n')
		if _, err := b.Write(line); err != nil {
			return err
		}
	}
	return b.Flush()
}

func appendGeometry(b []byte, g orb.Geometry) []byte {
	b = append(b, `{"type":"`...)
	b = append(b, g.GeoJSONType()...)
	b = append(b, `","coordinates":`...)
	switch g := g.(type) {
	case orb.Point:
		b = appendPoint(b, g)
	case orb.LineString:
		b = appendList(b, g, appendPoint)
	case orb.Polygon:
		b = appendPolygon(b, g)
	case orb.MultiPolygon:
		b = appendList(b, g, appendPolygon)
	}
	return append(b, '}')
}

func appendPolygon(b []byte, p orb.Polygon) []byte {
	return appendList(b, p, func(b []byte, r orb.Ring) []byte { return appendList(b, r, appendPoint) })
}

func appendList[T any](b []byte, items []T, one func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, item)
	}
	return append(b, ']')
}

// appendPoint prints the shortest decimals that parse back to p: at most seven for a lattice point.
func appendPoint(b []byte, p orb.Point) []byte {
	b = strconv.AppendFloat(append(b, '['), p[0], 'f', -1, 64)
	b = strconv.AppendFloat(append(b, ','), p[1], 'f', -1, 64)
	return append(b, ']')
}

// writeCSV writes the layer's fields as columns in the order of the layer table.
func writeCSV(w io.Writer, layer *grid.Layer, records iter.Seq[grid.Record]) error {
	out := csv.NewWriter(w)
	row := make([]string, len(layer.Fields))
	for i, f := range layer.Fields {
		row[i] = f.Name
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for r := range records {
		for i, f := range layer.Fields {
			row[i] = cell(r.Fields[f.Name])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
