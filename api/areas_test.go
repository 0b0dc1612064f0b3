package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"github.com/wangge/wangge/grid"
)

func TestAreas(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["reader"], s.secrets["elsewhere"] = token(t, s.store, "reader", ""), token(t, s.store, "reader", liangxi)
	inner := grid.Organization{Code: "org-inner", Name: "内部单位", Kind: "government", Level: grid.LevelCounty, DivisionCode: binhu}
	if err := s.store.ImportOrganizations(t.Context(), imported("organizations", 1), []grid.Organization{inner}); err != nil {
		t.Fatal(err)
	}
	s.all(t, []exchange{
		{name: "divisions of a level", target: "/v1/divisions?level=county"},
		{name: "divisions below", target: "/v1/divisions?parent=" + binhu},
		{name: "divisions level unknown", target: "/v1/divisions?level=village"},
		{name: "divisions parent unknown", target: "/v1/divisions?parent=1"},
		{name: "division", target: "/v1/divisions/" + binhu},
		{name: "division with its outline", target: "/v1/divisions/" + lake + "?geometry=true"},
		{name: "division unknown", target: "/v1/divisions/320299000000"},
		{name: "grids of a county", target: "/v1/grids?division=" + binhu + "&limit=2"},
		{name: "grids dedicated", target: "/v1/grids?kind=dedicated"},
		{name: "grids division unknown", target: "/v1/grids?division=x"},
		{name: "grids limit too high", target: "/v1/grids?limit=1001"},
		{name: "grids limit of none", target: "/v1/grids?limit=0"},
		{name: "grid", target: "/v1/grids/" + lake + "801?geometry=true"},
		{name: "grid as a feature", target: "/v1/grids/" + lake + "001?f=geojson"},
		{name: "grid unknown", target: "/v1/grids/999"},
		{name: "grid with a slash in its code", target: "/v1/grids/A%2F1"},
		{name: "workers BR-46", target: "/v1/workers?division=" + binhu},
		{name: "workers with a token", target: "/v1/workers?division=" + binhu, as: "reader"},
		{name: "L9 workers beyond the token", target: "/v1/workers?division=" + binhu, as: "elsewhere"},
		{name: "workers of a grid", target: "/v1/workers?grid=" + lake + "002"},
		{name: "workers grid unknown", target: "/v1/workers?grid=x"},
		{name: "workers division unknown", target: "/v1/workers?division=x"},
		{name: "organizations that are public", target: "/v1/organizations"},
		{name: "organizations with a token", target: "/v1/organizations", as: "reader"},
		{name: "L9 organizations beyond the token", target: "/v1/organizations", as: "elsewhere"},
		{name: "organizations of a kind in a division", target: "/v1/organizations?kind=institution&division=" + binhu},
		{name: "organizations of another division", target: "/v1/organizations?division=" + liangxi, as: "reader"},
		{name: "organizations division unknown", target: "/v1/organizations?division=x"},
		{name: "cursor of no list", target: "/v1/grids?cursor=abc"},
		{name: "cursor not base64", target: "/v1/grids?cursor=%2B%2F"},
		{name: "coverage of a proven county", target: "/v1/coverage/" + binhu, as: "reader"},
		{name: "coverage of an unproven community", target: "/v1/coverage/" + bridge, as: "reader"},
		{name: "coverage of nothing", target: "/v1/coverage/1", as: "reader"},
		{name: "coverage without a token", target: "/v1/coverage/" + binhu},
	})
	code := func(item map[string]any) string { return item["code"].(string) }
	if got := s.pages(t, "/v1/organizations?", "reader", 1, code); fmt.Sprint(got) != "[org-inner org-school]" {
		t.Errorf("got the organisations %v", got)
	}
}

// pages follows the cursors of a list and returns what get reads of each entry.
func (s *server) pages(t *testing.T, target, as string, limit int, get func(map[string]any) string) []string {
	t.Helper()
	var all []string
	next := ""
	for range 100 {
		path := fmt.Sprintf("%s&limit=%d", target, limit)
		if next != "" {
			path += "&cursor=" + url.QueryEscape(next)
		}
		answer := s.do(t, exchange{target: path, as: as})
		var page struct {
			Items []map[string]any
			Next  string
		}
		if err := json.NewDecoder(answer.Body).Decode(&page); err != nil || answer.StatusCode != 200 {
			t.Fatalf("%s: %s %v", path, answer.Status, err)
		}
		if len(page.Items) > limit {
			t.Fatalf("%s has %d entries", path, len(page.Items))
		}
		for _, item := range page.Items {
			all = append(all, get(item))
		}
		if next = page.Next; next == "" {
			return all
		}
	}
	t.Fatal("the pages do not end")
	return nil
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := serve(t)
	code := func(item map[string]any) string { return item["code"].(string) }
	for _, list := range []string{"/v1/grids?kind=base", "/v1/divisions?"} {
		whole := s.pages(t, list, "", 1000, code)
		for _, limit := range []int{1, 2, 3, len(whole)} {
			if got := s.pages(t, list, "", limit, code); fmt.Sprint(got) != fmt.Sprint(whole) {
				t.Errorf("%s by %d: got %v, want %v", list, limit, got, whole)
			}
		}
	}
	workers := s.pages(t, "/v1/workers?", "", 1, func(item map[string]any) string { return item["name"].(string) })
	if fmt.Sprint(workers) != "[网格员0001 网格员0002 网格员0004]" {
		t.Errorf("got the workers %v", workers)
	}
}
