package ogc

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The parameters.
const (
	formatParam     = "f"
	langParam       = "lang"
	limitParam      = "limit"
	cursorParam     = "cursor"
	bboxParam       = "bbox"
	bboxCRSParam    = "bbox-crs"
	crsParam        = "crs"
	datetimeParam   = "datetime"
	filterParam     = "filter"
	filterLangParam = "filter-lang"
	filterCRSParam  = "filter-crs"
)

// query are the parameters of a request, each with one value.
type query map[string]string

// readQuery returns the parameters of a request, refusing those that are not known. One that stands twice with the same value is one: clients
// take the query of a link apart and add its parameters to the link. For the same reason the greatest of several limits counts.
func readQuery(r *http.Request, known ...string) (query, error) {
	given, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badParam("", "The query string cannot be read: encode it as RFC 3986 says.")
	}
	q := query{}
	for name, values := range given {
		if !slices.Contains(known, name) {
			return nil, unknownParam(name, known)
		}
		for _, value := range values {
			before, repeated := q[name]
			switch {
			case !isText(value):
				return nil, badParam(name, "The parameter %s is not UTF-8 text.", name)
			case !repeated || before == value:
				q[name] = value
			case name == limitParam:
				if q[name], err = greaterLimit(before, value); err != nil {
					return nil, err
				}
			default:
				return nil, badParam(name, "The parameter %s stands more than once, with different values: send it once.", name)
			}
		}
	}
	return q, nil
}

func unknownParam(name string, known []string) error {
	there := "there are: " + strings.Join(known, ", ")
	if !isText(name) {
		name = strings.ToValidUTF8(name, "\ufffd")
	}
	return badParam(name, "There is no parameter %s here; %s.", strconv.Quote(name), there)
}

func greaterLimit(a, b string) (string, error) {
	first, err := parseLimit(a)
	if err != nil {
		return "", err
	}
	second, err := parseLimit(b)
	if err != nil {
		return "", err
	}
	return strconv.Itoa(max(first, second)), nil
}

// isText reports whether s is text as the database takes it: UTF-8 without NUL.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// The bounds of limit.
const (
	leastLimit = 1
	usualLimit = 100
	mostLimit  = 10_000
)

// parseLimit reads a limit. One above the greatest is the greatest, as Part 1 wants it.
func parseLimit(text string) (int, error) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, badLimit()
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit > mostLimit { // more digits than an int has
		return mostLimit, nil //nolint:nilerr // a large number
	}
	if limit < leastLimit {
		return 0, badLimit()
	}
	return limit, nil
}

func badLimit() error {
	return badParam(limitParam, "limit is to be a whole number from %d to %d.", leastLimit, mostLimit)
}

func (q query) limit() (int, error) {
	text, given := q[limitParam]
	if !given {
		return usualLimit, nil
	}
	return parseLimit(text)
}

// values returns the parameters as they stand in links, without those named.
func (q query) values(without ...string) url.Values {
	values := url.Values{}
	for name, value := range q.without(without...) {
		values.Set(name, value)
	}
	return values
}

// without returns the parameters but for those named.
func (q query) without(names ...string) query {
	rest := maps.Clone(q)
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

// only returns the parameters named, as far as they are there.
func (q query) only(names ...string) query {
	kept := query{}
	for _, name := range names {
		if value, given := q[name]; given {
			kept[name] = value
		}
	}
	return kept
}

// dropBlank takes out what a form sends of fields that were left empty, and what goes with them only.
func (q query) dropBlank() {
	maps.DeleteFunc(q, func(_, value string) bool { return value == "" })
	if _, given := q[filterParam]; !given {
		delete(q, filterLangParam)
		delete(q, filterCRSParam)
	}
	if _, given := q[bboxParam]; !given {
		delete(q, bboxCRSParam)
	}
}
