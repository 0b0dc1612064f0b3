package cql2_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/wangge/wangge/grid/cql2"
)

const examples = "../../../shared/data/cql2-examples"

// same compares expressions without where they stand.
var same = cmp.Options{cmpopts.IgnoreFields(cql2.Expr{}, "At"), cmpopts.IgnoreFields(cql2.Literal{}, "Shape", "Err"), cmpopts.EquateEmpty()}

// TestPublishedExamples: every example of the standard is read in both forms, the forms say the same, and each is written so that it is
// read again.
func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	texts, err := filepath.Glob(examples + "/text/*.txt")
	if err != nil || len(texts) == 0 {
		t.Skip("the published examples are not here: ", examples)
	}
	for _, name := range texts {
		base := strings.TrimSuffix(filepath.Base(name), ".txt")
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			fromText, err := cql2.Parse(read(t, name))
			if err != nil {
				t.Fatal(err)
			}
			roundTrip(t, fromText)
			raw := read(t, examples+"/json/"+strings.Split(base, "-alt")[0]+".json")
			fromJSON, err := cql2.ParseJSON([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			roundTrip(t, fromJSON)
			if diff := cmp.Diff(fromJSON, fromText, same); diff != "" {
				t.Errorf("text and JSON differ (-JSON +text):\n%s", diff)
			}
		})
	}
	jsons, err := filepath.Glob(examples + "/json/*.json")
	if err != nil || len(jsons) < 100 || len(texts) < 100 {
		t.Errorf("%d texts, %d JSON, %v", len(texts), len(jsons), err)
	}
	for _, name := range jsons {
		if _, err := cql2.ParseJSON([]byte(read(t, name))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// roundTrip checks that both forms of e are read as e.
func roundTrip(t *testing.T, e *cql2.Expr) {
	t.Helper()
	text := e.Text()
	again, err := cql2.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if diff := cmp.Diff(e, again, same); diff != "" {
		t.Fatalf("%s is read as (-want +got):\n%s", text, diff)
	}
	raw := e.JSON()
	if again, err = cql2.ParseJSON(raw); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	if diff := cmp.Diff(e, again, same); diff != "" {
		t.Fatalf("%s is read as (-want +got):\n%s", raw, diff)
	}
	if !json.Valid(raw) {
		t.Fatalf("%s is no JSON", raw)
	}
}
