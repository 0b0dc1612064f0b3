package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	tempPrefix = "wangge-pg-"  // of all names made in the temporary directory
	lockName   = "wangge.lock" // also the mark by which a directory is known as ours
)

// maxSocketPath leaves room below the 104 to 108 bytes that systems allow for a socket's path.
const maxSocketPath = 100

// place is the directory of one cluster, locked while it is in use. In it lie data (PostgreSQL's own), server.log, the
// lock file and, if the path is short enough, the socket.
type place struct {
	dir     string
	kept    bool
	lock    *os.File
	handle  *os.File            // on dir, for a server that may not walk to it
	owner   *syscall.Credential // whom the server runs as; nil: us
	sockets string              // a directory of its own for the socket, or empty
	held    *os.File            // the lock on that
}

// openPlace makes or reopens dir, or a throw-away directory if dir is empty.
func openPlace(dir string) (*place, error) {
	p := &place{kept: dir != ""}
	if err := p.open(dir); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *place) open(dir string) error {
	var err error
	if p.kept {
		p.dir, err = makeKept(dir)
	} else {
		sweep(os.TempDir())
		p.dir, err = os.MkdirTemp("", tempPrefix)
	}
	if err != nil {
		return err
	}
	if p.lock, err = lockFile(p.path(lockName)); err != nil {
		return err
	}
	if err := p.giveAway(); err != nil {
		return err
	}
	if p.handle, err = os.Open(p.dir); err != nil {
		return err
	}
	if p.kept && (len(filepath.Join(p.dir, ".s.PGSQL."+port)) > maxSocketPath || strings.Contains(p.dir, ",")) {
		// A comma would part two hosts in a connection string.
		if p.sockets, err = os.MkdirTemp("/tmp", tempPrefix); err != nil {
			return err
		}
		if p.held, err = lockFile(filepath.Join(p.sockets, lockName)); err != nil { // else it would be swept away
			return err
		}
		return p.chown(p.sockets)
	}
	return nil
}

// makeKept makes dir and returns its absolute path. A directory with foreign files in it is refused, since the
// server's user comes to own it.
func makeKept(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	if len(entries) > 0 && !exists(filepath.Join(dir, lockName)) {
		return "", fmt.Errorf("%s is not empty and holds no cluster of wangge: choose an empty or a new directory", dir)
	}
	return dir, nil
}

// lockFile takes the lock that shows that a process uses the directory. It goes with the process.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is in use by another wangge: %w", filepath.Dir(path), err), f.Close())
	}
	return f, nil
}

// sweep removes the throw-away directories of processes that were killed. It is a courtesy: what it cannot remove
// stays. A directory younger than a minute may not be locked yet.
func sweep(temp string) {
	dirs, _ := filepath.Glob(filepath.Join(temp, tempPrefix+"*")) // fails for a bad pattern only
	for _, dir := range dirs {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		lock, err := lockFile(filepath.Join(dir, lockName))
		if err != nil {
			continue
		}
		_ = os.RemoveAll(dir)
		_ = lock.Close()
	}
}

// giveAway hands the directory to the user that the server will run as. PostgreSQL refuses to run as root: it then
// runs as the owner of the data, or for new data as postgres or nobody.
func (p *place) giveAway() error {
	if os.Geteuid() != 0 {
		return nil
	}
	if info, err := os.Stat(p.data()); err == nil {
		if stat := info.Sys().(*syscall.Stat_t); stat.Uid != 0 {
			p.owner = &syscall.Credential{Uid: stat.Uid, Gid: stat.Gid}
			return nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return err
		}
		p.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return errors.Join(p.chown(p.dir), p.chown(p.path(lockName)))
	}
	return errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody to run it as: start wangge as a normal user")
}

func (p *place) chown(path string) error {
	if p.owner == nil {
		return nil
	}
	return os.Chown(path, int(p.owner.Uid), int(p.owner.Gid))
}

// close gives the directory back, and removes it if it is a throw-away one.
func (p *place) close() error {
	var errs []error
	if p.sockets != "" {
		errs = append(errs, os.RemoveAll(p.sockets))
	}
	if !p.kept && p.dir != "" {
		errs = append(errs, os.RemoveAll(p.dir))
	}
	if p.handle != nil {
		errs = append(errs, p.handle.Close())
	}
	for _, lock := range []*os.File{p.lock, p.held} {
		if lock != nil {
			// Closing alone would not do: a child that is just being started elsewhere holds a copy for a moment.
			errs = append(errs, syscall.Flock(int(lock.Fd()), syscall.LOCK_UN), lock.Close())
		}
	}
	return errors.Join(errs...)
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }
func (p *place) data() string            { return p.path("data") }

// socketDir is where clients find the socket.
func (p *place) socketDir() string {
	if p.sockets != "" {
		return p.sockets
	}
	return p.dir
}

// socketDirInside is socketDir as the server sees it.
func (p *place) socketDirInside() string {
	if p.sockets != "" {
		return p.sockets
	}
	return p.inside("")
}

// inside is path as the server sees it. A server of another user may not be allowed to walk to the directory, for
// example below /root; it reaches it through the open handle that it inherits.
func (p *place) inside(name string) string {
	if p.owner != nil && handleDir != "" {
		return filepath.Join(handleDir, name)
	}
	return p.path(name)
}

// command is a program run as the server's user, in a process group of its own so that Ctrl-C reaches us alone.
func (p *place) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = "/"
	cmd.Env = environment()
	cmd.ExtraFiles = []*os.File{p.handle}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: p.owner}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}

// environment is what PostgreSQL's programs get to see: no PG* variable of the caller, messages in English.
func environment() []string { return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"} }

// major returns the major version of the PostgreSQL that made the data, 0 if there is none yet.
func (p *place) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(p.data(), "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s/PG_VERSION holds no version: %w", p.data(), err)
	}
	return major, nil
}

// pidFile returns the lines of the file by which a server tells that it runs, none if there is no such file.
func (p *place) pidFile() []string {
	text, err := os.ReadFile(filepath.Join(p.data(), "postmaster.pid"))
	if err != nil {
		return nil
	}
	return strings.Split(string(text), "\n")
}

// waitForOrphan waits until a server whose starter was killed a moment ago has gone too, and removes the pid file of
// one that was killed itself: PostgreSQL keeps away from it if the number is some other process's by now.
func (p *place) waitForOrphan(ctx context.Context) error {
	lines := p.pidFile()
	if lines == nil {
		return nil
	}
	pid, err := strconv.Atoi(lines[0])
	if err != nil {
		return fmt.Errorf("%s/postmaster.pid holds no process number: %w", p.data(), err)
	}
	for end := time.Now().Add(10 * time.Second); serves(pid, p.data()); {
		if time.Now().After(end) || ctx.Err() != nil {
			return fmt.Errorf("a PostgreSQL server (process %d) is running on %s: stop it first", pid, p.data())
		}
		time.Sleep(20 * time.Millisecond)
	}
	return removeStalePidFile(filepath.Join(p.data(), "postmaster.pid"))
}
