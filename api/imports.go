package api

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/live"
)

// maxImportSources is how many files one import may read.
const maxImportSources = 8

// importRequest is what to import.
type importRequest struct {
	Sources []importSource `json:"sources"`
	CRS     *string        `json:"crs"`
	DryRun  bool           `json:"dry_run"`
	Clean   bool           `json:"clean"`
}

type importSource struct {
	Upload      string                       `json:"upload"`
	LayerInFile *string                      `json:"layer_in_file"`
	Layer       string                       `json:"layer"`
	CRS         *string                      `json:"crs"`
	Map         map[string]string            `json:"map"` // from columns to fields
	Set         map[string]string            `json:"set"`
	Values      map[string]map[string]string `json:"values"`
	Keep        []string                     `json:"keep"`
	Level       string                       `json:"level"`
	DateFormat  string                       `json:"date_format"`
}

// createImport answers POST /v1/imports.
func (s *Server) createImport(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	owner, err := s.importer(r, state)
	if err != nil {
		return err
	}
	var request importRequest
	if err := readStrict(r, &request); err != nil {
		return err
	}
	job, err := s.newImport(owner, request)
	if err != nil {
		return err
	}
	if err := s.jobs.start(job); err != nil {
		_, release, _ := job.open()
		release()
		return err
	}
	w.Header().Set("Location", "/v1/imports/"+job.id)
	return sendStatus(w, http.StatusAccepted, job.json())
}

// newImport makes an import of what is asked for, which holds the files until it has ended.
func (s *Server) newImport(owner grid.Actor, request importRequest) (*importJob, error) {
	if n := len(request.Sources); n == 0 || n > maxImportSources {
		return nil, &grid.RuleError{Rule: "sources", Field: "sources", Detail: fmt.Sprintf("there are %d sources; 1 to %d are taken", n, maxImportSources)}
	}
	config := intake.Config{Actor: owner, DryRun: request.DryRun, Clean: request.Clean}
	var err error
	if config.CRS, err = declaredSystem(request.CRS, "crs"); err != nil {
		return nil, err
	}
	job := &importJob{owner: owner, config: config}
	var files []intake.File
	var releases []func()
	release := func() {
		for _, one := range releases {
			one()
		}
	}
	var sources []intake.Source
	for i, src := range request.Sources {
		mapping, err := src.mapping()
		if err != nil {
			release()
			return nil, err
		}
		system, err := declaredSystem(src.CRS, fmt.Sprintf("sources[%d].crs", i))
		if err != nil {
			release()
			return nil, err
		}
		one, done, err := s.uploads.take(owner, src.Upload)
		if err != nil {
			release()
			return nil, err
		}
		releases = append(releases, done)
		file, bytes, _ := s.uploads.now(one)
		job.total += bytes
		files = append(files, file)
		source := intake.Source{Layer: src.Layer, Name: file.Name, Size: bytes, Encoding: file.Encoding, CRS: system, Mapping: mapping, Level: src.Level}
		if src.LayerInFile != nil {
			source.Table = *src.LayerInFile
		}
		sources = append(sources, source)
	}
	if err := intake.OneTransaction(owner, sources, config.CRS); err != nil {
		release()
		return nil, err
	}
	job.open = func() ([]intake.Source, func(), error) {
		var opened []*os.File
		closeAll := func() {
			for _, f := range opened {
				_ = f.Close() // read only
			}
			release()
		}
		for i := range sources {
			f, err := os.Open(files[i].Path)
			if err != nil {
				return nil, closeAll, err
			}
			opened = append(opened, f)
			sources[i].Reader = f
		}
		return sources, closeAll, nil
	}
	return job, nil
}

// declaredSystem is the system that a member of the request names, "" where it is absent.
func declaredSystem(name *string, field string) (crs.System, error) {
	if name == nil {
		return "", nil
	}
	system, err := crs.Parse(*name)
	if err != nil {
		return "", &grid.RuleError{Rule: "QC-02", Field: field, Detail: err.Error()}
	}
	return system, nil
}

