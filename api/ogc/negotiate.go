package ogc

import (
	"net/http"
	"strconv"
	"strings"
)

// The media types.
const (
	typeJSON    = "application/json"
	typeGeoJSON = "application/geo+json"
	typeSchema  = "application/schema+json"
	typeOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
	typeHTML    = "text/html"
	typeTile    = "application/vnd.mapbox-vector-tile"
	typeProblem = "application/problem+json"
)

// The values of the parameter f.
const (
	formatJSON = "json"
	formatHTML = "html"
)

// wantsHTML reports whether the answer is to be a page: by the parameter f, and without it by what the client accepts. A browser, which
// prefers pages, gets one; everything else gets JSON.
func wantsHTML(r *http.Request, q query) (bool, error) {
	switch format, given := q[formatParam]; {
	case !given:
		return prefersHTML(strings.Join(r.Header.Values("Accept"), ",")), nil
	case format == formatHTML:
		return true, nil
	case format == formatJSON:
		return false, nil
	}
	return false, badParam(formatParam, "f is to be json or html; files in other formats are at /v1/export.")
}

// prefersHTML reports whether a page has a greater weight than JSON in an Accept header, or the same one where JSON is only taken as
// anything else is.
func prefersHTML(accept string) bool {
	page, data, rest := -1.0, -1.0, -1.0
	for one := range strings.SplitSeq(accept, ",") {
		media, parameters, _ := strings.Cut(one, ";")
		weight := weightOf(parameters)
		switch media = strings.ToLower(strings.TrimSpace(media)); {
		case media == typeHTML || media == "application/xhtml+xml" || media == "text/*":
			page = max(page, weight)
		case media == "*/*" || media == "application/*":
			rest = max(rest, weight)
		case strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "json"):
			data = max(data, weight)
		}
	}
	return page > 0 && page > data && page >= rest
}

// weightOf returns the q of a media type's parameters, 1 without one.
func weightOf(parameters string) float64 {
	for one := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(one), "=")
		if strings.EqualFold(name, "q") {
			if weight, err := strconv.ParseFloat(value, 64); err == nil {
				return weight
			}
		}
	}
	return 1
}
