package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/intake"
)

// The bounds of imports.
const (
	maxImportsAtOnce  = 2
	maxImportsWaiting = 8
	maxImportsKept    = 8 // that have ended, of one token
	maxImportFaults   = 100
	maxRejectBytes    = 1 << 30
	importKept        = time.Hour
	// importIn bounds one import.
	importIn = 2 * time.Hour
)

// The states of an import.
const (
	importWaiting   = "waiting"
	importReading   = "reading"
	importStoring   = "storing"
	importDone      = "done"
	importFailed    = "failed"
	importCancelled = "cancelled"
)

// importJob is one import, which goes on by itself.
type importJob struct {
	id      string
	owner   grid.Actor
	created time.Time
	config  intake.Config
	open    func() ([]intake.Source, func(), error)
	total   int64 // bytes of all files
	cancel  context.CancelCauseFunc
	ended   chan struct{} // closed at the end

	// rejects takes the rejected rows while it runs; afterwards it is read by its name.
	rejects *os.File

	mu      sync.Mutex
	state   string
	endedAt time.Time
	before  intake.Progress // of the sources that have ended
	now     intake.Progress // of the one that is being read too
	faults  []intake.Reject
	summary intake.Summary
	problem *problem
}

// errCancelled ends an import that somebody has cancelled.
var errCancelled = errors.New("cancelled")

// importJobs are the imports of this server: those that wait or run, and for a while those that have ended.
type importJobs struct {
	run   func(context.Context, *importJob)
	seats chan struct{} // one for each that runs
	all   context.Context
	end   context.CancelFunc
	under sync.WaitGroup

	mu   sync.Mutex
	byID map[string]*importJob
}

func newImportJobs(run func(context.Context, *importJob)) *importJobs {
	jobs := &importJobs{run: run, seats: make(chan struct{}, maxImportsAtOnce), byID: map[string]*importJob{}}
	jobs.all, jobs.end = context.WithCancel(context.Background())
	return jobs
}

// start begins an import, or lets it wait for its turn.
func (jobs *importJobs) start(job *importJob) error {
	jobs.mu.Lock()
	defer jobs.mu.Unlock()
	if err := jobs.room(job.owner); err != nil {
		return err
	}
	job.id, job.created, job.state, job.ended = rand.Text(), time.Now(), importWaiting, make(chan struct{})
	ctx, cancel := context.WithCancelCause(jobs.all)
	job.cancel = cancel
	jobs.byID[job.id] = job
	jobs.under.Go(func() {
		defer cancel(nil)
		jobs.wait(ctx, job)
		job.open = nil // what was asked for is needed no more
		close(job.ended)
		time.AfterFunc(importKept, func() { jobs.forget(job) })
	})
	return nil
}

// room refuses an import for which there is none, and forgets the oldest ones of its owner's.
func (jobs *importJobs) room(owner grid.Actor) error {
	if jobs.all.Err() != nil {
		return unavailable()
	}
	under := 0
	var ended []*importJob
	for _, job := range jobs.byID {
		if !job.hasEnded() {
			if under++; job.owner == owner {
				return (&problem{
					status: http.StatusConflict, slug: "conflict", code: "conflict",
					detail: "An import of yours is under way: wait for its end, or cancel it.",
				}).with("conflicts_with", job.id)
			}
		} else if job.owner == owner {
			ended = append(ended, job)
		}
	}
	if under >= maxImportsAtOnce+maxImportsWaiting {
		return (&problem{
			status: http.StatusServiceUnavailable, slug: "busy", code: "busy",
			detail: fmt.Sprintf("%d imports are running or waiting, which is as many as may: try again in a minute.", under),
		}).withHeader("Retry-After", "60")
	}
	slices.SortFunc(ended, func(a, b *importJob) int { return a.created.Compare(b.created) })
	for len(ended) >= maxImportsKept {
		delete(jobs.byID, ended[0].id)
		ended[0].removeRejects()
		ended = ended[1:]
	}
	return nil
}

