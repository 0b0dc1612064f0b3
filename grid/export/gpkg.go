package export

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/wangge/wangge/grid"
)

// geoPackage writes an OGC GeoPackage 1.3: one table of features with its R-tree, in a temporary SQLite file that Finish copies out.
type geoPackage struct {
	out        io.Writer
	path       string
	db         *sqlite.Conn
	collection *grid.Collection
	columns    []column
	info       Info
	insert     *sqlite.Stmt
	index      *sqlite.Stmt
	box        orb.Bound
	count      int64
	shape      []byte
}

// srid is of what is written: lon/lat degrees on WGS 84.
const srid = 4326

func newGeoPackage(out io.Writer, c *grid.Collection, info Info) (w *geoPackage, err error) {
	temp, err := os.CreateTemp("", "features-*.gpkg.tmp")
	if err != nil {
		return nil, err
	}
	w = &geoPackage{out: out, path: temp.Name(), collection: c, columns: columnsOf(c, info), info: info}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if err = temp.Close(); err != nil {
		return w, err
	}
	if w.db, err = sqlite.OpenConn(w.path, sqlite.OpenReadWrite); err != nil {
		return w, err
	}
	return w, w.begin()
}

// begin makes the tables and the statements that fill them.
func (w *geoPackage) begin() error {
	for _, pragma := range []string{ // nobody else sees the file, and one that is cut short is thrown away
		"PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA cache_size = -16000",
		"PRAGMA application_id = 0x47504B47", "PRAGMA user_version = 10300", "BEGIN",
	} {
		if err := sqlitex.ExecuteTransient(w.db, pragma, nil); err != nil {
			return err
		}
	}
	for _, script := range []string{geoPackageSchema, w.table()} {
		if err := sqlitex.ExecuteScript(w.db, script, nil); err != nil {
			return err
		}
	}
	var err error
	values := strings.Repeat(", ?", len(w.columns))
	if w.insert, _, err = w.db.PrepareTransient(fmt.Sprintf(`INSERT INTO %q VALUES (?, ?%s)`, w.collection.ID, values)); err != nil {
		return err
	}
	w.index, _, err = w.db.PrepareTransient(fmt.Sprintf(`INSERT INTO %q VALUES (?, ?, ?, ?, ?)`, "rtree_"+w.collection.ID+"_geom"))
	return err
}

// table is the statements that make the table of features and its R-tree. Names are of grid.Collections alone.
func (w *geoPackage) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %q (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom %s NOT NULL", w.collection.ID, w.geometryType())
	for i := range w.columns {
		fmt.Fprintf(&b, ", %q %s", w.columns[i].Name, columnTypes[w.columns[i].Type])
	}
	fmt.Fprintf(&b, ");\nCREATE VIRTUAL TABLE %q USING rtree(id, minx, maxx, miny, maxy);\n", "rtree_"+w.collection.ID+"_geom")
	return b.String()
}

func (w *geoPackage) geometryType() string {
	switch w.collection.Shape {
	case grid.PointShape:
		return "POINT"
	case grid.PolygonShape:
		return "MULTIPOLYGON"
	}
	return "GEOMETRY"
}

var columnTypes = map[grid.FieldType]string{
	grid.Text: "TEXT", grid.Code: "TEXT", grid.Enum: "TEXT", grid.List: "TEXT", grid.Object: "TEXT",
	grid.Integer: "INTEGER", grid.Number: "DOUBLE", grid.Boolean: "BOOLEAN", grid.Date: "DATE", grid.Time: "DATETIME",
}

// Write implements Writer.
func (w *geoPackage) Write(f *grid.Feature) error {
	if f.Geometry == nil {
		return fmt.Errorf("%s: a feature without a shape is not written to a GeoPackage", f.Code)
	}
	box := f.Geometry.Bound()
	var err error
	if w.shape, err = appendGeoPackageBlob(w.shape[:0], f.Geometry, box); err != nil {
		return fmt.Errorf("%s: %w", f.Code, err)
	}
	w.insert.BindInt64(1, f.ID)
	w.insert.BindBytes(2, w.shape)
	for i := range w.columns {
		if err := w.bind(i+3, &w.columns[i], f.Values[w.columns[i].index]); err != nil {
			return fmt.Errorf("%s, %s: %w", f.Code, w.columns[i].Name, err)
		}
	}
	if err := run(w.insert); err != nil {
		return fmt.Errorf("%s: %w", f.Code, err)
	}
	if w.count++; w.count == 1 {
		w.box = box
	}
	w.box = w.box.Union(box)
	w.index.BindInt64(1, f.ID)
	for i, v := range []float64{box.Min[0], box.Max[0], box.Min[1], box.Max[1]} {
		w.index.BindFloat(i+2, v)
	}
	return run(w.index)
}

