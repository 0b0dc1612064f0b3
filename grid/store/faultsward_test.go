//go:build faults

package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/coverage"
	"github.com/wangge/wangge/grid/store"
)

// ward is two counties with a decided plan of both, whose publishing writes into everything that publishing writes into.
type ward struct {
	pool *pgxpool.Pool
	s    *store.Store
	plan grid.Plan

	before map[string]string // what each table holds
	after  map[string]int    // how many rows each table has when the plan is published undisturbed
}

func newWard(t *testing.T, pool *pgxpool.Pool) *ward {
	t.Helper()
	w := &ward{pool: pool, s: store.New(pool)}
	twoTowns(t, w.s)
	scatter(t, w.s, cityOf(t, w.s))
	staff(t, w.s, southWest+"001", southWest+"003", secondCommunity+"001", secondCommunity+"002")
	w.decide(t,
		grid.Change{Op: grid.OpSplit, Grid: southWest + "001", Line: line([2]int32{2, 0}, [2]int32{2, 4})},
		grid.Change{Op: grid.OpTransfer, Grid: southWest + "003", Community: northWest},
		grid.Change{Op: grid.OpMerge, Grids: []string{secondCommunity + "001", secondCommunity + "002"}},
		grid.Change{Op: grid.OpCarveVoid, Area: area(9.2, 5.2, 9.8, 5.8), Reason: "water"},
		grid.Change{
			Op: grid.OpCreate, Kind: grid.Dedicated, Area: area(1, 9, 6, 14), Community: northWest, Name: "园区", DedicatedKind: "school",
			HostOrg: "ORG", PostWorker: "w" + southWest + "001",
		})
	w.remember(t)
	return w
}

// twoTowns stores the western half of the town as one county and the eastern half as another, of one street with one community.
func twoTowns(t *testing.T, s *store.Store) {
	t.Helper()
	divisions := []grid.Division{
		division(cityCode, grid.LevelCity, "", "", cells(0, 0, 4, 4)),
		division(countyCode, grid.LevelCounty, cityCode, countyCode, cells(0, 0, 2, 4)),
		division(westStreet, grid.LevelStreet, countyCode, countyCode, cells(0, 0, 2, 4)),
		division(southWest, grid.LevelCommunity, westStreet, countyCode, cells(0, 0, 2, 2)),
		division(northWest, grid.LevelCommunity, westStreet, countyCode, cells(0, 2, 2, 2)),
		division(secondCounty, grid.LevelCounty, cityCode, secondCounty, cells(2, 0, 2, 4)),
		division("320212001000", grid.LevelStreet, secondCounty, secondCounty, cells(2, 0, 2, 4)),
		division(secondCommunity, grid.LevelCommunity, "320212001000", secondCounty, cells(2, 0, 2, 4)),
	}
	importDivisions(t, s, divisions)
	west, east := store.NewEdition{CountyCode: countyCode, Proven: true}, store.NewEdition{CountyCode: secondCounty, Proven: true}
	for i := range int32(4) {
		for _, c := range []struct {
			code string
			y    int32
		}{{southWest, 0}, {northWest, 2}} {
			west.Base = append(west.Base, baseGrid(fmt.Sprintf("%s%03d", c.code, i+1), c.code, cells(i%2, c.y+i/2, 1, 1)))
		}
	}
	for i := range int32(8) {
		east.Base = append(east.Base, baseGrid(fmt.Sprintf("%s%03d", secondCommunity, i+1), secondCommunity, cells(2+i%2, i/2, 1, 1)))
	}
	for _, e := range []store.NewEdition{west, east} {
		if err := importEdition(t.Context(), s, e); err != nil {
			t.Fatal(err)
		}
	}
}

// decide draws the plan and takes it through to its decision.
func (w *ward) decide(t *testing.T, changes ...grid.Change) {
	t.Helper()
	p, err := w.s.CreatePlan(t.Context(), cityOf(t, w.s), planner, grid.Plan{Counties: []string{countyCode, secondCounty}, Title: "调整", Reason: "workload"})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t, w.s, cityOf(t, w.s), planner, p}
	for _, ch := range changes {
		d.edit(ch)
	}
	p, findings, err := w.s.CheckPlan(t.Context(), d.city, planner, p.Code, d.plan.Version)
	d.after(p, err)
	for _, f := range findings {
		if f.OpenError() {
			d.after(w.s.WaiveFinding(t.Context(), d.city, planner, p.Code, d.plan.Version, f.ID, "现状如此"))
		}
	}
	d.hear()
	d.submit()
	d.after(w.s.DecidePlan(t.Context(), d.city, cityDecider, p.Code, d.plan.Version, store.Decision{Act: grid.ActApprove}))
	w.plan = d.plan
}

