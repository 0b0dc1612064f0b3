package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// geoPackage reads the tables of a GeoPackage (OGC 12-128r17): those of features and of attributes. The file is not trusted: it is opened
// for reading only, as one that nobody changes; only plain tables are read, no view, virtual table or function of it; and a value is
// bounded, as is the time, by the context.
type geoPackage struct {
	db     *sqlite.Conn
	size   int64
	plain  map[string]bool // its plain tables
	layers []gpkgLayer
}

type gpkgLayer struct {
	name, geometry string // the column, "" for none
	srs            int64
}

func openGeoPackage(ctx context.Context, path string, size int64) (container, error) {
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return nil, fileErrorf(0, "a program has it open, or did not close it: what it has changed is not in the file yet; close it there")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	address := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro&immutable=1"}
	db, err := sqlite.OpenConn(address.String(), sqlite.OpenReadOnly|sqlite.OpenURI)
	if err != nil {
		return nil, gpkgError(err)
	}
	g := &geoPackage{db: db, size: size, plain: map[string]bool{}}
	if err := g.begin(ctx); err != nil {
		g.close()
		return nil, gpkgError(err)
	}
	return g, nil
}

// gpkgError tells faults of the file from others.
func gpkgError(err error) error {
	var fault *FileError
	switch code := sqlite.ErrCode(err); {
	case errors.As(err, &fault), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case code.ToPrimary() == sqlite.ResultInterrupt:
		return context.Canceled
	case code.ToPrimary() == sqlite.ResultAuth:
		return fileErrorf(0, "the GeoPackage computes what it says it holds, which is not read: export its tables anew")
	case code.ToPrimary() == sqlite.ResultTooBig:
		return fileErrorf(0, "the GeoPackage holds a value over the limit of %d MiB", MaxRowBytes>>20)
	}
	return fileErrorf(0, "the GeoPackage is damaged, or a database of another kind")
}

