package mvt

import (
	"encoding/binary"
	"math"
)

type valueKind uint8

const (
	kindString valueKind = iota
	kindInt
	kindUint
	kindDouble
	kindBool
)

// Value is the value of a tag. The zero Value is the empty string.
type Value struct {
	kind valueKind
	bits uint64
	text string
}

// String returns a text value; it should be valid UTF-8.
func String(v string) Value { return Value{kind: kindString, text: v} }

// Int returns a signed integer value.
func Int(v int64) Value { return Value{kind: kindInt, bits: uint64(v)} }

// Uint returns an unsigned integer value.
func Uint(v uint64) Value { return Value{kind: kindUint, bits: v} }

// Double returns a 64-bit floating point value.
func Double(v float64) Value { return Value{kind: kindDouble, bits: math.Float64bits(v)} }

// Bool returns a truth value.
func Bool(v bool) Value {
	if v {
		return Value{kind: kindBool, bits: 1}
	}
	return Value{kind: kindBool}
}

// Tag is an attribute of a feature.
type Tag struct {
	Key   string
	Value Value
}

// Append appends to dst bytes that tell the value from any other, and from what follows, and returns it.
func (v Value) Append(dst []byte) []byte {
	dst = append(dst, byte(v.kind))
	dst = binary.LittleEndian.AppendUint64(dst, v.bits)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(len(v.text)))
	return append(dst, v.text...)
}
