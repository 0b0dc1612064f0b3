package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid"
)

func searching(typed string, more string) string {
	return "/v1/search?q=" + url.QueryEscape(typed) + more
}

// searchTown is the town with some places and household points, all of them loaded.
func searchTown(t *testing.T, change ...func(*api.Config)) *server {
	t.Helper()
	s := serve(t, change...)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	s.secrets["of binhu"] = token(t, s.store, "reader", binhu)
	s.secrets["of liangxi"] = token(t, s.store, "dispatcher", liangxi)
	for i, body := range []string{
		hazard(0.5, 0.5, `,"code":"hz-1","address":"滨湖区梁清路１２号"`),
		hazard(2.5, 0.5, `,"code":"hz-2","address":"梁溪区梁清路112号"`),
		hazard(0.5, 1.5, `,"code":"hz-3","address":"𠮷祥路 5号"`), // in the void
		hazard(-1, 0.5, `,"code":"hz-4"`),                     // outside every county
		strings.Replace(hazard(1.5, 0.5, `,"code":"hz-5"`), "楼道堆物", "Sunshine Café", 1),
	} {
		answer := s.do(t, exchange{method: http.MethodPost, target: "/v1/places", header: asJSON, as: "planner", body: body})
		if answer.StatusCode != http.StatusCreated {
			text, _ := io.ReadAll(answer.Body)
			t.Fatalf("place %d: %s %s", i, answer.Status, text)
		}
	}
	points := func(yield func(grid.HouseholdPoint, error) bool) {
		yield(grid.HouseholdPoint{
			Name: "水秀花园", Address: "梁清路20号", Households: 120, Location: box(0.25, 0.25, 0, 0).Orb().Bound().Min, InputCRS: "wgs84",
			Assignment: s.live.Now().City.AssignPoint(box(0.25, 0.25, 0, 0).Box().Min),
		}, nil)
	}
	if err := s.store.ImportHouseholdPoints(t.Context(), imported("household_points", 1), points); err != nil {
		t.Fatal(err)
	}
	s.refreshSearch(t)
	return s
}

