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
}

// key begins a member of an object that is open.
func (j *jsonOut) key(name string) {
	if j.b[len(j.b)-1] != '{' {
		j.b = append(j.b, ',')
	}
	j.b = append(append(append(j.b, '"'), name...), '"', ':')
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
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' {
				j.other(s)
				return
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError || r == '\u2028' || r == '\u2029' { // the latter two end a line in JavaScript
			j.other(s)
			return
		}
		i += size
	}
	j.b = append(append(append(j.b, '"'), s...), '"')
}

// member appends a member that is left out when it is empty.
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
	_, offset := t.Zone()
	if year := t.Year(); year < 0 || year > 9999 || offset%60 != 0 || offset <= -24*3600 || offset >= 24*3600 {
		j.other(t) // which is an error, but for odd seconds
		return
	}
	j.b = append(t.AppendFormat(append(j.b, '"'), time.RFC3339Nano), '"')
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
