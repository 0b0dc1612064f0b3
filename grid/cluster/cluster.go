// Package cluster runs a private PostgreSQL with PostGIS as a child process, for the demo and the tests: it never
// touches a cluster of the system.
//
// The server listens on a Unix socket in a directory that only its own user may enter, and on nothing else, so it
// needs no password and no port. Started by root, it drops to an unprivileged user, as PostgreSQL demands. It ends
// with the process that started it, however that one ends (on Linux; elsewhere only by Stop).
package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	superuser = "wangge"
	port      = "5432" // names the socket only; said in URLs so that PGPORT does not change it
)

// Config says where a cluster lives.
type Config struct {
	// Dir keeps the cluster: it is made if absent and continued if it holds one. It must be empty or of an earlier
	// Start. Empty means a throw-away cluster in the temporary directory, which trades safety for speed (no fsync) and
	// is removed by Stop.
	Dir string
}

// Cluster is a running server. Its methods are safe for concurrent use.
type Cluster struct {
	place  *place
	home   installation
	cmd    *exec.Cmd
	done   chan struct{} // closed when the server has ended
	stop   sync.Once
	failed error // of the first Stop
}

// Start makes the cluster if there is none yet, starts its server and returns when that takes connections. ctx
// bounds the start only; a start that ctx ends leaves nothing running. Recovery after a crash is part of it.
//
// The error is a sentence for the person at the terminal: what to install, which directory is in use by whom, or the
// server's own last words.
func Start(ctx context.Context, cfg Config) (*Cluster, error) {
	p, err := openPlace(cfg.Dir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{place: p, done: make(chan struct{})}
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	major, err := c.place.major()
	if err != nil {
		return err
	}
	if c.home, err = find(major); err != nil {
		return err
	}
	if major == 0 {
		if err := c.initdb(ctx); err != nil {
			return err
		}
	}
	if err := c.place.waitForOrphan(ctx); err != nil {
		return err
	}
	if err := c.launch(); err != nil {
		return err
	}
	if err := c.waitReady(ctx); err != nil {
		return errors.Join(err, c.end(syscall.SIGQUIT, syscall.SIGKILL))
	}
	return nil
}

// initdb makes the data directory under another name and renames it, so that a half-made one is never taken for a
// cluster.
func (c *Cluster) initdb(ctx context.Context) error {
	if err := os.RemoveAll(c.place.path("data.new")); err != nil {
		return err
	}
	args := []string{
		"-D", c.place.inside("data.new"), "-U", superuser, "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions",
		"-A", "trust", // the socket's directory keeps others out
	}
	if !c.place.kept {
		args = append(args, "--no-sync")
	}
	cmd := c.place.command(ctx, filepath.Join(c.home.bin, "initdb"), args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("making a PostgreSQL cluster in %s: %w\n%s", c.place.dir, err, lastLines(out))
	}
	return os.Rename(c.place.path("data.new"), c.place.data())
}

// launch starts the server from a thread that waits for it: the kernel sends the death signal of a child when the
// thread that made it ends, which may be long before the process does.
func (c *Cluster) launch() error {
	log, err := os.Create(c.place.path("server.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	c.cmd = c.place.command(context.Background(), filepath.Join(c.home.bin, "postgres"), c.settings()...)
	c.cmd.Stdout, c.cmd.Stderr = log, log
	dieWithUs(c.cmd.SysProcAttr)
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		_ = c.cmd.Wait() // how it ended stands in the log
		close(c.done)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("starting PostgreSQL in %s: %w", c.place.dir, err)
	}
	return nil
}

// settings are the server's arguments. What stands here beats postgresql.conf; the rest may be tuned there.
func (c *Cluster) settings() []string {
	args := []string{"-D", c.place.inside("data")}
	set := func(name, value string) { args = append(args, "-c", name+"="+value) }
	set("listen_addresses", "")
	set("unix_socket_directories", quoteListItem(c.place.socketDirInside()))
	set("unix_socket_permissions", "0700")
	set("port", port)
	set("max_connections", "200") // many test pools at once
	set("shared_buffers", "256MB")
	set("work_mem", "16MB")
	set("maintenance_work_mem", "256MB")
	set("max_wal_size", "4GB") // bulk loads: fewer checkpoints
	set("random_page_cost", "1.1")
	set("jit", "off") // compiling costs more than our short queries
	set("timezone", "UTC")
	set("wal_level", "minimal") // COPY into a new table skips the log
	set("max_wal_senders", "0")
	// Statements of the application fail for good reasons (constraints) and may carry data that no log should.
	set("log_min_messages", "fatal")
	set("log_min_error_statement", "panic")
	if !c.place.kept {
		set("fsync", "off")
		set("synchronous_commit", "off")
		set("full_page_writes", "off")
	}
	return args
}

// waitReady polls the file by which the server tells its state, as pg_ctl does.
func (c *Cluster) waitReady(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for PostgreSQL in %s: %w", c.place.dir, ctx.Err())
		case <-c.done:
			out, _ := os.ReadFile(c.place.path("server.log")) // if it cannot be read, the exit status has to do
			return fmt.Errorf("PostgreSQL in %s ended at once: %s\n%s", c.place.dir, c.cmd.ProcessState, lastLines(out))
		case <-tick.C:
			lines := c.place.pidFile()
			if len(lines) >= 8 && lines[0] == strconv.Itoa(c.cmd.Process.Pid) && strings.TrimSpace(lines[7]) == "ready" {
				return nil
			}
		}
	}
}

// URL returns the connection string of a database, for pgx and for psql. The role in it may do everything.
func (c *Cluster) URL(database string) string {
	q := url.Values{"host": {c.place.socketDir()}, "port": {port}, "user": {superuser}}
	query := strings.ReplaceAll(q.Encode(), "+", "%20") // libpq takes a plus for a plus
	return (&url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: query}).String()
}

// Done returns a channel that is closed when the server has ended, by Stop or by itself.
func (c *Cluster) Done() <-chan struct{} { return c.done }

// Stop ends the server with all its processes, ending open sessions, and removes a throw-away cluster. Later calls
// return what the first did.
func (c *Cluster) Stop() error {
	c.stop.Do(func() {
		c.failed = errors.Join(c.end(syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL), c.place.close())
	})
	return c.failed
}

// end sends the signals one after the other until the server has ended: SIGINT is PostgreSQL's fast shutdown,
// SIGQUIT its immediate one.
func (c *Cluster) end(signals ...syscall.Signal) error {
	for _, s := range signals {
		if err := c.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("stopping PostgreSQL (process %d): %w", c.cmd.Process.Pid, err)
		}
		select {
		case <-c.done:
			return nil
		case <-time.After(10 * time.Second):
		}
	}
	return fmt.Errorf("PostgreSQL (process %d) does not end", c.cmd.Process.Pid)
}

// quoteListItem writes s as one item of a comma-separated setting.
func quoteListItem(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// lastLines returns the end of a program's output, short enough for an error.
func lastLines(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}
