package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/klauspost/compress/gzip"

	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cql2"
)

// TileFilter says which places or incidents a tile shows; a zero field does not restrict.
type TileFilter struct {
	Scope    string     // the division whose subtree is shown, with the places elsewhere that anybody may see
	Filter   *cql2.Expr // has passed Check, of the properties of grid.AllPlaces or of the collection incidents
	From, To time.Time  // within which the Time lies that the collection of the place's kind, or of incidents, has
}

// TileQuery answers one vector tile.
type TileQuery func(ctx context.Context, id mvt.TileID, f TileFilter) ([]byte, error)

// maxTilePoints is how many points a tile shows one by one; more become counts by square.
const maxTilePoints = 1500

// mostTileBytes is how large a tile may be, compressed as fast as can be: 200 kB, with something to spare for other encoders. Where names
// are so long that points one by one are more, they become counts; where there are so many kinds and states that counts are, their squares
// become larger.
const mostTileBytes = 190_000

// A tile that counts does so by squaresLog2 bits of x and of y, that is 64 by 64 squares, whose count stands at about the mean of
// what it counts: the mean of the middles of 4 by 4 parts of the square.
const (
	squaresLog2 = 6
	partsLog2   = 2
)

// tileLayer is what the tiles of one table are made of.
type tileLayer struct {
	name    string
	tags    []string // what a point by itself says
	values  string   // their columns
	from    string
	columns columns
	public  string                                          // which of those elsewhere anybody may see, "" for none
	within  func(sql *statement, from, to time.Time) string // the condition of TileFilter.From and To
}

// publicPlace says of a place t whether anybody may see it, as grid.Place.IsPublic does.
const publicPlace = `(t.public AND (t.kind = 'shelter' OR t.kind = 'danger_zone' AND EXISTS (
	SELECT FROM danger_zone z WHERE z.place_id = t.id AND z.published_at <= (now() AT TIME ZONE 'UTC')::date)))`

// hiddenBeyond returns the columns as who has a scope sees them: own says which rows lie in it, and of others what is not for anybody is null.
func (c columns) hiddenBeyond(own string) columns {
	seen := c
	seen.byName = maps.Clone(c.byName)
	shelters, _ := grid.CollectionByID("shelters")
	for name, value := range seen.byName {
		if !shelters.ForAnybody(name) {
			value.sql = "CASE WHEN " + own + " THEN " + value.sql + " END"
			seen.byName[name] = value
		}
	}
	return seen
}

// PlaceTile returns a vector tile with the layer places: each place as a point with code, kind, name and state, or, where there are too
// many, squares with count, count_ and each kind, and state_ and each state. A line or polygon is one point inside it. Over the tiles of
// a zoom every place is counted once. Empty where there is none. At most 200 kB with gzip.
func (s *Store) PlaceTile(ctx context.Context, id mvt.TileID, f TileFilter) ([]byte, error) {
	return s.pointTile(ctx, id, f, tileLayer{
		name:   "places",
		tags:   []string{"code", "kind", "name", "state"},
		values: "t.code, t.kind, left(t.name, 40), t.state",
		from:   "FROM place t", columns: allPlaceColumns(), within: placesWithin, public: publicPlace,
	})
}

// IncidentTile is PlaceTile for the layer incidents; a point has code, kind, state and severity. Those that lie elsewhere
// but have a unit in the scope are among them.
func (s *Store) IncidentTile(ctx context.Context, id mvt.TileID, f TileFilter) ([]byte, error) {
	incidents, _ := grid.CollectionByID(grid.CollectionIncidents)
	q := FeatureQuery{Collection: incidents}
	columns, _ := q.columns("")
	return s.pointTile(ctx, id, f, tileLayer{
		name:   "incidents",
		tags:   []string{"code", "kind", "state", "severity"},
		values: "t.code, t.kind, t.state, t.severity",
		from:   "FROM incident t", columns: columns,
		within: func(sql *statement, from, to time.Time) string {
			return sql.within(columns.byName[incidents.Time], from, to)
		},
	})
}

