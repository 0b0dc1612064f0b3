package grid

import "github.com/paulmach/orb"

// Record is one row of a layer as a file or a generator gives it, before anything is checked: what the import takes.
type Record struct {
	Line     int64          // 1-based number of the row in its source (the line, or the feature)
	Geometry orb.Geometry   // in the declared CRS; nil when the row has none
	Fields   map[string]any // by field name: string, float64, json.Number, bool, nil, []any or map[string]any
	Raw      []byte         // the row itself, for the rejects file; may be nil
}
