// Package basemap hands out the tiles of the map that lies under ours: those of a server in the operator's network, asked for one by one, or
// those of a PMTiles file. Its addresses are the operator's and never a client's, and only a tile's numbers are put into them.
//
// Tiles are numbered as those of web mercator, or in EPSG:4490 (and 4326) as the matrix set of two tiles at zoom 1 has them: a tile
// of zoom z is 360/2^z degrees wide, rows count from 90° north.
package basemap

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sync/singleflight"

	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/geo/pmtiles"
)

// Config is what an operator says about a basemap.
type Config struct {
	Source      string // address of a tile with its {placeholders}, or the path of a .pmtiles file; "" for no basemap
	Kind        string // xyz, wmts, wms or pmtiles; "" to see it from the source
	CRS         string // 3857, 4490 or gcj02
	FirstMatrix int    // of a WMTS in EPSG:4490: the number of its matrix of two tiles
	MaxZoom     int    // the deepest zoom that the source has; of a file, the file says it
	Attribution string // whom the map is from, with its approval number
}

// The kinds of sources.
const (
	xyz     = "xyz"
	wmts    = "wmts"
	wms     = "wms"
	archive = "pmtiles"
)

// About is what a page must know of a basemap to show it.
type About struct {
	Format      string     `json:"format"` // raster or vector
	Grid        string     `json:"grid"`   // 3857 or 4490
	CRS         string     `json:"crs"`    // wgs84 or gcj02
	MinZoom     int        `json:"minzoom"`
	MaxZoom     int        `json:"maxzoom"`
	Bounds      [4]float64 `json:"bounds"` // west, south, east, north
	Attribution string     `json:"attribution"`
}

// Tile is a tile as its source has it, unpacked.
type Tile struct {
	Bytes []byte
	Type  string // its media type
}

var (
	// ErrNone is returned for a tile that the source does not have.
	ErrNone = errors.New("the basemap has no such tile")
	// ErrSource is wrapped when the source does not answer as it should.
	ErrSource = errors.New("the basemap's source does not answer")
)

// Basemap is a source of tiles. It is safe for concurrent use.
type Basemap struct {
	about  About
	remote *remote         // nil for a file
	file   *os.File        // nil for a server
	reader *pmtiles.Reader // of the file
	seats  chan struct{}   // one for each tile that is being fetched
	busy   singleflight.Group
}

const (
	maxZoom        = 22
	maxAttribution = 300 // characters
	// seats bounds the tiles that are fetched at once, and with them the memory that they take.
	seats = 16
)

// Open checks the config and returns the basemap, nil where there is none. A server is not asked: it may come up later.
func Open(c Config) (*Basemap, error) {
	if c.Source == "" {
		return nil, nil
	}
	if utf8.RuneCountInString(c.Attribution) > maxAttribution || strings.ContainsFunc(c.Attribution, unicode.IsControl) {
		return nil, fmt.Errorf("the basemap's attribution must be one line of at most %d characters", maxAttribution)
	}
	if c.Kind == "" {
		c.Kind = kindOf(c.Source)
	}
	b := &Basemap{
		about: About{
			Format: "raster", Grid: "3857", CRS: "wgs84", MaxZoom: c.MaxZoom, Attribution: c.Attribution,
			Bounds: [4]float64{-180, -mercatorEdge, 180, mercatorEdge},
		},
		seats: make(chan struct{}, seats),
	}
	switch c.CRS {
	case "", "3857":
	case "gcj02":
		b.about.CRS = "gcj02"
	case "4490", "4326":
		if c.Kind == archive || c.Kind == xyz {
			return nil, fmt.Errorf("a basemap of kind %s has tiles of web mercator: --basemap-crs is 3857, or gcj02 where they are shifted", c.Kind)
		}
		b.about.Grid, b.about.MinZoom, b.about.Bounds = "4490", 1, [4]float64{-180, -90, 180, 90}
	default:
		return nil, fmt.Errorf("--basemap-crs %.40q is not known: use 3857, 4490 or gcj02", c.CRS)
	}
	if c.Kind == archive {
		return b, b.openFile(c.Source)
	}
	if c.MaxZoom < b.about.MinZoom || c.MaxZoom > maxZoom {
		return nil, fmt.Errorf("--basemap-max-zoom %d: it must be %d to %d", c.MaxZoom, b.about.MinZoom, maxZoom)
	}
	var err error
	b.remote, err = newRemote(c, b.about.Grid)
	return b, err
}

// mercatorEdge is where the square of web mercator ends, in degrees.
const mercatorEdge = 85.05112878

// kindOf sees from a source what it is.
func kindOf(source string) string {
	lower := strings.ToLower(source)
	switch {
	case strings.HasSuffix(lower, ".pmtiles"):
		return archive
	case strings.Contains(lower, "service=wms") && !strings.Contains(lower, "service=wmts"), strings.Contains(lower, "{bbox}"):
		return wms
	case strings.Contains(lower, "{tilematrix}"), strings.Contains(lower, "{tilerow}"), strings.Contains(lower, "service=wmts"):
		return wmts
	}
	return xyz
}

