package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
)

// TestRoster reads and writes workers, posts and duty by tokens of two scopes: a street's touches nothing of the other (L9).
func TestRoster(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, grid.RolePlanner, street)
	s.secrets["desk"] = token(t, s.store, grid.RoleDispatcher, street)
	s.secrets["reader"] = token(t, s.store, grid.RoleReader, street)
	s.secrets["elsewhere"] = token(t, s.store, grid.RolePlanner, liangxi)
	send := func(name, as, method, target, body string, header ...string) exchange {
		e := exchange{name: name, as: as, method: method, target: target, header: asJSON, body: body}
		for _, h := range header {
			e.header += h
		}
		return e
	}
	const post, patch, workers, posts, duty = http.MethodPost, http.MethodPatch, "/v1/workers", "/v1/posts", "/v1/duty"
	worker := `{"code":"W9","name":"王芳","role_type":"full_time","origin":"recruited","managing_org_code":"org-school","work_phone":"13800138000"}`
	shift := `{"post_id":2,"on_from":"2026-01-01","on_to":"2099-01-01","stand_in_post_id":5}`
	s.all(t, []exchange{
		send("create worker", "planner", post, workers, worker),
		send("create worker again", "planner", post, workers, worker),
		send("create worker elsewhere", "elsewhere", post, workers, worker),
		send("create worker without a role for it", "desk", post, workers, worker),
		send("create worker by nobody", "", post, workers, worker),
		send("create worker BR-60 column", "planner", post, workers, `{"code":"W8","name":"李","id_card":"1"}`),
		send("create worker BR-60 name", "planner", post, workers, `{"code":"W8","name":"李 13800138000","role_type":"full_time","managing_org_code":"org-school"}`),
		send("create worker unknown origin", "planner", post, workers, `{"code":"W8","name":"李","role_type":"full_time","origin":"moon","managing_org_code":"org-school"}`),
		send("create worker without an organisation", "planner", post, workers, `{"code":"W8","name":"李","role_type":"full_time"}`),
		send("change worker", "planner", patch, workers+"/W9", `{"grade":"一级","origin":null}`, `If-Match: "1"`),
		send("change worker stale", "planner", patch, workers+"/W9", `{"grade":"二级"}`, `If-Match: "1"`),
		send("change worker without version", "planner", patch, workers+"/W9", `{"grade":"二级"}`),
		send("change worker elsewhere", "elsewhere", patch, workers+"/W9", `{"grade":"二级"}`, `If-Match: "2"`),
		send("change worker code", "planner", patch, workers+"/W9", `{"code":"W10"}`, `If-Match: "2"`),
		send("change worker unknown", "planner", patch, workers+"/W0", `{"grade":"二级"}`, `If-Match: "2"`),

		send("create post", "planner", post, posts, `{"worker_code":"W9","grid_code":"`+lake+`002","post_kind":"deputy","valid_from":"2021-01-01","public":false}`),
		send("create post again", "planner", post, posts, `{"worker_code":"W9","grid_code":"`+lake+`002","post_kind":"deputy"}`),
		send("create post elsewhere", "elsewhere", post, posts, `{"worker_code":"W9","grid_code":"`+lake+`002","post_kind":"worker"}`),
		send("create post on the other side", "planner", post, posts, `{"worker_code":"W9","grid_code":"`+bridge+`001","post_kind":"worker"}`),
		send("create post on no grid", "planner", post, posts, `{"worker_code":"W9","grid_code":"x","post_kind":"worker"}`),
		send("create post that ends before", "planner", post, posts, `{"worker_code":"W9","grid_code":"`+lake+`001","post_kind":"worker","valid_from":"2026-01-01","valid_to":"2025-01-01"}`),
		send("create post of no kind", "planner", post, posts, `{"worker_code":"W9","grid_code":"`+lake+`001","post_kind":"king"}`),
		{name: "worker", target: workers + "/W9", as: "reader"},
		{name: "worker unknown", target: workers + "/W0", as: "reader"},
		{name: "worker elsewhere", target: workers + "/W9", as: "elsewhere"},
		{name: "worker nobody", target: workers + "/W9"},
		{name: "posts", target: posts + "?grid=" + lake + "002", as: "reader"},
		{name: "posts elsewhere", target: posts, as: "elsewhere"},
		{name: "posts nobody", target: posts},
		{name: "post", target: posts + "/5", as: "reader"},
		{name: "post elsewhere", target: posts + "/5", as: "elsewhere"},

		send("create duty", "desk", post, duty, shift),
		send("create duty again", "desk", post, duty, shift),
		send("create duty by a reader", "reader", post, duty, shift),
		send("create duty elsewhere", "elsewhere", post, duty, shift),
		send("create duty that stands in for itself", "desk", post, duty, `{"post_id":1,"on_from":"2026-01-01","on_to":"2026-01-02","stand_in_post_id":1}`),
		send("create duty before the post", "desk", post, duty, `{"post_id":5,"on_from":"2019-01-01","on_to":"2026-01-02"}`),
		send("create duty without an end", "desk", post, duty, `{"post_id":5,"on_from":"2026-01-01"}`),
		send("absent", "desk", patch, duty+"/1", `{"absent":true}`, `If-Match: "1"`),
		send("absent stale", "desk", patch, duty+"/1", `{"absent":true}`, `If-Match: "1"`),
		send("absent elsewhere", "elsewhere", patch, duty+"/1", `{"absent":false}`, `If-Match: "2"`),
		{name: "duty", target: duty + "?grid=" + lake + "002", as: "reader"},
		{name: "duty of a day", target: duty + "?from=2025-01-01&to=2025-01-02", as: "reader"},
		{name: "duty elsewhere", target: duty, as: "elsewhere"},
		{name: "duty by id", target: duty + "/1", as: "reader"},
		{name: "duty nobody", target: duty},
		{name: "duty no instant", target: duty + "?from=soon", as: "reader"},
		{name: "BR-46 anybody", target: workers + "?grid=" + lake + "002"},
		{name: "BR-46 with a token", target: workers + "?grid=" + lake + "002", as: "reader"},
		{name: "BR-46 elsewhere", target: workers + "?grid=" + lake + "002", as: "elsewhere"},
		{name: "BR-29 contact", target: "/v1/grids/" + lake + "002/contact"},
		{name: "BR-29 contact with a token", target: "/v1/grids/" + lake + "002/contact", as: "reader"},
		{name: "BR-29 contact elsewhere", target: "/v1/grids/" + lake + "002/contact", as: "elsewhere"},
		{name: "BR-29 contact of a dedicated grid", target: "/v1/grids/" + lake + "801/contact"},
		{name: "BR-16 contact of a dedicated grid without a post", target: "/v1/grids/" + lake + "802/contact"},
		{name: "contact of no grid", target: "/v1/grids/x/contact"},
		{name: "register", target: workers + "?register=true&limit=2", as: "reader"},
		{name: "register of an organisation", target: workers + "?register=true&organization=org-none", as: "reader"},
		{name: "register elsewhere", target: workers + "?register=true", as: "elsewhere"},
		{name: "register nobody", target: workers + "?register=true"},
		{name: "active without register", target: workers + "?active=true", as: "reader"},
	})
}