// remember proves the laws on what the database holds now, and keeps that, and how much it would hold with the plan in force.
func (w *ward) remember(t *testing.T) {
	t.Helper()
	prove(t, w.s)
	w.before = contents(t, w.pool)
	w.after = w.rehearse(t)
	for table, n := range rows(t, w.pool) {
		if slices.Contains([]string{"edition", "grid", "grid_version", "void_area", "division_past", "grid_lineage", "past_assignment", "post", "incident_event", "audit"}, table) && w.after[table] <= n {
			t.Errorf("publishing adds nothing to %s: the plan is too poor for this test", table)
		}
	}
}

// rehearse publishes the plan in a transaction that is rolled back, and returns how many rows each table has in it.
func (w *ward) rehearse(t *testing.T) map[string]int {
	t.Helper()
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context()) //nolint:errcheck // it is to have no effect
	made, err := store.New(tx).Publish(t.Context(), nil, cityDecider, w.plan.Code, w.plan.Version)
	if err != nil {
		t.Fatal("publishing again: ", err)
	}
	w.holdPublished(t, tx, made)
	return rows(t, tx)
}

// holdBefore fails unless the database holds what it held when the laws were proved, to the bit, and the plan can be published.
func (w *ward) holdBefore(t *testing.T) {
	t.Helper()
	w.waitForServers(t)
	if diff := cmp.Diff(w.before, contents(t, w.pool)); diff != "" {
		t.Fatalf("tables are not what they were (-before +after the fault):\n%s", diff)
	}
	if diff := cmp.Diff(w.after, w.rehearse(t)); diff != "" {
		t.Fatalf("publishing again has written otherwise (-undisturbed +after the fault):\n%s", diff)
	}
}

