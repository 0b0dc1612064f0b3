package api_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestImportsAreForAdministrators: who does not administer may neither send files nor import, and nobody sees what others have sent.
func TestImportsAreForAdministrators(t *testing.T) {
	t.Parallel()
	s := serveImports(t)
	u := s.upload(t, "administrator", "hazards.csv", hazardsCSV)
	request := `{"crs": "wgs84", "dry_run": true, "sources": [{"upload": "` + u.ID + `", "layer": "hazards"}]}`
	done := s.importAll(t, "administrator", request)
	asked := []exchange{
		{method: http.MethodPost, target: "/v1/uploads?name=a.csv", header: octets, body: hazardsCSV},
		{method: http.MethodPost, target: "/v1/imports", header: asJSON, body: request},
		{target: "/v1/uploads/" + u.ID},
		{target: "/v1/uploads/" + u.ID + "/preview?crs=wgs84"},
		{method: http.MethodPatch, target: "/v1/uploads/" + u.ID, header: asJSON, body: `{"encoding": "gbk"}`},
		{method: http.MethodDelete, target: "/v1/uploads/" + u.ID},
		{target: "/v1/imports/" + done.ID},
		{method: http.MethodDelete, target: "/v1/imports/" + done.ID},
		{target: "/v1/imports/" + done.ID + "/rejects"},
		{target: "/v1/imports/" + done.ID + "/clean.geojson"},
	}
	before := leftFiles(t, s.dir)
	for as, status := range map[string]int{"": http.StatusUnauthorized, "planner": http.StatusForbidden} {
		for _, e := range asked {
			e.as = as
			s.call(t, e, status, nil)
		}
	}
	for _, e := range asked[1:] {
		e.as = "second"
		s.call(t, e, http.StatusNotFound, nil)
		if e.body != "" {
			continue
		}
		if got := s.token(t, "second", e.method, e.target, ""); !strings.Contains(got.text, "another server") {
			t.Errorf("%s is refused by %s: another server may have it", e.target, got.text)
		}
	}
	var own struct{ Imports []importing }
	if s.call(t, exchange{target: "/v1/imports", as: "second"}, http.StatusOK, &own); len(own.Imports) != 0 {
		t.Errorf("somebody else sees %v", own.Imports)
	}
	if s.call(t, exchange{target: "/v1/imports", as: "administrator"}, http.StatusOK, &own); len(own.Imports) != 1 || own.Imports[0].ID != done.ID {
		t.Errorf("the imports are %v", own.Imports)
	}
	if after := leftFiles(t, s.dir); !slices.Equal(after, before) {
		t.Errorf("refused files stay: %v, before %v", after, before)
	}
}