func (b *Basemap) openFile(path string) error {
	if strings.Contains(path, "://") {
		return errors.New("--basemap takes a .pmtiles file of this machine, not an address: copy the file here")
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("--basemap: %w", err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", path)
	}
	if err == nil {
		b.reader, err = pmtiles.Open(file, info.Size())
	}
	if err == nil && b.reader.Header().Type > byte(len(tileTypes)) || err == nil && b.reader.Header().Type == 0 {
		err = fmt.Errorf("its tiles are of type %d: only vector tiles, PNG, JPEG and WebP are shown", b.reader.Header().Type)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("--basemap %s: %w", path, err), file.Close())
	}
	h := b.reader.Header()
	b.file, b.about.MinZoom, b.about.MaxZoom = file, int(h.MinZoom), int(h.MaxZoom)
	if h.Type == 1 {
		b.about.Format = "vector"
	}
	southWest, northEast := h.Bounds.Min.Orb(), h.Bounds.Max.Orb()
	if southWest[0] < northEast[0] && southWest[1] < northEast[1] {
		b.about.Bounds = [4]float64{southWest[0], southWest[1], northEast[0], northEast[1]}
	}
	return nil
}

// tileTypes are the media types of an archive's types, from 1 on.
var tileTypes = []string{"application/vnd.mapbox-vector-tile", "image/png", "image/jpeg", "image/webp"}

// About returns what a page must know.
func (b *Basemap) About() About { return b.about }

// File returns the archive and when it was written, nil for a server. The caller reads it by ReadAt.
func (b *Basemap) File() (file *os.File, size int64, written time.Time) {
	if b.file == nil {
		return nil, 0, time.Time{}
	}
	info, err := b.file.Stat()
	if err != nil {
		return nil, 0, time.Time{}
	}
	return b.file, info.Size(), info.ModTime()
}

// Tile returns a tile, fetched once for all who ask for it meanwhile: nobody may change its bytes. The error is ErrNone, wraps ErrSource
// or pmtiles.ErrArchive, or is that of ctx.
func (b *Basemap) Tile(ctx context.Context, z, x, y int) (Tile, error) {
	rows := 1 << max(z, 0)
	if b.about.Grid == "4490" {
		rows /= 2
	}
	if z < b.about.MinZoom || z > b.about.MaxZoom || x < 0 || y < 0 || x >= 1<<z || y >= rows {
		return Tile{}, ErrNone
	}
	if b.remote == nil {
		return b.fetch(ctx, z, x, y)
	}
	key := fmt.Sprintf("%d/%d/%d", z, x, y)
	for {
		done := b.busy.DoChan(key, func() (any, error) {
			tile, err := b.fetch(ctx, z, x, y)
			if err != nil && ctx.Err() != nil {
				err = errLeft
			}
			return tile, err
		})
		select {
		case <-ctx.Done():
			return Tile{}, ctx.Err()
		case got := <-done:
			if !errors.Is(got.Err, errLeft) {
				tile, _ := got.Val.(Tile)
				return tile, got.Err
			}
			if err := ctx.Err(); err != nil {
				return Tile{}, err
			}
		}
	}
}

// errLeft says that whoever fetched a tile for others as well has gone: one of them fetches it anew.
var errLeft = errors.New("who asked for the tile has gone")

// fetch returns a tile of the source when it is its turn.
func (b *Basemap) fetch(ctx context.Context, z, x, y int) (Tile, error) {
	select {
	case b.seats <- struct{}{}:
		defer func() { <-b.seats }()
	case <-ctx.Done():
		return Tile{}, ctx.Err()
	}
	if b.remote != nil {
		return b.remote.tile(ctx, z, x, y)
	}
	bytes, err := b.reader.Tile(mvt.TileID{Z: uint8(z), X: uint32(x), Y: uint32(y)})
	if err != nil {
		return Tile{}, err
	}
	if bytes == nil {
		return Tile{}, ErrNone
	}
	return Tile{Bytes: bytes, Type: tileTypes[b.reader.Header().Type-1]}, nil
}

// Close closes the file.
func (b *Basemap) Close() error {
	if b == nil || b.file == nil {
		return nil
	}
	return b.file.Close()
}

// checkAddress checks the address of a server. A host takes no braces, so that placeholders are in its path and query alone.
func checkAddress(source string) error {
	u, err := url.Parse(source)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return errors.New("--basemap must be the address of a tile, as http://10.1.2.3/tiles/{z}/{x}/{y}.png, or the path of a .pmtiles file")
	}
	if u.User != nil {
		return errors.New("--basemap must not hold a name and a password: put the key that the server wants into its query")
	}
	return nil
}

// client asks a source. It follows no redirect to another host: nobody but the operator says whom we ask.
func client() *http.Client {
	return &http.Client{
		Timeout: 10 * time.Second,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > 3 || r.URL.Host != via[0].URL.Host || r.URL.Scheme != via[0].URL.Scheme {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}
