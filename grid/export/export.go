// Package export writes features and tiles into files that others read: GeoJSON, newline-delimited GeoJSON, CSV and GeoPackage of a
// collection, PMTiles of a tileset.
//
// Coordinates are lon/lat degrees on WGS 84, written so that the very lattice point comes back from every format: in text as exact decimals of at most
// seven digits, in GeoPackage as the bits themselves. Memory does not grow with the number of features. What needs going back in the
// file, as SQLite and PMTiles do, is made in a temporary file first.
package export

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/wangge/wangge/grid"
)

// Format is a format of files of features, by the ending of their names.
type Format string

// The formats.
const (
	GeoJSON    Format = "geojson"
	NDJSON     Format = "ndjson"
	CSV        Format = "csv"
	GeoPackage Format = "gpkg"
)

// Formats are all of them.
var Formats = []Format{GeoJSON, NDJSON, CSV, GeoPackage}

// PMTilesMedia is the media type of archives of tiles.
const PMTilesMedia = "application/vnd.pmtiles"

// Media returns the media type of the format.
func (f Format) Media() string {
	switch f {
	case GeoJSON:
		return "application/geo+json"
	case NDJSON:
		return "application/x-ndjson"
	case CSV:
		return "text/csv; charset=utf-8"
	}
	return "application/geopackage+sqlite3"
}

// Text reports whether files of the format are text, which gzip makes several times smaller.
func (f Format) Text() bool { return f != GeoPackage }

// Info is what a file says of itself, where its format lets it.
type Info struct {
	Editions string    // as the header Wangge-Edition names them
	At       time.Time // the moment that the features are of
	Anybody  bool      // without the properties that are not for everybody
}

// Writer writes the features of one collection. Finish makes a file of them; without it there is none that can be read. Close frees what the writer
// has taken and may follow Finish.
type Writer interface {
	Write(f *grid.Feature) error
	Finish() error
	Close() error
}

// NewWriter returns a writer to out. It is not safe for concurrent use.
func NewWriter(format Format, out io.Writer, c *grid.Collection, info Info) (Writer, error) {
	switch format {
	case GeoJSON, NDJSON:
		return newJSONWriter(format, out, c, info), nil
	case CSV:
		return newCSVWriter(out, c, info)
	case GeoPackage:
		return newGeoPackage(out, c, info)
	}
	return nil, fmt.Errorf("%w: there is no format %q: there are %v", grid.ErrInvalid, format, Formats)
}

// column is a property that is written.
type column struct {
	grid.Field
	index int // in Feature.Values
}

func columnsOf(c *grid.Collection, info Info) []column {
	columns := make([]column, 0, len(c.Fields))
	for i, f := range c.Fields {
		if !info.Anybody || c.ForAnybody(f.Name) {
			columns = append(columns, column{f, i})
		}
	}
	return slices.Clip(columns)
}

// timeText is how text formats write an instant or a date.
func (c *column) timeText(t time.Time) string {
	if c.Type == grid.Date {
		return t.Format(time.DateOnly)
	}
	return t.UTC().Format(time.RFC3339Nano)
}
