// Package api answers HTTP requests: REST and vector tiles over the city in memory (grid/live) and the database
// (grid/store).
//
// All routes stand in Handler; openapi.yaml describes them, and a test holds the two together. A handler parses, asks the
// store or the state once, and writes; what goes wrong is an error that problem.go turns into a problem document. Whatever
// depends on grids is answered from one state of the city, named by the header Wangge-Edition (L5). Coordinates are lon,
// lat in degrees on WGS 84 unless a parameter says otherwise.
package api
