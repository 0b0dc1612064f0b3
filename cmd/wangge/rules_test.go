package main_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wangge/wangge/grid"
)

// TestRules holds docs/rules.md to the code: every quality rule that the code names is explained there and no other, and whether it
// can be waived is what the domain says.
func TestRules(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root, "docs", "rules.md"))
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| (QC-[0-9]{2}) \|.*\| ([^|]*) \|$`).FindAllStringSubmatch(string(page), -1) {
		rule, waived := row[1], row[2]
		if explained[rule] {
			t.Errorf("%s stands there twice", rule)
		}
		explained[rule] = true
		if never := waived == "never"; never != (grid.Finding{Rule: rule}).Unwaivable() {
			t.Errorf("%s: the page says %q", rule, waived)
		}
	}
	named := rulesInCode(t)
	if got, want := slices.Sorted(maps.Keys(explained)), slices.Sorted(maps.Keys(named)); !slices.Equal(got, want) {
		t.Errorf("the page explains %v, the code names %v", got, want)
	}
}

// rulesInCode returns the quality rules that Go files name.
func rulesInCode(t *testing.T) map[string]bool {
	t.Helper()
	rule := regexp.MustCompile(`QC-[0-9]{2}`)
	named := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git") {
			return fs.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, found := range rule.FindAllString(string(text), -1) {
			named[found] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return named
}
