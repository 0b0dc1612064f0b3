package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns the form in which texts are compared: full-width and other compatible characters as the plain ones (NFKC),
// letters small, white space and control characters as one space and none at the ends, and no characters that only say how
// others are shown. Bytes that are not UTF-8 become U+FFFD.
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	if small, ok := smallASCII(s); ok {
		return small
	}
	var b strings.Builder
	b.Grow(len(s))
	fold(s, func(r rune, _, _ int) { b.WriteRune(r) })
	return b.String()
}

// isFolded reports whether s is plainly as Fold would make it: ideographs, digits, small letters, marks, single spaces. What is not
// plain may be so all the same.
func isFolded(s string) bool {
	after := byte(' ')
	for i := 0; i < len(s); {
		b := s[i]
		switch {
		case b == ' ' && after == ' ', b < ' ', b == 0x7f, 'A' <= b && b <= 'Z':
			return false
		case b < utf8.RuneSelf:
			after = b
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isPlain(r) {
			return false
		}
		after = b
		i += size
	}
	return len(s) == 0 || after != ' '
}

// smallASCII returns s in small letters when that is all that there is to do, as for codes, which come by the million.
func smallASCII(s string) (string, bool) {
	for i := range len(s) {
		if b := s[i]; b <= ' ' || b >= 0x7f {
			return "", false
		}
	}
	return strings.ToLower(s), true
}

// isPlain reports whether r is one of the characters of which most texts are and that compose with none of their own: ASCII and the common
// ideographs.
func isPlain(r rune) bool { return r < utf8.RuneSelf || 0x4e00 <= r && r <= 0x9fff }

// segment returns the size of what s begins with and can be made NFKC by itself, and that as NFKC.
func segment(s string) (size int, composed string) {
	r, size := utf8.DecodeRuneInString(s)
	if isPlain(r) {
		if next, _ := utf8.DecodeRuneInString(s[size:]); size == len(s) || isPlain(next) {
			return size, s[:size]
		}
	}
	if size = norm.NFKC.NextBoundaryInString(s, true); size <= 0 {
		size = len(s)
	}
	return size, norm.NFKC.String(s[:size])
}

// fold calls emit for each character of Fold(s), with the bytes of s that it comes from.
func fold(s string, emit func(r rune, from, to int)) {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	if strings.ContainsFunc(s, isUnseen) { // they must not keep characters apart that compose
		seen, origins := withoutUnseen(s)
		fold(seen, func(r rune, from, to int) { emit(r, origins[from], origins[to-1]+1) })
		return
	}
	began, space, spaceTo := false, -1, 0 // space: where one waits for something to follow it
	for from := 0; from < len(s); {
		size, composed := segment(s[from:])
		to := from + size
		for _, r := range composed {
			switch {
			case r > ' ' && r != 0x7f && isPlain(r): // most, and none of those below
			case unicode.IsSpace(r) || unicode.IsControl(r):
				if began && space < 0 {
					space = from
				}
				spaceTo = to
				continue
			case isUnseen(r): // as a part of others
				continue
			}
			if space >= 0 {
				emit(' ', space, spaceTo)
				space = -1
			}
			began = true
			emit(unicode.ToLower(r), from, to)
		}
		from = to
	}
}

// isUnseen reports whether r only says how others are shown.
func isUnseen(r rune) bool {
	return r >= utf8.RuneSelf && !isPlain(r) && (unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r))
}

// withoutUnseen returns s without such characters, and where each byte of that is in s.
func withoutUnseen(s string) (seen string, origins []int) {
	var b strings.Builder
	for i, r := range s {
		if isUnseen(r) {
			continue
		}
		b.WriteRune(r)
		for k := range utf8.RuneLen(r) {
			origins = append(origins, i+k)
		}
	}
	return b.String(), origins
}

// Span is a part of a text, from (included) to (not included), in UTF-16 code units, in which a page's script counts.
type Span struct{ From, To int }

// spanIn returns the part of s that the bytes from, to of Fold(s) come from.
func spanIn(s string, from, to int) Span {
	at, first, last := 0, -1, 0
	fold(s, func(r rune, a, b int) {
		if at >= from && at < to {
			if first < 0 {
				first = a
			}
			last = b
		}
		at += utf8.RuneLen(r)
	})
	if first < 0 {
		return Span{}
	}
	return Span{utf16Len(s[:first]), utf16Len(s[:last])}
}

func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
