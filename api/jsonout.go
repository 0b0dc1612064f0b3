package api

import (
	"bytes"
	"math"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// jsonOut appends JSON as encodeJSON writes it, byte for byte, without asking each value what it is. Whatever is not plain it leaves to
// encodeJSON.
type jsonOut struct {
	b   []byte
	err error // the first one

	at     time.Time // the last instant, as one object often says it twice
	atText []byte
}

// key begins a member of an object that is open; the name is as it is written, with quotes and colon.
func (j *jsonOut) key(name string) {
	if j.b[len(j.b)-1] != '{' {
		j.b = append(j.b, ',')
	}
	j.b = append(j.b, name...)
}

func (j *jsonOut) open()  { j.b = append(j.b, '{') }
func (j *jsonOut) close() { j.b = append(j.b, '}') }
func (j *jsonOut) null()  { j.b = append(j.b, "null"...) }

func (j *jsonOut) bool(v bool) { j.b = strconv.AppendBool(j.b, v) }
func (j *jsonOut) int(v int64) { j.b = strconv.AppendInt(j.b, v, 10) }

// other appends a value of any kind.
func (j *jsonOut) other(v any) {
	encoded, err := encodeJSON(v)
	if j.err == nil {
		j.err = err
	}
	j.b = append(j.b, bytes.TrimSuffix(encoded, []byte("\n"))...)
}

// text appends a string.
func (j *jsonOut) text(s string) {
	if !isPlain(s) {
		j.other(s)
		return
	}
	j.b = append(append(append(j.b, '"'), s...), '"')
}

// isPlain reports whether a string stands in JSON as it is.
func isPlain(s string) bool {
	for len(s) > 0 {
		c := s[0]
		switch {
		case len(s) >= 8 && arePlain(s[:8]):
			s = s[8:]
		case c < utf8.RuneSelf:
			if c < ' ' || c == '"' || c == '\\' {
				return false
			}
			s = s[1:]
		case 0xe3 <= c && c <= 0xec && len(s) >= 3 && s[1]&0xc0 == 0x80 && s[2]&0xc0 == 0x80: // Chinese: U+3000 to U+CFFF
			s = s[3:]
		default:
			r, size := utf8.DecodeRuneInString(s)
			if r == utf8.RuneError || r == '\u2028' || r == '\u2029' { // the latter two end a line in JavaScript
				return false
			}
			s = s[size:]
		}
	}
	return true
}

// arePlain reports whether all of eight bytes are ASCII that stands in JSON as it is; it looks at them at once.
func arePlain(s string) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	_ = s[7]
	x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	quote, backslash := x^'"'*each, x^'\\'*each // 0 where there is one
	return (x|(x-' '*each)|(quote-each)|(backslash-each))&high == 0
}

// member appends a member, named as for key, that is left out when it is empty.
func (j *jsonOut) member(name, value string) {
	if value != "" {
		j.key(name)
		j.text(value)
	}
}

// maxTenMillionths is up to how many of them a number has 15 digits at most: no other number has the same ones.
const maxTenMillionths = 999_999_999_999_999

// float appends a number. Positions and what is rounded are whole numbers of ten millionths, whose digits are known at once.
func (j *jsonOut) float(f float64) {
	k := math.Round(f * 1e7)
	if size := math.Abs(k); !(size >= 10 && size <= maxTenMillionths) || k/1e7 != f { // NaN among them, and what is written with an exponent
		j.anyFloat(f)
		return
	}
	if k < 0 {
		j.b = append(j.b, '-')
		k = -k
	}
	n := int64(k)
	j.b = strconv.AppendInt(j.b, n/1e7, 10)
	if n %= 1e7; n == 0 {
		return
	}
	var digits [8]byte
	digits[0] = '.'
	for i := 7; i > 0; i-- {
		digits[i], n = byte('0'+n%10), n/10
	}
	j.b = append(j.b, bytes.TrimRight(digits[:], "0")...)
}

func (j *jsonOut) anyFloat(f float64) {
	if size := math.Abs(f); f == 0 && !math.Signbit(f) || size >= 1e-6 && size < 1e21 {
		j.b = strconv.AppendFloat(j.b, f, 'f', -1, 64)
		return
	}
	j.other(f)
}

// time appends an instant.
func (j *jsonOut) time(t time.Time) {
	if t == j.at && len(j.atText) > 0 { // the very value: an equal instant may be written otherwise
		j.b = append(j.b, j.atText...)
		return
	}
	_, offset := t.Zone()
	if year := t.Year(); year < 0 || year > 9999 || offset%60 != 0 || offset <= -24*3600 || offset >= 24*3600 {
		j.other(t) // which is an error, but for odd seconds
		return
	}
	j.at, j.atText = t, append(t.AppendFormat(append(j.atText[:0], '"'), time.RFC3339Nano), '"')
	j.b = append(j.b, j.atText...)
}

// orNullJSON appends what a pointer points to, or null.
func orNullJSON[T any](j *jsonOut, v *T, appendValue func(*jsonOut, *T)) {
	if v == nil {
		j.null()
		return
	}
	appendValue(j, v)
}

// listJSON appends a list; nil is null.
func listJSON[T any](j *jsonOut, list []T, appendValue func(*jsonOut, *T)) {
	if list == nil {
		j.null()
		return
	}
	j.b = append(j.b, '[')
	for i := range list {
		if i > 0 {
			j.b = append(j.b, ',')
		}
		appendValue(j, &list[i])
	}
	j.b = append(j.b, ']')
}

// jsonOuts are kept for the next answers.
type jsonOuts struct{ pool sync.Pool }

// take returns an empty one.
func (p *jsonOuts) take() *jsonOut {
	if j, ok := p.pool.Get().(*jsonOut); ok {
		j.b, j.err = j.b[:0], nil
		return j
	}
	return &jsonOut{b: make([]byte, 0, 4<<10)}
}

// give takes one back, unless an unusual answer has made it large.
func (p *jsonOuts) give(j *jsonOut) {
	if cap(j.b) <= 64<<10 {
		p.pool.Put(j)
	}
}