func (s *server) refreshSearch(t *testing.T) {
	t.Helper()
	if err := s.live.RefreshSearch(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// found returns what a search finds, as type and code or name.
func (s *server) found(t *testing.T, as, target string) []string {
	t.Helper()
	answer := s.do(t, exchange{target: target, as: as})
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	conforms(t, answer, body)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s as %q: %s %s", target, as, answer.Status, body)
	}
	var page struct {
		Items []struct{ Type, Code, Name string }
	}
	if err := json.Unmarshal(body, &page); err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, item := range page.Items {
		if item.Code == "" {
			item.Code = item.Name
		}
		list = append(list, item.Type+" "+item.Code)
	}
	return list
}

func TestSearch(t *testing.T) {
	t.Parallel()
	s := searchTown(t)
	get := func(name, as, target string) exchange { return exchange{name: name, as: as, target: target} }
	s.all(t, []exchange{
		get("by name", "", searching("水秀", "&limit=3")),
		get("by code", "", searching(lake, "&limit=2")),
		get("by two terms", "planner", searching("梁清路 楼道", "")),
		get("full width", "planner", searching("梁清路１２", "&types=place")),
		get("marks beyond 16 bits", "planner", searching("祥路", "")),
		get("any case", "planner", searching("CAFÉ", "")),
		get("household point", "planner", searching("花园", "")),
		get("within a division", "planner", searching("清路", "&division="+liangxi)),
		get("nothing there", "planner", searching("乌有", "")),
		get("BR-63 without a token", "", searching("楼道", "")),
		get("BR-63 a type without a token", "", searching("楼道", "&types=grid,place")),
		get("nothing typed", "", "/v1/search"),
		get("only spaces", "", searching("\u3000 \t", "")),
		get("too long", "", searching(strings.Repeat("文", 101), "")),
		get("too many terms", "", searching("1 2 3 4 5 6 7 8 9 10 11", "")),
		get("type unknown", "", searching("文", "&types=worker")),
		get("division unknown", "", searching("文", "&division=1")),
		get("limit too high", "", searching("文", "&limit=51")),
		get("not UTF-8", "", "/v1/search?q=%ff%fe"),
		get("a lone surrogate", "", "/v1/search?q=%ED%A0%80"),
		get("parameter unknown", "", searching("文", "&crs=gcj02")),
	})
}

// TestBR63Search: anybody finds divisions and grids, a token what is registered in its own division as well.
func TestBR63Search(t *testing.T) {
	t.Parallel()
	s := searchTown(t)
	s.secrets["of the lake"] = token(t, s.store, "reader", lake)
	for _, test := range []struct {
		as, typed, more string
		want            []string
	}{
		{"", "楼道堆物", "", []string{}},
		{"", "hz", "", []string{}},
		{"", "花园", "", []string{}},
		{"planner", "hz", "", []string{"place hz-1", "place hz-2", "place hz-3", "place hz-4", "place hz-5"}},
		{"of binhu", "hz", "", []string{"place hz-1", "place hz-3", "place hz-5"}},
		{"of the lake", "hz", "", []string{"place hz-1", "place hz-3", "place hz-5"}},
		{"of liangxi", "hz", "", []string{"place hz-2"}},
		{"of liangxi", "hz", "&division=" + binhu, []string{}},
		{"of liangxi", "花园", "", []string{}},
		{"of liangxi", "滨湖", "", []string{"division " + binhu}},
		{"of binhu", "花园", "", []string{"household_point 水秀花园"}},
		{"planner", "水秀", "&types=household_point", []string{"household_point 水秀花园"}},
		// 12 as a number, then within one.
		{"planner", "12号", "", []string{"place hz-1", "place hz-2"}},
	} {
		if got := s.found(t, test.as, searching(test.typed, test.more)); !slices.Equal(got, test.want) {
			t.Errorf("%q %s as %q: got %v, want %v", test.typed, test.more, test.as, got, test.want)
		}
	}
}

// TestBR63SearchOnTheDemo: where reads are open, nobody is anybody here all the same, as in the other lists of which anybody gets a part.
func TestBR63SearchOnTheDemo(t *testing.T) {
	t.Parallel()
	s := searchTown(t, func(c *api.Config) { c.OpenReads = true })
	if got := s.found(t, "", searching("hz", "")); len(got) > 0 {
		t.Errorf("got %v without a token", got)
	}
}

// TestSearchBeforeItIsLoaded: divisions and grids are answered at once, the rest says when to ask again.
func TestSearchBeforeItIsLoaded(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.secrets["planner"] = token(t, s.store, "planner", "")
	if got, want := s.found(t, "", searching("水秀社区", "")), []string{"division " + lake}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := s.found(t, "planner", searching("水秀社区", "&types=division,grid")), []string{"division " + lake}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	answer := s.do(t, exchange{target: searching("水秀", ""), as: "planner"})
	body, _ := io.ReadAll(answer.Body)
	conforms(t, answer, body)
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || !strings.Contains(string(body), `"busy"`) {
		t.Errorf("got %s %v %s", answer.Status, answer.Header, body)
	}
}

// TestSearchFollows: what is written, moved and renamed is found so after a refresh, and nothing twice.
func TestSearchFollows(t *testing.T) {
	t.Parallel()
	s := searchTown(t)
	write := func(method, target, header, body string) {
		t.Helper()
		answer := s.do(t, exchange{method: method, target: target, header: asJSON + header, as: "planner", body: body})
		if answer.StatusCode >= 300 {
			text, _ := io.ReadAll(answer.Body)
			t.Fatalf("%s %s: %s %s", method, target, answer.Status, text)
		}
		s.refreshSearch(t)
	}
	want := func(as, typed string, want ...string) {
		t.Helper()
		if got := s.found(t, as, searching(typed, "&types=place")); !slices.Equal(got, want) {
			t.Errorf("%q as %q: got %v, want %v", typed, as, got, want)
		}
	}
	write(http.MethodPost, "/v1/places", "", strings.Replace(hazard(0.5, 0.5, `,"code":"new-1"`), "楼道堆物", "新设点", 1))
	want("of binhu", "新设", "place new-1")
	write(http.MethodPatch, "/v1/places/new-1", "If-Match: \"1\"\n", `{"name":"改名点"}`)
	want("of binhu", "新设")
	want("of binhu", "改名", "place new-1")
	write(http.MethodPatch, "/v1/places/hz-1", "If-Match: \"1\"\n", `{"geometry":`+geometry("Point", [2]float64{2.5, 0.5})+`,"crs":"wgs84"}`)
	want("of binhu", "hz-1")
	want("of liangxi", "hz-1", "place hz-1")
	want("planner", "hz-1", "place hz-1")
	write(http.MethodPatch, "/v1/places/hz-1", "If-Match: \"2\"\n", `{"name":"又改名"}`)
	want("planner", "楼道", "place hz-2", "place hz-3", "place hz-4")
	want("planner", "又改", "place hz-1")
	if before := s.live.SearchFigures(); before.Entries < 6 || before.Bytes == 0 {
		t.Errorf("figures: %+v", before)
	}
}

// TestHostileSearch: whatever is typed, the answer is 200 or 400, in time and in shape.
func TestHostileSearch(t *testing.T) {
	t.Parallel()
	s := searchTown(t)
	for _, typed := range []string{
		"\x01\x02", "\u0301", "é" + strings.Repeat("\u0301", 90), strings.Repeat("ﷺ", 100), "\u200b", "%", "'; --", "\\", "\U000e0100", "\u202e水秀",
		strings.Repeat("a ", 5000), strings.Repeat("文", 10_000), strings.Repeat("1", 100), "水\u0000秀", "\ufeff水秀", "ＡＢ", "㍿", "1,2", "<b>",
	} {
		answer := s.do(t, exchange{target: searching(typed, ""), as: "planner"})
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%.20q: %s %s", typed, answer.Status, body)
		}
		conforms(t, answer, body)
	}
	if got := s.found(t, "", searching("\ufeff\u200b水秀社\u200d区", "")); fmt.Sprint(got) != "[division "+lake+"]" {
		t.Errorf("with characters that are not seen: got %v", got)
	}
}
