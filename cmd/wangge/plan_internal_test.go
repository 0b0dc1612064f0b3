package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestPlanLine holds what an act on a plan prints.
func TestPlanLine(t *testing.T) {
	t.Parallel()
	edit := `{"plan": {"code": "P", "state": "draft", "version": 3}, "seq": 2, "changed": {"features": [` +
		strings.TrimSuffix(strings.Repeat(`{"properties": {"code": "A"}},`, 10), ",") + `]}, "findings": [{"class": "error"}, {"class": "notice"}]}`
	for _, tt := range []struct{ answer, became, want string }{
		{edit, "", "P draft, version 3; change 2: A, A, A, A, A, A, A, A and 2 more; 1 errors, 1 notices"},
		{edit, "undone", "P draft, version 3; change 2 undone: A, A, A, A, A, A, A, A and 2 more; 1 errors, 1 notices"},
		{`{"code": "P", "state": "effective", "version": 9, "counties": [{"county_code": "C", "published_edition": 2}]}`, "", "P effective, version 9; C=2"},
	} {
		if got, err := planLine(json.RawMessage(tt.answer), tt.became); got != tt.want || err != nil {
			t.Errorf("got %q and %v, want %q", got, err, tt.want)
		}
	}
	if got := codeNames([]string{"A", "B"}); got != "A, B" {
		t.Errorf("got %q", got)
	}
}

// TestProblemError holds what a person reads of a problem document.
func TestProblemError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ document, want string }{
		{`{"title": "Precondition Failed", "detail": "It has changed.", "current_version": 7}`, "It has changed. Version 7 is stored now."},
		{`{"detail": "area: the ring crosses itself", "rule": "QC-01", "at": [120, 31]}`, "area: the ring crosses itself (QC-01) at 120, 31"},
		{`no JSON`, "no JSON"},
	} {
		if got := problemError([]byte(tt.document)).Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
