package ogc

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/features"
)

// encoding changes when the same data would give another answer, so that no tag outlives what it was made by.
const encoding = "2"

// cities keeps what takes a walk over a whole city, for the last few of them.
type cities struct {
	mu   sync.Mutex
	last []*cityFacts
}

// cityFacts are of one city, which never changes.
type cityFacts struct {
	city  *edition.City
	tag   string                // of everything that the public collections show
	first map[string]*time.Time // by collection: since when the oldest of its grids is as it is
}

const mostCities = 4

// of returns the facts of a city.
func (c *cities) of(city *edition.City) *cityFacts {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, facts := range c.last {
		if facts.city == city {
			return facts
		}
	}
	facts := newCityFacts(city)
	c.last = append(c.last, facts)
	if len(c.last) > mostCities {
		c.last = slices.Clone(c.last[1:])
	}
	return facts
}

func newCityFacts(city *edition.City) *cityFacts {
	sum := sha256.New()
	facts := &cityFacts{city: city, first: map[string]*time.Time{}}
	for _, e := range city.Editions() {
		info := e.Info()
		fmt.Fprintln(sum, info.CountyCode, info.Number, info.InForceFrom.UnixMicro(), info.Proven)
		facts.since(grid.CollectionBase, e.Base())
		facts.since(grid.CollectionDedicated, e.Dedicated())
	}
	divisions := city.Divisions()
	for i := range divisions {
		writeDivision(sum, &divisions[i])
	}
	facts.tag = hex.EncodeToString(sum.Sum(nil))
	return facts
}

// writeDivision writes what is seen of a division.
func writeDivision(w io.Writer, d *grid.Division) {
	fmt.Fprintf(w, "%d %q %q %q %q %q %q %q %q %v\n", d.ID, d.Code, d.Level, d.Name, d.ParentCode, d.CountyCode, d.Kind, d.CodeSystem, d.UrbanRuralClass, d.AreaM2)
	for _, n := range []*int{d.Households, d.Residents} {
		if n != nil {
			fmt.Fprintf(w, "%d", *n)
		}
		fmt.Fprintln(w)
	}
	if d.CountedOn != nil {
		fmt.Fprintln(w, d.CountedOn.UnixMicro())
	}
	var b []byte
	for _, polygon := range d.Outline {
		for _, ring := range polygon {
			for _, p := range ring {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[0]))
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[1]))
			}
			b = append(b, '\n')
		}
		b = append(b, '\n')
	}
	_, _ = w.Write(b) // a hash takes everything
}

func (f *cityFacts) since(collection string, grids []grid.Grid) {
	for i := range grids {
		from := grids[i].ValidFrom.UTC()
		if first := f.first[collection]; !from.IsZero() && (first == nil || from.Before(*first)) {
			f.first[collection] = &from
		}
	}
}

// firstTime returns since when features of a collection may be, nil where that is not known.
func (f *cityFacts) firstTime(c *grid.Collection) *time.Time {
	if c.ID == grid.CollectionIncidents {
		first := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // none is reported before, see grid/range.go
		return &first
	}
	return f.first[c.ID]
}

// unchanged tags a page of features as the question finds them, and reports whether the client has it already: then none has been read.
func (a *API) unchanged(q *request, question *features.Query) (bool, error) {
	content := ""
	if !question.Collection.Public {
		var err error
		if content, err = a.Features.Tag(q.Context(), *question); err != nil {
			return false, BadFilter(err)
		}
	}
	return a.tagged(q, question.Collection, content), nil
}

// unchangedFeature is unchanged for one feature, by what it says.
func (a *API) unchangedFeature(q *request, c *grid.Collection, feature []byte) bool {
	content := ""
	if !c.Public {
		content = string(feature)
	}
	return a.tagged(q, c, content)
}

// tagged tags an answer about a collection that is made of what everybody reads of the city and of what content names, and reports whether the
// client has it already.
func (a *API) tagged(q *request, c *grid.Collection, content string) bool {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s\n%t %s\n%s\n%s\n", encoding, a.cities.of(q.state.City).tag, q.html, q.lang, q.here(q.query.values().Encode()), content)
	if q.html { // which says what codes mean
		fmt.Fprintln(sum, q.state.Codes)
	}
	tag := weakTag(sum)
	q.w.Header().Set("ETag", tag)
	if c.Public {
		q.w.Header().Set("Cache-Control", "public, max-age=0, must-revalidate")
	}
	return matched(q.w, q.Request, tag)
}

func weakTag(sum hash.Hash) string { return `W/"` + hex.EncodeToString(sum.Sum(nil)[:12]) + `"` }

// matched answers that nothing has changed where the client has what the tag names.
func matched(w http.ResponseWriter, r *http.Request, tag string) bool {
	if !Matches(r, tag) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

// Matches reports whether If-None-Match names a tag, weak or not (RFC 9110, 13.1.2).
func Matches(r *http.Request, tag string) bool {
	for _, line := range r.Header.Values("If-None-Match") {
		for one := range strings.SplitSeq(line, ",") {
			if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
	}
	return false
}
