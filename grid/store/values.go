package store

import (
	"encoding/json"

	"github.com/wangge/wangge/grid"
)

// orNull returns nil, SQL NULL, for the zero value: text that is "", an id or edition that is 0.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// orDefault returns v, or otherwise when v is "".
func orDefault(v, otherwise string) string {
	if v == "" {
		return otherwise
	}
	return v
}

// object returns m as JSON, nil (SQL NULL) when it is empty.
func object(m map[string]any) ([]byte, error) {
	if len(m) == 0 {
		return nil, nil
	}
	return json.Marshal(m)
}

// listOrEmpty returns list, or an empty one for nil, which would be SQL NULL.
func listOrEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// valueOrDefault returns v, or the field's default when v is absent.
func valueOrDefault(f grid.Field, v any) any {
	if v != nil || f.Default == "" {
		return v
	}
	if f.Type == grid.Boolean {
		return f.Default == "true"
	}
	return f.Default
}
