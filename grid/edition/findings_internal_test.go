package edition

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wangge/wangge/grid"
)

// TestEveryErrorIsListed: an error that is cut off could be decided over unseen.
func TestEveryErrorIsListed(t *testing.T) {
	t.Parallel()
	r := &review{}
	for i := range mostOfRule + 50 {
		r.add("QC-23", grid.ErrorClass, "", []string{fmt.Sprint(i)}, "no name", nil)
		r.add("QC-23", grid.NoticeClass, "", []string{fmt.Sprint(i)}, "a name twice", nil)
	}
	byClass := map[string]int{}
	found := r.finish()
	for _, f := range found {
		byClass[f.Class]++
	}
	if byClass[grid.ErrorClass] != mostOfRule+50 || byClass[grid.NoticeClass] != mostOfRule {
		t.Errorf("got %v", byClass)
	}
	if last := found[len(found)-1].Detail; !strings.Contains(last, "50 more") {
		t.Errorf("the last notice says %q", last)
	}
}

// TestFingerprintOfClass: the waiver of a notice does not let an error of the same grid stand.
func TestFingerprintOfClass(t *testing.T) {
	t.Parallel()
	notice := grid.Finding{Rule: "QC-10", Class: grid.NoticeClass, GridCodes: []string{"320211001001001"}}
	worse, same := notice, notice
	worse.Class, same.Detail = grid.ErrorClass, "in other words"
	if fingerprint(&notice, "pieces") == fingerprint(&worse, "pieces") {
		t.Error("a notice and an error have one fingerprint")
	}
	if fingerprint(&notice, "pieces") != fingerprint(&same, "pieces") {
		t.Error("one notice has two fingerprints")
	}
}
