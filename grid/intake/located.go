package intake

import (
	"context"
	"fmt"
	"iter"
	"maps"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// placed is a row that is located: its value is a grid.Place, grid.Incident or grid.HouseholdPoint.
type placed[T any] struct {
	value      T
	code       string // "" to have one made
	org        string // the organisation that it names, "" for none
	row        string // for a reject that is found later
	at         shaped // until it is assigned
	unassigned bool
	suspicious bool // in no grid as declared, but in one after the inverse GCJ-02 shift (QC-22)
}

// streamed imports a layer whose rows are stored as they come: places, incidents and household points, which are assigned
// to grids on the way, and reference layers.
func (s *session) streamed(ctx context.Context, f file) error {
	if err := s.needDivisions(); err != nil {
		return err
	}
	switch {
	case f.layer.Kind != "":
		return stream(ctx, s, f, kind[grid.Place]{newPlace, setPlace, placeRefs, placeCodes, placeAssignment},
			func(imp *store.Import, rows iter.Seq2[grid.Place, error]) error {
				return s.Store.ImportPlaces(ctx, imp, f.layer, rows)
			})
	case f.Layer == "incidents":
		return stream(ctx, s, f, kind[grid.Incident]{newIncident, setIncident, incidentRefs, incidentCodes, incidentAssignment},
			func(imp *store.Import, rows iter.Seq2[grid.Incident, error]) error {
				return s.Store.ImportIncidents(ctx, imp, rows)
			})
	}
	if f.Layer != "household_points" {
		return stream(ctx, s, f, kind[grid.Reference]{newReference, setReference, noRefs[grid.Reference], noCodes[grid.Reference], nil},
			func(imp *store.Import, rows iter.Seq2[grid.Reference, error]) error {
				return s.Store.ImportReferences(ctx, imp, rows)
			})
	}
	return stream(ctx, s, f, kind[grid.HouseholdPoint]{newHouseholdPoint, setHouseholdPoint, noRefs[grid.HouseholdPoint], noCodes[grid.HouseholdPoint], householdAssignment},
		func(imp *store.Import, rows iter.Seq2[grid.HouseholdPoint, error]) error {
			return s.Store.ImportHouseholdPoints(ctx, imp, rows)
		})
}

// kind says how a row of one kind is filled.
type kind[T any] struct {
	start func(f file, system crs.System, at shaped) T
	set   func(v *T, field string, value any)
	refs  func(v *T) *map[string]any             // external_refs; nil where there are none
	codes func(v *T) (code, organization string) // "" for none

	assignment func(v *T) *grid.Assignment // nil for a kind that is not located
}

// stream reads, checks and locates a file and hands its rows to the store as they come.
func stream[T any](ctx context.Context, s *session, f file, k kind[T], write func(*store.Import, iter.Seq2[T, error]) error) error {
	r, err := s.open(ctx, f)
	if err != nil {
		return err
	}
	defer r.in.close()
	st := streamer[T]{session: s, file: f, report: r, kind: k, known: newKnown(s, f.Layer), imp: r.imp()}
	st.imp.City = s.city
	if !s.DryRun {
		err = write(st.imp, st.rows(ctx))
	} else {
		for _, err = range st.rows(ctx) {
			if err != nil {
				break
			}
		}
	}
	if err != nil {
		return err
	}
	if !s.DryRun {
		r.Unassigned = st.imp.Unassigned // the store locates again where a county has moved on meanwhile
	}
	s.summary.Files = append(s.summary.Files, r.FileSummary)
	return nil
}

// streamer is a file on its way to the store.
type streamer[T any] struct {
	session    *session
	file       file
	report     *report
	kind       kind[T]
	known      *known
	imp        *store.Import
	suspicious int
}

// rows yields the rows that are to be stored and, when the file has ended, completes the import.
func (st *streamer[T]) rows(ctx context.Context) iter.Seq2[T, error] {
	r := st.report
	work := func(row *row) (placed[T], error) { return place(ctx, st.session, st.file, r.in.layout, st.kind, row) }
	after := func(outcomes []outcome[placed[T]]) { assignAll(st.session, st.file, st.kind, outcomes) }
	return func(yield func(T, error) bool) {
		var none T
		for outcomes, err := range process(ctx, r.in, work, after) {
			if err == nil {
				err = st.known.check(ctx, codesOf(outcomes))
			}
			if err != nil {
				yield(none, err)
				return
			}
			for i := range outcomes {
				good, err := st.count(&outcomes[i])
				if err != nil {
					yield(none, err)
					return
				}
				if good && !yield(outcomes[i].value.value, nil) {
					return
				}
			}
			r.progress(false)
		}
		if int64(st.suspicious)*20 > r.Read { // a few such points lie in voids and lakes of any file
			r.Warnings = append(r.Warnings, fmt.Sprintf(
				"QC-22: %d rows lie in no grid, but would if their coordinates were gcj02 and not %s", st.suspicious, st.file.CRS))
		}
		if err := r.finish(st.file.Mapping, st.imp); err != nil {
			yield(none, err)
		}
	}
}

// count counts a row as stored, or rejects it.
func (st *streamer[T]) count(o *outcome[placed[T]]) (good bool, err error) {
	r := st.report
	r.Read++
	if o.reject == nil {
		o.reject = st.known.refuse(o.value.code, o.value.org, o.line, o.value.row)
	}
	if o.reject != nil {
		o.reject.Number = r.Read
		return false, r.reject(o.reject)
	}
	r.Stored++
	if o.value.unassigned {
		r.Unassigned++
	}
	if o.value.suspicious {
		st.suspicious++
	}
	return true, nil
}

// place checks one row, and locates it unless it is a point.
func place[T any](ctx context.Context, s *session, f file, l *layout, k kind[T], row *row) (placed[T], error) {
	var out placed[T]
	at, err := shape(f.CRS, row.geometry, f.layer.Shape)
	if err != nil {
		return out, inBox(s.city.InBox).hintSwap(err)
	}
	var a grid.Assignment
	if f.layer.Located {
		if err := inBox(s.city.InBox).checkBox(at); err != nil {
			return out, err
		}
		if at.original == nil {
			if a, err = s.city.Assign(ctx, at.shape); err != nil {
				return out, err
			}
		}
		out.at = at
	} else if !s.city.Box().Intersects(at.box) {
		return out, &geo.InvalidError{Rule: geo.RuleOutsideCity, At: at.box.Min.Orb()}
	}
	out.value, out.row = k.start(f, f.CRS, at), row.text()
	if k.assignment != nil {
		*k.assignment(&out.value) = a
	}
	if err := fill(l, row, &out.value, k); err != nil {
		return out, err
	}
	out.code, out.org = k.codes(&out.value)
	return out, nil
}

// assignAll assigns the points of a batch, which is faster than one by one, and says what is in no grid.
func assignAll[T any](s *session, f file, k kind[T], outcomes []outcome[placed[T]]) {
	if k.assignment == nil {
		return
	}
	var points []geo.Point
	for i := range outcomes {
		if o := &outcomes[i]; o.reject == nil && o.value.at.original != nil {
			points = append(points, o.value.at.point)
		}
	}
	assigned := s.city.AssignPoints(points, make([]grid.Assignment, 0, len(points)))
	for i := range outcomes {
		o := &outcomes[i]
		if o.reject != nil {
			continue
		}
		a := k.assignment(&o.value.value)
		if o.value.at.original != nil {
			*a, assigned = assigned[0], assigned[1:]
		}
		if err := s.covers(a.Division()); err != nil {
			o.reject, _ = rejectOf(err)
			o.reject.Line, o.reject.Row = o.line, o.value.row
			continue
		}
		if a.BaseGridID == 0 {
			o.value.unassigned = true
			o.value.suspicious = s.suspicious(f, o.value.at)
		}
		o.value.at = shaped{}
	}
}

// suspicious is the hint of QC-22 for a point that no grid covers.
func (s *session) suspicious(f file, at shaped) bool {
	if at.original == nil || f.CRS != crs.WGS84 && f.CRS != crs.CGCS2000 {
		return false
	}
	p, err := geo.Snap(crs.GCJ02.ToWGS84(*at.original))
	return err == nil && p != at.point && s.city.AssignPoint(p).BaseGridID != 0
}

// fill converts the cells of a row and sets the fields that are there.
func fill[T any](l *layout, row *row, to *T, k kind[T]) error {
	for i := range l.targets {
		t := &l.targets[i]
		v, err := l.values.of(t, row.cells[i])
		if err != nil {
			return err
		}
		if v == nil {
			continue
		}
		if t.keep || t.field.Name == "external_refs" {
			keep(k.refs(to), t.field.Name, v)
			continue
		}
		k.set(to, t.field.Name, v)
	}
	return nil
}

// keep adds a kept column, or the members of external_refs itself, to the references.
func keep(refs *map[string]any, name string, v any) {
	if *refs == nil {
		*refs = map[string]any{}
	}
	if members, ok := v.(map[string]any); ok {
		maps.Copy(*refs, members)
		return
	}
	(*refs)[name] = v
}

func newPlace(f file, system crs.System, at shaped) grid.Place {
	return grid.Place{Kind: f.layer.Kind, Shape: at.shape, InputCRS: string(system), Original: at.original}
}

func placeRefs(p *grid.Place) *map[string]any   { return &p.ExternalRefs }
func placeCodes(p *grid.Place) (string, string) { return p.Code, p.SupervisingOrg }

func placeAssignment(p *grid.Place) *grid.Assignment { return &p.Assignment }

func setPlace(p *grid.Place, name string, v any) {
	switch name {
	case "code":
		p.Code = v.(string)
	case "name":
		p.Name = v.(string)
	case "address":
		p.Address = v.(string)
	case "address_parts":
		p.AddressParts = v.(map[string]any)
	case "plate_code":
		p.PlateCode = v.(string)
	case "position_accuracy_m":
		p.PositionAccuracyM = pointer(v.(float64))
	case "operator_org":
		p.OperatorOrg = v.(string)
	case "supervising_org_code":
		p.SupervisingOrg = v.(string)
	case "source":
		p.Source = v.(string)
	case "state":
		p.State = v.(string)
	case "public":
		p.Public = v.(bool)
	default:
		if p.Detail == nil {
			p.Detail = map[string]any{}
		}
		p.Detail[name] = v
	}
}

func newHouseholdPoint(_ file, system crs.System, at shaped) grid.HouseholdPoint {
	return grid.HouseholdPoint{Location: at.point.Orb(), InputCRS: string(system)}
}

func householdAssignment(p *grid.HouseholdPoint) *grid.Assignment { return &p.Assignment }

func setHouseholdPoint(p *grid.HouseholdPoint, name string, v any) {
	switch name {
	case "name":
		p.Name = v.(string)
	case "address":
		p.Address = v.(string)
	case "households":
		p.Households = int(v.(int64))
	case "residents":
		p.Residents = pointer(int(v.(int64)))
	}
}

func newReference(_ file, _ crs.System, at shaped) grid.Reference {
	return grid.Reference{Shape: at.shape}
}

func setReference(r *grid.Reference, name string, v any) {
	switch name {
	case "kind":
		r.Kind = v.(string)
	case "name":
		r.Name = v.(string)
	case "class":
		r.Class = v.(string)
	}
}

func noRefs[T any](*T) *map[string]any   { return nil }
func noCodes[T any](*T) (string, string) { return "", "" }

func pointer[T any](v T) *T { return &v }
