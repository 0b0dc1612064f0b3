package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// TestImportsOfADivision: an administrator of a county imports what lies in it; the rest of the file is rejected, and layers of the city
// are refused.
func TestImportsOfADivision(t *testing.T) {
	t.Parallel()
	s := serveImports(t)
	u := s.upload(t, "county", "hazards.csv", "编码,名称,经度,纬度\n"+
		"HZ-1,本区,120.3005,31.5005\n"+
		"HZ-2,本区的空白处,120.3005,31.5015\n"+
		"HZ-3,邻区,120.3025,31.5005\n"+
		"HZ-4,邻区没有网格处,120.3025,31.5015\n"+
		"HZ-5,市外,121.9,31.5005\n")
	request := `{"crs": "wgs84", "sources": [{"upload": "` + u.ID + `", "layer": "hazards", "set": {"found_at": "2026-01-31", "hazard_kind": "other", "level": "general"},
		"map": {"编码": "code", "名称": "name", "经度": "lon", "纬度": "lat"}}]}`
	done := s.importAll(t, "county", request)
	if done.State != "done" || done.RowsAccepted != 2 || done.RowsRejected != 3 || len(done.Faults) != 3 {
		t.Fatalf("the import says %+v", done)
	}
	for i, row := range []float64{3, 4} {
		if f := done.Faults[i]; f["row"] != row || f["rule"] != "scope" || !strings.Contains(f["detail"].(string), binhu) {
			t.Errorf("fault %+v, want row %v, by the rule of scopes", f, row)
		}
	}
	var codes string
	if err := s.pool.QueryRow(t.Context(), `SELECT string_agg(code, ' ' ORDER BY code) FROM place WHERE code LIKE 'HZ-_'`).Scan(&codes); err != nil || codes != "HZ-1 HZ-2" {
		t.Errorf("stored are %s: %v", codes, err)
	}
	workers := s.upload(t, "county", "workers.csv", "code,name,role_type,managing_org_code\nW-1,王五,full_time,org-school\n")
	var refused struct{ Rule, Detail string }
	s.call(t, exchange{
		method: http.MethodPost, target: "/v1/imports", as: "county", header: asJSON,
		body: `{"sources": [{"upload": "` + workers.ID + `", "layer": "workers"}]}`,
	}, http.StatusUnprocessableEntity, &refused)
	if refused.Rule != "scope" || !strings.Contains(refused.Detail, "an administrator of the city") {
		t.Errorf("a layer of the city is refused by %+v", refused)
	}
	s.call(t, exchange{target: "/v1/imports/" + done.ID, as: "administrator"}, http.StatusNotFound, nil)
}

// TestGridsOfADivision: grids are imported by who administers their county, and no other county gets any, or a division that was missing.
func TestGridsOfADivision(t *testing.T) {
	t.Parallel()
	s := serveNothing(t, func(tb testing.TB, s *store.Store) {
		tb.Helper()
		divisions := []grid.Division{
			division(city, grid.LevelCity, "", "", "无锡市", box(0, 0, 4, 2)),
			division(binhu, grid.LevelCounty, city, binhu, "滨湖区", box(0, 0, 2, 2)),
			division(street, grid.LevelStreet, binhu, binhu, "河埒街道", box(0, 0, 2, 2)),
			division(liangxi, grid.LevelCounty, city, liangxi, "梁溪区", box(2, 0, 2, 2)),
		}
		if err := s.ImportDivisions(tb.Context(), imported("divisions", len(divisions)), divisions, nil); err != nil {
			tb.Fatal(err)
		}
	})
	s.secrets["county"] = token(t, s.store, grid.RoleAdministrator, binhu)
	s.secrets["street"] = token(t, s.store, grid.RoleAdministrator, street)
	square := func(west float64) string {
		return fmt.Sprintf(`"POLYGON((%[1]v 31.5,%[2]v 31.5,%[2]v 31.502,%[1]v 31.502,%[1]v 31.5))"`, west, west+0.002)
	}
	for _, as := range []string{"street", "county"} {
		u := s.upload(t, as, "base_grids.csv", "code,name,wkt\n"+
			lake+"001,水秀第一网格,"+square(120.3)+"\n"+bridge+"001,中桥第一网格,"+square(120.302)+"\n")
		done := s.importAll(t, as, `{"crs": "wgs84", "sources": [{"upload": "`+u.ID+`", "layer": "base_grids"}]}`)
		accepted := int64(0)
		if as == "county" {
			accepted = 1
		}
		if done.State != "done" || done.RowsAccepted != accepted || done.RowsRejected != 2-accepted || done.Faults[0]["rule"] != "scope" {
			t.Fatalf("%s: the import says %+v", as, done)
		}
		var grids, made string
		err := s.pool.QueryRow(t.Context(), `
			SELECT coalesce((SELECT string_agg(code, ' ') FROM grid), ''), coalesce((SELECT string_agg(code, ' ' ORDER BY code) FROM division WHERE derived), '')`).Scan(&grids, &made)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"street": "|", "county": lake + "001|" + lake}[as]
		if grids+"|"+made != want {
			t.Errorf("%s: stored are %s|%s, want %s", as, grids, made, want)
		}
	}
}

// TestImportByATokenRevokedMeanwhile: who may no longer import when all rows are written stores none of them.
func TestImportByATokenRevokedMeanwhile(t *testing.T) {
	t.Parallel()
	s := serveImports(t)
	unlock := s.lock(t)
	s.begin(t, "third", false)
	transactions := func(waiting bool) (n int) {
		t.Helper()
		err := s.pool.QueryRow(t.Context(), `
			SELECT count(*)
			FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND (NOT $1 OR wait_event_type = 'Lock')`, waiting).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	until := func(what string, good func() bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); !good(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal(what)
			}
		}
	}
	until("the import does not wait", func() bool { return transactions(true) == 1 })
	tokens, err := s.store.Tokens(t.Context(), store.TokenPage{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range tokens {
		if one.User == "third" {
			if err := s.store.RevokeToken(t.Context(), importer, one.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	unlock()
	until("the import does not end", func() bool { return transactions(false) == 0 })
	var imports, places int
	err = s.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM import WHERE layer = 'hazards'), (SELECT count(*) FROM place WHERE kind = 'hazard')`).Scan(&imports, &places)
	if err != nil || imports != 0 || places != 0 {
		t.Errorf("%d imports and %d places are stored: %v", imports, places, err)
	}
	next := s.begin(t, "administrator", false) // by who may
	if done := s.state(t, "administrator", next.ID, "done"); done.RowsAccepted != 2 {
		t.Errorf("the next import says %+v", done)
	}
}
