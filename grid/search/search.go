// Package search finds things by a part of their code, name or address while it is typed: in memory, in Chinese as in any
// other script, without breaking words.
//
// An Index holds the things of one county and never changes. It knows which two characters follow each other in which texts,
// so that a few lists say where a term can be; what they say is checked against the text itself. How many texts a query may look
// at is bounded, whatever it asks for: candidates are taken by the class of their match, the best first, and within a class by
// kind and code, so that the same question always has the same answer.
//
// A term with letters also finds the ideographs whose pinyin begins with them: jqjd is 金桥街道, mll379 is 梅陵路379号. Any reading counts.
//
// Texts are compared in the form that Fold makes. All values are safe for concurrent use.
package search

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// The types of things besides the kinds of reference layers (road, building …), which are types of their own. Codes of divisions and
// grids match before anything else does.
const (
	Division       = "division"
	Grid           = "grid"
	Place          = "place"
	HouseholdPoint = "household_point"
)

// Entry is a thing that can be found.
type Entry struct {
	Type    string // one of the above, or the kind of a reference layer
	Kind    string // the level of a division, the kind of a grid or place
	Code    string // "" for what has none
	Name    string
	Address string
	// Owner is the lowest division that the thing lies in, a division itself for a division; "" outside every one.
	Owner string
	At    geo.Point // where a label would be
	Box   geo.Box   // of an area or line; that of At for a point
}

// compare orders entries by kind and code, then by whatever tells them apart.
func compare(a, b *Entry) int { return compareFolded(a, b, Fold(a.Code), Fold(b.Code)) }

// compareFolded is compare for entries whose folded codes are known.
func compareFolded(a, b *Entry, codeA, codeB string) int {
	if a.Type != b.Type || a.Kind != b.Kind {
		return cmp.Or(
			cmp.Compare(typeOrder(a.Type, a.Kind), typeOrder(b.Type, b.Kind)), strings.Compare(a.Type, b.Type), strings.Compare(a.Kind, b.Kind),
		)
	}
	if codeA != codeB {
		return strings.Compare(codeA, codeB)
	}
	return cmp.Or(
		strings.Compare(a.Code, b.Code),
		strings.Compare(a.Name, b.Name),
		strings.Compare(a.Address, b.Address),
		cmp.Compare(a.At.X, b.At.X),
		cmp.Compare(a.At.Y, b.At.Y),
		strings.Compare(a.Owner, b.Owner),
	)
}

// typeOrder is divisions from the city down, grids, places, household points, then the rest.
func typeOrder(kind, detail string) int {
	switch kind {
	case Division:
		return grid.LevelRank(detail)
	case Grid:
		return 10
	case Place:
		return 20
	case HouseholdPoint:
		return 30
	}
	return 40
}

// The bounds of a query.
const (
	MaxCharacters = 100
	MaxTerms      = 10
	mostFolded    = 300 // characters; a few become many
)

// Query is what is looked for: things of which every term is somewhere in the code, name or address. Make it with Parse.
type Query struct{ terms []term }

type term struct {
	text   string
	runes  []rune
	spells bool // it may stand for ideographs by their initials
}

// ErrNothing is returned for a query without a character to look for.
var ErrNothing = errors.New("there is nothing to look for in it")

// Parse reads what was typed: terms between spaces. The error says what is wrong with it: nothing to look for, or more than MaxCharacters
// or MaxTerms.
func Parse(typed string) (Query, error) {
	if len(typed) > 4*MaxCharacters || utf8.RuneCountInString(typed) > MaxCharacters {
		return Query{}, fmt.Errorf("it has more than %d characters", MaxCharacters)
	}
	folded := Fold(typed)
	if utf8.RuneCountInString(folded) > mostFolded {
		return Query{}, fmt.Errorf("it stands for more than %d characters", mostFolded)
	}
	var q Query
	for _, text := range strings.Fields(folded) {
		if !slices.ContainsFunc(q.terms, func(t term) bool { return t.text == text }) {
			runes := []rune(text)
			q.terms = append(q.terms, term{text, runes, spells(runes)})
		}
	}
	switch {
	case len(q.terms) == 0:
		return Query{}, ErrNothing
	case len(q.terms) > MaxTerms:
		return Query{}, fmt.Errorf("it has more than %d terms", MaxTerms)
	}
	return q, nil
}
