package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/store"
)

// Config says what to import.
type Config struct {
	Store *store.Store
	// Actor imports; with a Scope only rows that lie in it, and only layers that are of divisions.
	Actor   grid.Actor
	CRS     crs.System // of the coordinates of each source that does not name its own; one of the two is required when a layer has a shape
	Sources []Source
	DryRun  bool      // check everything, write nothing but the rejects
	Clean   bool      // make base grids and void areas tile their communities, up to the tolerances (BR-03)
	Rejects io.Writer // takes a line of JSON for each rejected row; nil to drop them
	// Rejected is told of each rejected row; nil for nobody.
	Rejected func(*Reject)
	// Progress is called from time to time while a file is read; nil for none.
	Progress func(Progress)
}

// Run imports the sources, those first that others refer to, divisions from the highest level down. Base grids, dedicated
// grids and void areas together are one transaction; every other file is one of its own. A fault of a file is an error,
// and nothing of its transaction is stored; the summary then holds the files before it.
func Run(ctx context.Context, cfg Config) (Summary, error) {
	s, err := newSession(ctx, cfg)
	if err != nil {
		return s.summary, err
	}
	for _, group := range s.groups() {
		if s.city == nil { // also after divisions or grids have changed it; the store finds out if others do meanwhile
			if s.city, err = cfg.Store.City(ctx); err != nil {
				return s.summary, err
			}
		}
		if err := s.runGroup(ctx, group); err != nil {
			return s.summary, err
		}
		if layer := group[0].Layer; layer == "divisions" || together[layer] == "grids" {
			s.city = nil
		}
	}
	return s.summary, nil
}

// session is a run under way.
type session struct {
	Config
	settings grid.Settings
	codes    grid.Codes
	city     *edition.City
	replaces string // the county whose edition the files are to replace, "" for none
	summary  Summary
}

// newSession checks the config and reads what files are held against. The session is there with an error too.
func newSession(ctx context.Context, cfg Config) (*session, error) {
	s := &session{Config: cfg, summary: Summary{DryRun: cfg.DryRun}}
	if err := s.check(); err != nil {
		return s, err
	}
	var err error
	if s.settings, err = cfg.Store.Settings(ctx); err != nil {
		return s, err
	}
	s.codes, err = cfg.Store.Codes(ctx)
	return s, err
}

// file is a source with its layer and, in CRS, the system that holds for it.
type file struct {
	Source
	layer *grid.Layer
}

func (s *session) check() error {
	for _, src := range s.Sources {
		system := s.system(src)
		if system != "" {
			if _, err := crs.Parse(string(system)); err != nil {
				return fmt.Errorf("%w: %w", grid.ErrInvalid, err)
			}
		}
		layer, ok := grid.LayerByName(src.Layer)
		if !ok {
			return &FileError{File: src.Name, Reason: "there is no layer " + shown(src.Layer)}
		}
		if layer.Shape != grid.NoShape && system == "" {
			return &FileError{File: src.Name, Rule: "QC-02", Reason: "the coordinate system is required: declare wgs84, cgcs2000, gcj02 or bd09"}
		}
		if s.Actor.Scope != "" && !layer.OfDivisions() {
			return &FileError{File: src.Name, Rule: "scope", Reason: "the layer " + layer.Name + " is the whole city's: ask an administrator of the city to import it"}
		}
		if src.Level != "" && grid.LevelRank(src.Level) < 0 {
			return &FileError{File: src.Name, Reason: "there is no level " + shown(src.Level) + ": it is city, county, street or community"}
		}
	}
	return nil
}

// system is that of a source's coordinates, "" where nobody has said it.
func (s *session) system(src Source) crs.System { return cmp.Or(src.CRS, s.CRS) }

// together are the layers that are one transaction.
var together = map[string]string{"base_grids": "grids", "dedicated_grids": "grids", "void_areas": "grids"}

// groups sorts the sources by the order of the layers and puts those together that are one transaction.
func (s *session) groups() [][]file {
	rank := map[string]int{}
	var files []file
	for i := range grid.Layers {
		rank[grid.Layers[i].Name] = i
	}
	for _, src := range s.Sources {
		src.CRS = s.system(src)
		files = append(files, file{src, &grid.Layers[rank[src.Layer]]})
	}
	slices.SortStableFunc(files, func(a, b file) int {
		return cmp.Or(cmp.Compare(rank[a.Layer], rank[b.Layer]), cmp.Compare(grid.LevelRank(a.Level), grid.LevelRank(b.Level)))
	})
	var groups [][]file
	for _, f := range files {
		last := len(groups) - 1
		if t := together[f.Layer]; t != "" && last >= 0 && together[groups[last][0].Layer] == t {
			groups[last] = append(groups[last], f)
			continue
		}
		groups = append(groups, []file{f})
	}
	return groups
}