func (s *Store) pointTile(ctx context.Context, id mvt.TileID, f TileFilter, layer tileLayer) ([]byte, error) {
	if !id.Valid() {
		return nil, fmt.Errorf("%w: %v", mvt.ErrTile, id)
	}
	var tile []byte
	err := s.snapshot(ctx, func(db DB) error {
		q := tileStatement{db: db, id: id, filter: f, layer: layer}
		n, err := q.count(ctx, maxTilePoints+1)
		if err != nil || n == 0 {
			return err
		}
		if n <= maxTilePoints {
			if tile, err = q.singles(ctx); err != nil || !tooLarge(tile) {
				return err
			}
		}
		for size := squaresLog2; size >= 0; size-- {
			if tile, err = q.squares(ctx, size); err != nil || !tooLarge(tile) {
				return err
			}
		}
		return nil
	})
	return tile, err
}

// tooLarge reports whether a tile is more than it may be.
func tooLarge(tile []byte) bool {
	if len(tile) <= mostTileBytes {
		return false
	}
	var n counter
	w, err := gzip.NewWriterLevel(&n, gzip.BestSpeed)
	if err != nil {
		return true
	}
	if _, err = w.Write(tile); err == nil {
		err = w.Close()
	}
	return err != nil || n > mostTileBytes
}

// counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// tileStatement reads what lies in one tile.
type tileStatement struct {
	db     DB
	id     mvt.TileID
	filter TileFilter
	layer  tileLayer
}

// where writes which rows are in the tile.
func (q *tileStatement) where(ctx context.Context, sql *statement) error {
	first, end := tileCells(q.id)
	sql.add(q.layer.from, "WHERE t.cell >=", sql.arg(first), "AND t.cell <", sql.arg(end))
	own, err := inScope(ctx, q.db, sql, q.filter.Scope, q.layer.name == "incidents")
	if err != nil {
		return err
	}
	columns := q.layer.columns
	switch {
	case own != "" && q.layer.public != "":
		sql.add("AND (", own, "OR", q.layer.public, ")")
		columns = columns.hiddenBeyond(own)
	case own != "":
		sql.add("AND", own)
	}
	if !q.filter.From.IsZero() || !q.filter.To.IsZero() {
		sql.add("AND", q.layer.within(sql, q.filter.From, q.filter.To))
	}
	return chosen(sql, columns, q.filter.Filter, nil, (*statement).meetsBoxes)
}

// count returns how many points there are, at most most.
func (q *tileStatement) count(ctx context.Context, most int) (n int, err error) {
	var sql statement
	sql.add("SELECT count(*) FROM (SELECT")
	if err := q.where(ctx, &sql); err != nil {
		return 0, err
	}
	sql.add("LIMIT", sql.arg(most), ") AS found")
	err = q.db.QueryRow(ctx, sql.String(), sql.args...).Scan(&n)
	return n, err
}

// singles makes the tile of each point by itself.
func (q *tileStatement) singles(ctx context.Context) ([]byte, error) {
	var sql statement
	sql.add("SELECT t.id, t.cell, ARRAY[", q.layer.values, "]")
	if err := q.where(ctx, &sql); err != nil {
		return nil, err
	}
	sql.add("ORDER BY t.id LIMIT", sql.arg(maxTilePoints))
	rows, err := q.db.Query(ctx, sql.String(), sql.args...)
	if err != nil {
		return nil, err
	}
	tile, err := mvt.New(q.id, 0)
	if err != nil {
		rows.Close()
		return nil, err
	}
	if err := addSingles(tile.Layer(q.layer.name), q.layer.tags, rows); err != nil {
		return nil, err
	}
	return tile.Encode(nil), nil
}

