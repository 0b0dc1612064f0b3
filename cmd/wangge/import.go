package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/store"
)

type importCmd struct {
	fileFlags
	DryRun bool `help:"Check and count everything, store nothing."`
}

// fileFlags say what to read and how.
type fileFlags struct {
	Files []string `arg:"" help:"LAYER=FILE, LAYER=FILE#TABLE for one sheet, table or shapefile of several, or FILE when its name up to the first dot is the layer's: divisions, organizations, base_grids, void_areas, dedicated_grids, household_points, networks, service_units, workers, posts, duty, hazards, hazard_sources, danger_zones, rental_premises, key_sites, shelters, response_points, incidents, roads, railways, rivers, buildings, waters, greens."`

	CRS         string            `help:"Coordinate system of the files: wgs84, cgcs2000, gcj02 or bd09. Required for layers with a geometry."`
	CRSOf       map[string]string `help:"Coordinate systems of layers whose files are in another one than --crs says, for instance dedicated_grids=gcj02." name:"crs-of" mapsep:","`
	Map         map[string]string `help:"Where fields come from, for instance code=GIS_ID,name=NAME; lon, lat and wkt name a CSV's coordinates." mapsep:","`
	Set         map[string]string `help:"Fields with one value for every row, for instance hazard_kind=other,level=general." mapsep:","`
	Values      []string          `help:"What the values of a field become: FIELD:FROM=TO,FROM=TO,*=OTHER. May be repeated." sep:"none"`
	Keep        []string          `help:"Columns to keep in external_refs; all others that no field takes are left out."`
	Level       string            `help:"Level of the divisions, where neither code nor field says it: city, county, street or community."`
	DateFormat  string            `help:"How dates are written where not as 2026-01-31, for instance M/D/YYYY."`
	Encoding    string            `help:"Encoding of the files where they do not say it, or say it wrong: utf-8, gbk, gb18030, big5, iso-8859-1, utf-16le, utf-16be."`
	Clean       bool              `help:"Repair the base grids and void areas of each county where they nearly tile: gaps, overlaps and borders that do not match, below the tolerances qc.area_m2 and qc.width_m. What is above them stays as it is."`
	Rejects     string            `help:"File that takes the rejected rows with line, field and reason." default:"rejects.ndjson" placeholder:"FILE"`
	CleanReport string            `help:"File that takes everything that --clean changed: .json, or .geojson to look at on a map." placeholder:"FILE"`
}

// Run imports the files and prints what became of their rows.
func (c *importCmd) Run(ctx context.Context, all *cli) error {
	sources, closeAll, err := c.open()
	defer closeAll()
	if err != nil {
		return err
	}
	s, err := all.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	return c.run(ctx, s, sources)
}

func (c *importCmd) run(ctx context.Context, s *store.Store, sources []intake.Source) error {
	return c.read(s, sources, func(config intake.Config) (intake.Summary, error) {
		config.DryRun = c.DryRun
		return intake.Run(ctx, config)
	})
}

// open opens the files; what it returns with them closes them, after an error too.
func (c *fileFlags) open() (sources []intake.Source, closeAll func(), err error) {
	var files []*os.File
	closeAll = func() {
		for _, file := range files {
			file.Close() //nolint:errcheck // read only
		}
	}
	mapping, err := c.mapping()
	if err != nil {
		return nil, closeAll, err
	}
	if err := checkReportName(c.CleanReport, c.Clean); err != nil {
		return nil, closeAll, err
	}
	for _, name := range c.Files {
		src, file, err := openSource(name)
		if err != nil {
			return nil, closeAll, err
		}
		files = append(files, file)
		src.Mapping, src.Level, src.Encoding = mapping, c.Level, c.Encoding
		src.CRS = crs.System(strings.ToLower(c.CRSOf[src.Layer]))
		sources = append(sources, src)
	}
	for layer := range c.CRSOf {
		if !slices.ContainsFunc(sources, func(src intake.Source) bool { return src.Layer == layer }) {
			return nil, closeAll, fmt.Errorf("--crs-of %s: no file is of that layer", layer)
		}
	}
	return sources, closeAll, nil
}

