package ogc

import (
	"bytes"
	"encoding/json"
)

// members is a JSON object whose members keep their order.
type members []member

type member struct {
	name  string
	value any
}

// MarshalJSON implements json.Marshaler.
func (m members) MarshalJSON() ([]byte, error) {
	b := bytes.NewBufferString("{")
	for i, one := range m {
		if i > 0 {
			b.WriteByte(',')
		}
		for k, v := range []any{one.name, one.value} {
			raw, err := encode(v)
			if err != nil {
				return nil, err
			}
			if k == 1 {
				b.WriteByte(':')
			}
			b.Write(bytes.TrimSuffix(raw, []byte("\n")))
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

var _ json.Marshaler = members{}

// object returns a JSON object of names and values, in their order.
func object(namesAndValues ...any) members {
	var m members
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		if name, ok := namesAndValues[i].(string); ok {
			m = append(m, member{name, namesAndValues[i+1]})
		}
	}
	return m
}

// with returns the object with a further member.
func (m members) with(name string, value any) members { return append(m, member{name, value}) }
