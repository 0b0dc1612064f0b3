package intake

import "github.com/paulmach/orb"

// Geometry reads one GeoJSON geometry as strictly as the import does: two or three numbers a position, heights dropped, no
// collections, nothing behind it. Whether the geometry is valid is not looked at. The error is a *grid.RuleError or a
// *geo.InvalidError.
func Geometry(raw []byte) (orb.Geometry, error) {
	c := &cursor{s: string(raw)}
	g, err := geometry(c)
	if err != nil {
		return nil, jsonFault(err)
	}
	if c.peek() != 0 {
		return nil, faultf("geojson", "geometry", "something follows the geometry")
	}
	return g, nil
}
