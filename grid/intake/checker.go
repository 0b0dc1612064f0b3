package intake

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// Checker holds one place or incident to the checks of an import, so that the API and the import cannot disagree. Besides,
// it refuses fields that the layer does not have, which an import leaves out.
type Checker struct{ s *session }

// NewChecker returns a checker for things whose coordinates are in that system.
func NewChecker(city *edition.City, codes grid.Codes, system crs.System) Checker {
	return Checker{&session{Config: Config{CRS: system}, settings: city.Settings(), codes: codes, city: city}}
}

// Place returns the place that a record of a place layer describes, on the lattice and located. The error is one for Explain.
func (c Checker) Place(ctx context.Context, layer *grid.Layer, r grid.Record) (grid.Place, error) {
	return check(ctx, c.s, layer, kind[grid.Place]{newPlace, setPlace, placeRefs, placeCodes, placeAssignment}, r)
}

// Incident returns the incident that a record describes, on the lattice and located. The error is one for Explain.
func (c Checker) Incident(ctx context.Context, r grid.Record) (grid.Incident, error) {
	layer, _ := grid.LayerByName("incidents")
	return check(ctx, c.s, layer, kind[grid.Incident]{newIncident, setIncident, incidentRefs, incidentCodes, incidentAssignment}, r)
}

func check[T any](ctx context.Context, s *session, layer *grid.Layer, k kind[T], r grid.Record) (T, error) {
	var none T
	l, err := newLayout(layer, Mapping{}, s.codes, s.settings)
	if err != nil {
		return none, err
	}
	l.values.single = true
	for _, name := range slices.Sorted(maps.Keys(r.Fields)) {
		if len(l.byKey[name]) > 0 {
			continue
		}
		if what, personal := grid.PersonalColumn(name); personal {
			return none, faultf("BR-60", name, "the field is for personal data ("+what+"), which nothing here may hold")
		}
		return none, faultf("unknown_field", name, "there is no such field")
	}
	row := &row{record: &r}
	l.begin(row)
	if err := (&recordsParser{l}).parse(row); err != nil {
		return none, err
	}
	f := file{Source: Source{CRS: s.CRS}, layer: layer}
	out, err := place(ctx, s, f, l, k, row)
	if err != nil {
		return none, err
	}
	one := []outcome[placed[T]]{{value: out}}
	assignAll(s, f, k, one)
	return one[0].value.value, nil
}

// Explain says, as a rejects file would, which rule a row, place or geometry breaks, in which field and where. It returns false
// for an error that is no fault of the data.
func Explain(err error) (*Reject, bool) {
	var file *FileError
	if errors.As(err, &file) {
		return &Reject{Rule: file.Rule, Reason: file.Reason}, true
	}
	why, other := rejectOf(err)
	return why, other == nil && why != nil
}
