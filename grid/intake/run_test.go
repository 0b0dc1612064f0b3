package intake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/store"
)

// text is a source that is a text.
func text(layer, name, text string) intake.Source {
	return intake.Source{Layer: layer, Name: name, Reader: strings.NewReader(text)}
}

// box is the WKT of a rectangle whose corners are given in thousandths of a degree from 120 E, 31 N, with a vertex at
// every tenth.
func box(x0, y0, x1, y1 int) string {
	var ring []string
	side := func(x, y, dx, dy, n int) {
		for i := range n {
			if x, y := x+i*dx, y+i*dy; i == 0 || x%10 == 0 && y%10 == 0 {
				ring = append(ring, fmt.Sprintf("%.3f %.3f", 120+float64(x)/1000, 31+float64(y)/1000))
			}
		}
	}
	side(x0, y0, 1, 0, x1-x0)
	side(x1, y0, 0, 1, y1-y0)
	side(x1, y1, -1, 0, x1-x0)
	side(x0, y1, 0, -1, y1-y0)
	return `"POLYGON((` + strings.Join(append(ring, ring[0]), ",") + `))"`
}

// A town of two counties: in the west a street of two communities, in the east one community whose street is missing.
var (
	townDivisions = "code,name,wkt\n" +
		"320200000000,City," + box(0, 0, 40, 20) + "\n" +
		"320211000000,West," + box(0, 0, 20, 20) + "\n" +
		"320212000000,East," + box(20, 0, 40, 20) + "\n" +
		"320211001000,Street," + box(0, 0, 20, 20) + "\n" +
		"320211001001,North," + box(0, 10, 20, 20) + "\n" +
		"320211001002,South," + box(0, 0, 20, 10) + "\n" +
		"320212003001,Far," + box(20, 0, 40, 20) + "\n"
	townOrganizations = "code,name,kind,level,division_code,parent_code\n" +
		"O1,Street office,street_office,street,320211001000,O2\n" +
		"O2,County,government,county,320211000000,\n" +
		"O3,Orphan,government,county,320211000000,O9\n" +
		"O4,Child of the orphan,government,county,320211000000,O3\n"
	townGrids = "code,name,wkt\n" +
		"320211001001001,N1," + box(0, 10, 10, 20) + "\n" +
		"320211001001002,N2," + box(10, 10, 20, 20) + "\n" +
		"320211001002001,S1," + box(0, 0, 10, 10) + "\n" +
		"320212003001001,F1," + box(20, 0, 40, 10) + "\n"
	townVoids     = "code,reason,wkt\nV1,water," + box(10, 0, 20, 10) + "\n"
	townDedicated = "code,name,dedicated_kind,host_org_code,wkt\n" +
		"320211001001801,School,school,O1," + box(2, 12, 5, 15) + "\n" +
		"320211001001802,Market,market,O1," + box(4, 12, 7, 15) + "\n" +
		"320211001001803,Park,scenic_area,O7," + box(8, 12, 9, 13) + "\n"
)

// town is a database that holds the town.
type town struct {
	*store.Store
	summary intake.Summary
	rejects []intake.Reject
	count   func(query string) int
}

