package cql2

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
)

// Fold returns the form in which CASEI compares texts: full case folding of Unicode, character by character.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	_, folded := Foldings()
	for _, r := range s {
		if to, ok := folded[r]; ok {
			b.WriteString(to)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Foldings returns the characters that Fold changes, ascending, and what each becomes. They must not be changed.
func Foldings() (from []rune, to map[rune]string) {
	f := foldings()
	return f.from, f.to
}

type folding struct {
	from []rune
	to   map[rune]string
}

var foldings = sync.OnceValue(func() folding {
	f := folding{to: map[rune]string{}}
	fold := cases.Fold()
	for _, table := range []*unicode.RangeTable{unicode.L, unicode.M, unicode.N, unicode.So} { // others have no case
		eachRune(table, func(r rune) {
			if to := fold.String(string(r)); to != string(r) {
				f.from = append(f.from, r)
				f.to[r] = to
			}
		})
	}
	slices.Sort(f.from)
	return f
})

func eachRune(table *unicode.RangeTable, f func(rune)) {
	for _, span := range table.R16 {
		for r := rune(span.Lo); r <= rune(span.Hi); r += rune(span.Stride) {
			f(r)
		}
	}
	for _, span := range table.R32 {
		for r := rune(span.Lo); r <= rune(span.Hi); r += rune(span.Stride) {
			f(r)
		}
	}
}
