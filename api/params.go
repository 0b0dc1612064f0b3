package api

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gorilla/mux"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
)

// query are the parameters of a request: each once, none unknown.
type query struct{ given []parameter }

type parameter struct{ name, value string }

// readQuery returns the parameters of a query string in their order where nothing in it is encoded, else by name. The error is url's.
func readQuery(raw string) (query, error) {
	var q query
	if strings.ContainsAny(raw, "%+;") {
		values, err := url.ParseQuery(raw)
		for _, name := range slices.Sorted(maps.Keys(values)) {
			for _, value := range values[name] {
				q.given = append(q.given, parameter{name, value})
			}
		}
		return q, err
	}
	for raw != "" {
		var one string
		if one, raw, _ = strings.Cut(raw, "&"); one == "" {
			continue
		}
		if q.given == nil {
			q.given = make([]parameter, 0, 4)
		}
		name, value, _ := strings.Cut(one, "=")
		q.given = append(q.given, parameter{name, value})
	}
	return q, nil
}

// params returns the query, refusing parameters that are not in known and repeated ones.
func params(r *http.Request, known ...string) (query, error) {
	q, err := readQuery(r.URL.RawQuery)
	if err != nil {
		return query{}, badParam("", "The query string cannot be read: encode it as RFC 3986 says.")
	}
	for i, p := range q.given {
		repeated := slices.ContainsFunc(q.given[:i], func(before parameter) bool { return before.name == p.name })
		if repeated || !slices.Contains(known, p.name) || !isText(p.value) {
			return query{}, q.refusal(known)
		}
	}
	return q, nil
}

// refusal says what is wrong with a query: of several faults the one of the first name in order.
func (q query) refusal(known []string) error {
	values := url.Values{}
	for _, p := range q.given {
		values[p.name] = append(values[p.name], p.value)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !isText(name) || slices.ContainsFunc(values[name], func(v string) bool { return !isText(v) }) {
			return badParam(strings.ToValidUTF8(name, "\ufffd"), "A parameter is not UTF-8 text.")
		}
		if slices.Contains(known, name) {
			if len(values[name]) > 1 {
				return badParam(name, "The parameter "+name+" stands more than once: send it once.")
			}
			continue
		}
		detail := "There is no parameter " + strconv.Quote(name) + " here; there are: " + strings.Join(known, ", ") + "."
		if len(known) == 0 {
			detail = "There is no parameter " + strconv.Quote(name) + " here, nor any other."
		}
		return badParam(name, detail)
	}
	return nil
}

// isText reports whether s is text as the database takes it: UTF-8 without NUL.
func isText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// pathVar returns a part of the path, "" where it cannot be decoded.
func pathVar(r *http.Request, name string) string {
	value, err := url.PathUnescape(mux.Vars(r)[name])
	if err != nil {
		return ""
	}
	return value
}

// text returns the value of a parameter, "" for one that is not given.
func (q query) text(name string) string {
	value, _ := q.value(name)
	return value
}

func (q query) has(name string) bool {
	_, given := q.value(name)
	return given
}

func (q query) value(name string) (value string, given bool) {
	for _, p := range q.given {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

func (q query) number(name string, lowest, highest float64) (value float64, given bool, err error) {
	if !q.has(name) {
		return 0, false, nil
	}
	value, err = parseNumber(q.text(name))
	if err != nil || value < lowest || value > highest {
		return 0, true, notBetween(name, lowest, highest)
	}
	return value, true, nil
}

func notBetween(name string, lowest, highest float64) error {
	return badParam(name, fmt.Sprintf("%s is to be a number from %g to %g.", name, lowest, highest))
}

// parseNumber reads a decimal number: none of the other forms that Go takes, such as NaN, Inf or 0x1p2.
func parseNumber(s string) (float64, error) {
	if strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, 64)
}

func (q query) integer(name string, lowest, highest, otherwise int) (int, error) {
	if !q.has(name) {
		return otherwise, nil
	}
	value, err := strconv.Atoi(q.text(name))
	if err != nil || value < lowest || value > highest {
		return 0, badParam(name, fmt.Sprintf("%s is to be a whole number from %d to %d.", name, lowest, highest))
	}
	return value, nil
}

func (q query) flag(name string) (bool, error) {
	switch q.text(name) {
	case "", "false", "0":
		return false, nil
	case "true", "1":
		return true, nil
	}
	return false, badParam(name, name+" is to be true or false.")
}

// oneOf returns the parameter, the first of the values without one; "" as the first means that it may be left out.
func (q query) oneOf(name string, values ...string) (string, error) {
	given := q.text(name)
	if given == "" {
		return values[0], nil
	}
	if slices.Contains(values, given) {
		return given, nil
	}
	return "", badParam(name, name+" is to be one of "+strings.TrimPrefix(strings.Join(values, ", "), ", ")+".")
}

// system returns the crs parameter of a read, WGS 84 when there is none.
func (q query) system() (crs.System, error) {
	if q.text("crs") == "" {
		return crs.WGS84, nil
	}
	system, err := crs.Parse(q.text("crs"))
	if err != nil {
		return "", badParam("crs", err.Error()+".")
	}
	return system, nil
}

// point returns the lattice point of the lon and lat parameters, which are required, converted from the crs parameter.
func (q query) point() (geo.Point, error) {
	lon, given, err := q.number("lon", -180, 180)
	if err != nil {
		return geo.Point{}, err
	}
	if !given {
		return geo.Point{}, badParam("lon", "lon is missing: ask with ?lon=120.31&lat=31.49.")
	}
	lat, given, err := q.number("lat", -90, 90)
	if err != nil {
		if swapped, _, notNumber := q.number("lat", -180, 180); notNumber == nil && math.Abs(lon) <= 90 && swapped != 0 {
			return geo.Point{}, badParam("lat", "lat is to be a number from -90 to 90; lon and lat look swapped.")
		}
		return geo.Point{}, err
	}
	if !given {
		return geo.Point{}, badParam("lat", "lat is missing: ask with ?lon=120.31&lat=31.49.")
	}
	system, err := q.system()
	if err != nil {
		return geo.Point{}, err
	}
	return geo.Snap(system.ToWGS84(orb.Point{lon, lat}))
}

// boxes returns the box of the bbox parameter, nil when it is not given. A box whose west is above its east crosses the 180th
// meridian and is two (L2).
func (q query) boxes() ([]geo.Box, error) {
	if q.text("bbox") == "" {
		return nil, nil
	}
	parts := strings.Split(q.text("bbox"), ",")
	if len(parts) != 4 {
		return nil, badBox()
	}
	var v [4]float64
	for i := range v {
		var err error
		if v[i], err = parseNumber(strings.TrimSpace(parts[i])); err != nil {
			return nil, badBox()
		}
	}
	west, south, east, north := v[0], v[1], v[2], v[3]
	spans := [][2]float64{{west, east}}
	if west > east {
		spans = [][2]float64{{west, 180}, {-180, east}}
	}
	var boxes []geo.Box
	for _, span := range spans {
		low, lowErr := geo.Snap(orb.Point{span[0], south})
		high, highErr := geo.Snap(orb.Point{span[1], north})
		if lowErr != nil || highErr != nil || south > north {
			return nil, badBox()
		}
		boxes = append(boxes, geo.Box{Min: low, Max: high})
	}
	return boxes, nil
}

func badBox() error {
	return badParam("bbox", "bbox is to be west,south,east,north in degrees, south not above north; west above east crosses the 180th meridian.")
}
