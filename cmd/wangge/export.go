package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/wangge/wangge/api"
)

// exportCmd writes a collection or a tileset into a file.
type exportCmd struct {
	Name     string `arg:"" help:"A collection, or for PMTiles a tileset."`
	Output   string `help:"The file to write; - for standard output." short:"o" required:"" placeholder:"FILE"`
	Format   string `help:"geojson, ndjson, csv, gpkg or pmtiles; without it, by the ending of the file's name." placeholder:"FORMAT"`
	BBox     string `name:"bbox" help:"Only what meets this box: west,south,east,north in degrees." placeholder:"BOX"`
	Filter   string `help:"Only what this CQL2 expression holds for, as text or as JSON." placeholder:"CQL2"`
	Datetime string `help:"Only what is of this time: an instant, a date, or two with a slash between." placeholder:"TIME"`
	AsOf     string `help:"Grids and divisions as of this instant." placeholder:"TIME"`
	Plan     string `help:"Grids as this plan's draft has them; of the tileset difference, what the draft changes." placeholder:"CODE"`
	County   string `help:"Of the tileset difference, the county whose editions are compared." placeholder:"CODE"`
	From     string `help:"Of the tileset difference, the earlier edition's number." placeholder:"NUMBER"`
	To       string `help:"Of the tileset difference, the later edition's number." placeholder:"NUMBER"`
	Scope    string `help:"Of what is not public, only the subtree of this division." placeholder:"CODE"`
	Purpose  string `help:"What it is for; is logged, and has to be said of what is not public." placeholder:"TEXT"`
	MinZoom  int    `help:"The first zoom of an archive of tiles; without it, 0." default:"-1" placeholder:"ZOOM"`
	MaxZoom  int    `help:"The deepest zoom of an archive of tiles; without it, the deepest that there is." default:"-1" placeholder:"ZOOM"`
}

// Help shows what can be exported.
func (exportCmd) Help() string {
	return `Writes a file with all features of a collection, or PMTiles with all tiles of a tileset. Examples:
  wangge export base -o base.gpkg                             GeoPackage, for QGIS and ArcGIS
  wangge export divisions -o - --format geojson               to standard output
  wangge export base -o 2026.geojson --as-of 2026-01-01       as it was then
  wangge export hazards -o open.csv --filter "level = 'major'" --purpose 'weekly report'
  wangge export grids -o grids.pmtiles --max-zoom 14          tiles in one file
  wangge export difference -o 6-7.pmtiles --county 320211000000 --from 6 --to 7 --purpose 'review'
Collections: base, dedicated, divisions, hazards, hazard_sources, danger_zones, rental_premises, key_sites, shelters, response_points,
incidents. Tilesets: grids, reference, places, incidents, difference, plan-CODE. A file that cannot be finished is not there.`
}

// fileFormats are the formats by the endings of files' names.
var fileFormats = map[string]string{
	".geojson": "geojson", ".json": "geojson", ".ndjson": "ndjson", ".geojsonl": "ndjson", ".geojsons": "ndjson", ".csv": "csv", ".gpkg": "gpkg", ".pmtiles": "pmtiles",
}

// Run writes the file, as GET /v1/export answers it to the operator.
func (c *exportCmd) Run(ctx context.Context, all *cli) error {
	path, err := c.path()
	if err != nil {
		return err
	}
	bar := newProgress("export")
	defer bar.done()
	who := operator()
	who.Scope = c.Scope
	a, err := all.askAs(ctx, api.Config{Operator: &who, Progress: func(what string, done, total int64) {
		bar.step(fmt.Sprintf("%d %s", done, what), done, total)
	}})
	if err != nil {
		return err
	}
	defer a.Close()
	if c.Scope != "" && a.live.Now().City.Division(c.Scope) == nil {
		return fmt.Errorf("--scope: there is no division %s", c.Scope)
	}
	if c.Output == "-" {
		return a.download(ctx, path, os.Stdout)
	}
	return writeFile(c.Output, func(out io.Writer) error { return a.download(ctx, path, out) })
}

// path is the path and the parameters to ask for.
func (c *exportCmd) path() (string, error) {
	format, err := c.format()
	if err != nil {
		return "", err
	}
	if (format == "gpkg" || format == "pmtiles") && c.Output == "-" && term.IsTerminal(int(os.Stdout.Fd())) {
		return "", fmt.Errorf("a terminal cannot show %s: name a file with --output", format)
	}
	q := url.Values{}
	for name, value := range map[string]string{
		"bbox": c.BBox, "filter": c.Filter, "datetime": c.Datetime, "as_of": c.AsOf, "plan": c.Plan, "purpose": c.Purpose,
		"county": c.County, "from": c.From, "to": c.To,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if strings.HasPrefix(strings.TrimSpace(c.Filter), "{") {
		q.Set("filter-lang", "cql2-json")
	}
	if c.MinZoom >= 0 {
		q.Set("min_zoom", fmt.Sprint(c.MinZoom))
	}
	if c.MaxZoom >= 0 {
		q.Set("max_zoom", fmt.Sprint(c.MaxZoom))
	}
	if format == "pmtiles" {
		return "/v1/export/tiles/" + url.PathEscape(c.Name) + ".pmtiles?" + q.Encode(), nil
	}
	if c.Scope != "" && slices.Contains([]string{"base", "dedicated", "divisions"}, c.Name) {
		return "", fmt.Errorf("%s are public and have no scope: choose with --filter or --bbox", c.Name)
	}
	return "/v1/export/" + url.PathEscape(c.Name) + "." + format + "?" + q.Encode(), nil
}

func (c *exportCmd) format() (string, error) {
	format := strings.ToLower(c.Format)
	if format == "" {
		format = fileFormats[strings.ToLower(filepath.Ext(c.Output))]
	}
	for _, known := range fileFormats {
		if format == known {
			return format, nil
		}
	}
	return "", errors.New("say with --format what to write: geojson, ndjson, csv, gpkg or pmtiles")
}

// writeFile has write fill a file that is there only when it is whole: until then it has another name in the same directory.
func writeFile(path string, write func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a device or a pipe
		out, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(out), out.Close())
	}
	name := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d.tmp", filepath.Base(path), os.Getpid()))
	temp, err := os.Create(name)
	if err != nil {
		return err
	}
	if err = errors.Join(write(temp), temp.Close()); err == nil {
		err = os.Rename(name, path)
	}
	if err != nil {
		_ = os.Remove(name) // the error is why
	}
	return err
}

// download writes the answer to GET path to out.
func (a *asker) download(ctx context.Context, path string, out io.Writer) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	w := &download{kept: kept{header: http.Header{}, status: http.StatusOK}, out: out}
	whole := a.serve(w, r)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case w.failed != nil:
		return w.failed
	case w.status >= http.StatusBadRequest:
		return problemError(w.body.Bytes())
	case !whole:
		return errors.New("the export was cut short: the log says why")
	}
	return nil
}

// download is an http.ResponseWriter that passes on what is asked for, and keeps problem documents.
type download struct {
	kept
	out    io.Writer
	failed error // the first error of out
}

// Write implements http.ResponseWriter.
func (d *download) Write(b []byte) (int, error) {
	if d.status >= http.StatusBadRequest {
		return d.kept.Write(b)
	}
	n, err := d.out.Write(b)
	if d.failed == nil {
		d.failed = err
	}
	return n, err
}