// read has run read the sources, and prints what became of their rows.
func (c *fileFlags) read(s *store.Store, sources []intake.Source, run func(intake.Config) (intake.Summary, error)) error {
	rejects := &lazyFile{name: c.Rejects}
	bar := newProgress("import")
	summary, err := run(intake.Config{
		Store: s, Actor: operator(), CRS: crs.System(strings.ToLower(c.CRS)), Sources: sources, Clean: c.Clean, Rejects: rejects,
		Progress: func(p intake.Progress) { bar.step(fmt.Sprintf("%s, %d rows", p.Layer, p.Rows), p.Bytes, p.Total) },
	})
	bar.done()
	for _, line := range summary.Text() {
		fmt.Println(line)
	}
	if err == nil && c.CleanReport != "" {
		if err = writeCleanReport(c.CleanReport, summary.Cleaned); err == nil {
			fmt.Println("what cleaning changed is in", c.CleanReport)
		}
	}
	for _, f := range summary.Files {
		if err == nil && f.Read > 0 && f.Stored == 0 {
			err = fmt.Errorf("%s: not one of its %d rows could be stored", f.File, f.Read)
		}
	}
	if rejects.file != nil {
		fmt.Println("rejected rows are in", c.Rejects)
		if closeErr := rejects.file.Close(); err == nil {
			err = closeErr
		}
	}
	return err
}

// mapping puts the flags together.
func (c *fileFlags) mapping() (intake.Mapping, error) {
	m := intake.Mapping{Columns: c.Map, Fixed: c.Set, Keep: c.Keep, DateFormat: c.DateFormat, Values: map[string]map[string]string{}}
	for _, spec := range c.Values {
		field, pairs, ok := strings.Cut(spec, ":")
		if !ok {
			return m, fmt.Errorf("--values %s: write FIELD:FROM=TO,FROM=TO", spec)
		}
		m.Values[field] = map[string]string{}
		for _, pair := range strings.Split(pairs, ",") {
			at := strings.LastIndex(pair, "=")
			if at < 0 {
				return m, fmt.Errorf("--values %s: %s has no =", spec, pair)
			}
			m.Values[field][pair[:at]] = pair[at+1:]
		}
	}
	return m, nil
}

// openSource opens LAYER=FILE, or a FILE whose name begins with its layer's.
func openSource(arg string) (intake.Source, *os.File, error) {
	layer, path, named := strings.Cut(arg, "=")
	if !named {
		path = arg
	}
	path, table := cutTable(path)
	if !named {
		layer, _, _ = strings.Cut(filepath.Base(path), ".")
		if _, known := grid.LayerByName(table); known {
			layer = table
		}
	}
	if _, known := grid.LayerByName(layer); !known {
		return intake.Source{}, nil, fmt.Errorf("%s: there is no layer %q: write LAYER=FILE; the layers are %s", arg, layer, layerNames())
	}
	file, err := os.Open(path)
	if err != nil {
		return intake.Source{}, nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return intake.Source{}, nil, err
	}
	return intake.Source{Layer: layer, Name: filepath.Base(path), Reader: file, Size: info.Size(), Table: table}, file, nil
}

// cutTable takes the name of a sheet, table or shapefile off FILE#TABLE, unless there is a file of that whole name.
func cutTable(path string) (file, table string) {
	i := strings.LastIndex(path, "#")
	if _, err := os.Stat(path); i < 0 || err == nil {
		return path, ""
	}
	return path[:i], path[i+1:]
}

func layerNames() string {
	var names []string
	for i := range grid.Layers {
		names = append(names, grid.Layers[i].Name)
	}
	return strings.Join(names, ", ")
}

// lazyFile is made when the first byte is written to it.
type lazyFile struct {
	name string
	file *os.File
}

// Write implements io.Writer.
func (l *lazyFile) Write(b []byte) (int, error) {
	if l.file == nil {
		file, err := os.OpenFile(l.name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return 0, err
		}
		l.file = file
	}
	return l.file.Write(b)
}
