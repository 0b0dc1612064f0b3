package api

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/intake"
)

// The bounds of files that are sent to be imported.
const (
	maxUpload        = 512 << 20
	maxUploadsOf     = 8 // of one token
	maxUploads       = 32
	maxUploadedBytes = 4 << 30 // one owner's take half of it
	uploadKept       = time.Hour
	// maxLooks is how many files are looked into at the same time: the texts of a workbook are held in memory meanwhile.
	maxLooks = 2
)

// uploads are the files that were sent to be imported, each for whoever sent it. They lie in a directory of their own, which is made with
// the first, locked while the server lives, and removed at the end. What a server that died has left is removed when the next one starts.
type uploads struct {
	mu     sync.Mutex
	parent string             // "" for the system's temporary directory
	dir    string             // "" until the first comes
	lock   *os.File           // of dir
	looks  chan struct{}      // one for each that is looked into
	byID   map[string]*upload // those too that are removed but still read
	closed bool
}

// upload is one file.
type upload struct {
	id, path string
	owner    grid.Actor
	expires  time.Time
	timer    *time.Timer // until then

	// These are guarded by uploads.mu.
	file     intake.File
	bytes    int64 // that it has, or may have while it comes
	contents *intake.Contents
	readers  int  // who wait for it or read it
	gone     bool // to be removed after the last of them
}

func newUploads(parent string) *uploads {
	return &uploads{parent: parent, byID: map[string]*upload{}, looks: make(chan struct{}, maxLooks)}
}

// begin makes room for a file of up to so many bytes and opens it.
func (u *uploads) begin(owner grid.Actor, name, encoding string, bytes int64) (*upload, *os.File, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.room(owner, bytes); err != nil {
		return nil, nil, err
	}
	if err := u.makeDir(); err != nil {
		return nil, nil, err
	}
	one := &upload{id: rand.Text(), owner: owner, expires: time.Now().Add(uploadKept), bytes: bytes}
	one.path = filepath.Join(u.dir, one.id)
	one.file = intake.File{Path: one.path, Name: name, Encoding: encoding}
	file, err := os.OpenFile(one.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	u.byID[one.id] = one
	one.timer = time.AfterFunc(uploadKept, func() { u.remove(one) })
	return one, file, nil
}

// room refuses a file for which there is none.
func (u *uploads) room(owner grid.Actor, bytes int64) error {
	own, ownBytes, all := 0, bytes, bytes
	for _, one := range u.byID {
		if one.owner == owner {
			own++
			ownBytes += one.bytes
		}
		all += one.bytes
	}
	switch {
	case u.closed:
		return unavailable()
	case own >= maxUploadsOf:
		return &problem{
			status: http.StatusConflict, slug: "conflict", code: "conflict",
			detail: fmt.Sprintf("You have sent %d files, which is as many as are kept: delete one first.", own),
		}
	case ownBytes > maxUploadedBytes/2:
		return &problem{
			status: http.StatusConflict, slug: "conflict", code: "conflict",
			detail: "The files that you have sent take as much room as one may have: delete one first, or wait for your import.",
		}
	case len(u.byID) >= maxUploads, all > maxUploadedBytes:
		return (&problem{
			status: http.StatusServiceUnavailable, slug: "busy", code: "busy",
			detail: "As many files are kept here as may be at the same time: try again later, or delete those that you do not need.",
		}).withHeader("Retry-After", "60")
	}
	return nil
}

// done says how long a file turned out, and what is in it.
func (u *uploads) done(one *upload, bytes int64, contents *intake.Contents) {
	u.mu.Lock()
	defer u.mu.Unlock()
	one.bytes, one.contents = bytes, contents
	if contents.Guessed {
		one.file.Encoding = contents.Encoding
	}
}

// of returns a file of the owner's, which is all that they may know of.
func (u *uploads) of(owner grid.Actor, id string) (*upload, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.find(owner, id)
}

func (u *uploads) find(owner grid.Actor, id string) (*upload, error) {
	one := u.byID[id]
	if one == nil || one.owner != owner || one.contents == nil || one.gone {
		return nil, notFound("There is no such file any more, or another server has it: send it again. Behind a load balancer, all that a client sends to /v1/uploads and /v1/imports goes to one server.")
	}
	return one, nil
}

// now returns the file and its contents of this moment.
func (u *uploads) now(one *upload) (intake.File, int64, *intake.Contents) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return one.file, one.bytes, one.contents
}

