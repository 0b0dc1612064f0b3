package intake

import (
	"archive/zip"
	"bufio"
	"context"
	"io"
	"path"
	"slices"
	"strings"
)

// shapefiles reads the shapefiles of a ZIP archive (ESRI Shapefile Technical Description, 1998). Geometries and attributes are read side by
// side out of the archive, so that memory holds one row.
type shapefiles struct {
	archive
	encoding string // that was asked for, "" for what the file says
	layers   []shapeLayer
}

// shapeLayer are the files of one shapefile; shp is there.
type shapeLayer struct {
	name                    string
	shp, shx, dbf, prj, cpg *zip.File
}

func openShapefiles(a archive, encoding string) (container, error) {
	if _, err := encodingNamed(encoding); err != nil {
		return nil, err
	}
	s := &shapefiles{archive: a, encoding: strings.ToLower(encoding)}
	files := map[string]*zip.File{} // by path in lower case
	for _, f := range a.File {
		files[strings.ToLower(entryName(f))] = f
	}
	names := map[string]int{}
	for _, f := range a.File {
		full := entryName(f)
		base := strings.TrimSuffix(full, path.Ext(full))
		if strings.ToLower(path.Ext(full)) != ".shp" || strings.HasPrefix(full, "__MACOSX/") || strings.HasPrefix(path.Base(full), "._") {
			continue
		}
		of := func(ext string) *zip.File { return files[strings.ToLower(base)+ext] }
		s.layers = append(s.layers, shapeLayer{base, f, of(".shx"), of(".dbf"), of(".prj"), of(".cpg")})
		names[path.Base(base)]++
	}
	for i := range s.layers { // the folder only where it is needed
		if last := path.Base(s.layers[i].name); names[last] == 1 {
			s.layers[i].name = last
		}
	}
	return s, nil
}

func (s *shapefiles) tables() []string {
	names := make([]string, len(s.layers))
	for i, l := range s.layers {
		names[i] = l.name
	}
	return names
}

func (s *shapefiles) close() {}

func (s *shapefiles) open(ctx context.Context, name string) (*table, error) {
	i := slices.IndexFunc(s.layers, func(l shapeLayer) bool { return l.name == name })
	if i < 0 {
		return nil, fileErrorf(0, "there is no shapefile %s", shown(name))
	}
	l := s.layers[i]
	t := &table{read: s.read.Load, header: []string{}}
	var opened []io.Closer
	t.close = func() {
		for _, c := range opened {
			_ = c.Close() // read only
		}
	}
	stream := func(f *zip.File) (*bufio.Reader, error) {
		if f == nil {
			return nil, nil
		}
		r, err := s.unpack(ctx, f)
		if err != nil {
			return nil, err
		}
		opened = append(opened, r)
		return bufio.NewReaderSize(r, bufferBytes), nil
	}
	if err := s.begin(ctx, l, t, stream); err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// begin reads the heads of the files of a shapefile.
func (s *shapefiles) begin(ctx context.Context, l shapeLayer, t *table, stream func(*zip.File) (*bufio.Reader, error)) error {
	prj, err := s.small(ctx, l.prj)
	if err != nil {
		return err
	}
	if t.crs, err = projection(prj); err != nil {
		return err
	}
	if prj == "" {
		t.warnings = append(t.warnings, l.name+": there is no .prj, so the file does not say in which system its coordinates are")
	}
	rows := &shapeRows{mercator: t.crs == crsMercator}
	if rows.shapes.in, err = stream(l.shp); err != nil {
		return err
	}
	if rows.shapes.index, err = stream(l.shx); err != nil {
		return err
	}
	if err := rows.shapes.begin(); err != nil {
		return err
	}
	t.rows = rows
	if l.dbf == nil {
		t.warnings = append(t.warnings, l.name+": there is no .dbf, so nothing is known of its shapes")
		return nil
	}
	in, err := stream(l.dbf)
	if err != nil {
		return err
	}
	cpg, err := s.small(ctx, l.cpg)
	if err != nil {
		return err
	}
	guess := func() (string, error) { return s.guess(ctx, l.dbf) }
	if rows.records, err = newDBF(in, s.encoding, cpg, guess); err != nil {
		return err
	}
	t.encoding, t.header = rows.records.encoding, rows.records.names()
	if rows.records.guessed {
		t.warnings = append(t.warnings, l.name+": the file does not say in which encoding its texts are; they were read as "+t.encoding)
	}
	return nil
}

// small reads a file of some lines, "" for none.
func (s *shapefiles) small(ctx context.Context, f *zip.File) (string, error) {
	if f == nil {
		return "", nil
	}
	r, err := s.unpack(ctx, f)
	if err != nil {
		return "", err
	}
	defer r.Close() //nolint:errcheck // read only
	text, err := io.ReadAll(io.LimitReader(r, 64<<10))
	return strings.TrimSpace(strings.TrimPrefix(string(text), "\ufeff")), err
}

// projection returns what the well-known text of a coordinate reference system is for us.
func projection(wkt string) (string, error) {
	if wkt == "" {
		return "", nil
	}
	kind, rest, _ := strings.Cut(wkt, "[")
	name := ""
	if parts := strings.SplitN(rest, `"`, 3); len(parts) == 3 {
		name = parts[1]
	}
	plain := strings.ToLower(strings.NewReplacer("_", "", " ", "", "-", "").Replace(name))
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(plain, w) })
	}
	switch strings.ToUpper(strings.TrimSpace(kind)) {
	case "GEOGCS", "GEOGCRS", "GEODCRS":
		switch {
		case has("wgs84", "wgs1984"):
			return crsWGS84, nil
		case has("cgcs2000", "chinageodeticcoordinatesystem2000", "china2000"):
			return crsCGCS2000, nil
		}
	case "PROJCS", "PROJCRS":
		if has("pseudomercator", "webmercator", "popularvisualisation") {
			return crsMercator, nil
		}
	}
	if name == "" {
		name = sample(wkt)
	}
	return "", foreignSystem(name)
}

// shapeRows reads geometries and attributes side by side.
type shapeRows struct {
	shapes   shapeReader
	records  *dbf // nil for none
	mercator bool
	line     int64
	text     featureText
}

func (r *shapeRows) next() ([]byte, int64, error) {
	for {
		r.line++
		g, err := r.shapes.next()
		fault, isFault := err.(*rowFault) //nolint:errorlint // as shapeReader returns it
		if err != nil && !isFault {
			if err == io.EOF && r.records != nil {
				err = r.records.end(r.line - 1)
			}
			return nil, 0, err
		}
		r.text.begin()
		if r.records != nil {
			deleted, err := r.records.next(&r.text)
			if err == io.EOF {
				return nil, 0, fileErrorf(r.line, "the .dbf has %d rows, and the .shp more: the files do not belong together", r.line-1)
			}
			if because, ok := err.(*rowFault); ok && !isFault { //nolint:errorlint // likewise
				fault, isFault = because, true
			} else if err != nil && !ok {
				return nil, 0, err
			}
			if deleted {
				continue
			}
		}
		raw, err := r.text.end(g, r.mercator)
		if isFault {
			err = fault
		}
		return raw, r.line, err
	}
}