// lock makes every import wait until unlock is called.
func (s importServer) lock(t *testing.T) (unlock func()) {
	t.Helper()
	tx, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `LOCK TABLE import IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(t.Context()); err != nil && err != pgx.ErrTxClosed { //nolint:errorlint // the very value
			t.Error(err)
		}
	}
}

// begin begins an import of the hazards without waiting for it.
func (s importServer) begin(t *testing.T, as string, dryRun bool) (i importing) {
	t.Helper()
	u := s.upload(t, as, "hazards.csv", hazardsCSV)
	request := fmt.Sprintf(`{"crs": "wgs84", "dry_run": %v, "sources": [{"upload": %q, "layer": "hazards", "set": {"found_at": "2026-01-31"},
		"map": {"名称": "name", "经度": "lon", "纬度": "lat", "隐患": "hazard_kind", "级别": "level"}}]}`, dryRun, u.ID)
	s.call(t, exchange{method: http.MethodPost, target: "/v1/imports", as: as, body: request, header: asJSON}, http.StatusAccepted, &i)
	return i
}

// state waits until the import is in that state.
func (s importServer) state(t *testing.T, as, id, want string) (i importing) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if s.call(t, exchange{target: "/v1/imports/" + id, as: as}, http.StatusOK, &i); i.State == want {
			return i
		}
	}
	t.Fatalf("the import is %s, not %s", i.State, want)
	return i
}

func TestImportIsCancelled(t *testing.T) {
	t.Parallel()
	s := serveImports(t)
	before := s.counts(t)
	unlock := s.lock(t)
	defer unlock()
	first, second := s.begin(t, "administrator", false), s.begin(t, "second", false)
	s.state(t, "administrator", first.ID, "reading")
	s.state(t, "second", second.ID, "reading")
	third := s.begin(t, "third", false)
	if third.State != "waiting" {
		t.Errorf("the third import is %s", third.State)
	}
	var twice struct {
		With string `json:"conflicts_with"`
	}
	u := s.upload(t, "administrator", "hazards.csv", hazardsCSV)
	request := `{"crs": "wgs84", "sources": [{"upload": "` + u.ID + `", "layer": "hazards"}]}`
	s.call(t, exchange{method: http.MethodPost, target: "/v1/imports", as: "administrator", body: request, header: asJSON}, http.StatusConflict, &twice)
	if twice.With != first.ID {
		t.Errorf("a second import conflicts with %q, want the first", twice.With)
	}
	s.call(t, exchange{target: "/v1/imports/" + first.ID + "/rejects", as: "administrator"}, http.StatusConflict, nil)
	for as, one := range map[string]importing{"administrator": first, "second": second, "third": third} {
		var ended importing
		s.call(t, exchange{method: http.MethodDelete, target: "/v1/imports/" + one.ID, as: as}, http.StatusOK, &ended)
		if ended.State != "cancelled" || ended.Problem != nil {
			t.Errorf("%s: a cancelled import says %+v", as, ended)
		}
	}
	unlock()
	if after := s.counts(t); after != before {
		t.Errorf("cancelled imports have stored something: %s, before %s", after, before)
	}
	if next := s.importAll(t, "administrator", request); next.State != "done" || next.RowsRejected != 3 { // by another map nothing is required
		t.Errorf("the next import says %+v", next)
	}
}

// TestImportEndsWithTheServer: nothing of an import that runs when the server ends is stored, and no file stays.
func TestImportEndsWithTheServer(t *testing.T) {
	t.Parallel()
	s := serveImports(t)
	before := s.counts(t)
	unlock := s.lock(t)
	job := s.begin(t, "administrator", false)
	s.state(t, "administrator", job.ID, "reading")
	if err := s.app.Close(); err != nil {
		t.Error(err)
	}
	if left := leftFiles(t, s.dir); len(left) > 0 {
		t.Errorf("there are still %v", left)
	}
	unlock()
	if after := s.counts(t); after != before {
		t.Errorf("something was stored: %s, before %s", after, before)
	}
	s.call(t, exchange{method: http.MethodPost, target: "/v1/uploads?name=a.csv", as: "administrator", body: hazardsCSV, header: octets}, http.StatusServiceUnavailable, nil)
}

// TestUploadIsCutOff: of a file that does not come whole nothing stays.
func TestUploadIsCutOff(t *testing.T) {
	t.Parallel()
	s := serveImports(t)
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(connection, "POST /v1/uploads?name=a.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 100000\r\n\r\n%s",
		s.secrets["administrator"], hazardsCSV)
	if err != nil {
		t.Fatal(err)
	}
	until := func(what string, good func(files []string) bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			if good(leftFiles(t, s.dir)) {
				return
			}
		}
		t.Fatalf("%s: there are %v", what, leftFiles(t, s.dir))
	}
	until("while it comes", func(files []string) bool { return len(files) == 2 })
	if err := connection.Close(); err != nil {
		t.Fatal(err)
	}
	until("when it has been cut off", func(files []string) bool { return len(files) == 1 })
}

// TestUploadsAreBounded: a token keeps eight files, and what is no file for us leaves none.
func TestUploadsAreBounded(t *testing.T) {
	t.Parallel()
	s := serveImports(t)
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"a.pdf":                   {"%PDF-1.7", http.StatusUnprocessableEntity},
		"a.csv":                   {"", http.StatusBadRequest},
		"b.csv":                   {"姓名,身份证号\n张三,1\n", http.StatusUnprocessableEntity},
		"c.geojson":               {`{"type":"FeatureCollection","features":[{"type":"Feature"`, http.StatusUnprocessableEntity},
		"":                        {hazardsCSV, http.StatusBadRequest},
		"%E2%80%AEvsc.a":          {hazardsCSV, http.StatusBadRequest},
		strings.Repeat("a", 201):  {hazardsCSV, http.StatusBadRequest},
		"d.csv&encoding=klingon":  {hazardsCSV, http.StatusUnprocessableEntity},
		"e.csv&something=unknown": {hazardsCSV, http.StatusBadRequest},
	} {
		s.call(t, exchange{method: http.MethodPost, target: "/v1/uploads?name=" + name, as: "administrator", body: c.body, header: octets}, c.status, nil)
	}
	if left := leftFiles(t, s.dir); len(left) > 1 {
		t.Errorf("refused files stay: %v", left)
	}
	for range 8 {
		s.upload(t, "administrator", "hazards.csv", hazardsCSV)
	}
	s.call(t, exchange{method: http.MethodPost, target: "/v1/uploads?name=a.csv", as: "administrator", body: hazardsCSV, header: octets}, http.StatusConflict, nil)
	s.upload(t, "second", "hazards.csv", hazardsCSV)
}

// TestImportRequests: what cannot be imported is said before anything is read.
func TestImportRequests(t *testing.T) {
	t.Parallel()
	s := serveImports(t)
	u := s.upload(t, "administrator", "hazards.csv", hazardsCSV)
	source := func(layer, more string) string {
		return `{"upload": "` + u.ID + `", "layer": "` + layer + `"` + more + `}`
	}
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"no sources":             {`{"crs": "wgs84", "sources": []}`, 422},
		"no crs":                 {`{"sources": [` + source("hazards", "") + `]}`, 422},
		"another crs":            {`{"crs": "epsg:4326", "sources": [` + source("hazards", "") + `]}`, 422},
		"another crs of a file":  {`{"crs": "wgs84", "sources": [` + source("hazards", `, "crs": "epsg:4326"`) + `]}`, 422},
		"no such layer":          {`{"crs": "wgs84", "sources": [` + source("dragons", "") + `]}`, 422},
		"no such upload":         {`{"crs": "wgs84", "sources": [{"upload": "ABC", "layer": "hazards"}]}`, 404},
		"two transactions":       {`{"crs": "wgs84", "sources": [` + source("hazards", "") + `,` + source("shelters", "") + `]}`, 422},
		"two columns of a field": {`{"crs": "wgs84", "sources": [` + source("hazards", `, "map": {"名称": "name", "编码": "name"}`) + `]}`, 422},
		"an unknown member":      {`{"crs": "wgs84", "sources": [` + source("hazards", `, "mapping": {}`) + `]}`, 400},
		"no object":              {`[]`, 400},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			s.call(t, exchange{method: http.MethodPost, target: "/v1/imports", as: "administrator", body: c.body, header: asJSON}, c.status, nil)
		})
	}
	missing := s.importAll(t, "administrator", `{"crs": "wgs84", "sources": [`+source("hazards", `, "map": {"不在": "name"}`)+`]}`)
	if missing.State != "failed" || missing.Problem["status"] != 422.0 || !strings.Contains(missing.Problem["detail"].(string), "不在") {
		t.Errorf("a column that is not there: %+v", missing)
	}
}

// TestImportOfSheets: a workbook and a shapefile in GBK are looked into and imported as any file.
func TestImportOfSheets(t *testing.T) {
	t.Parallel()
	s := serveImports(t)
	cell := func(text string) string { return `<c t="inlineStr"><is><t>` + text + `</t></is></c>` }
	rows := `<row>` + cell("编码") + cell("名称") + cell("经度") + cell("纬度") + `</row>` +
		`<row>` + cell("HZ-8") + cell("占道堆放") + `<c><v>120.3005</v></c><c><v>31.5005</v></c></row>`
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range [][2]string{
		{"xl/workbook.xml", `<workbook><sheets><sheet name="隐患台账" id="a"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Target="worksheets/1.xml"/></Relationships>`},
		{"xl/worksheets/1.xml", `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`},
	} {
		f, err := w.Create(part[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, part[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	u := s.upload(t, "administrator", "book.xlsx", b.String())
	l := u.Layers[0]
	if u.Format != "xlsx" || u.Encoding != nil || l.Name != "隐患台账" || l.Geometry != "point" || *l.Suggested.Layer != "hazards" || l.Suggested.Map["编码"] != "code" {
		t.Errorf("got %+v", u)
	}
	done := s.importAll(t, "administrator", `{"crs": "gcj02", "sources": [{"upload": "`+u.ID+`", "layer_in_file": "隐患台账", "layer": "hazards",
		"set": {"found_at": "2026-01-31", "hazard_kind": "other", "level": "general"}}]}`)
	if done.State != "done" || done.RowsAccepted != 1 || done.RowsRejected != 0 {
		t.Errorf("without a map, the coordinates by their names: %+v", done)
	}
	done = s.importAll(t, "administrator", `{"crs": "wgs84", "sources": [{"upload": "`+u.ID+`", "layer": "hazards", "crs": "gcj02",
		"map": {"编码": "code", "名称": "name"}, "set": {"found_at": "2026-01-31", "hazard_kind": "other", "level": "general"}}]}`)
	if done.State != "done" || done.RowsAccepted != 1 {
		t.Errorf("the import says %+v", done)
	}
	var place struct {
		Name string
		CRS  string `json:"input_crs"`
	}
	s.call(t, exchange{target: "/v1/places/HZ-8", as: "administrator"}, http.StatusOK, &place)
	if place.Name != "占道堆放" || place.CRS != "gcj02" {
		t.Errorf("the place is %+v, which its file has in gcj02", place)
	}
	done = s.importAll(t, "administrator", `{"crs": "gcj02", "sources": [{"upload": "`+u.ID+`", "layer": "hazards",
		"map": {"编码": "code", "名称": "name"}, "set": {"found_at": "2026年1月31日", "hazard_kind": "other", "level": "general"}}]}`)
	if done.State != "failed" || done.Problem["rule"] != "time" || done.Problem["field"] != "found_at" {
		t.Errorf("a time for every row that is none: %s, %v", done.State, done.Problem)
	}
	gbk := s.upload(t, "administrator", "hazards.csv", "\xc3\xfb\xb3\xc6,lon,lat\n\xd6\xd0\xc7\xc5,120.3,31.5\n")
	if *gbk.Encoding != "gb18030" || gbk.Layers[0].Columns[0].Name != "名称" || gbk.Layers[0].Columns[0].Samples[0] != "中桥" {
		t.Errorf("in GBK: %+v", gbk)
	}
	var again uploaded
	s.call(t, exchange{method: http.MethodPatch, target: "/v1/uploads/" + gbk.ID, as: "administrator", header: asJSON, body: `{"encoding": "iso-8859-1"}`}, http.StatusOK, &again)
	if again.Layers[0].Columns[0].Name == "名称" {
		t.Errorf("in another encoding: %+v", again)
	}
}
