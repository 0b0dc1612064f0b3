package main

import "github.com/wangge/wangge/api/basemap"

// basemapFlags name the map that lies under the page's own.
type basemapFlags struct {
	Basemap            string `help:"Map under the page's own: the address of a tile, as http://10.1.2.3/{z}/{x}/{y}.png, of a WMTS with {TileMatrix}, {TileRow} and {TileCol}, of a WMS with its LAYERS; or a .pmtiles file." placeholder:"URL|FILE"`
	BasemapKind        string `help:"xyz, wmts, wms or pmtiles, where the source does not show it." enum:",xyz,wmts,wms,pmtiles" default:""`
	BasemapCRS         string `help:"System of the basemap: 3857, 4490 (WMTS and WMS in degrees), 4326, or gcj02 (3857, shifted)." name:"basemap-crs" enum:"3857,4490,4326,gcj02" default:"3857"`
	BasemapFirstMatrix int    `help:"Of a WMTS in degrees: the number of the matrix that has two tiles; 1 in Tianditu, 0 in GeoServer." default:"1"`
	BasemapMaxZoom     int    `help:"Deepest zoom of the basemap; a file says it itself." default:"18"`
	BasemapAttribution string `help:"Whom the basemap is from, and its approval number (审图号): always shown with it." placeholder:"TEXT"`
}

// open checks the flags; nil where no basemap is named.
func (f *basemapFlags) open() (*basemap.Basemap, error) {
	return basemap.Open(basemap.Config{
		Source: f.Basemap, Kind: f.BasemapKind, CRS: f.BasemapCRS, FirstMatrix: f.BasemapFirstMatrix, MaxZoom: f.BasemapMaxZoom,
		Attribution: f.BasemapAttribution,
	})
}
