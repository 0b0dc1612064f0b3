package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// importServer is a server whose imports are tested.
type importServer struct {
	*server
	pool *pgxpool.Pool
	dir  string // of what is sent
	app  *api.Server
}

// serveImports starts a server of the town with tokens of several reaches; at the end it is closed, and nothing may be left then.
func serveImports(t *testing.T) importServer {
	t.Helper()
	s := serveNothing(t, fill)
	s.secrets["county"] = token(t, s.store, grid.RoleAdministrator, binhu)
	return s
}

// serveNothing is serveImports of a database in which there is only what first puts there, with tokens for the whole city.
func serveNothing(t *testing.T, first func(testing.TB, *store.Store)) importServer {
	t.Helper()
	dir := t.TempDir()
	pool := gridtest.Pool(t)
	s := store.New(pool)
	first(t, s)
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	app := api.New(api.Config{Store: s, Live: l, UploadDir: dir})
	front := httptest.NewServer(app.Handler())
	t.Cleanup(func() {
		front.Close()
		if err := app.Close(); err != nil {
			t.Error(err)
		}
		if left := leftFiles(t, dir); len(left) > 0 {
			t.Errorf("after the end there are still %v", left)
		}
	})
	return importServer{pool: pool, dir: dir, app: app, server: &server{Server: front, store: s, live: l, secrets: map[string]string{
		"administrator": token(t, s, grid.RoleAdministrator, ""),
		"second":        tokenOf(t, s, "second"),
		"third":         tokenOf(t, s, "third"),
		"planner":       token(t, s, grid.RolePlanner, ""),
	}}}
}

