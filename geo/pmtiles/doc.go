// Package pmtiles writes and reads archives of vector tiles in one file: PMTiles, version 3
// (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md).
//
// A Writer takes the tiles in ascending order of their numbers along the Hilbert curve (Number), keeps what they hold in a temporary file and
// their directory in memory, and writes the archive in one go when all are there: to a file, or to somebody who
// cannot go back. Equal tiles are stored once, equal neighbours along the curve as one run. Directories and tiles are gzipped.
//
// A Reader answers single tiles of an archive that it does not trust: whatever it is told is bounded and compared with the file's size
// before memory is taken for it.
package pmtiles
