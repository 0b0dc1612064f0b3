package cluster_test

import (
	"bufio"
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wangge/wangge/grid/cluster"
)

// helperEnv makes the test binary start a cluster in the directory that it names and wait to be killed.
const helperEnv = "WANGGE_CLUSTER_TEST_HELPER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperEnv); dir != "" {
		helper(dir)
	}
	os.Exit(m.Run())
}

func helper(dir string) {
	c, err := cluster.Start(context.Background(), cluster.Config{Dir: dir})
	if err != nil {
		println(err.Error())
		os.Exit(1)
	}
	// Threads come and go in a real program; the server must not die with one of them.
	for range 20 {
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			runtime.LockOSThread() // a goroutine that ends locked takes its thread along
		}()
		<-gone
	}
	select {
	case <-c.Done():
		println("the server died with a thread")
	case <-time.After(500 * time.Millisecond):
		os.Stdout.WriteString("ready\n")
		<-c.Done()
	}
	os.Exit(1)
}

func start(t *testing.T, dir string) *cluster.Cluster {
	t.Helper()
	c, err := cluster.Start(t.Context(), cluster.Config{Dir: dir})
	if os.Getenv("TEST_DATABASE_URL") != "" && errors.Is(err, cluster.ErrNotInstalled) {
		t.Skip("the tests use TEST_DATABASE_URL and PostgreSQL is not installed here: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func query(t *testing.T, c *cluster.Cluster, database, sql string) string {
	t.Helper()
	out, err := exec.Command("psql", "-X", "-At", "-d", c.URL(database), "-c", sql).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", sql, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestThrowAway(t *testing.T) {
	t.Parallel()
	c := start(t, "")
	for range 2 { // the second finds the first's
		if err := c.CreateDatabase(t.Context(), `odd "name"`); err != nil {
			t.Fatal(err)
		}
	}
	if got := query(t, c, `odd "name"`, `SELECT ST_AsText(ST_Point(1, 2))`); got != "POINT(1 2)" {
		t.Errorf("PostGIS answers %q, want POINT(1 2)", got)
	}
	if got := query(t, c, "postgres", `SHOW listen_addresses`); got != "" {
		t.Errorf("listens on %q, want nothing but the socket", got)
	}
	dir := socketDir(t, c)
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if perm := info.Mode().Perm(); perm != 0o700 {
		t.Errorf("directory has mode %o, want 700", perm)
	}
	pid := serverProcess(t, dir)
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	if alive(pid) {
		t.Errorf("server %d is alive after Stop", pid)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is there after Stop (%v)", dir, err)
	}
}

func TestKept(t *testing.T) {
	t.Parallel()
	for name, sub := range map[string]string{
		"closed_above": "closed/pg",
		"odd_letters":  `网格 "it's" 100%`,
		"long_comma":   strings.Repeat("long,/", 40),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			dir := filepath.Join(root, sub)
			if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil { // as root: closed to the server's user
				t.Fatal(err)
			}
			c := start(t, dir)
			query(t, c, "postgres", `CREATE TABLE kept AS SELECT 42 AS n`)
			if _, err := cluster.Start(t.Context(), cluster.Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "in use") {
				t.Errorf("second start gives %v, want a word that the directory is in use", err)
			}
			if err := c.Stop(); err != nil {
				t.Fatal(err)
			}
			// The number in a pid file left by a crash may be another process's by now.
			stale := strconv.Itoa(os.Getpid()) + "\n/somewhere\n0\n5432\n\n\n\nready   \n"
			if err := os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), []byte(stale), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := query(t, start(t, dir), "postgres", `SELECT n FROM kept`); got != "42" {
				t.Errorf("after a restart the table holds %q, want 42", got)
			}
		})
	}
}

func TestServerEndsWithItsStarter(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux can end a child with its parent")
	}
	dir := filepath.Join(t.TempDir(), "pg")
	start(t, dir).Stop() // makes the cluster, and skips where there is no PostgreSQL
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helperEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatalf("helper says %q (%v), want ready", line, err)
	}
	pid := serverProcess(t, dir)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	c := start(t, dir) // waits for the old server and recovers from its immediate shutdown
	if alive(pid) {
		t.Errorf("server %d outlived its starter", pid)
	}
	if got := query(t, c, "postgres", `SELECT 1`); got != "1" {
		t.Errorf("got %q, want 1", got)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		make func(t *testing.T, dir string)
		want string
	}{
		{"foreign_files", func(t *testing.T, dir string) { write(t, dir, "letter.txt", "hello") }, "not empty"},
		{"other_version", func(t *testing.T, dir string) {
			write(t, dir, "wangge.lock", "")
			write(t, dir, "data/PG_VERSION", "9\n")
		}, "sudo apt-get install -y postgresql-9 postgresql-9-postgis-3"},
		{"no_version", func(t *testing.T, dir string) {
			write(t, dir, "wangge.lock", "")
			write(t, dir, "data/PG_VERSION", "nine\n")
		}, "holds no version"},
		{"a_file", func(t *testing.T, dir string) { write(t, filepath.Dir(dir), filepath.Base(dir), "") }, "not a directory"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "pg")
			test.make(t, dir)
			c, err := cluster.Start(t.Context(), cluster.Config{Dir: dir})
			if err == nil {
				c.Stop()
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a word of %q", err, test.want)
			}
		})
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // in the middle of initdb
	defer cancel()
	dir := filepath.Join(t.TempDir(), "pg")
	if c, err := cluster.Start(ctx, cluster.Config{Dir: dir}); err == nil {
		c.Stop()
		t.Fatal("started within 200 ms?")
	}
	start(t, dir) // a half-made cluster is no obstacle
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func socketDir(t *testing.T, c *cluster.Cluster) string {
	t.Helper()
	u, err := url.Parse(c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("host")
}

func serverProcess(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// alive reports whether a process runs; one that has ended and that nobody has waited for has no command line.
func alive(pid int) bool {
	if runtime.GOOS != "linux" {
		return syscall.Kill(pid, 0) == nil
	}
	line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	return err == nil && len(line) > 0
}
