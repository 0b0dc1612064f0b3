package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cql2"
)

// statement is SQL put together of constant fragments; whatever a caller brings is a parameter.
type statement struct {
	strings.Builder
	args []any
}

// arg adds a parameter and returns its $n.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

// add appends fragments with spaces between.
func (s *statement) add(fragments ...string) {
	for _, f := range fragments {
		s.WriteString(f)
		s.WriteByte(' ')
	}
}

// column is where the value of a property stands in SQL: an expression of constants.
type column struct {
	sql string
	of  grid.FieldType
}

// columns are those of the properties that a filter may be about, by their names; shape is that of the geometry.
type columns struct {
	byName map[string]column
	shape  string
	own    string // the condition that a row is in the scope of who asks, "" for none
}

// geometryProperty is what the geometry is called in filters; package features says the same.
const geometryProperty = "geometry"

// filterSQL writes an expression that has passed Check as a condition. Its answers are those of cql2.Expr.Match: texts are compared byte
// by byte, numbers as float64, a date with a timestamp as dates in UTC, geometries in lattice units.
type filterSQL struct {
	*statement
	columns columns
	folds   string // the parameters of casefold, "" before they are needed
}

var comparisons = map[cql2.Op]string{
	cql2.Equal: "=", cql2.NotEqual: "<>", cql2.Less: "<", cql2.Greater: ">", cql2.LessOrEqual: "<=", cql2.GreaterOrEqual: ">=",
}

func (f *filterSQL) condition(e *cql2.Expr) (string, error) {
	switch e.Op {
	case cql2.And, cql2.Or:
		return f.joined(e.Args, map[cql2.Op]string{cql2.And: " AND ", cql2.Or: " OR "}[e.Op])
	case cql2.Not:
		inner, err := f.condition(e.Args[0])
		return "(NOT " + inner + ")", err
	case cql2.Boolean:
		return f.arg(e.Value) + "::boolean", nil
	case cql2.IsNull:
		inner, err := f.nullable(e.Args[0])
		return "(" + inner + " IS NULL)", err
	case cql2.In:
		return f.anyOf(e.Args[0], e.Args[1].Args)
	case cql2.Between:
		low, err := f.compare(">=", e.Args[0], e.Args[1])
		if err != nil {
			return "", err
		}
		high, err := f.compare("<=", e.Args[0], e.Args[2])
		return "(" + low + " AND " + high + ")", err
	case cql2.Like:
		text, _, err := f.operand(e.Args[0])
		if err != nil {
			return "", err
		}
		pattern, _, err := f.operand(e.Args[1])
		return "(" + text + " LIKE " + pattern + ")", err
	case cql2.Intersects, cql2.Disjoint:
		return f.meets(e)
	}
	if operator, ok := comparisons[e.Op]; ok {
		return f.compare(operator, e.Args[0], e.Args[1])
	}
	return "", notExecuted(e)
}

func notExecuted(e *cql2.Expr) error {
	return &cql2.SyntaxError{At: e.At, Detail: fmt.Sprintf("%s is not carried out", e.Op)}
}

func (f *filterSQL) joined(parts []*cql2.Expr, with string) (string, error) {
	all := make([]string, len(parts))
	for i, p := range parts {
		var err error
		if all[i], err = f.condition(p); err != nil {
			return "", err
		}
	}
	return "(" + strings.Join(all, with) + ")", nil
}

// nullable writes what is asked whether it is null: a condition, or a value of any type.
func (f *filterSQL) nullable(e *cql2.Expr) (string, error) {
	if e.Op == cql2.Property {
		if e.Name == geometryProperty {
			return f.columns.shape, nil
		}
		if c, ok := f.columns.byName[e.Name]; ok {
			return c.sql, nil
		}
	}
	if sql, _, err := f.operand(e); err == nil {
		return sql, nil
	}
	if e.Op == cql2.Geometry {
		return "false", nil // which is not null either
	}
	return f.condition(e)
}

func (f *filterSQL) anyOf(x *cql2.Expr, list []*cql2.Expr) (string, error) {
	all := make([]string, len(list))
	for i, one := range list {
		var err error
		if all[i], err = f.compare("=", x, one); err != nil {
			return "", err
		}
	}
	return "(" + strings.Join(all, " OR ") + ")", nil
}

func (f *filterSQL) compare(operator string, a, b *cql2.Expr) (string, error) {
	left, leftType, err := f.operand(a)
	if err != nil {
		return "", err
	}
	right, rightType, err := f.operand(b)
	if err != nil {
		return "", err
	}
	if leftType != rightType {
		left, right = asDate(left, leftType), asDate(right, rightType)
	}
	return "(" + left + " " + operator + " " + right + ")", nil
}

// asDate writes the date in UTC of a timestamp.
func asDate(sql string, t cql2.Type) string {
	if t == cql2.TimestampType {
		return "(" + sql + " AT TIME ZONE 'UTC')::date"
	}
	return sql
}

