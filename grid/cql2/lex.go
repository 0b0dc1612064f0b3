package cql2

import (
	"strings"
	"unicode/utf8"
)

// kind says what a token is.
type kind uint8

const (
	end    kind = iota
	word        // an identifier or keyword
	quoted      // an identifier in double quotes
	str
	num  // without a sign
	mark // an operator, parenthesis or comma
)

// token is one piece of the text.
type token struct {
	kind kind
	text string // of a str what it says, otherwise as it is written
	at   int
}

// is reports whether the token is that mark, or that keyword in any case.
func (t token) is(text string) bool {
	return t.kind == mark && t.text == text || t.kind == word && strings.EqualFold(t.text, text)
}

// tokens cuts the text into tokens; the last one is the end.
func tokens(text string) ([]token, error) {
	if len(text) > MaxText {
		return nil, wrong(0, "the filter has %d bytes, more than %d: make it shorter", len(text), MaxText)
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, wrong(0, "the filter is not UTF-8 text")
	}
	var all []token
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if isSpace(r) {
			at += size
			continue
		}
		t, next, err := cut(text, at, r)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
		at = next
	}
	return append(all, token{kind: end, at: len(text)}), nil
}

// cut returns the token that begins at at with r, and where it ends.
func cut(text string, at int, r rune) (token, int, error) {
	switch {
	case r == '\'':
		return cutString(text, at)
	case r == '"':
		n := strings.IndexByte(text[at+1:], '"')
		if n < 0 || !isIdentifier(text[at+1:at+1+n]) {
			return token{}, 0, wrong(at, "what is in double quotes is the name of a property; a text is in single quotes")
		}
		return token{quoted, text[at+1 : at+1+n], at}, at + n + 2, nil
	case '0' <= r && r <= '9' || r == '.':
		n := numberLength(text[at:])
		if n == 0 {
			return token{}, 0, wrong(at, "this is no number")
		}
		return token{num, text[at : at+n], at}, at + n, nil
	case isIdentifierRune(r, true):
		n := strings.IndexFunc(text[at:], func(r rune) bool { return !isIdentifierRune(r, false) })
		if n < 0 {
			n = len(text) - at
		}
		return token{word, text[at : at+n], at}, at + n, nil
	}
	for _, m := range []string{"<>", "<=", ">=", "<", ">", "=", "(", ")", ",", "+", "-", "*", "/", "%", "^"} {
		if strings.HasPrefix(text[at:], m) {
			return token{mark, m, at}, at + len(m), nil
		}
	}
	return token{}, 0, wrong(at, "%q has no meaning here", r)
}

// cutString reads a text in single quotes; a quote in it is doubled, or follows a backslash. Any other backslash is one.
func cutString(text string, at int) (token, int, error) {
	var b strings.Builder
	for i := at + 1; i < len(text); i++ {
		rest := text[i:]
		switch {
		case strings.HasPrefix(rest, "''"), strings.HasPrefix(rest, `\'`):
			b.WriteByte('\'')
			i++
		case rest[0] == '\'':
			return token{str, b.String(), at}, i + 1, nil
		default:
			b.WriteByte(rest[0])
		}
	}
	return token{}, 0, wrong(at, "the text that begins here has no closing quote")
}

// numberLength returns how many bytes of the beginning of s are a number, 0 for none.
func numberLength(s string) int {
	digits := func(from int) int {
		for from < len(s) && '0' <= s[from] && s[from] <= '9' {
			from++
		}
		return from
	}
	whole := digits(0)
	n := whole
	if n < len(s) && s[n] == '.' {
		n = digits(n + 1)
		if whole == 0 && n == 1 {
			return 0
		}
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		from := n + 1
		if from < len(s) && (s[from] == '+' || s[from] == '-') {
			from++
		}
		if to := digits(from); to > from {
			n = to
		}
	}
	return n
}