func newTown(t *testing.T) town {
	t.Helper()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	summary, rejects, err := run(t, s, crs.WGS84,
		text("dedicated_grids", "dedicated.csv", townDedicated), text("void_areas", "voids.csv", townVoids), text("base_grids", "grids.csv", townGrids),
		text("organizations", "organizations.csv", townOrganizations), text("divisions", "divisions.csv", townDivisions))
	if err != nil {
		t.Fatal(err)
	}
	return town{s, summary, rejects, func(query string) (n int) {
		if err := pool.QueryRow(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}}
}

// lines shortens rejects for comparison.
func lines(rejects []intake.Reject) []string {
	var out []string
	for _, r := range rejects {
		out = append(out, fmt.Sprintf("%s %d %s %s: %s", r.File, r.Line, r.Rule, r.Field, r.Reason))
	}
	return out
}

func TestTown(t *testing.T) {
	t.Parallel()
	s := newTown(t)
	summary, rejects := s.summary, s.rejects
	want := []string{
		"divisions: divisions.csv: 7 rows read, 7 stored, 0 rejected",
		"organizations: organizations.csv: 4 rows read, 2 stored, 2 rejected",
		`  rejected by unknown: 2; first line 4: there is none of organizations with the code "O9"`,
		"base_grids: grids.csv: 4 rows read, 4 stored, 0 rejected",
		"void_areas: voids.csv: 1 rows read, 1 stored, 0 rejected",
		"  warning: 1 name no community and were put into the one that holds most of their area",
		"dedicated_grids: dedicated.csv: 3 rows read, 2 stored, 1 rejected",
		`  rejected by unknown: 1; first line 4: there is no organization "O7"`,
		"divisions made for a missing level, with their parent's outline: 1 (320212003000)",
		"county 320211000000, edition 1: 3 base grids, 2 dedicated grids, 1 void areas: UNPROVEN, faults: 1 dedicated overlap",
		"county 320212000000, edition 1: 1 base grids, 0 dedicated grids, 0 void areas: UNPROVEN, faults: 1 gap",
	}
	got := summary.Text()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	wantRejects := []string{
		`organizations.csv 4 unknown parent_code: there is none of organizations with the code "O9"`,
		`organizations.csv 5 unknown parent_code: there is none of organizations with the code "O3"`,
		`dedicated.csv 4 unknown host_org_code: there is no organization "O7"`,
	}
	if diff := cmp.Diff(wantRejects, lines(rejects)); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
	city, err := s.City(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	far := city.Division("320212003001")
	if far == nil || far.ParentCode != "320212003000" || far.Inferred || !city.Division("320212003000").Derived {
		t.Errorf("the community without a street: %+v", far)
	}
}

func TestWorkers(t *testing.T) {
	t.Parallel()
	s := newTown(t)
	summary, rejects, err := run(t, s.Store, "",
		text("posts", "posts.csv", "worker_code,grid_code,post_kind,valid_from,valid_to\n"+
			"W1,320211001001001,worker,2026-01-01,\nW1,320211001001801,dedicated_contact,2026-01-01,2027-01-01T00:00:00Z\n"+
			"W9,320211001001001,worker,2026-01-01,\nW1,3202110010010,worker,2026-01-01,\nW1,320211001001001,worker,2026-01-01,2025-01-01\n"),
		text("workers", "workers.csv", "code,name,role_type,managing_org_code,work_phone\n"+
			"W1,网格员0001,full_time,O1,13800138000\nW2,网格员0002,full_time,O1,\nW2,网格员0002,full_time,O1,\nW3,13800138000,full_time,O1,\nW4,x,sometimes,O1,\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"workers.csv 5 BR-60 name: the text holds what looks like a personal mobile phone number",
		`workers.csv 6 enum role_type: "sometimes" is none of full_time, part_time`,
		`workers.csv 4 QC-11 code: "W2" is there twice in the file`,
		"posts.csv 6 range valid_to: the post ends before it begins",
		`posts.csv 4 unknown worker_code: there is none of workers with the code "W9"`,
		`posts.csv 5 unknown grid_code: there is none of base_grids with the code "3202110010010"`,
	}
	if diff := cmp.Diff(want, lines(rejects)); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
	if summary.Files[0].Stored != 2 || summary.Files[1].Stored != 2 {
		t.Errorf("summary %v", summary.Text())
	}
}

func TestPostsTwice(t *testing.T) {
	t.Parallel()
	s := newTown(t)
	const head = "worker_code,grid_code,post_kind,valid_from,valid_to\n"
	posts := head +
		"W1,320211001001001,worker,2026-03-01,2026-04-01\n" + // line 2
		"W1,320211001001001,worker,2026-03-01,2026-04-01\n" +
		"W1,320211001001001,worker,2026-01-01,2026-03-02\n" +
		"W1,320211001001001,worker,2026-01-01,2026-03-01\n" + // until the first begins
		"W1,320211001001001,worker,2026-02-01,\n" +
		"W1,320211001001001,worker,2026-04-01,\n" + // from its end on
		"W1,320211001001001,worker,2027-01-01,2027-02-01\n" +
		"W1,320211001001001,deputy,2026-03-01,\n" +
		"W1,320211001001002,worker,2026-03-01,\n" +
		"W2,320211001001001,worker,2026-03-01,\n"
	const inFile = " overlap valid_from: a post of the worker, of that kind, on that grid and at that time is there before it in the file"
	const stored = " overlap valid_from: a post of the worker, of that kind, on that grid and at that time is stored already"
	summary, rejects, err := run(t, s.Store, "",
		text("workers", "workers.csv", "code,name,role_type,managing_org_code\nW1,甲,full_time,O1\nW2,乙,full_time,O1\n"), text("posts", "posts.csv", posts))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"posts.csv 3" + inFile, "posts.csv 4" + inFile, "posts.csv 6" + inFile, "posts.csv 8" + inFile}, lines(rejects)); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
	if f := summary.Files[1]; f.Read != 10 || f.Stored != 6 || f.Rejected != 4 || s.count(`SELECT count(*) FROM post`) != 6 {
		t.Errorf("summary %v", summary.Text())
	}
	again := head + "W2,320211001001001,worker,2026-02-01,2026-03-01\nW1,320211001001001,worker,2026-03-31,2026-04-02\nW2,320211001001001,worker,2028-01-01,\n"
	summary, rejects, err = run(t, s.Store, "", text("posts", "again.csv", again))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"again.csv 3" + stored, "again.csv 4" + stored}, lines(rejects)); diff != "" {
		t.Errorf("rejects of posts beside those that are stored (-want +got):\n%s", diff)
	}
	if f := summary.Files[0]; f.Read != 3 || f.Stored != 1 || f.Rejected != 2 {
		t.Errorf("summary %v", summary.Text())
	}
	if summary, _, err = run(t, s.Store, "", text("posts", "posts.csv", posts)); err != nil || summary.Files[0].Rejected != 10 || s.count(`SELECT count(*) FROM post`) != 7 {
		t.Errorf("the same file again: %v, %v", summary.Text(), err)
	}
}