// operand writes a value and says of what type it is.
func (f *filterSQL) operand(e *cql2.Expr) (string, cql2.Type, error) {
	switch e.Op {
	case cql2.Property:
		return f.property(e)
	case cql2.String:
		return f.arg(e.Value) + `::text COLLATE "C"`, cql2.TextType, nil
	case cql2.Number:
		return f.arg(e.Value) + "::float8", cql2.NumberType, nil
	case cql2.Boolean:
		return f.arg(e.Value) + "::boolean", cql2.BooleanType, nil
	case cql2.Date:
		return f.arg(e.Value) + "::date", cql2.DateType, nil
	case cql2.Timestamp:
		return f.arg(e.Value) + "::timestamptz", cql2.TimestampType, nil
	case cql2.CaseI:
		if text := e.Args[0]; text.Op == cql2.String {
			return f.arg(cql2.Fold(text.Value.(string))) + `::text COLLATE "C"`, cql2.TextType, nil
		}
		text, _, err := f.operand(e.Args[0])
		return f.fold(text), cql2.TextType, err
	}
	return "", "", notExecuted(e)
}

func (f *filterSQL) property(e *cql2.Expr) (string, cql2.Type, error) {
	c, ok := f.columns.byName[e.Name]
	if !ok {
		return "", "", &cql2.SyntaxError{At: e.At, Detail: "there is no property " + e.Name}
	}
	switch c.of {
	case grid.Integer, grid.Number:
		return "(" + c.sql + ")::float8", cql2.NumberType, nil
	case grid.Boolean:
		return c.sql, cql2.BooleanType, nil
	case grid.Date:
		return c.sql, cql2.DateType, nil
	case grid.Time:
		return c.sql, cql2.TimestampType, nil
	case grid.List, grid.Object:
		return "", "", notExecuted(e)
	}
	return "(" + c.sql + `) COLLATE "C"`, cql2.TextType, nil
}

// fold writes cql2.Fold of a text. Most texts are of ASCII and characters that have no case, which takes the short way.
func (f *filterSQL) fold(text string) string {
	if f.folds == "" {
		runes, folded := cql2.Foldings()
		from, to := make([]string, len(runes)), make([]string, len(runes))
		for i, r := range runes {
			from[i], to[i] = string(r), folded[r]
		}
		f.folds = f.arg(from) + "::text[], " + f.arg(to) + "::text[]"
	}
	return `(SELECT CASE WHEN t.v ~ '^[\u0001-\u007F\u2E80-\uA63F]*$' THEN lower(t.v)
		ELSE (SELECT string_agg(coalesce(f.after, c.ch), '' ORDER BY c.n)
		      FROM unnest(string_to_array(t.v, NULL)) WITH ORDINALITY AS c (ch, n)
		      LEFT JOIN unnest(` + f.folds + `) AS f (before, after) ON f.before COLLATE "C" = c.ch COLLATE "C") END COLLATE "C"
		FROM (SELECT (` + text + `) COLLATE "C") AS t (v))`
}

// meets writes S_INTERSECTS and S_DISJOINT. In lattice units, which are whole numbers, PostGIS is exact.
func (f *filterSQL) meets(e *cql2.Expr) (string, error) {
	var sides [2]string
	for i, a := range e.Args {
		switch {
		case a.Op == cql2.Property && a.Name == geometryProperty:
			sides[i] = "lattice_units(" + f.columns.shape + ")"
		case a.Op == cql2.Geometry && a.Value.(*cql2.Literal).Shape != nil:
			literal, err := units(a.Value.(*cql2.Literal).Shape)
			if err != nil {
				return "", err
			}
			sides[i] = "ST_GeomFromEWKB(" + f.arg(literal) + ")"
		default:
			return "", notExecuted(a)
		}
	}
	sql := "ST_Intersects(" + sides[0] + ", " + sides[1] + ")"
	if e.Op == cql2.Disjoint {
		return "(NOT " + sql + ")", nil
	}
	return sql, nil
}

// units returns a shape in lattice units, as EWKB without a reference system: a polygon, line or point, or a collection of them.
func units(s *geo.Shape) ([]byte, error) {
	scale := func(p geo.Point) orb.Point { return orb.Point{float64(p.X), float64(p.Y)} }
	var all orb.Collection
	for _, p := range s.Points {
		all = append(all, scale(p))
	}
	for _, l := range s.Lines {
		line := make(orb.LineString, len(l))
		for i, v := range l {
			line[i] = scale(v)
		}
		all = append(all, line)
	}
	for _, area := range s.Areas {
		for _, polygon := range area {
			scaled := make(orb.Polygon, len(polygon))
			for i, ring := range polygon {
				for _, v := range ring {
					scaled[i] = append(scaled[i], scale(v))
				}
				scaled[i] = append(scaled[i], scaled[i][0])
			}
			all = append(all, scaled)
		}
	}
	if len(all) == 1 {
		return encodeUnits(all[0])
	}
	return encodeUnits(all)
}

// within writes that a column lies between two instants, both included, of which a zero one is open. Of a date some of the day, in UTC,
// lies between them.
func (s *statement) within(c column, from, to time.Time) string {
	cast, conditions := "::timestamptz", []string{"true"}
	if c.of == grid.Date {
		cast = "::date"
		from, to = dateOf(from), dateOf(to)
	}
	if !from.IsZero() {
		conditions = append(conditions, c.sql+" >= "+s.arg(from)+cast)
	}
	if !to.IsZero() {
		conditions = append(conditions, c.sql+" <= "+s.arg(to)+cast)
	}
	return "(" + strings.Join(conditions, " AND ") + ")"
}

// dateOf returns midnight of the date in UTC; zero stays zero.
func dateOf(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(24 * time.Hour)
}