// squares makes the tile of counts, of which there are 2^size by 2^size at most.
func (q *tileStatement) squares(ctx context.Context, size int) ([]byte, error) {
	bits := 2 * max(0, cellBits-int(q.id.Z)-size-partsLog2)
	var sql statement
	sql.add("SELECT t.cell >>", sql.arg(bits), "::integer AS part, t.kind, t.state, count(*)")
	if err := q.where(ctx, &sql); err != nil {
		return nil, err
	}
	sql.add("GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
	rows, err := q.db.Query(ctx, sql.String(), sql.args...)
	if err != nil {
		return nil, err
	}
	tile, err := mvt.New(q.id, 0)
	if err != nil {
		rows.Close()
		return nil, err
	}
	first, _ := tileCells(q.id)
	if err := addSquares(tile.Layer(q.layer.name), first, bits, rows); err != nil {
		return nil, err
	}
	return tile.Encode(nil), nil
}

// allPlaceColumns are those of grid.AllPlaces. What only some kinds have is looked up in their tables, row by row.
func allPlaceColumns() columns {
	c := columns{byName: map[string]column{}, shape: "t.shape"}
	details := map[string][]string{}
	for _, l := range grid.Layers {
		for _, f := range l.Detail() {
			details[f.Name] = append(details[f.Name], "(SELECT d."+f.Name+" FROM "+detailTables[l.Kind]+" d WHERE d.place_id = t.id)")
		}
	}
	for _, f := range grid.AllPlaces.Fields {
		sql, ok := ownColumns[f.Name]
		switch {
		case ok:
		case details[f.Name] != nil:
			sql = "coalesce(" + strings.Join(details[f.Name], ", ") + ")"
		default:
			sql = "t." + f.Name
		}
		c.byName[f.Name] = column{sql, f.Type}
	}
	return c
}

// placesWithin writes that the time that the collection of a place's kind is about lies between two instants; a kind without one takes no
// notice.
func placesWithin(sql *statement, from, to time.Time) string {
	var kinds []string
	for i := range grid.Collections {
		c := &grid.Collections[i]
		if c.Kind == "" {
			continue
		}
		condition := "t.kind = " + sql.arg(c.Kind)
		if k := c.Index(c.Time); k >= 0 {
			at := column{"d." + c.Time, c.Fields[k].Type}
			condition += " AND EXISTS (SELECT FROM " + detailTables[c.Kind] + " d WHERE d.place_id = t.id AND " + sql.within(at, from, to) + ")"
		}
		kinds = append(kinds, condition)
	}
	return "(" + strings.Join(kinds, " OR ") + ")"
}

func addSingles(layer *mvt.Layer, names []string, rows pgx.Rows) error {
	var id, cell int64
	var values []string
	_, err := pgx.ForEachRow(rows, []any{&id, &cell, &values}, func() error {
		tags := make([]mvt.Tag, len(values))
		for i, v := range values {
			tags[i] = mvt.Tag{Key: names[i], Value: mvt.String(v)}
		}
		layer.AddPoint(uint64(id), cellCentre(cell, 0), tags...)
		return nil
	})
	return err
}

// square gathers what lies in one square of a tile that counts.
type square struct {
	number        int64 // of the squares of this size, in the order of cells
	count         int64
	kinds, states tally
	sumX, sumY    float64 // world units
}

// tally counts by name.
type tally struct {
	names []string // in order of first appearance
	of    map[string]int64
}

func (t *tally) add(name string, n int64) {
	if t.of == nil {
		t.of = map[string]int64{}
	}
	if t.of[name] == 0 {
		t.names = append(t.names, name)
	}
	t.of[name] += n
}

// tags returns the counts in the order of the names, so that the same counts make the same tile.
func (t *tally) tags(prefix string) []mvt.Tag {
	slices.Sort(t.names)
	tags := make([]mvt.Tag, len(t.names))
	for i, name := range t.names {
		tags[i] = mvt.Tag{Key: prefix + name, Value: mvt.Int(t.of[name])}
	}
	return tags
}

// addSquares reads counts by part, kind and state, in the order of parts, and adds a point for each square.
func addSquares(layer *mvt.Layer, first int64, bits int, rows pgx.Rows) error {
	var part, n int64
	var kind, state string
	var sq square
	_, err := pgx.ForEachRow(rows, []any{&part, &kind, &state, &n}, func() error {
		if number := part >> (2 * partsLog2); sq.count == 0 || number != sq.number {
			sq.addTo(layer, first, bits)
			sq = square{number: number}
		}
		at := cellCentre(part<<bits, bits/2)
		sq.count += n
		sq.sumX += float64(n) * float64(at.X)
		sq.sumY += float64(n) * float64(at.Y)
		sq.kinds.add(kind, n)
		sq.states.add(state, n)
		return nil
	})
	if err != nil {
		return err
	}
	sq.addTo(layer, first, bits)
	return nil
}

func (sq *square) addTo(layer *mvt.Layer, first int64, bits int) {
	if sq.count == 0 {
		return
	}
	tags := []mvt.Tag{{Key: "count", Value: mvt.Int(sq.count)}}
	tags = append(tags, sq.kinds.tags("count_")...)
	tags = append(tags, sq.states.tags("state_")...)
	at := mvt.World{X: uint32(sq.sumX / float64(sq.count)), Y: uint32(sq.sumY / float64(sq.count))}
	id := sq.number - first>>(bits+2*partsLog2) + 1
	layer.AddPoint(uint64(id), at, tags...)
}