func TestIncidentTimes(t *testing.T) {
	t.Parallel()
	s := newTown(t)
	in := func(d time.Duration) string { return time.Now().Add(d).Format(time.RFC3339) }
	summary, rejects, err := run(t, s.Store, crs.WGS84, text("incidents", "i.csv", "lon,lat,kind,title,reported_at,occurred_at\n"+
		"120.005,31.015,gas,now,"+in(0)+",\n"+
		"120.005,31.015,gas,a clock ahead,"+in(9*time.Minute)+","+in(9*time.Minute)+"\n"+
		"120.005,31.015,gas,tomorrow,"+in(24*time.Hour)+",\n"+
		"120.005,31.015,gas,to come,"+in(0)+","+in(11*time.Minute)+"\n"+
		"120.005,31.015,gas,long ago,1999-12-31T23:59:59Z,\n"+
		"120.005,31.015,gas,first,2000-01-01T00:00:00Z,1998-01-01\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rejects {
		got = append(got, fmt.Sprintf("%d %s %s", r.Line, r.Rule, r.Field))
	}
	if diff := cmp.Diff([]string{"4 range reported_at", "5 range occurred_at", "6 range reported_at"}, got); diff != "" {
		t.Errorf("rejects (-want +got):\n%s\n%v", diff, lines(rejects))
	}
	if f := summary.Files[0]; f.Read != 6 || f.Stored != 3 {
		t.Errorf("summary %v", summary.Text())
	}
}

func TestDuty(t *testing.T) {
	t.Parallel()
	s := newTown(t)
	const on = "2026-02-01T08:00:00+08:00,2026-02-01T18:00:00+08:00"
	summary, rejects, err := run(t, s.Store, "",
		text("workers", "workers.csv", "code,name,role_type,managing_org_code\nW1,甲,full_time,O1\nW2,乙,full_time,O1\n"),
		text("posts", "posts.csv", "worker_code,grid_code,post_kind,valid_from,valid_to\n"+
			"W1,320211001001001,worker,2026-01-01,\nW1,320211001001001,deputy,2026-01-01,\nW2,320211001001002,worker,2026-01-01,2026-03-01\n"),
		text("duty", "duty.csv", "worker_code,grid_code,post_kind,on_from,on_to,stand_in_worker_code,absent\n"+
			"W1,320211001001001,worker,"+on+",W2,true\n"+
			"W1,320211001001001,deputy,"+on+",,\n"+
			"W1,320211001001001,worker,2026-02-01T17:00:00+08:00,2026-02-02T08:00:00+08:00,,\n"+
			"W9,320211001001001,worker,"+on+",,\n"+
			"W1,320211001001001,worker,"+on+",W9,\n"+
			"W1,320211001001002,worker,"+on+",,\n"+
			"W2,320211001001002,,2026-02-01,2026-03-02,,\n"+
			"W2,320211001001002,,2026-02-01,2026-02-02,W2,\n"+
			"W2,320211001001002,,2026-02-01,2026-02-01,,\n"+
			"W2,320211001001002,king,2026-02-01,2026-02-02,,\n"+
			"W2,320211001001002,,2026-02-01,2026-02-02,W1,\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"duty.csv 10 range on_to: the duty is to end after it begins",
		`duty.csv 11 enum post_kind: "king" is none of adviser, dedicated_contact, deputy, grid_leader, liaison, worker`,
		`duty.csv 5 unknown worker_code: there is none of workers with the code "W9"`,
		`duty.csv 6 unknown stand_in_worker_code: there is none of workers with the code "W9"`,
		"duty.csv 4 overlap on_from: the post has another duty at that time in the file",
		`duty.csv 7 post_valid worker_code: "W1" has no such post on 320211001001002 that is valid in all of the time of the duty`,
		`duty.csv 8 post_valid worker_code: "W2" has no such post on 320211001001002 that is valid in all of the time of the duty`,
		`duty.csv 9 stand_in stand_in_worker_code: "W2" is the same worker, or has no post in the county that is valid in all of the time of the duty`,
	}
	if diff := cmp.Diff(want, lines(rejects)); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
	if stored := summary.Files[2].Stored; stored != 3 {
		t.Errorf("%d stored, want 3: %v", stored, summary.Text())
	}
	duties, err := s.Store.Duties(t.Context(), store.RosterFilter{Limit: 10})
	if err != nil || len(duties) != 3 || duties[0].StandInWorker != "W2" || !duties[0].Absent || duties[2].StandInWorker != "W1" || duties[2].PostKind != "worker" {
		t.Errorf("stored %+v, %v", duties, err)
	}
	if _, rejects, err = run(t, s.Store, "", text("duty", "again.csv", "worker_code,grid_code,post_kind,on_from,on_to\nW1,320211001001001,worker,"+on+"\n")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"again.csv 2 overlap on_from: the post has another duty at that time"}, lines(rejects)); diff != "" {
		t.Errorf("rejects of the same again (-want +got):\n%s", diff)
	}
}

func TestLocated(t *testing.T) {
	t.Parallel()
	s := newTown(t)
	rows := "code,lon,lat,hazard_kind,level,found_at,name\n" +
		"H1,120.005,31.015,gas,general,2026-01-31,in a grid\n" +
		"H2,120.015,31.005,gas,general,2026-01-31 08:00:00,in the void area\n" +
		"H3,120.060,31.015,gas,general,2026-01-31T08:00:00Z,outside within the margin\n" +
		"H4,31.015,120.005,gas,general,2026-01-31,swapped\n" +
		"H5,-77,38,gas,general,2026-01-31,elsewhere\n" +
		"H6,NaN,31,gas,general,2026-01-31,no number\n" +
		"H1,120.005,31.015,gas,general,2026-01-31,twice\n" +
		"H7,120.005,31.015,steam,general,2026-01-31,no such kind\n" +
		"H8,120.005,31.015,gas,general,31.1.2026,no date\n" +
		"H9,120.005,31.015,gas,,2026-01-31,no level\n" +
		"H10,120.005,31.015,gas,general,2026-01-31,\"身份证11010519491231002X\"\n" +
		"H11,,,gas,general,2026-01-31,nowhere\n"
	summary, rejects, err := run(t, s.Store, crs.CGCS2000, text("hazards", "h.csv", rows))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rejects {
		got = append(got, fmt.Sprintf("%d %d %s %s", r.Line, r.Number, r.Rule, r.Field))
	}
	if diff := cmp.Diff([]string{
		"5 4 position_not_finite_or_off_globe geometry", "6 5 outside_the_city_box geometry", "7 6 position_not_finite_or_off_globe geometry",
		"8 7 QC-11 code", "9 8 enum hazard_kind", "10 9 time found_at", "11 10 required level", "12 11 BR-60 name", "13 12 geometry_empty geometry",
	}, got); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
	if !strings.Contains(rejects[0].Reason, "swapped") {
		t.Errorf("the reason for swapped coordinates: %s", rejects[0].Reason)
	}
	if f := summary.Files[0]; f.Read != 12 || f.Stored != 3 || f.Unassigned != 2 {
		t.Errorf("summary %+v", f)
	}
	again, rejects, err := run(t, s.Store, crs.CGCS2000, text("hazards", "h.csv", rows))
	if err != nil || again.Files[0].Stored != 0 || !strings.Contains(rejects[0].Reason, "stored already") {
		t.Errorf("the same file again: %v %v %v", again.Text(), lines(rejects), err)
	}
}

// TestMislabelled gives points that lie in a grid only if they are GCJ-02, and says so without correcting them (QC-22).
func TestMislabelled(t *testing.T) {
	t.Parallel()
	s := newTown(t)
	p := crs.GCJ02.FromWGS84([2]float64{120.0395, 31.005}) // some 400 m further east: outside
	rows := fmt.Sprintf("households,lon,lat\n3,%v,%v\n4,120.01,31.015\n", p[0], p[1])
	summary, _, err := run(t, s.Store, crs.WGS84, text("household_points", "a.csv", rows))
	if err != nil {
		t.Fatal(err)
	}
	if f := summary.Files[0]; f.Unassigned != 1 || len(f.Warnings) != 1 || !strings.HasPrefix(f.Warnings[0], "QC-22: 1 rows") {
		t.Errorf("declared wgs84: %v", summary.Text())
	}
	summary, _, err = run(t, s.Store, crs.GCJ02, text("household_points", "a.csv", fmt.Sprintf("households,lon,lat\n3,%v,%v\n", p[0], p[1])))
	if f := summary.Files[0]; err != nil || f.Unassigned != 0 {
		t.Errorf("declared gcj02: %v %v", summary.Text(), err)
	}
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	summary, err := intake.Run(t.Context(), intake.Config{
		Store: s, Actor: grid.Actor{Name: "test"}, CRS: crs.WGS84, DryRun: true, Sources: []intake.Source{text("divisions", "d.csv", townDivisions)},
	})
	if err != nil || summary.Files[0].Stored != 7 || !strings.Contains(summary.Text()[0], "7 would be stored") {
		t.Errorf("%v %v", summary.Text(), err)
	}
	if divisions, err := s.Divisions(t.Context()); err != nil || len(divisions) != 0 {
		t.Errorf("%d divisions were stored, %v", len(divisions), err)
	}
}
