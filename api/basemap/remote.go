package basemap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// remote is a server of tiles or of maps.
type remote struct {
	template    string
	client      *http.Client
	geographic  bool // in EPSG:4490
	latFirst    bool // BBOX has latitudes first, as WMS 1.3.0 in EPSG:4490 and 4326
	firstMatrix int
}

// maxTile bounds a tile that is read from a server, in bytes.
const maxTile = 4 << 20

// mercatorHalf is half of the square of web mercator, in metres.
const mercatorHalf = 20037508.342789244

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// placeholders are those that each kind must have, and those that stand for the same.
var placeholders = map[string][][]string{
	xyz:  {{"{z}"}, {"{x}"}, {"{y}", "{-y}"}},
	wmts: {{"{tilematrix}", "{z}"}, {"{tilecol}", "{x}"}, {"{tilerow}", "{y}"}},
	wms:  {{"{bbox}"}},
}

func newRemote(c Config, grid string) (*remote, error) {
	r := &remote{template: c.Source, client: client(), geographic: grid == "4490", firstMatrix: c.FirstMatrix}
	needed, known := placeholders[c.Kind]
	if !known {
		return nil, fmt.Errorf("--basemap-kind %.20q is not known: use xyz, wmts, wms or pmtiles", c.Kind)
	}
	if err := checkAddress(c.Source); err != nil {
		return nil, err
	}
	if c.Kind == wms {
		if err := r.complete(c.CRS); err != nil {
			return nil, err
		}
	}
	var found []string
	for _, name := range placeholder.FindAllString(r.template, -1) {
		found = append(found, strings.ToLower(name))
	}
	for _, names := range needed {
		if !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(found, name) }) {
			return nil, fmt.Errorf("--basemap of kind %s must hold %s, where the tile's number goes", c.Kind, names[0])
		}
	}
	for _, name := range found {
		if !slices.ContainsFunc(needed, func(names []string) bool { return slices.Contains(names, name) }) {
			return nil, fmt.Errorf("--basemap holds %s, which a basemap of kind %s does not have", name, c.Kind)
		}
	}
	if c.FirstMatrix < 0 || c.FirstMatrix > maxZoom {
		return nil, fmt.Errorf("--basemap-first-matrix %d: it must be 0 to %d", c.FirstMatrix, maxZoom)
	}
	return r, nil
}

// complete makes the request for a map out of an address that names at least the layers.
func (r *remote) complete(crs string) error {
	base, query, _ := strings.Cut(r.template, "?")
	var version, bbox string
	names := map[string]bool{}
	parts := strings.FieldsFunc(query, func(c rune) bool { return c == '&' })
	for _, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		names[strings.ToLower(name)] = true
		switch strings.ToLower(name) {
		case "version":
			version = value
		case "bbox":
			bbox = value
		}
	}
	if !names["layers"] {
		return errors.New("--basemap of kind wms must name its layers, as http://10.1.2.3/wms?LAYERS=roads")
	}
	if bbox != "" && !strings.EqualFold(bbox, "{bbox}") {
		return errors.New("--basemap of kind wms: leave BBOX out, or write BBOX={bbox}")
	}
	if version == "" {
		version = "1.1.1"
	}
	epsg, system := "EPSG:3857", "SRS"
	if r.geographic {
		epsg = "EPSG:" + crs
	}
	if version == "1.3.0" {
		system, r.latFirst = "CRS", r.geographic
	}
	for _, add := range [][2]string{
		{"SERVICE", "WMS"},
		{"VERSION", version},
		{"REQUEST", "GetMap"},
		{"STYLES", ""},
		{"FORMAT", "image/png"},
		{system, epsg},
		{"WIDTH", "256"},
		{"HEIGHT", "256"},
		{"BBOX", "{bbox}"},
	} {
		if !names[strings.ToLower(add[0])] {
			parts = append(parts, add[0]+"="+add[1])
		}
	}
	r.template = base + "?" + strings.Join(parts, "&")
	return nil
}

// address returns where a tile is: numbers alone are put in.
func (r *remote) address(z, x, y int) string {
	matrix := z
	if r.geographic {
		matrix = z - 1 + r.firstMatrix
	}
	return placeholder.ReplaceAllStringFunc(r.template, func(name string) string {
		switch strings.ToLower(name) {
		case "{z}", "{tilematrix}":
			return strconv.Itoa(matrix)
		case "{x}", "{tilecol}":
			return strconv.Itoa(x)
		case "{y}", "{tilerow}":
			return strconv.Itoa(y)
		case "{-y}":
			return strconv.Itoa(1<<z - 1 - y)
		}
		return r.bbox(z, x, y)
	})
}

// bbox returns the box of a tile as WMS has it.
func (r *remote) bbox(z, x, y int) string {
	side, west, north := 2*mercatorHalf/float64(int(1)<<z), -mercatorHalf, mercatorHalf
	if r.geographic {
		side, west, north = 360/float64(int(1)<<z), -180, 90
	}
	box := []float64{west + float64(x)*side, north - float64(y+1)*side, west + float64(x+1)*side, north - float64(y)*side}
	if r.latFirst {
		box[0], box[1], box[2], box[3] = box[1], box[0], box[3], box[2]
	}
	texts := make([]string, len(box))
	for i, n := range box {
		texts[i] = strconv.FormatFloat(n, 'f', -1, 64)
	}
	return strings.Join(texts, ",")
}

// tile asks for a tile. What comes is an image, whatever the server calls it, or an error.
func (r *remote) tile(ctx context.Context, z, x, y int) (Tile, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address(z, x, y), nil)
	if err != nil {
		return Tile{}, fmt.Errorf("%w: %w", ErrSource, withoutAddress(err))
	}
	request.Header.Set("User-Agent", "wangge")
	response, err := r.client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return Tile{}, ctx.Err()
		}
		return Tile{}, fmt.Errorf("%w: %w", ErrSource, withoutAddress(err))
	}
	defer response.Body.Close() //nolint:errcheck // read only
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusNoContent, http.StatusGone:
		return Tile{}, ErrNone
	default:
		return Tile{}, fmt.Errorf("%w: it says %d", ErrSource, response.StatusCode)
	}
	bytes, err := io.ReadAll(io.LimitReader(response.Body, maxTile+1))
	if err != nil {
		return Tile{}, fmt.Errorf("%w: %w", ErrSource, withoutAddress(err))
	}
	kind := http.DetectContentType(bytes)
	if len(bytes) > maxTile || !slices.Contains([]string{"image/png", "image/jpeg", "image/webp", "image/gif"}, kind) {
		return Tile{}, fmt.Errorf("%w with an image of at most %d bytes", ErrSource, maxTile)
	}
	return Tile{Bytes: bytes, Type: kind}, nil
}

// withoutAddress leaves out the address of an error: it may hold the operator's key.
func withoutAddress(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
