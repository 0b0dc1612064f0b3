package edition

// TileBuffer is what a tile shows beyond its edges, in tile units.
const TileBuffer = tileBuffer