// mapping turns the request's map, from columns to fields, about.
func (src *importSource) mapping() (intake.Mapping, error) {
	m := intake.Mapping{Fixed: src.Set, Values: src.Values, Keep: src.Keep, DateFormat: src.DateFormat, Columns: map[string]string{}}
	for column, field := range src.Map {
		if field == "" {
			continue
		}
		if other, twice := m.Columns[field]; twice {
			return m, &grid.RuleError{Rule: "map", Field: "map", Detail: fmt.Sprintf("the columns %q and %q are both mapped to %s: choose one", other, column, field)}
		}
		m.Columns[field] = column
	}
	m.Only = src.Map != nil
	return m, nil
}

// ownImport returns the import that the path names, of whoever asks.
func (s *Server) ownImport(r *http.Request, state *live.State) (*importJob, error) {
	if _, err := params(r); err != nil {
		return nil, err
	}
	owner, err := s.importer(r, state)
	if err != nil {
		return nil, err
	}
	return s.jobs.of(owner, pathVar(r, "id"))
}

// imports answers GET /v1/imports.
func (s *Server) imports(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	owner, err := s.importer(r, state)
	if err != nil {
		return err
	}
	list := []importJSON{}
	for _, job := range s.jobs.list(owner) {
		list = append(list, job.json())
	}
	return sendJSON(w, map[string]any{"imports": list})
}

// importState answers GET /v1/imports/{id}.
func (s *Server) importState(w http.ResponseWriter, r *http.Request, state *live.State) error {
	job, err := s.ownImport(r, state)
	if err != nil {
		return err
	}
	return sendJSON(w, job.json())
}