func run(s *sqlite.Stmt) error {
	_, err := s.Step()
	return errors.Join(err, s.Reset())
}

// bind gives a statement a property's value.
func (w *geoPackage) bind(at int, c *column, value any) error {
	switch v := value.(type) {
	case nil:
		w.insert.BindNull(at)
	case string:
		w.insert.BindText(at, v)
	case int64:
		w.insert.BindInt64(at, v)
	case float64:
		w.insert.BindFloat(at, v)
	case bool:
		w.insert.BindBool(at, v)
	case time.Time:
		w.insert.BindText(at, geoPackageTime(c, v))
	case []string, map[string]any:
		text, err := appendJSON(nil, value)
		w.insert.BindText(at, string(text))
		return err
	default:
		return fmt.Errorf("a value of %T is not written", value)
	}
	return nil
}

// geoPackageTime is how the standard has instants written, in UTC and with thousandths.
func geoPackageTime(c *column, t time.Time) string {
	if c != nil && c.Type == grid.Date {
		return t.Format(time.DateOnly)
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// appendGeoPackageBlob appends a shape as the standard's blob: a head, the box of what is no point, and well-known binary.
func appendGeoPackageBlob(b []byte, shape orb.Geometry, box orb.Bound) ([]byte, error) {
	const littleEndian, withBox = 1, 1 << 1
	flags := byte(littleEndian)
	_, isPoint := shape.(orb.Point)
	if !isPoint {
		flags |= withBox
	}
	b = binary.LittleEndian.AppendUint32(append(b, 'G', 'P', 0, flags), srid)
	if !isPoint {
		for _, v := range []float64{box.Min[0], box.Max[0], box.Min[1], box.Max[1]} {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	}
	body, err := wkb.Marshal(shape, binary.LittleEndian)
	return append(b, body...), err
}

// Finish implements Writer.
func (w *geoPackage) Finish() error {
	if err := w.describe(); err != nil {
		return err
	}
	if err := errors.Join(w.insert.Finalize(), w.index.Finalize(), sqlitex.ExecuteTransient(w.db, "COMMIT", nil)); err != nil {
		return err
	}
	err := w.db.Close()
	if w.db = nil; err != nil {
		return err
	}
	file, err := os.Open(w.path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(w.out, file)
	return err
}

// describe enters the table into the standard's own ones, and makes the triggers that keep the R-tree while others edit.
func (w *geoPackage) describe() error {
	id := w.collection.ID
	description := w.collection.TitleZH + ". " + w.collection.Description
	if w.info.Editions != "" {
		description += " Editions " + w.info.Editions + "."
	}
	var box [4]any
	if w.count > 0 {
		box = [4]any{w.box.Min[0], w.box.Min[1], w.box.Max[0], w.box.Max[1]}
	}
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{
			`INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)`,
			[]any{id, w.collection.Title, description, geoPackageTime(nil, w.info.At), box[0], box[1], box[2], box[3], srid},
		},
		{`INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)`, []any{id, w.geometryType(), srid}},
		{`INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')`, []any{id}},
	} {
		if err := sqlitex.ExecuteTransient(w.db, s.sql, &sqlitex.ExecOptions{Args: s.args}); err != nil {
			return err
		}
	}
	return sqlitex.ExecuteScript(w.db, strings.ReplaceAll(rtreeTriggers, "TABLE", id), nil)
}

// Close implements Writer.
func (w *geoPackage) Close() error {
	var err error
	if w.db != nil {
		for _, s := range []*sqlite.Stmt{w.insert, w.index} {
			if s != nil {
				_ = s.Finalize() // says again why the last step failed
			}
		}
		err = w.db.Close()
		w.db = nil
	}
	if removed := os.Remove(w.path); !errors.Is(removed, os.ErrNotExist) {
		err = errors.Join(err, removed)
	}
	return err
}