// TestBR29Locate sees the step that answers change as duty does, at once on the server that wrote it.
func TestBR29Locate(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["desk"] = token(t, s.store, grid.RoleDispatcher, street)
	s.secrets["planner"] = token(t, s.store, grid.RolePlanner, street)
	used := func(as string) string {
		t.Helper()
		var a struct {
			Contact struct{ Step, Name string }
		}
		s.json(t, exchange{target: where(1.05, 0.3), as: as}, http.StatusOK, &a)
		return a.Contact.Step + " " + a.Contact.Name
	}
	write := func(status int, as, method, target, body, header string) {
		t.Helper()
		s.json(t, exchange{method: method, target: target, header: asJSON + header, as: as, body: body}, status, &struct{}{})
	}
	want := func(as, step string) {
		t.Helper()
		if got := used(as); got != step {
			t.Errorf("used is %q, want %q", got, step)
		}
	}
	want("", "posted 网格员0002")
	write(http.StatusCreated, "planner", http.MethodPost, "/v1/posts", `{"worker_code":"0001","grid_code":"`+lake+`002","post_kind":"deputy","valid_from":"2021-01-01"}`, "")
	write(http.StatusCreated, "desk", http.MethodPost, "/v1/duty", `{"post_id":2,"on_from":"2026-01-01","on_to":"2099-01-01","stand_in_post_id":5}`, "")
	want("", "on_duty 网格员0002")
	write(http.StatusOK, "desk", http.MethodPatch, "/v1/duty/1", `{"absent":true}`, "If-Match: \"1\"")
	want("", "stand_in 网格员0001")
	write(http.StatusOK, "desk", http.MethodPatch, "/v1/duty/1", `{"stand_in_post_id":null}`, "If-Match: \"2\"")
	want("desk", "grid_leader 网格员0003") // whose post is not public
	want("", "base_worker 网格员0001")     // who is a deputy there, but not on
	write(http.StatusOK, "planner", http.MethodPatch, "/v1/workers/0002", `{"active":false}`, "If-Match: \"1\"")
	want("", "posted 网格员0001")
	write(http.StatusOK, "planner", http.MethodPatch, "/v1/posts/5", `{"public":false}`, "If-Match: \"1\"")
	want("", "community 水秀社区")
}

// TestBR45Staffing lists the grids that want people.
func TestBR45Staffing(t *testing.T) {
	t.Parallel()
	s := serve(t)
	planner := grid.Actor{Name: "planner", Role: grid.RolePlanner}
	since := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	state := s.live.Now()
	for _, code := range []string{lake + "002", lake + "802", bridge + "001"} {
		_, err := s.store.CreatePost(t.Context(), planner, state.City, grid.Post{WorkerCode: "0001", GridCode: code, PostKind: "deputy", ValidFrom: since})
		if err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	for _, d := range []grid.Duty{
		{PostID: 1, OnFrom: now.AddDate(0, 0, 1), OnTo: now.AddDate(0, 0, 2)},            // nobody is on 001 now
		{PostID: 2, OnFrom: since, OnTo: now.AddDate(1, 0, 0), StandIn: 5, Absent: true}, // somebody stands in on 002
		{PostID: 4, OnFrom: since, OnTo: now.AddDate(1, 0, 0)},
	} {
		if _, err := s.store.CreateDuty(t.Context(), planner, state.City, d); err != nil {
			t.Fatal(err)
		}
	}
	end := now.AddDate(0, 0, 3)
	if _, err := s.store.UpdatePost(t.Context(), planner, state.City, 4, 1, func(p *grid.Post) error { p.ValidTo = &end; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := s.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.secrets["county"] = token(t, s.store, grid.RoleReader, binhu)
	s.all(t, []exchange{
		{name: "county", target: "/v1/staffing/" + binhu, as: "county"},
		{name: "another county", target: "/v1/staffing/" + liangxi, as: "county"},
		{name: "nobody", target: "/v1/staffing/" + binhu},
		{name: "unknown", target: "/v1/staffing/x", as: "county"},
	})
}

// json sends a request and reads its answer.
func (s *server) json(t *testing.T, e exchange, status int, into any) {
	t.Helper()
	answer := s.do(t, e)
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != status {
		t.Fatalf("%s %s: %d %s", e.method, e.target, answer.StatusCode, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatal(err)
	}
}
