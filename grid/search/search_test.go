package search_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"

	"github.com/wangge/wangge/grid/search"
)

func indexed(t testing.TB, entries ...search.Entry) *search.Index {
	t.Helper()
	ix, err := search.NewIndex(entries)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// TestRank has entries of a query in the order in which they are to be found; codes are what they are called.
func TestRank(t *testing.T) {
	t.Parallel()
	place := func(code, name, address string) search.Entry {
		return search.Entry{Type: search.Place, Kind: "key_site", Code: code, Name: name, Address: address}
	}
	area := func(kind, detail, code, name string) search.Entry {
		return search.Entry{Type: kind, Kind: detail, Code: code, Name: name}
	}
	for _, test := range []struct {
		name, typed string
		want        []search.Entry
	}{
		{"codes of areas, from the city down, before everything", "3202", []search.Entry{
			area(search.Division, "city", "320200000000", "无锡市"),
			area(search.Division, "county", "320211000000", "滨湖区"),
			area(search.Division, "community", "320211001001", "水秀社区"),
			area(search.Grid, "base", "320211001001001", "第一网格"),
			area(search.Grid, "dedicated", "320211001001801", "学校"),
			place("x", "3202", ""),
			place("3202-KS-1", "银行", ""),
			place("y", "学院3202室", ""),
		}},
		{"whole, beginning, word, within; names before addresses", "文坊", []search.Entry{
			place("z", "文坊", ""),
			place("y", "银行", "文坊"),
			place("a", "文坊银行", ""),
			place("x", "银行", "文坊路1号"),
			place("b", "新文坊银行", ""),
			place("c", "岚岫新文坊", ""),
			place("d", "银行", "新文坊"),
		}},
		{"a number, then part of one", "12号", []search.Entry{
			place("a", "银行", "文坊路12号"),
			place("b", "银行", "文坊大路12号"),
			place("c", "112号楼", ""),
			place("d", "银行", "路112号"),
		}},
		{"a word, then part of one", "park", []search.Entry{
			place("a", "ＰＡＲＫ", ""),
			place("b", "Parking", ""),
			place("c", "Hyde Park", ""),
			place("d", "Spark", ""),
		}},
		{"initials: whole, beginning, within; names before addresses; all after what is written so", "wfl", []search.Entry{
			place("e", "wfl", ""),
			place("z", "Newfly", ""),
			place("y", "文坊路", ""),
			place("a", "银行", "文坊路"),
			place("x", "文坊路1号", ""),
			place("b", "银行", "文坊路1号"),
			place("c", "新文坊路", ""),
			place("d", "银行", "新文坊路"),
		}},
		{"initials with numbers, and a term beside them", "银行 wfl12", []search.Entry{
			place("a", "银行", "文坊路12号"),
			place("b", "银行", "岚岫市文坊路122号"),
		}},
		{"every reading counts", "cq", []search.Entry{
			place("a", "长桥", ""),
			place("b", "重庆", ""),
		}},
		{"initials after ideographs", "金桥jd", []search.Entry{
			area(search.Division, "street", "1", "金桥街道"),
		}},
		{"one letter stands for itself alone", "w", []search.Entry{
			place("a", "W12", ""),
		}},
		{"terms in different fields, in any order", "养老院 文坊", []search.Entry{
			place("b", "养老院", "文坊路1号"),
			place("a", "杏桥养老院", "岚岫市文坊路1号"),
		}},
		{"by kind and code when all else is equal", "银行", []search.Entry{
			area(search.Grid, "base", "1", "银行"),
			place("A1", "银行", ""),
			place("a2", "银行", ""),
			{Type: search.HouseholdPoint, Name: "银行"},
			{Type: "building", Name: "银行"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			shuffled := slices.Clone(test.want)
			slices.Reverse(shuffled)
			shuffled = append(shuffled, place("other", "乌有", "乌有道9号"))
			q, err := search.Parse(test.typed)
			if err != nil {
				t.Fatal(err)
			}
			var got, want []string
			for _, h := range indexed(t, shuffled...).Find(q, search.Want{Most: 50, Looks: search.MostLooks}).Hits {
				got = append(got, h.Entry.Type+" "+h.Entry.Code+" "+h.Entry.Name)
			}
			for _, e := range test.want {
				want = append(want, e.Type+" "+e.Code+" "+e.Name)
			}
			if !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// TestMerge: what several indexes have found is in the order that one of all would have it.
func TestMerge(t *testing.T) {
	t.Parallel()
	all := aCity(600)
	q, _ := search.Parse("便利店")
	var parts []search.Found
	for chunk := range slices.Chunk(slices.Clone(all), 100) {
		parts = append(parts, indexed(t, chunk...).Find(q, search.Want{Most: 20, Looks: 1000}))
	}
	merged, whole := search.Merge(parts, 20), indexed(t, all...).Find(q, search.Want{Most: 20, Looks: 1000})
	for i := range whole.Hits {
		if merged.Hits[i].Entry != whole.Hits[i].Entry {
			t.Fatalf("%d: got %+v, want %+v", i, merged.Hits[i].Entry, whole.Hits[i].Entry)
		}
	}
	if len(whole.Hits) != 20 || !whole.More || !merged.More {
		t.Errorf("%d found, more %v and %v", len(whole.Hits), whole.More, merged.More)
	}
}

// TestHidden: what is hidden is not found, and Number finds by the code.
func TestHidden(t *testing.T) {
	t.Parallel()
	all := aCity(300)
	ix := indexed(t, all...)
	e := all[17]
	n := ix.Number(e.Type, e.Kind, e.Code)
	if n < 0 || ix.Entry(n) != func() search.Entry { e.Box.Min, e.Box.Max = e.At, e.At; return e }() {
		t.Fatalf("number %d is %+v, want %+v", n, ix.Entry(max(n, 0)), e)
	}
	if other := ix.Number(e.Type, e.Kind, "nothing"); other >= 0 {
		t.Errorf("a code that is not there has number %d", other)
	}
	q, _ := search.Parse(e.Code)
	var none *search.Hidden
	for _, hidden := range []*search.Hidden{none, none.With(ix, n), none.With(ix, 3).With(ix, n)} {
		found := ix.Find(q, search.Want{Most: 5, Looks: search.MostLooks, Hidden: hidden})
		if got, want := len(found.Hits) > 0, !hidden.Has(n); got != want {
			t.Errorf("found %v, want %v", got, want)
		}
	}
}

// spelledBy reports whether there is something in a text, as long as the term, each character of which the term has, or an initial of it.
func spelledBy(term, text string) bool {
	typed, runes := []rune(term), []rune(text)
	for len(runes) >= len(typed) && len(typed) > 1 {
		every := true
		for i, r := range typed {
			readings := pinyin.PinyinDict[int(runes[i])]
			begins := func(reading string) bool { return strings.HasPrefix(norm.NFD.String(reading), string(r)) }
			every = every && (runes[i] == r || r < 'z' && slices.ContainsFunc(strings.Split(readings, ","), begins))
		}
		if every {
			return true
		}
		runes = runes[1:]
	}
	return false
}

// FuzzSearch: whatever is typed at whatever texts, what is found has every term where it is said to be, and looking is bounded.
func FuzzSearch(f *testing.F) {
	for _, seed := range [][3]string{
		{"文坊", "文坊路12号", "A1"},
		{"ＡＢ　１２", "ab 12", "12"},
		{"WFl1", "文坊路1号", "长"},
		{"e\u0301", "Café", "É"},
		{"𠮷", "𠮷祥", "x"},
		{"\xff\xed\xa0\x80", "\xff", "\x00"},
		{"ﷺ", "صلى", "1"},
		{"\u200b文\ufe0f", "文", "ß"},
		{strings.Repeat("\u0301", 40), "a" + strings.Repeat("\u0301", 60), ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, typed, name, other string) {
		ix := indexed(t,
			search.Entry{Type: search.Place, Kind: "shelter", Code: other, Name: name, Address: other + name},
			search.Entry{Type: search.Grid, Kind: "base", Code: name, Name: other},
			search.Entry{Type: "road", Name: typed},
		)
		q, err := search.Parse(typed)
		if err != nil {
			return
		}
		found := ix.Find(q, search.Want{Most: 10, Looks: 100})
		for _, h := range found.Hits {
			for i, m := range h.Matches {
				field := map[string]string{"code": h.Entry.Code, "name": h.Entry.Name, "address": h.Entry.Address}[m.Field]
				units := utf16.Encode([]rune(field))
				if m.Span.From < 0 || m.Span.From >= m.Span.To || m.Span.To > len(units) {
					t.Fatalf("%+q is said to be at %+v of %+q", q.Terms()[i], m.Span, field)
				}
				marked := string(utf16.Decode(units[m.Span.From:m.Span.To]))
				if !strings.Contains(search.Fold(marked), q.Terms()[i]) && !spelledBy(q.Terms()[i], search.Fold(marked)) {
					t.Fatalf("%+q is not in %+q of %+q", q.Terms()[i], marked, field)
				}
			}
		}
	})
}
