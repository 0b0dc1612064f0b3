// Package intake reads files into the domain: GeoJSON (a FeatureCollection, one Feature, a bare array), newline-delimited
// GeoJSON and CSV, each gzipped or not, sheets of XLSX workbooks, tables of GeoPackages and zipped shapefiles become checked, located and
// stored rows. Sheets are read as the records of a CSV, what has a geometry as features of GeoJSON.
//
// Everything streams: memory is bounded by the limits below whatever the size of a file, except for divisions and grids,
// which are checked as a whole. Every row is stored or stands in the rejects file with its line, its reason and itself,
// and the counts add up (L6); a fault of the file itself changes nothing. Coordinates are declared in one of four systems
// and converted vertex by vertex before they are snapped to the lattice; rows are located by the one locate function of
// grid/edition while they stream (L3).
package intake

// What a file may hold. A row is a feature or a record, as text in UTF-8.
const (
	// MaxRowBytes is the size of the largest row.
	MaxRowBytes = 16 << 20
	// MaxColumns is the largest number of columns of a CSV.
	MaxColumns = 2000
	// maxDepth is how deep JSON values may nest.
	maxDepth = 64
	// maxText is the longest text of one field, in bytes.
	maxText = 64 << 10
)

// Formats names what is read, for whoever sends something else.
const Formats = "GeoJSON (FeatureCollection, Feature or array), newline-delimited GeoJSON and CSV, each gzipped or not, XLSX, GeoPackage and zipped shapefiles"
