package api

// What the tests of the package's outside need to know of its inside.
const TileEncoding = tileEncoding

var MaxBatches = maxBatches
