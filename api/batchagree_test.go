package api_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

// TestBR28BatchIsSingleLocate: of the same points a batch, in both forms, says what single questions are answered: newline-delimited
// JSON byte for byte, CSV in its columns.
func TestBR28BatchIsSingleLocate(t *testing.T) {
	t.Parallel()
	s := serve(t)
	rng := rand.New(rand.NewPCG(1, 2))
	var lines, rows strings.Builder
	var singles []string
	rows.WriteString("lon,lat\n")
	for range 80 {
		x, y := rng.Float64()*4.4-0.2, rng.Float64()*2.4-0.2
		if rng.IntN(3) == 0 { // on a border, often
			x = float64(rng.IntN(9)) / 2
		}
		if rng.IntN(3) == 0 {
			y = float64(rng.IntN(9)) / 4
		}
		lon, lat := at(x, y)
		fmt.Fprintln(&lines, point(x, y))
		fmt.Fprintf(&rows, "%g,%g\n", lon, lat)
		single, err := io.ReadAll(s.do(t, exchange{target: where(x, y)}).Body)
		if err != nil {
			t.Fatal(err)
		}
		singles = append(singles, string(single))
	}
	ask := func(media, body string) string {
		answer, err := io.ReadAll(s.do(t, exchange{method: http.MethodPost, target: "/v1/locate", header: media, body: body}).Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(answer)
	}
	answers := strings.SplitAfter(strings.TrimSuffix(ask(asLines, lines.String()), "\n"), "\n")
	table, err := csv.NewReader(strings.NewReader(ask(asCSV, rows.String()))).ReadAll()
	if err != nil || len(answers) != len(singles) || len(table) != 1+len(singles) {
		t.Fatalf("got %d lines and %d rows (%v), want %d", len(answers), len(table), err, len(singles))
	}
	seen := map[string]int{}
	for i, single := range singles {
		var of struct {
			Outcome, Code, Detail        string
			Base, Dedicated, Responsible struct{ Code string }
			Divisions                    []struct{ Code string }
			Edition                      struct {
				CountyCode string `json:"county_code"`
				Number     int
			}
			OnBoundary bool `json:"on_boundary"`
		}
		var inLine struct{ Error struct{ Code, Detail string } }
		if err := json.Unmarshal([]byte(single), &of); err != nil {
			t.Fatal(err)
		}
		want := []string{"", "", "", "", "", "", "", of.Code + ": " + of.Detail}
		if of.Code == "" {
			want = []string{
				of.Outcome, of.Base.Code, of.Dedicated.Code, of.Responsible.Code, of.Divisions[0].Code,
				fmt.Sprintf("%s=%d", of.Edition.CountyCode, of.Edition.Number), fmt.Sprint(of.OnBoundary), "",
			}
			if strings.TrimSuffix(answers[i], "\n") != strings.TrimSuffix(single, "\n") {
				t.Errorf("line %s, single %s", answers[i], single)
			}
		} else if err := json.Unmarshal([]byte(answers[i]), &inLine); err != nil || inLine.Error.Code != of.Code || inLine.Error.Detail != of.Detail {
			t.Errorf("line %s (%v), single %s", answers[i], err, single)
		}
		if got := table[1+i][2:]; strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("row %q, single %s", got, single)
		}
		seen[of.Outcome+of.Code]++
	}
	for _, outcome := range []string{"served", "no_grid", "no_service", "outside_area"} {
		if seen[outcome] == 0 {
			t.Errorf("no point is %s: %v", outcome, seen)
		}
	}
}
