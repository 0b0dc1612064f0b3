package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/wangge/wangge/grid"
)

// told is the answer to a request about tokens.
type told struct {
	status int
	header http.Header
	text   string
}

func (s *server) token(t *testing.T, as, method, target, body string) told {
	t.Helper()
	e := exchange{method: method, target: target, as: as, body: body}
	if body != "" {
		e.header = asJSON
	}
	answer := s.do(t, e)
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	conforms(t, answer, raw)
	return told{answer.StatusCode, answer.Header, string(raw)}
}

// TestTokens makes, lists and revokes tokens with those of every reach.
func TestTokens(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["administrator"] = token(t, s.store, grid.RoleAdministrator, "")
	s.secrets["county"] = token(t, s.store, grid.RoleAdministrator, binhu)
	s.secrets["planner"] = token(t, s.store, grid.RolePlanner, "")

	for _, as := range []string{"", "planner"} {
		want := http.StatusForbidden
		if as == "" {
			want = http.StatusUnauthorized
		}
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			body := ""
			if method == http.MethodPost {
				body = `{"user":"ming","role":"reader"}`
			}
			if got := s.token(t, as, method, "/v1/tokens", body); got.status != want {
				t.Errorf("%s by %q: %d, want %d", method, as, got.status, want)
			}
		}
		if got := s.token(t, as, http.MethodDelete, "/v1/tokens/1", ""); got.status != want {
			t.Errorf("DELETE by %q: %d, want %d", as, got.status, want)
		}
	}

	for _, c := range []struct {
		as, body string
		want     int
	}{
		{"administrator", `{"role":"reader"}`, 422},
		{"administrator", `{"user":" ","role":"reader"}`, 422},
		{"administrator", `{"user":"ming","role":"king"}`, 422},
		{"administrator", `{"user":"ming","role":"planner","in_path":true}`, 422},
		{"administrator", `{"user":"ming","role":"reader","scope":"999"}`, 400},
		{"administrator", `{"user":"ming","role":"reader","expires_at":"2020-01-01T00:00:00Z"}`, 422},
		{"county", `{"user":"ming","role":"reader"}`, 403},
		{"county", `{"user":"ming","role":"reader","scope":"` + liangxi + `"}`, 403},
	} {
		if got := s.token(t, c.as, http.MethodPost, "/v1/tokens", c.body); got.status != c.want {
			t.Errorf("%s by %s: %d %s, want %d", c.body, c.as, got.status, got.text, c.want)
		}
	}

	made := s.token(t, "county", http.MethodPost, "/v1/tokens", `{"user":"ming","role":"dispatcher","scope":"`+street+`","expires_at":"2999-01-01T00:00:00Z"}`)
	var one struct {
		ID                        int64
		Secret, User, Role, Scope string
		CreatedBy                 string `json:"created_by"`
	}
	if err := json.Unmarshal([]byte(made.text), &one); err != nil || made.status != http.StatusCreated {
		t.Fatalf("%d %s %v", made.status, made.text, err)
	}
	if got := made.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("the secret may be cached: %q", got)
	}
	if one.User != "ming" || one.Role != "dispatcher" || one.Scope != street || len(one.Secret) != 26 {
		t.Errorf("made %+v", one)
	}
	s.secrets["made"] = one.Secret
	if got := s.token(t, "made", http.MethodGet, "/v1/incidents", ""); got.status != http.StatusOK {
		t.Errorf("the new token: %d %s", got.status, got.text)
	}
	for _, as := range []string{"administrator", "county"} {
		list := s.token(t, as, http.MethodGet, "/v1/tokens", "")
		if !strings.Contains(list.text, `"ming"`) || strings.Contains(list.text, one.Secret) {
			t.Errorf("list of %s: %s", as, list.text)
		}
	}
	var whole struct {
		Items []struct {
			ID    int64
			Scope string
		}
	}
	if err := json.Unmarshal([]byte(s.token(t, "administrator", http.MethodGet, "/v1/tokens", "").text), &whole); err != nil {
		t.Fatal(err)
	}
	for _, item := range whole.Items {
		if item.Scope == "" { // of the whole city
			if got := s.token(t, "county", http.MethodDelete, fmt.Sprintf("/v1/tokens/%d", item.ID), ""); got.status != http.StatusNotFound {
				t.Errorf("a county revokes a token of the city: %d %s", got.status, got.text)
			}
		}
	}
	var paged []int64
	for next := ""; ; {
		got := s.token(t, "administrator", http.MethodGet, "/v1/tokens?limit=2&cursor="+next, "")
		var list struct {
			Items []struct{ ID int64 }
			Next  string
		}
		if err := json.Unmarshal([]byte(got.text), &list); err != nil || len(list.Items) == 0 || len(list.Items) > 2 {
			t.Fatalf("a page of two: %v, %s", err, got.text)
		}
		for _, item := range list.Items {
			paged = append(paged, item.ID)
		}
		if next = list.Next; next == "" {
			break
		}
	}
	if len(paged) != len(whole.Items) || len(paged) < 3 {
		t.Fatalf("%d tokens page by page, %d at once", len(paged), len(whole.Items))
	}
	for i, item := range whole.Items {
		if paged[i] != item.ID {
			t.Errorf("token %d of the pages is %d, at once %d", i, paged[i], item.ID)
		}
	}
	path := fmt.Sprintf("/v1/tokens/%d", one.ID)
	if got := s.token(t, "county", http.MethodDelete, path, ""); got.status != http.StatusNoContent {
		t.Errorf("revoke: %d %s", got.status, got.text)
	}
	if got := s.token(t, "county", http.MethodDelete, path, ""); got.status != http.StatusNotFound {
		t.Errorf("revoke again: %d %s", got.status, got.text)
	}
	if got := s.token(t, "made", http.MethodGet, "/v1/incidents", ""); got.status != http.StatusUnauthorized {
		t.Errorf("the revoked token: %d %s", got.status, got.text)
	}
}

// TestLayers holds the list of layers to the table that the import goes by.
func TestLayers(t *testing.T) {
	t.Parallel()
	s := serve(t)
	var list struct {
		Items []struct {
			Name, Shape string
			Fields      []struct {
				Name     string
				Required bool
				Values   []string
			}
		}
	}
	if err := json.Unmarshal([]byte(s.token(t, "", http.MethodGet, "/v1/layers", "").text), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != len(grid.Layers) {
		t.Fatalf("%d layers, want %d", len(list.Items), len(grid.Layers))
	}
	for i, layer := range list.Items {
		if want := grid.Layers[i]; layer.Name != want.Name || layer.Shape != string(want.Shape) || len(layer.Fields) != len(want.Fields) {
			t.Errorf("layer %d is %+v, want %s", i, layer, want.Name)
		}
		for j, f := range layer.Fields {
			if want := grid.Layers[i].Fields[j]; f.Required != want.Required || (want.Type == grid.Enum) != (len(f.Values) > 0) {
				t.Errorf("%s.%s is %+v", layer.Name, f.Name, f)
			}
		}
	}
}
