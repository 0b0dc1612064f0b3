package intake

import (
	"context"

	"github.com/wangge/wangge/grid/store"
)

// pending is a row of a layer that is checked as a whole.
type pending[T any] struct {
	value  T
	line   int64
	number int64
	row    string
	from   *report
}

// collect reads a file into memory; rows that are wrong in themselves are rejected at once.
func collect[T any](ctx context.Context, s *session, f file, work func(l *layout, row *row) (T, error)) (*report, []pending[T], error) {
	r, err := s.open(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	defer r.in.close()
	type kept struct {
		value T
		row   string
	}
	var rows []pending[T]
	for outcomes, err := range process(ctx, r.in, func(row *row) (kept, error) {
		v, err := work(r.in.layout, row)
		return kept{v, row.text()}, err
	}, nil) {
		if err != nil {
			return nil, nil, inFile(err, f.Name)
		}
		for _, o := range outcomes {
			r.Read++
			if o.reject != nil {
				o.reject.Number = r.Read
				if err := r.reject(o.reject); err != nil {
					return nil, nil, err
				}
				continue
			}
			rows = append(rows, pending[T]{o.value.value, o.line, r.Read, o.value.row, r})
		}
		r.progress(false)
	}
	return r, rows, nil
}

// each keeps those rows that check accepts and rejects the others. A fault that is no row's ends it.
func each[T any](rows []pending[T], check func(p *pending[T]) error) ([]pending[T], error) {
	good := rows[:0]
	for i := range rows {
		p := &rows[i]
		err := check(p)
		if err == nil {
			good = append(good, *p)
			continue
		}
		why, fatal := rejectOf(err)
		if fatal != nil {
			return nil, fatal
		}
		why.Line, why.Number, why.Row = p.line, p.number, p.row
		if err := p.from.reject(why); err != nil {
			return nil, err
		}
	}
	return good, nil
}

// done ends a collected file with what will be stored of it.
func (r *report) done(f file, stored int) (*store.Import, error) {
	r.Stored = int64(stored)
	imp := r.imp()
	err := r.finish(f.Mapping, imp)
	return imp, err
}

// fields are the converted values of a row by field.
type fields map[string]any

func (l *layout) fields(row *row) (fields, error) {
	out := fields{}
	for i := range l.targets {
		v, err := l.values.of(&l.targets[i], row.cells[i])
		if err != nil {
			return nil, err
		}
		if v != nil {
			out[l.targets[i].field.Name] = v
		}
	}
	return out, nil
}

func (f fields) text(name string) string {
	s, _ := f[name].(string)
	return s
}

func (f fields) bool(name string) bool {
	b, _ := f[name].(bool)
	return b
}

// count returns a whole number, nil when there is none.
func (f fields) count(name string) *int {
	v, ok := f[name].(int64)
	if !ok {
		return nil
	}
	return pointer(int(v))
}
