// Package mvt builds Mapbox Vector Tiles (specification 2.1) from lattice geometry: it projects to web mercator, rounds
// to the integer grid of the tile, clips and encodes.
//
// # Use
//
// Project a geometry once with NewPolygons, NewLines or Project and keep the result; that is the costly part. Then, for
// a tile, give a Tile every feature whose box meets TileID.Box, layer by layer, and call Encode:
//
//	t, err := mvt.New(id, 64)
//	…
//	base := t.Layer("base")
//	for _, g := range grids {
//		base.Add(g.ID, g.Shape, mvt.Tag{Key: "code", Value: mvt.String(g.Code)})
//	}
//	body := t.Encode(nil) // empty when nothing is visible
//
// A Tile is reused with Reset and belongs to one goroutine; a Shape never changes and is shared freely.
//
// # What is guaranteed
//
// Coordinates are whole tile units, 4096 to a tile, x to the east and y to the south. All polygons and lines of a tile
// are rounded together by snap rounding (see router), which gives:
//
//   - One place for a vertex. Where a vertex lands depends on its position and the zoom, not on the feature or tile:
//     the nearest unit of the one grid of that zoom that spans the world.
//   - Shared borders stay shared (L7). Two features that share a border, vertex for vertex, share it in every tile; so
//     do two tiles that both show it, in their common edge and everywhere in their buffers but for the outermost two
//     units, where the clip line bends what crosses it by at most half a unit. Faces that tile an area tile it on the
//     integer grid of every zoom, without a gap or an overlap of a single unit.
//   - Valid polygons. Outer rings have positive and holes negative area, as the specification wants them; no ring
//     repeats a point, touches or crosses itself; holes lie in their ring; parts do not overlap. Folded and collapsed
//     parts are left out, and a polygon too small for an area is left out whole: Layer.Hidden counts those.
//   - Small moves. An edge moves by at most half a unit in x and in y.
//   - The same bytes for the same features in the same order.
//
// # What is not
//
// An edge that is straight in degrees bends on the map; a tile draws it straight. The two differ by about
// tan(latitude)*L²/8R for a length of L in the north-south direction: a centimetre at 1 km, a metre at 10 km. Where a
// vertex lies nearer to an edge of another feature than that, features may overlap by the difference, rounded to tile units. Such
// shapes are recognised when they are made and still give valid polygons. The exception is a polygon so large and so
// folded that looking for crossings was given up (see maxCrossingTests); no valid city geometry comes near.
//
// Sharing borders between layers needs nothing special, as all layers of a tile are rounded together; leaving a layer
// out may therefore move the others' edges by up to half a unit.
package mvt