// reread notes that a file is to be read in another encoding.
func (u *uploads) reread(one *upload, file intake.File, contents *intake.Contents) {
	u.mu.Lock()
	defer u.mu.Unlock()
	one.file, one.contents = file, contents
	if contents.Guessed {
		one.file.Encoding = contents.Encoding
	}
}

// take is of, and keeps the file until release is called, even if it is removed or expires meanwhile.
func (u *uploads) take(owner grid.Actor, id string) (one *upload, release func(), err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if one, err = u.find(owner, id); err != nil {
		return nil, nil, err
	}
	one.readers++
	return one, sync.OnceFunc(func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		if one.readers--; one.gone {
			u.forget(one)
		}
	}), nil
}

// remove removes a file; a second time it does nothing.
func (u *uploads) remove(one *upload) {
	u.mu.Lock()
	defer u.mu.Unlock()
	one.timer.Stop()
	one.gone = true
	u.forget(one)
}

// forget makes room again for a file that is to go, unless somebody still reads it.
func (u *uploads) forget(one *upload) {
	if one.readers == 0 {
		_ = os.Remove(one.path)
		delete(u.byID, one.id)
	}
}

// makeDir makes the directory, again if somebody has removed it: what lies unused for days in a temporary directory is cleaned away.
func (u *uploads) makeDir() error {
	if u.dir != "" {
		return os.MkdirAll(u.dir, 0o700)
	}
	dir, err := os.MkdirTemp(u.parent, uploadDirs)
	if err != nil {
		return err
	}
	if u.lock, err = lockDir(dir); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	u.dir = dir
	return nil
}

// spool makes a file beside them, for what an import has to say.
func (u *uploads) spool() (*os.File, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return nil, unavailable()
	}
	if err := u.makeDir(); err != nil {
		return nil, err
	}
	return os.CreateTemp(u.dir, "rejects-")
}

// close removes all files.
func (u *uploads) close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed = true
	for _, one := range u.byID {
		one.timer.Stop()
	}
	clear(u.byID)
	if u.lock == nil {
		return nil
	}
	err := errors.Join(os.RemoveAll(u.dir), u.lock.Close())
	u.lock = nil
	return err
}

// look waits for its turn to look into a file, until leave is called.
func (u *uploads) look(ctx context.Context) (leave func(), err error) {
	select {
	case u.looks <- struct{}{}:
		return func() { <-u.looks }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (u *uploads) inspect(ctx context.Context, file intake.File) (intake.Contents, error) {
	leave, err := u.look(ctx)
	if err != nil {
		return intake.Contents{}, err
	}
	defer leave()
	looking, cancel := context.WithTimeout(ctx, lookIn)
	defer cancel()
	contents, err := file.Inspect(looking)
	if err != nil && looking.Err() != nil && ctx.Err() == nil {
		err = &problem{
			status: http.StatusUnprocessableEntity, slug: "invalid", code: "invalid",
			detail: "It takes too long to look into the file: send it in parts, or as CSV.",
		}
	}
	return contents, err
}

// receive stores the body of a request and looks at what is in it. When that fails, nothing stays.
func (u *uploads) receive(ctx context.Context, owner grid.Actor, name, encoding string, length int64, body io.Reader) (*upload, error) {
	if length < 0 {
		length = maxUpload
	}
	one, file, err := u.begin(owner, name, encoding, length)
	if err != nil {
		return nil, err
	}
	kept := false
	defer func() { // also after a panic
		if !kept {
			u.remove(one)
		}
	}()
	n, err := io.Copy(file, body)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	contents, err := u.inspect(ctx, one.file)
	if err != nil {
		return nil, err
	}
	u.done(one, n, &contents)
	kept = true
	return one, nil
}
