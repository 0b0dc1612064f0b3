package search

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
)

// letters are few, so that random texts have much in common: ideographs (one of them beyond 16 bits), letters of both widths and cases, digits,
// marks that combine, spaces.
var letters = []rune("文坊路路号市岚𠮷wflFaAbBａＡé\u0301e12１２　 -\u200b")

func drawText(label string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SliceOfN(rapid.SampledFrom(letters), 0, 8).Draw(t, label))
	})
}

func drawEntries(t *rapid.T) []Entry {
	one := rapid.Custom(func(t *rapid.T) Entry {
		kind := rapid.SampledFrom([][2]string{
			{Division, "county"}, {Division, "community"}, {Grid, "base"}, {Place, "hazard"}, {Place, "shelter"}, {HouseholdPoint, ""}, {"road", ""},
		}).Draw(t, "kind")
		return Entry{
			Type: kind[0], Kind: kind[1], Code: rapid.SampledFrom([]string{"", "1", "12", "121", "A1", "a12", "a2"}).Draw(t, "code"),
			Name: drawText("name").Draw(t, "name"), Address: drawText("address").Draw(t, "address"),
			Owner: rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "owner"), At: geo.Point{X: int32(rapid.IntRange(0, 3).Draw(t, "x"))},
		}
	})
	return rapid.SliceOfN(one, 0, 60).Draw(t, "entries")
}

func drawQuery(t *rapid.T) (Query, bool) {
	q, err := Parse(string(rapid.SliceOfN(rapid.SampledFrom(letters), 1, 6).Draw(t, "typed")))
	return q, err == nil
}

// scan is what the index is to find, by looking at everything.
func scan(entries []Entry, q Query, want Want) []Entry {
	var found []Entry
	for _, e := range entries {
		if want.Kind != nil && !want.Kind(e.Type) || want.Owner != nil && !want.Owner(e.Owner) {
			continue
		}
		every := true
		for _, t := range q.Terms() {
			every = every && (strings.HasPrefix(Fold(e.Code), t) || strings.Contains(Fold(e.Name), t) || strings.Contains(Fold(e.Address), t) ||
				spelledSomewhere(t, Fold(e.Name)) || spelledSomewhere(t, Fold(e.Address)))
		}
		if every {
			found = append(found, e)
		}
	}
	return found
}

// spelledSomewhere reports whether a term stands for something in a text whose ideographs are those of the tests.
func spelledSomewhere(term, text string) bool {
	letterOf := map[rune]rune{'文': 'w', '坊': 'f', '路': 'l', '号': 'h', '市': 's', '岚': 'l'}
	typed, runes := []rune(term), []rune(text)
	if len(typed) < 2 {
		return false
	}
	for ; len(runes) >= len(typed); runes = runes[1:] {
		if slices.EqualFunc(typed, runes[:len(typed)], func(a, b rune) bool { return a == b || letterOf[b] == a }) {
			return true
		}
	}
	return false
}

func drawWant(t *rapid.T) Want {
	want := Want{Most: math.MaxInt32, Looks: math.MaxInt32}
	if rapid.Bool().Draw(t, "some kinds") {
		want.Kind = func(kind string) bool { return kind == Division || kind == Place }
	}
	if rapid.Bool().Draw(t, "some owners") {
		want.Owner = func(owner string) bool { return owner == "x" }
	}
	return want
}

// TestFindAsScan compares what is found with a scan, by the way of few candidates and by that of stages.
func TestFindAsScan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		entries := drawEntries(t)
		q, ok := drawQuery(t)
		if !ok {
			t.Skip()
		}
		want := drawWant(t)
		ix, err := NewIndex(slices.Clone(entries))
		if err != nil {
			t.Fatal(err)
		}
		expected := scan(entries, q, want)
		slices.SortFunc(expected, func(a, b Entry) int { return compare(&a, &b) })
		sorted := func(found Found) []Entry {
			var list []Entry
			for _, h := range found.Hits {
				h.Entry.Box = geo.Box{}
				list = append(list, h.Entry)
			}
			slices.SortFunc(list, func(a, b Entry) int { return compare(&a, &b) })
			return list
		}
		all := ix.Find(q, want)
		if diff := cmp.Diff(expected, sorted(all)); diff != "" || all.More {
			t.Fatalf("%q (-scan +found, more %v):\n%s", q.Terms(), all.More, diff)
		}
		for _, most := range []int{1, 3, 100} {
			want.Most = most
			staged := stagesOf(ix, q, want)
			few := ix.Find(q, want)
			best := all.Hits[:min(most, len(all.Hits))]
			if diff := cmp.Diff(codesOf(best), codesOf(few.Hits)); diff != "" || few.More != (len(all.Hits) > most) {
				t.Fatalf("%q, the first %d (-of all +found, more %v):\n%s", q.Terms(), most, few.More, diff)
			}
			if diff := cmp.Diff(codesOf(best), codesOf(staged.Hits)); diff != "" || len(all.Hits) > most && !staged.More {
				t.Fatalf("%q, the first %d by stages (-of all +found, more %v):\n%s", q.Terms(), most, staged.More, diff)
			}
		}
	})
}

// stagesOf finds by stages, however few candidates there are.
func stagesOf(ix *Index, q Query, want Want) Found {
	f := finder{index: ix, query: q, want: want, top: top{most: want.Most}, scratch: &scratch{}}
	if ix.Len() == 0 || !f.choose() {
		return Found{}
	}
	f.looks = -1 // no candidates are few enough
	left, _ := f.candidates()
	f.looks = math.MaxInt
	f.stages(left)
	found := Found{More: f.cut || f.top.matched > len(f.top.best)}
	for _, r := range f.top.best {
		found.Hits = append(found.Hits, ix.hit(&q, r))
	}
	return found
}

func codesOf(hits []Hit) []string {
	list := []string{}
	for _, h := range hits {
		list = append(list, fmt.Sprint(h.rank, h.Entry.Type, h.Entry.Kind, h.Entry.Code, h.Entry.Name, "|", h.Entry.Address, h.Entry.At, h.Entry.Owner))
	}
	return list
}

// TestFoldMaps: the plain texts are folded by themselves, and the span of a match folds to the term.
func TestFoldMaps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		if folded := Fold(drawText("plain").Draw(t, "plain")); Fold(folded) != folded {
			t.Fatalf("%+q folds again, to %+q", folded, Fold(folded))
		}
		text := rapid.OneOf(drawText("text"), rapid.String()).Draw(t, "text")
		folded := Fold(text)
		var slow strings.Builder
		fold(text, func(r rune, _, _ int) { slow.WriteRune(r) })
		if slow.String() != folded {
			t.Fatalf("%+q folds to %+q by one way and to %+q by the other", text, folded, slow.String())
		}
	})
}

func TestPostingsSize(t *testing.T) {
	t.Parallel()
	c := newCollector()
	for i := range 1000 {
		c.add(i, map[bool]string{true: "ab", false: "ac"}[i%100 == 0])
	}
	p := c.postings(1000)
	if got, want := len(p.words), 16*3; got != want { // beginning a, a c, c end
		t.Errorf("%d words of dense lists, want %d", got, want)
	}
	if got, want := len(p.gaps), 10*2; got != want { // a b, b end: ten entries each, one byte an entry
		t.Errorf("%d bytes of sparse lists, want %d", got, want)
	}
}
