package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// styleDoc is what the test reads of a style.
type styleDoc struct {
	Glyphs, Sprite any
	Sources        map[string]struct {
		Tiles   []string
		MaxZoom int
	}
	Layers []struct {
		ID, Type, Source string
		SourceLayer      string `json:"source-layer"`
		Layout           map[string]any
	}
}

// TestStyles compares the styles with files, which web/src/data/styles.test.ts holds to the specification of MapLibre, and proves that each
// layer is one that the tileset's TileJSON document has.
func TestStyles(t *testing.T) {
	t.Parallel()
	s := serve(t)
	planners(t, s)
	s.do(t, exchange{method: http.MethodPost, target: "/v1/plans", header: asJSON, as: "planner", body: newPlan})
	plan := "plan-" + planCode(t, 1)
	difference := "&county=" + binhu + "&from=1&to=1"
	for name, target := range map[string]string{
		"light": "light.json", "dark": "dark.json", "colorblind": "colorblind.json", "light-en": "light.json?lang=en",
		"light-reference": "light.json?tileset=reference", "dark-places": "dark.json?tileset=places", "colorblind-incidents": "colorblind.json?tileset=incidents",
		"light-plan": "light.json?tileset=" + plan, "light-difference": "light.json?tileset=difference" + difference, "light-then": "light.json?as_of=2099-01-01",
	} {
		t.Run(name, func(t *testing.T) {
			answer := s.do(t, exchange{target: "/styles/" + target})
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			conforms(t, answer, body)
			if answer.StatusCode != http.StatusOK {
				t.Fatalf("%s %s", answer.Status, body)
			}
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, body, "", "  "); err != nil {
				t.Fatal(err)
			}
			pretty.WriteByte('\n')
			got := yearOfPlan.ReplaceAllString(pretty.String(), "$1-YEAR-$2")
			sameFile(t, filepath.Join("testdata", "styles", name+".json"), got)
			var doc styleDoc
			if err := json.Unmarshal(body, &doc); err != nil {
				t.Fatal(err)
			}
			s.checkStyle(t, doc, difference)
		})
	}
	for target, want := range map[string]int{
		"none.json": 404, "light.json?tileset=roads": 400, "light.json?tileset=plan-": 400, "light.json?lang=fr": 400, "light.json?x=1": 400,
		"light.json?tileset=places&county=1": 400, "light.json?tileset=places&tileset=grids": 400,
	} {
		if answer := s.do(t, exchange{target: "/styles/" + target}); answer.StatusCode != want {
			t.Errorf("%s: got %d, want %d", target, answer.StatusCode, want)
		}
	}
	// Who may read plans is told that there is none of that code, anybody is not: whether there is one is not public.
	for as, want := range map[string]int{"planner": http.StatusNotFound, "": http.StatusOK} {
		if answer := s.do(t, exchange{target: "/styles/light.json?tileset=plan-320211-1999-001", as: as}); answer.StatusCode != want {
			t.Errorf("the style of a plan that is not there, as %q: got %d, want %d", as, answer.StatusCode, want)
		}
	}
}

func sameFile(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s is another one (%v): look at it after go test ./api -run TestStyles -update", path, err)
	}
}

func (s *server) checkStyle(t *testing.T, doc styleDoc, difference string) {
	t.Helper()
	if doc.Glyphs != nil || doc.Sprite != nil {
		t.Error("the style needs glyphs or a sprite")
	}
	layers := map[string][]string{}
	for id, source := range doc.Sources {
		if len(source.Tiles) != 1 || !strings.HasPrefix(source.Tiles[0], "https://grid.example.cn/tiles/") {
			t.Fatalf("source %s has its tiles at %v", id, source.Tiles)
		}
		name, query, _ := strings.Cut(strings.TrimPrefix(source.Tiles[0], "https://grid.example.cn/tiles/"), "/{z}/{x}/{y}.mvt")
		var tiles struct {
			MaxZoom int
			Layers  []struct{ ID string } `json:"vector_layers"`
		}
		if status, _ := s.get(t, "/tiles/"+name+".json"+query, "reader", &tiles); status != http.StatusOK || tiles.MaxZoom != source.MaxZoom {
			t.Errorf("source %s: %d, to zoom %d, want %d", id, status, source.MaxZoom, tiles.MaxZoom)
		}
		for _, l := range tiles.Layers {
			layers[id] = append(layers[id], l.ID)
		}
	}
	used := map[string]bool{}
	for _, l := range doc.Layers {
		used[l.Source] = true
		if l.Type != "background" && !slices.Contains(layers[l.Source], l.SourceLayer) {
			t.Errorf("layer %s is of %s in %s, which has %v", l.ID, l.SourceLayer, l.Source, layers[l.Source])
		}
		if font, _ := l.Layout["text-font"].([]any); l.Type == "symbol" && (len(font) == 0 || font[0] != "Noto Sans CJK SC") {
			t.Errorf("layer %s is written in %v", l.ID, font)
		}
	}
	for id := range doc.Sources {
		if !used[id] {
			t.Errorf("no layer is of %s", id)
		}
	}
}

// TestStyleWithToken asks for a style with a token in the path: so are the addresses in it.
func TestStyleWithToken(t *testing.T) {
	t.Parallel()
	s := serve(t)
	var doc styleDoc
	secret, _ := pathToken(t, s.store, nil)
	answer := s.do(t, exchange{target: "/t/" + secret + "/styles/dark.json?tileset=places"})
	if err := json.NewDecoder(answer.Body).Decode(&doc); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status, err)
	}
	for id, source := range doc.Sources {
		if !strings.HasPrefix(source.Tiles[0], "https://grid.example.cn/t/"+secret+"/tiles/"+id+"/") {
			t.Errorf("source %s has its tiles at %v", id, source.Tiles)
		}
	}
}
