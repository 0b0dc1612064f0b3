package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/wangge/wangge/grid"
)

// TestPageCallsFieldsAlike: what a field is called on the page and in what GIS tools show is the same.
func TestPageCallsFieldsAlike(t *testing.T) {
	t.Parallel()
	texts, err := os.ReadFile(filepath.Join(root, "web", "src", "data", "field-messages.ts"))
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, line := range regexp.MustCompile(`(?m)^ *field_(\w+): \{ zh: '([^']*)', en: '([^']*)' \},$`).FindAllStringSubmatch(string(texts), -1) {
		label := (grid.Field{Name: line[1]}).Label()
		if label == (grid.Label{}) {
			continue // of a layer that is no collection
		}
		compared++
		if want := (grid.Label{ZH: line[2], EN: line[3]}); label != want {
			t.Errorf("%s is %+v, on the page %+v", line[1], label, want)
		}
	}
	if compared < 80 {
		t.Errorf("only %d fields are named on the page", compared)
	}
}