// cancelImport answers DELETE /v1/imports/{id} once the import has ended.
func (s *Server) cancelImport(w http.ResponseWriter, r *http.Request, state *live.State) error {
	job, err := s.ownImport(r, state)
	if err != nil {
		return err
	}
	job.cancel(errCancelled)
	select {
	case <-job.ended:
		return sendJSON(w, job.json())
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

// errStillRuns is why there is no result yet.
func errStillRuns() error {
	return &problem{
		status: http.StatusConflict, slug: "conflict", code: "conflict", detail: "The import has not ended yet: ask again when it has.",
	}
}

// importRejects answers GET /v1/imports/{id}/rejects.
func (s *Server) importRejects(w http.ResponseWriter, r *http.Request, state *live.State) error {
	job, err := s.ownImport(r, state)
	if err != nil {
		return err
	}
	if !job.hasEnded() {
		return errStillRuns()
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Content-Disposition", `attachment; filename="rejects.ndjson"`)
	w.Header().Set("Cache-Control", "private, no-store")
	if job.rejects == nil || r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	file, err := os.Open(job.rejects.Name())
	if os.IsNotExist(err) { // it has just expired
		return notFound("There is no such import any more.")
	}
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // read only
	_, err = io.Copy(newStream(http.NoBody, w, http.NewResponseController(w), s.limits), file)
	return err
}

// importCleaning answers GET /v1/imports/{id}/clean.geojson.
func (s *Server) importCleaning(w http.ResponseWriter, r *http.Request, state *live.State) error {
	job, err := s.ownImport(r, state)
	if err != nil {
		return err
	}
	if !job.hasEnded() {
		return errStillRuns()
	}
	if job.summary.Cleaned == nil {
		return notFound("Nothing was cleaned: the import was asked for without clean, or did not get so far.")
	}
	all := geojson.NewFeatureCollection()
	for _, report := range job.summary.Cleaned {
		all.Features = append(all.Features, report.Features()...)
	}
	w.Header().Set("Content-Type", "application/geo+json")
	return sendJSON(w, all)
}

type importJSON struct {
	ID           string              `json:"id"`
	State        string              `json:"state"`
	DryRun       bool                `json:"dry_run"`
	CreatedAt    time.Time           `json:"created_at"`
	EndedAt      *time.Time          `json:"ended_at"`
	RowsRead     int64               `json:"rows_read"`
	RowsAccepted int64               `json:"rows_accepted"`
	RowsRejected int64               `json:"rows_rejected"`
	BytesRead    int64               `json:"bytes_read"`
	BytesTotal   int64               `json:"bytes_total"`
	Faults       []importFaultJSON   `json:"faults"`
	Files        []importedFileJSON  `json:"files"`
	Editions     []importEditionJSON `json:"editions"`
	Derived      []string            `json:"derived"`
	Clean        *[]importCleanJSON  `json:"clean"`
	Problem      map[string]any      `json:"problem"`
}

type importFaultJSON struct {
	File   string     `json:"file"`
	Row    int64      `json:"row"`
	Line   int64      `json:"line"`
	Field  string     `json:"field,omitempty"`
	Rule   string     `json:"rule"`
	Detail string     `json:"detail"`
	At     *orb.Point `json:"at,omitempty"`
}

type importedFileJSON struct {
	File       string           `json:"file"`
	Layer      string           `json:"layer"`
	Read       int64            `json:"read"`
	Stored     int64            `json:"stored"`
	Rejected   int64            `json:"rejected"`
	Unassigned int64            `json:"unassigned"`
	ByRule     map[string]int64 `json:"by_rule"`
	Warnings   []string         `json:"warnings"`
}

type importEditionJSON struct {
	County    string         `json:"county"`
	Base      int            `json:"base"`
	Dedicated int            `json:"dedicated"`
	Voids     int            `json:"voids"`
	Proven    bool           `json:"proven"`
	Faults    map[string]int `json:"faults"`
}

type importCleanJSON struct {
	County           string         `json:"county"`
	Proven           bool           `json:"proven"`
	Changes          map[string]int `json:"changes"`
	Left             map[string]int `json:"left"`
	GainedM2         float64        `json:"gained_m2"`
	LostM2           float64        `json:"lost_m2"`
	MaxMoveM         float64        `json:"max_move_m"`
	RedrawnDivisions []string       `json:"redrawn_divisions"`
}

// json tells how far the import is.
func (job *importJob) json() importJSON {
	job.mu.Lock()
	defer job.mu.Unlock()
	out := importJSON{
		ID: job.id, State: job.state, DryRun: job.config.DryRun, CreatedAt: job.created.UTC().Truncate(time.Millisecond),
		RowsRead: job.now.Rows, RowsRejected: job.now.Rejected, RowsAccepted: job.now.Rows - job.now.Rejected,
		BytesRead: min(job.now.Bytes, job.total), BytesTotal: job.total, Faults: []importFaultJSON{}, Files: []importedFileJSON{},
		Editions: []importEditionJSON{}, Derived: append([]string{}, job.summary.Derived...),
	}
	if !job.endedAt.IsZero() {
		at := job.endedAt.UTC().Truncate(time.Millisecond)
		out.EndedAt = &at
	}
	for _, f := range job.faults {
		out.Faults = append(out.Faults, importFaultJSON{f.File, f.Number, f.Line, f.Field, f.Rule, f.Reason, f.At})
	}
	if job.problem != nil {
		out.Problem = job.problem.document()
	}
	job.summarize(&out)
	return out
}

// summarize adds what is known once the import is done.
func (job *importJob) summarize(out *importJSON) {
	if job.state == importDone {
		out.RowsRead, out.RowsAccepted, out.RowsRejected = 0, 0, 0
	}
	for _, f := range job.summary.Files {
		out.RowsRead, out.RowsAccepted, out.RowsRejected = out.RowsRead+f.Read, out.RowsAccepted+f.Stored, out.RowsRejected+f.Rejected
		out.Files = append(out.Files, importedFileJSON{f.File, f.Layer, f.Read, f.Stored, f.Rejected, f.Unassigned, f.ByRule, append([]string{}, f.Warnings...)})
	}
	for _, e := range job.summary.Editions {
		out.Editions = append(out.Editions, importEditionJSON(e))
	}
	if !job.config.Clean {
		return
	}
	cleaned := []importCleanJSON{}
	for _, report := range job.summary.Cleaned {
		one := importCleanJSON{County: report.CountyCode, Proven: report.Proven, RedrawnDivisions: append([]string{}, report.RedrawnDivisions...)}
		one.Changes, one.Left = report.Counts()
		for _, sum := range report.Sums {
			one.GainedM2, one.LostM2 = one.GainedM2+sum.GainedM2, one.LostM2+sum.LostM2
		}
		for _, change := range report.Changes {
			one.MaxMoveM = max(one.MaxMoveM, change.MaxMoveM)
		}
		cleaned = append(cleaned, one)
	}
	out.Clean = &cleaned
}