// holdAfter fails unless the plan is in force, whole.
func (w *ward) holdAfter(t *testing.T) {
	t.Helper()
	stored, err := w.s.Plan(t.Context(), w.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	w.holdPublished(t, w.pool, stored)
	prove(t, w.s)
	if diff := cmp.Diff(w.after, rows(t, w.pool)); diff != "" {
		t.Errorf("rows (-undisturbed +after the fault):\n%s", diff)
	}
	if _, err := w.s.Publish(t.Context(), nil, cityDecider, w.plan.Code, stored.Version); !errors.Is(err, grid.ErrConflict) || !strings.Contains(err.Error(), "effective") {
		t.Errorf("publishing again: %v", err)
	}
}

// holdPublished compares what belongs to the plan with the plan.
func (w *ward) holdPublished(t *testing.T, db store.DB, p grid.Plan) {
	t.Helper()
	want := []int{w.plan.BaseEditions[0] + 1, w.plan.BaseEditions[1] + 1}
	if p.State != grid.Effective || p.Version != w.plan.Version+1 || p.PublishedAt == nil || !slices.Equal(p.PublishedAs, want) {
		t.Fatalf("the plan is %s, version %d, published as %v", p.State, p.Version, p.PublishedAs)
	}
	for i, county := range p.Counties {
		if n := count(t, db, `SELECT max(number) FROM edition WHERE county_code = $1`, county); n != want[i] {
			t.Errorf("%s is at edition %d", county, n)
		}
	}
	for what, sql := range map[string]string{
		"lock":              `SELECT count(*) FROM plan_lock`,
		"other audit entry": `SELECT count(*) - 1 FROM audit WHERE action = 'publish'`,
		"post on a grid that has ended": `
			SELECT count(*)
			FROM post p
			JOIN grid g ON g.id = p.grid_id
			WHERE g.retired_edition IS NOT NULL AND p.valid_to IS NULL`,
		"version of a grid that has ended": `
			SELECT count(*)
			FROM grid_version v
			JOIN grid g ON g.id = v.grid_id
			WHERE g.retired_edition IS NOT NULL AND v.to_edition IS NULL`,
	} {
		if n := count(t, db, sql); n != 0 {
			t.Errorf("there is a %s: %d", what, n)
		}
	}
}

func prove(t *testing.T, s *store.Store) {
	t.Helper()
	proof, err := coverage.Prove(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !proof.Holds() {
		t.Errorf("%s", proof.Text(5))
	}
}

// tables returns the names of all tables.
func tables(t *testing.T, db store.DB) []string {
	t.Helper()
	return texts(t, db, `
		SELECT relname
		FROM pg_class
		WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'spatial_ref_sys'
		ORDER BY relname`)
}

// contents returns a digest of each table.
func contents(t *testing.T, db store.DB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, table := range tables(t, db) {
		var digest string
		err := db.QueryRow(t.Context(), `
			SELECT count(*) || ' rows ' || coalesce(md5(string_agg(md5(r::text), '' ORDER BY md5(r::text))), '')
			FROM `+pgx.Identifier{table}.Sanitize()+` AS r`).Scan(&digest)
		if err != nil {
			t.Fatal(err)
		}
		all[table] = digest
	}
	return all
}

// rows returns how many rows each table has.
func rows(t *testing.T, db store.DB) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, table := range tables(t, db) {
		all[table] = count(t, db, `SELECT count(*) FROM `+pgx.Identifier{table}.Sanitize())
	}
	return all
}

// child returns a process of this very binary that publishes the plan and meets the fault, and where it says how that went.
func (w *ward) child(t *testing.T, fault string, env ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPublishingChild$", "-test.v")
	config := w.pool.Config().ConnConfig
	child.Env = append(os.Environ(), childEnv+"="+w.plan.Code, "WANGGE_FAULT="+fault, "PGHOST="+config.Host, fmt.Sprintf("PGPORT=%d", config.Port),
		"PGUSER="+config.User, "PGPASSWORD="+config.Password, "PGDATABASE="+config.Database, "PGAPPNAME=child")
	child.Env = append(child.Env, env...)
	said := new(bytes.Buffer)
	child.Stdout, child.Stderr = said, said
	return child, said
}

// publishInChild runs a child to its end and returns what it says, and whether it was killed.
func (w *ward) publishInChild(t *testing.T, fault string, env ...string) (said string, killed bool) {
	t.Helper()
	child, out := w.child(t, fault, env...)
	err := child.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		status, ok := ended.Sys().(syscall.WaitStatus)
		killed = ok && status.Signaled() && status.Signal() == syscall.SIGKILL
	}
	said = out.String()
	for _, outcome := range []string{published, unavailable} {
		if strings.Contains(said, outcome) {
			said = outcome
		}
	}
	return said, killed
}

// TestPublishingChild is the server that the tests of faults end: it publishes one plan.
func TestPublishingChild(t *testing.T) {
	code := os.Getenv(childEnv)
	if code == "" {
		t.Skip("run by TestL5Faults")
	}
	s, err := store.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if code == "due" {
		_, err = s.PublishDue(t.Context(), cityOf(t, s), cityDecider)
	} else {
		p, planErr := s.Plan(t.Context(), code)
		if planErr != nil {
			t.Fatal(planErr)
		}
		_, err = s.Publish(t.Context(), cityOf(t, s), cityDecider, code, p.Version)
	}
	switch {
	case err == nil:
		t.Log(published)
	case errors.Is(err, grid.ErrUnavailable):
		t.Log(unavailable)
	default:
		t.Error(err)
	}
}

// waitForServers waits until PostgreSQL has noticed that the children are gone.
func (w *ward) waitForServers(t *testing.T) {
	t.Helper()
	w.until(t, func() bool {
		var n int
		err := w.pool.QueryRow(t.Context(), `
			SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'child'`).Scan(&n)
		return err == nil && n == 0
	})
}

// waitForSleeper waits until a child stands still in its transaction, and returns the process of PostgreSQL that serves it.
func (w *ward) waitForSleeper(t *testing.T) (pid int) {
	t.Helper()
	w.until(t, func() bool {
		err := w.pool.QueryRow(t.Context(), `
			SELECT pid
			FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'child' AND state = 'idle in transaction'
			  AND state_change < clock_timestamp() - interval '500 ms'`).Scan(&pid)
		return err == nil
	})
	return pid
}

// until waits for something that other processes are about to do.
func (w *ward) until(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("what was waited for did not come within 30 s")
		}
	}
}