// wait runs the import when it is its turn.
func (jobs *importJobs) wait(ctx context.Context, job *importJob) {
	select {
	case jobs.seats <- struct{}{}:
		defer func() { <-jobs.seats }()
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(ctx, importIn)
	defer cancel()
	jobs.run(ctx, job)
}

// of returns an import of the owner's.
func (jobs *importJobs) of(owner grid.Actor, id string) (*importJob, error) {
	jobs.mu.Lock()
	defer jobs.mu.Unlock()
	job := jobs.byID[id]
	if job == nil || job.owner != owner {
		return nil, notFound("There is no such import any more, or another server has it: behind a load balancer, all that a client sends to /v1/uploads and /v1/imports goes to one server.")
	}
	return job, nil
}

// list returns the imports of the owner's, newest first.
func (jobs *importJobs) list(owner grid.Actor) []*importJob {
	jobs.mu.Lock()
	defer jobs.mu.Unlock()
	var own []*importJob
	for job := range maps.Values(jobs.byID) {
		if job.owner == owner {
			own = append(own, job)
		}
	}
	slices.SortFunc(own, func(a, b *importJob) int { return b.created.Compare(a.created) })
	return own
}

func (jobs *importJobs) forget(job *importJob) {
	jobs.mu.Lock()
	defer jobs.mu.Unlock()
	delete(jobs.byID, job.id)
	job.removeRejects()
}

// close cancels what runs and waits until it has ended.
func (jobs *importJobs) close() {
	jobs.mu.Lock()
	jobs.end()
	jobs.mu.Unlock()
	jobs.under.Wait()
}

func (job *importJob) hasEnded() bool {
	select {
	case <-job.ended:
		return true
	default:
		return false
	}
}

// removeRejects removes the file; whoever reads it just now reads on.
func (job *importJob) removeRejects() {
	if job.rejects != nil {
		_ = os.Remove(job.rejects.Name())
	}
}

// progress notes how far the import is.
func (job *importJob) progress(p intake.Progress) {
	job.mu.Lock()
	defer job.mu.Unlock()
	job.now = intake.Progress{
		Bytes: job.before.Bytes + p.Bytes, Rows: job.before.Rows + p.Rows, Rejected: job.before.Rejected + p.Rejected,
	}
	if job.state = importReading; p.Ended && job.now.Bytes >= job.total && !job.config.DryRun {
		job.state = importStoring
	}
	if p.Ended {
		job.before = job.now
	}
}

// rejected notes the first faults.
func (job *importJob) rejected(why *intake.Reject) {
	job.mu.Lock()
	defer job.mu.Unlock()
	if len(job.faults) < maxImportFaults {
		fault := *why
		fault.Row = ""
		job.faults = append(job.faults, fault)
	}
}

// finish notes how the import ended.
func (job *importJob) finish(ctx context.Context, summary intake.Summary, err error) {
	job.mu.Lock()
	defer job.mu.Unlock()
	job.endedAt = time.Now()
	switch {
	case err == nil:
		job.state, job.summary = importDone, summary
	case errors.Is(context.Cause(ctx), errCancelled):
		job.state = importCancelled
	case errors.Is(err, context.Canceled): // the server ends
		job.state, job.problem = importFailed, unavailable()
	default:
		job.state, job.problem = importFailed, problemOf(err)
		if job.problem.status >= http.StatusInternalServerError {
			slog.ErrorContext(ctx, "import failed", "import", job.id, "error", err)
		}
	}
}

// runImport imports the files of a job.
func (s *Server) runImport(ctx context.Context, job *importJob) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.ErrorContext(ctx, "panic", "import", job.id, "cause", fmt.Sprint(cause), "stack", string(debug.Stack()))
			job.finish(ctx, intake.Summary{}, errors.New("panic"))
		}
	}()
	summary, err := s.importFiles(ctx, job)
	job.finish(ctx, summary, err)
}

func (s *Server) importFiles(ctx context.Context, job *importJob) (intake.Summary, error) {
	sources, release, err := job.open()
	defer release()
	if err != nil {
		return intake.Summary{}, err
	}
	if err := ctx.Err(); err != nil { // while it waited
		return intake.Summary{}, err
	}
	if job.rejects, err = s.uploads.spool(); err != nil {
		return intake.Summary{}, err
	}
	defer job.rejects.Close() //nolint:errcheck // written without a buffer
	config := job.config
	config.Store, config.Sources, config.Rejects = s.store, sources, &spool{job.rejects, maxRejectBytes}
	config.Progress, config.Rejected = job.progress, job.rejected
	job.begun()
	summary, err := intake.Run(ctx, config)
	if err == nil && !config.DryRun {
		s.seeImported(ctx)
	}
	return summary, err
}

// seeImported has this server answer from what was imported, before anybody is told that it was. Where the database cannot be asked just
// now, the server follows later, as others do.
func (s *Server) seeImported(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshIn)
	defer cancel()
	if err := s.live.Refresh(ctx); err != nil {
		slog.WarnContext(ctx, "after an import", "error", err)
	}
}

func (job *importJob) begun() {
	job.mu.Lock()
	defer job.mu.Unlock()
	job.state = importReading
}

// spool is a file of bounded size.
type spool struct {
	to   io.Writer
	left int64
}

// Write implements io.Writer.
func (s *spool) Write(b []byte) (int, error) {
	if s.left -= int64(len(b)); s.left < 0 {
		return 0, &problem{
			status: http.StatusUnprocessableEntity, slug: "invalid", code: "invalid",
			detail: "So many rows are rejected that there is no room for them: import a part of the file first, and look at what is wrong.",
		}
	}
	return s.to.Write(b)
}