// tokenOf makes a token of another administrator.
func tokenOf(t *testing.T, s *store.Store, user string) string {
	t.Helper()
	secret, _, err := s.CreateToken(t.Context(), importer, store.Token{User: user, Role: grid.RoleAdministrator})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// leftFiles are the temporary files in the directory.
func leftFiles(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
		below, err := os.ReadDir(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range below {
			if file.Name() != ".lock" {
				names = append(names, file.Name())
			}
		}
	}
	return names
}

// ask makes a request, holds the answer to the document and reads it.
func (s importServer) call(t *testing.T, e exchange, status int, into any) http.Header {
	t.Helper()
	answer := s.do(t, e)
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	conforms(t, answer, body)
	if answer.StatusCode != status {
		t.Fatalf("%s %s: got %s, want %d: %s", e.method, e.target, answer.Status, status, body)
	}
	if into != nil {
		if err := json.Unmarshal(body, into); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
	}
	return answer.Header
}

// uploaded is what the tests read of an upload.
type uploaded struct {
	ID       string  `json:"id"`
	Bytes    int64   `json:"bytes"`
	Format   string  `json:"format"`
	Encoding *string `json:"encoding"`
	Layers   []struct {
		Name    string `json:"name"`
		Rows    *int64 `json:"rows"`
		Columns []struct {
			Name    string   `json:"name"`
			Samples []string `json:"samples"`
		} `json:"columns"`
		Geometry  string  `json:"geometry"`
		CRS       *string `json:"crs"`
		Suggested struct {
			Layer *string           `json:"layer"`
			Map   map[string]string `json:"map"`
		} `json:"suggested"`
	} `json:"layers"`
}

func (s importServer) upload(t *testing.T, as, name, body string) (u uploaded) {
	t.Helper()
	s.call(t, exchange{method: http.MethodPost, target: "/v1/uploads?name=" + name, as: as, body: body, header: octets}, http.StatusCreated, &u)
	return u
}

const octets = "Content-Type: application/octet-stream\n"

// counts are the rows of every table.
func (s importServer) counts(t *testing.T) string {
	t.Helper()
	rows, err := s.pool.Query(t.Context(), `
		SELECT c.relname || '=' || (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ' || c.oid::regclass, false, true, '')))[1]::text
		FROM pg_class c
		WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
		ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(lines) < 30 {
		t.Fatalf("%d tables: %v", len(lines), err)
	}
	return strings.Join(lines, " ")
}

// importing is what the tests read of an import.
type importing struct {
	ID           string           `json:"id"`
	State        string           `json:"state"`
	RowsRead     int64            `json:"rows_read"`
	RowsAccepted int64            `json:"rows_accepted"`
	RowsRejected int64            `json:"rows_rejected"`
	BytesRead    int64            `json:"bytes_read"`
	BytesTotal   int64            `json:"bytes_total"`
	Faults       []map[string]any `json:"faults"`
	Problem      map[string]any   `json:"problem"`
}

// importAll begins an import and waits for its end.
func (s importServer) importAll(t *testing.T, as, request string) (i importing) {
	t.Helper()
	s.call(t, exchange{method: http.MethodPost, target: "/v1/imports", as: as, body: request, header: asJSON}, http.StatusAccepted, &i)
	for i.State == "waiting" || i.State == "reading" || i.State == "storing" {
		time.Sleep(5 * time.Millisecond)
		s.call(t, exchange{target: "/v1/imports/" + i.ID, as: as}, http.StatusOK, &i)
	}
	return i
}

const hazardsCSV = "编码,名称,经度,纬度,隐患,级别\n" +
	"HZ-1,占道堆放,120.3005,31.5005,other,general\n" +
	"HZ-2,电线老化,120.3006,31.5006,other,general\n" +
	"HZ-3,井盖缺失,121.9,31.5006,other,general\n"

func TestUploadAndImport(t *testing.T) {
	t.Parallel()
	s := serveImports(t)
	u := s.upload(t, "administrator", "hazards.csv", hazardsCSV)
	layer := u.Layers[0]
	if u.Format != "csv" || *u.Encoding != "utf-8" || u.Bytes != int64(len(hazardsCSV)) || *layer.Rows != 3 || layer.Geometry != "point" {
		t.Errorf("got %+v", u)
	}
	if got := layer.Suggested; *got.Layer != "hazards" || got.Map["经度"] != "lon" || got.Map["纬度"] != "lat" || got.Map["名称"] != "name" {
		t.Errorf("suggested are %s, %v", *got.Layer, got.Map)
	}
	var preview struct {
		Rows, Skipped int
		Features      []struct {
			Geometry struct{ Coordinates [2]float64 }
		}
	}
	shown := map[string][2]float64{}
	for _, system := range []string{"wgs84", "gcj02"} {
		s.call(t, exchange{target: "/v1/uploads/" + u.ID + "/preview?crs=" + system + "&limit=2", as: "administrator"}, http.StatusOK, &preview)
		if preview.Rows != 2 || preview.Skipped != 0 {
			t.Errorf("%s: got %+v", system, preview)
		}
		shown[system] = preview.Features[0].Geometry.Coordinates
	}
	if moved := shown["wgs84"][0] - shown["gcj02"][0]; shown["wgs84"] != [2]float64{120.3005, 31.5005} || moved < 0.003 || moved > 0.006 {
		t.Errorf("the preview does not show the system: %v", shown)
	}

	request := `{"crs": "wgs84", "dry_run": DRY, "sources": [{"upload": "` + u.ID + `", "layer": "hazards", "set": {"found_at": "2026-01-31"},
		"map": {"编码": "code", "名称": "name", "经度": "lon", "纬度": "lat", "隐患": "hazard_kind", "级别": "level"}}]}`
	before := s.counts(t)
	dry := s.importAll(t, "administrator", strings.ReplaceAll(request, "DRY", "true"))
	if dry.State != "done" || dry.RowsRead != 3 || dry.RowsAccepted != 2 || dry.RowsRejected != 1 || len(dry.Faults) != 1 || dry.Faults[0]["row"] != 3.0 {
		t.Errorf("the dry run says %+v", dry)
	}
	if after := s.counts(t); after != before {
		t.Errorf("the dry run has stored something: %s, before %s", after, before)
	}
	done := s.importAll(t, "administrator", strings.ReplaceAll(request, "DRY", "false"))
	if done.State != "done" || done.RowsAccepted != 2 || done.BytesRead != done.BytesTotal {
		t.Errorf("the import says %+v", done)
	}
	answer := s.do(t, exchange{target: "/v1/imports/" + done.ID + "/rejects", as: "administrator"})
	rejects, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(rejects), "井盖缺失") || strings.Count(string(rejects), "\n") != 1 {
		t.Errorf("the rejects are %s (%v)", rejects, err)
	}
	var audited int
	err = s.pool.QueryRow(t.Context(), `SELECT count(*) FROM audit WHERE action = 'import' AND object_type = 'hazards' AND actor = 'administrator'`).Scan(&audited)
	if err != nil || audited != 1 {
		t.Errorf("the audit has %d entries of the import, want 1", audited)
	}
	s.call(t, exchange{method: http.MethodDelete, target: "/v1/uploads/" + u.ID, as: "administrator"}, http.StatusNoContent, nil)
	s.call(t, exchange{target: "/v1/uploads/" + u.ID, as: "administrator"}, http.StatusNotFound, nil)
}
