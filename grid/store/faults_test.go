//go:build faults

package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cluster"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/migrations"
)

const (
	secondCounty    = "320212000000"
	secondCommunity = "320212001001"

	// What a child is to do, and what it says of itself.
	childEnv    = "WANGGE_TEST_PUBLISHES"
	published   = "child: published"
	unavailable = "child: the database is unavailable"
)

var cityDecider = grid.Actor{Name: "city", Role: grid.RoleAdministrator}

// committed is the fault that comes after the commit: with it, and with it alone, the plan is in force.
const committed = "publish.committed"

// faultPoints returns all places where publishing can be made to fail, as they stand in the code: a new one is tried without being
// listed here.
func faultPoints(t *testing.T) []string {
	t.Helper()
	computed := map[string][]string{ // by the expression
		`"publish."+table.name+"s"`: {"publish.places", "publish.incidents", "publish.household_points"},
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	points := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			if called, ok := call.Fun.(*ast.Ident); !ok || called.Name != "fault" {
				return true
			}
			text := string(source[call.Args[1].Pos()-file.FileStart : call.Args[1].End()-file.FileStart])
			if point, err := strconv.Unquote(text); err == nil {
				points[point] = true
				return true
			}
			if computed[text] == nil {
				t.Errorf("%s: what fault(…, %s) can be is not said in this test", name, text)
			}
			for _, point := range computed[text] {
				points[point] = true
			}
			return true
		})
	}
	if !points[committed] || len(points) < 10 {
		t.Fatalf("only these fault points were found: %v", slices.Sorted(maps.Keys(points)))
	}
	delete(points, committed)
	return append(slices.Sorted(maps.Keys(points)), committed)
}

// TestL5Faults ends a server that is publishing, by SIGKILL or by cutting its connection to the database, at every step. Whoever
// comes next sees the counties at n, as if nothing had been, or at n+1, with everything that belongs to it; never anything between.
func TestL5Faults(t *testing.T) {
	t.Parallel()
	points := faultPoints(t)
	for _, how := range []string{"kill", "cut"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			w := newWard(t, gridtest.Pool(t))
			for _, point := range points {
				t.Run(point, func(t *testing.T) {
					said, killed := w.publishInChild(t, point+":"+how)
					switch {
					case how == "kill" && !killed:
						t.Fatalf("the child was not killed there: %s", said)
					case how == "cut" && point != committed && said != unavailable:
						t.Fatalf("the child says %q, want %q", said, unavailable)
					}
					if point == committed {
						w.holdAfter(t)
					} else {
						w.holdBefore(t)
					}
				})
			}
		})
	}
}

// TestL5FaultsOnTime kills the server that publishes a plan at its time: another one does it.
func TestL5FaultsOnTime(t *testing.T) {
	t.Parallel()
	w := newWard(t, gridtest.Pool(t))
	if _, err := w.pool.Exec(t.Context(), `UPDATE plan SET effective_at = now() WHERE code = $1`, w.plan.Code); err != nil {
		t.Fatal(err)
	}
	w.remember(t)
	for _, point := range []string{"publish.plan", committed} { // the latter comes before the commit here: the trouble would be in it
		if said, killed := w.publishInChild(t, point+":kill", childEnv+"=due"); !killed {
			t.Fatalf("the child was not killed there: %s", said)
		}
		w.holdBefore(t)
	}
	done, err := w.s.PublishDue(t.Context(), nil, cityDecider)
	if err != nil || !slices.Equal(done, []string{w.plan.Code}) {
		t.Fatalf("another server published %v, %v", done, err)
	}
	w.holdAfter(t)
}

// TestL5FaultsOfPostgreSQL kills the process of PostgreSQL that serves a publication, from which the whole
// server recovers as after a crash.
func TestL5FaultsOfPostgreSQL(t *testing.T) {
	t.Parallel()
	c, err := cluster.Start(t.Context(), cluster.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := c.CreateDatabase(t.Context(), "wangge"); err != nil {
		t.Fatal(err)
	}
	if _, err := migrations.UpURL(t.Context(), c.URL("wangge")); err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.New(t.Context(), c.URL("wangge"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	w := newWard(t, pool)

	// Each child stands still in the middle of publishing, with its transaction open.
	for _, point := range []string{"publish.places", "publish.commit"} {
		child, _ := w.child(t, point+":sleep")
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(w.waitForSleeper(t), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = child.Process.Kill() // its sleep is long
		_ = child.Wait()
		w.until(t, func() bool { return w.pool.Ping(t.Context()) == nil })
		w.holdBefore(t)
	}
	made, err := w.s.Publish(t.Context(), nil, cityDecider, w.plan.Code, w.plan.Version) // by a server that was there all the time
	if err != nil || made.State != grid.Effective {
		t.Fatalf("published: %s, %v", made.State, err)
	}
	w.holdAfter(t)
}