func (s *session) runGroup(ctx context.Context, group []file) error {
	f := group[0]
	var err error
	switch {
	case f.Layer == "divisions":
		err = s.divisions(ctx, f)
	case together[f.Layer] == "grids":
		err = s.grids(ctx, group)
	case f.layer.Shape == grid.NoShape || f.Layer == "service_units":
		err = s.registers(ctx, f)
	default:
		err = s.streamed(ctx, f)
	}
	if err != nil && len(group) == 1 {
		return inFile(err, f.Name)
	}
	return err
}

// inFile names the file of a *FileError.
func inFile(err error, name string) error {
	var fault *FileError
	if errors.As(err, &fault) && fault.File == "" {
		named := *fault
		named.File = name
		return &named
	}
	return err
}

// needDivisions is the fault of files that come before the divisions.
func (s *session) needDivisions() error {
	if s.city.Box().Empty() {
		return fileErrorf(0, "there are no divisions yet: import the city and its divisions first")
	}
	return nil
}

// report counts what becomes of the rows of a file.
type report struct {
	FileSummary
	s    *session
	in   *input
	crs  crs.System
	size int64
}

func (s *session) open(ctx context.Context, f file) (*report, error) {
	in, err := openInput(ctx, f.Source, f.layer, s.codes, s.settings)
	if err != nil {
		return nil, inFile(err, f.Name)
	}
	r := &report{
		FileSummary: FileSummary{Layer: f.Layer, File: f.Name, ByRule: map[string]int64{}, First: map[string]string{}},
		s:           s, in: in, crs: f.CRS, size: f.Size,
	}
	if in.table != nil {
		r.Warnings = append(r.Warnings, in.table.warnings...)
	}
	return r, nil
}

func (r *report) reject(why *Reject) error {
	r.Rejected++
	if r.ByRule[why.Rule]++; r.ByRule[why.Rule] == 1 {
		r.First[why.Rule] = fmt.Sprintf("line %d: %s", why.Line, why.Reason)
	}
	why.File, why.Layer = r.File, r.Layer
	if r.s.Rejected != nil {
		r.s.Rejected(why)
	}
	return writeReject(r.s.Rejects, why)
}

// progress tells how far the file is.
func (r *report) progress(ended bool) {
	if r.s.Progress == nil {
		return
	}
	p := Progress{Layer: r.Layer, File: r.File, Bytes: r.in.bytes(), Total: r.size, Rows: r.Read, Rejected: r.Rejected, Ended: ended}
	if ended {
		p.Bytes = max(p.Bytes, p.Total)
	}
	r.s.Progress(p)
}

// imp is the import's row for the database, as far as it is known before the file is read.
func (r *report) imp() *store.Import {
	imp := &store.Import{Layer: r.Layer, FileName: r.File, CRS: string(r.crs), Actor: r.s.Actor.Name, Token: r.s.Actor.Token, Covers: r.s.coversIn}
	if imp.FileName == "" {
		imp.FileName = "(generated)"
	}
	if imp.CRS == "" {
		imp.CRS = string(crs.WGS84) // of a layer without coordinates
	}
	return imp
}

// finish ends a file: it completes the import's row and warns of names in the mapping that no row had.
func (r *report) finish(m Mapping, imp *store.Import) (err error) {
	if imp.SHA256, err = r.in.raw.rest(); err != nil {
		return err
	}
	for _, column := range r.in.layout.unseen(m) {
		r.Warnings = append(r.Warnings, "no row has the column or property "+shown(column))
	}
	imp.RowsRead, imp.Stored, imp.Rejected, imp.Unassigned = r.Read, r.Stored, r.Rejected, r.Unassigned
	r.progress(true)
	return nil
}

// OneTransaction returns why the actor cannot import the sources, as far as that can be said without reading them, or not in one
// transaction: one source, or base grids with dedicated grids and void areas, are. The error is a grid.ErrInvalid.
func OneTransaction(actor grid.Actor, sources []Source, system crs.System) error {
	s := &session{Config: Config{Actor: actor, Sources: sources, CRS: system}}
	if err := s.check(); err != nil {
		return err
	}
	if len(s.groups()) > 1 {
		return fmt.Errorf("%w: import one file at a time, or base grids, dedicated grids and void areas together", grid.ErrInvalid)
	}
	return nil
}
