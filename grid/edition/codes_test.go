package edition_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wangge/wangge/grid"
)

// TestCodes gives codes to the two halves of a grid by the coding rules (DOMAIN 14).
func TestCodes(t *testing.T) {
	numbers := func(from, to int) []string {
		var all []string
		for n := from; n <= to; n++ {
			all = append(all, fmt.Sprintf("A%03d", n))
		}
		return all
	}
	halves := grid.Change{Op: "split", Grid: "A002", Line: line(1, 0, 2, 4)}
	campus := grid.Change{Op: "split", Grid: "A802", Line: line(1.5, 0, 1.5, 4)}
	carve := grid.Change{Op: "carve_void", Reason: "water", Area: drawn(.5, 1, .75, 1, .75, 2, .5, 2)}
	plain := grid.CodeScheme{Name: "plain", DivisionPattern: ".+", GridPattern: `\d+`, DedicatedPattern: `\d+`}
	for _, tt := range []struct {
		name   string
		scheme grid.CodeScheme
		change grid.Change
		used   []string
		want   string
	}{
		{"after the last", grid.StatisticalScheme, halves, nil, "A004 A005"},
		{"after the greatest ever used", grid.StatisticalScheme, halves, []string{"A017"}, "A018 A019"},
		{"the last one, then the smallest never used", grid.StatisticalScheme, halves, []string{"A798"}, "A799 A004"},
		{"never one used before", grid.StatisticalScheme, halves, append(numbers(1, 4), append(numbers(6, 6), "A799")...), "A005 A007"},
		{"none left", grid.StatisticalScheme, halves, numbers(1, 799), "error plan: field codes: every number"},
		{"one left", grid.StatisticalScheme, halves, numbers(1, 798), "error plan: field codes: every number"},
		{"dedicated", grid.StatisticalScheme, campus, []string{"A900"}, "A901 A902"},
		{"dedicated up to 999", grid.StatisticalScheme, campus, []string{"A999"}, "A800 A803"},
		{"a void area", grid.StatisticalScheme, carve, nil, "A-V02"},
		{"a void area after the greatest", grid.StatisticalScheme, carve, []string{"A-V11"}, "A-V12"},
		{"a void area as others are written", grid.StatisticalScheme, carve, []string{"A/lake/007"}, "A/lake/008"},
		{"a scheme without numbers", grid.FreeScheme, halves, nil, "A002-1 A002-2"},
		{"a scheme without numbers, used", grid.FreeScheme, halves, []string{"A002-1"}, "A002-2 A002-3"},
		{"transferred under a scheme without numbers", grid.FreeScheme, grid.Change{Op: "transfer", Grid: "A003", Community: "B"}, nil, "A003-1"},
		{"the same, after a split at home", grid.FreeScheme, grid.Change{Op: "transfer", Grid: "A003", Community: "B"}, []string{"A003-1"}, "A003-2"},
		{"a scheme that says nothing", plain, halves, nil, "error plan: field codes: the plain scheme"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			settings := grid.DefaultSettings()
			settings.CodeScheme = tt.scheme
			used := func(community, kind string) []string {
				var of []string
				for _, code := range codes(tt.used...) {
					isVoid := strings.ContainsAny(code, "V/")
					if strings.HasPrefix(code, community) && isVoid == (kind == grid.Void) {
						of = append(of, code)
					}
				}
				return of
			}
			next, _, err := draft(t, district(t, settings), cty).Apply(written(tt.change), used)
			if want, ok := strings.CutPrefix(tt.want, "error "); ok {
				if err == nil || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var made []string
			for _, p := range next.Parts() {
				if !p.Removed && (p.Void != nil && p.Void.ID == 0 || p.Grid != nil && p.Grid.ID == 0) {
					made = append(made, letters.Replace(p.Code))
				}
			}
			// In the order in which they were given, which is not that of the codes at the end of a range.
			if want := strings.Fields(tt.want); len(made) != len(want) || !strings.Contains(tt.want, made[0]) || !strings.Contains(tt.want, made[len(made)-1]) {
				t.Errorf("got %v, want %v", made, want)
			}
		})
	}
}