func (g *geoPackage) begin(ctx context.Context) error {
	g.db.SetInterrupt(ctx.Done())
	if err := g.db.SetDefensive(true); err != nil {
		return err
	}
	for limit, value := range map[sqlite.Limit]int32{
		sqlite.LimitLength: MaxRowBytes, sqlite.LimitColumn: MaxColumns, sqlite.LimitAttached: 0, sqlite.LimitTriggerDepth: 0,
		sqlite.LimitExprDepth: 50, sqlite.LimitCompoundSelect: 1, sqlite.LimitSQLLength: 1 << 20,
	} {
		g.db.Limit(limit, value)
	}
	err := sqlitex.ExecuteScript(g.db, `PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA query_only = ON;`, nil)
	if err != nil {
		return err
	}
	if err := g.db.SetAuthorizer(sqlite.AuthorizeFunc(g.authorize)); err != nil {
		return err
	}
	err = g.query(`SELECT name, sql FROM sqlite_schema WHERE type = 'table'`, func(s *sqlite.Stmt) error {
		if strings.HasPrefix(s.ColumnText(1), "CREATE TABLE ") { // as SQLite writes it, however it was put
			g.plain[folded(s.ColumnText(0))] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !g.plain["gpkg_contents"] || !g.plain["gpkg_geometry_columns"] || !g.plain["gpkg_spatial_ref_sys"] {
		return fileErrorf(0, "this is a SQLite database, but no GeoPackage")
	}
	for _, name := range []string{"gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"} {
		if err := g.checkColumns(quotedName(name)); err != nil {
			return err
		}
	}
	return g.contents()
}

// authorize lets statements read plain tables and do nothing else.
func (g *geoPackage) authorize(action sqlite.Action) sqlite.AuthResult {
	switch action.Type() {
	case sqlite.OpSelect:
		return sqlite.AuthResultOK
	case sqlite.OpRead:
		table := folded(action.Table())
		if action.Accessor() == "" && (g.plain[table] || table == "sqlite_master" || table == "sqlite_schema") {
			return sqlite.AuthResultOK
		}
	}
	return sqlite.AuthResultDeny
}

func (g *geoPackage) query(sql string, each func(*sqlite.Stmt) error) error {
	return sqlitex.ExecuteTransient(g.db, sql, &sqlitex.ExecOptions{ResultFunc: each})
}

// contents reads which tables there are to import.
func (g *geoPackage) contents() error {
	return g.query(`
		SELECT c.table_name, c.data_type, g.column_name, g.srs_id
		FROM gpkg_contents c
		LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name
		WHERE c.data_type IN ('features', 'attributes')
		ORDER BY c.rowid
		LIMIT 10000`, func(s *sqlite.Stmt) error {
		l := gpkgLayer{name: s.ColumnText(0), geometry: s.ColumnText(2), srs: s.ColumnInt64(3)}
		if g.plain[folded(l.name)] && (l.geometry != "") == (s.ColumnText(1) == "features") {
			g.layers = append(g.layers, l)
		}
		return nil
	})
}

func (g *geoPackage) tables() []string {
	names := make([]string, len(g.layers))
	for i, l := range g.layers {
		names[i] = l.name
	}
	return names
}

func (g *geoPackage) close() { _ = g.db.Close() } // read only

func (g *geoPackage) open(ctx context.Context, name string) (*table, error) {
	g.db.SetInterrupt(ctx.Done())
	for _, l := range g.layers {
		if l.name == name {
			t, err := g.openLayer(l)
			if err != nil {
				return nil, gpkgError(err)
			}
			return t, nil
		}
	}
	return nil, fileErrorf(0, "there is no table %s", shown(name))
}

func (g *geoPackage) openLayer(l gpkgLayer) (*table, error) {
	t := &table{}
	var err error
	if l.geometry != "" {
		if t.crs, err = g.system(l.srs); err != nil {
			return nil, err
		}
	}
	quoted := quotedName(l.name)
	if err := g.checkColumns(quoted); err != nil {
		return nil, err
	}
	count, err := g.count(quoted)
	if err != nil {
		return nil, err
	}
	statement, _, err := g.db.PrepareTransient(`SELECT * FROM ` + quoted)
	if err != nil {
		return nil, err
	}
	rows := &gpkgRows{statement: statement, most: g.size, geometry: -1, mercator: t.crs == crsMercator}
	for i := range statement.ColumnCount() {
		name := statement.ColumnName(i)
		rows.names = append(rows.names, name)
		if l.geometry != "" && strings.EqualFold(name, l.geometry) {
			rows.geometry = i
			continue
		}
		t.header = append(t.header, name)
	}
	t.rows = rows
	if rows.geometry < 0 {
		t.delimiter = ','
	}
	t.read = func() int64 { return int64(float64(g.size) * float64(rows.line) / float64(max(count, rows.line, 1))) }
	t.close = func() { _ = statement.Finalize() } // its error is that of the last step
	return t, nil
}

// count returns how many rows a plain table has, for which none of its values is looked at.
func (g *geoPackage) count(quoted string) (count int64, err error) {
	err = g.trusted(func() error {
		return g.query(`SELECT count(*) FROM `+quoted, func(s *sqlite.Stmt) error {
			count = s.ColumnInt64(0)
			return nil
		})
	})
	return count, err
}

// checkColumns refuses a table with computed columns: a function that computes one cannot be interrupted, and the authorizer is not asked.
func (g *geoPackage) checkColumns(quoted string) error {
	return g.trusted(func() error {
		return g.query(`PRAGMA table_xinfo(`+quoted+`)`, func(s *sqlite.Stmt) error {
			if hidden := s.GetInt64("hidden"); hidden == 2 || hidden == 3 {
				return fileErrorf(0, "the GeoPackage computes what it says it holds, which is not read: export its tables anew")
			}
			return nil
		})
	})
}

// trusted runs a statement of ours that computes nothing of the file's.
func (g *geoPackage) trusted(run func() error) (err error) {
	defer func() {
		if again := g.db.SetAuthorizer(sqlite.AuthorizeFunc(g.authorize)); err == nil {
			err = again
		}
	}()
	if err := g.db.SetAuthorizer(nil); err != nil {
		return err
	}
	return run()
}

// folded is a name as SQLite compares it: without the case of ASCII letters, and of no others.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}

func quotedName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// system returns what a reference system of the file is for us.
func (g *geoPackage) system(id int64) (system string, err error) {
	var name, by string
	number := id
	err = sqlitex.ExecuteTransient(g.db, `
		SELECT srs_name, organization, organization_coordsys_id
		FROM gpkg_spatial_ref_sys
		WHERE srs_id = ?`, &sqlitex.ExecOptions{Args: []any{id}, ResultFunc: func(s *sqlite.Stmt) error {
		name, by, number = s.ColumnText(0), s.ColumnText(1), s.ColumnInt64(2)
		return nil
	}})
	if err != nil {
		return "", err
	}
	switch {
	case id == 0 || id == -1:
		return "", nil
	case number == 4326, strings.EqualFold(by, "OGC") && number == 84:
		return crsWGS84, nil
	case number == 4490:
		return crsCGCS2000, nil
	case number == 3857, number == 900913:
		return crsMercator, nil
	}
	return "", foreignSystem(strings.TrimSpace(fmt.Sprintf("%s (%s:%d)", name, by, number)))
}

// foreignSystem refuses coordinates that are not converted here.
func foreignSystem(name string) error {
	return &FileError{Rule: "QC-02", Reason: "the coordinates are in " + shown(name) +
		", which is not read: convert the file to degrees on CGCS2000 or WGS 84 first, in QGIS by “export, EPSG:4490” or with “ogr2ogr -t_srs EPSG:4490 new.gpkg old”"}
}

// gpkgRows reads the rows of a table.
type gpkgRows struct {
	statement *sqlite.Stmt
	names     []string
	geometry  int // the column, -1 for none
	mercator  bool
	line      int64
	most      int64 // rows that the file can have: pages that are listed again and again make more
	text      featureText
	record    []byte
	blob      []byte
}

func (r *gpkgRows) next() ([]byte, int64, error) {
	more, err := r.statement.Step()
	if err != nil {
		return nil, 0, gpkgError(err)
	}
	if !more {
		return nil, 0, io.EOF
	}
	if r.line++; r.line > r.most {
		return nil, 0, fileErrorf(0, "the GeoPackage is damaged: it has more rows than bytes")
	}
	if r.geometry < 0 {
		raw, err := r.asRecord()
		return raw, r.line, err
	}
	raw, err := r.asFeature()
	return raw, r.line, err
}

func (r *gpkgRows) asRecord() ([]byte, error) {
	r.record = r.record[:0]
	for i := range r.names {
		c, err := r.cell(i)
		if err != nil {
			return r.record, &rowFault{err}
		}
		r.record = appendField(r.record, i > 0, c.text)
	}
	return r.record, nil
}

// appendField adds a field to a record of a CSV with commas.
func appendField(b []byte, follows bool, text string) []byte {
	if follows {
		b = append(b, ',')
	}
	if !strings.ContainsAny(text, "\",\n\r") {
		return append(b, text...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(text, `"`, `""`)...)
	return append(b, '"')
}

func (r *gpkgRows) asFeature() ([]byte, error) {
	var fault error
	r.text.begin()
	for i, name := range r.names {
		if i == r.geometry {
			continue
		}
		c, err := r.cell(i)
		if err != nil && fault == nil {
			fault = &rowFault{err}
		}
		r.text.property(name, c)
	}
	g, err := r.shape()
	if err != nil && fault == nil {
		fault = &rowFault{err}
	}
	raw, err := r.text.end(g, r.mercator)
	if fault == nil {
		fault = err
	}
	return raw, fault
}

func (r *gpkgRows) cell(i int) (cell, error) {
	switch r.statement.ColumnType(i) {
	case sqlite.TypeInteger:
		return cell{numberCell, strconv.FormatInt(r.statement.ColumnInt64(i), 10)}, nil
	case sqlite.TypeFloat:
		v := r.statement.ColumnFloat(i)
		if v-v != 0 {
			return cell{textCell, strconv.FormatFloat(v, 'g', -1, 64)}, nil
		}
		return cell{numberCell, wholeNumber(strconv.FormatFloat(v, 'g', -1, 64))}, nil
	case sqlite.TypeText:
		return textCellOf(r.statement.ColumnText(i))
	}
	return cell{}, nil // null, or a picture
}

// shape reads the geometry, nil for null or empty.
func (r *gpkgRows) shape() (orb.Geometry, error) {
	if r.statement.ColumnType(r.geometry) != sqlite.TypeBlob {
		return nil, nil
	}
	n := r.statement.ColumnLen(r.geometry)
	r.blob = append(r.blob[:0], make([]byte, n)...)
	r.statement.ColumnBytes(r.geometry, r.blob)
	return gpkgGeometry(r.blob)
}
