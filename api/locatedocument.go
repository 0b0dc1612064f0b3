package api

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// document answers one JSON document; a list is answered by {"answers": […]}.
func (b *batch) document(body *stream) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return bodyFailed(err)
	}
	list, isList, err := listOf(raw)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(body, 64<<10)
	if !isList {
		a, err := b.one(raw)
		if err != nil {
			return err
		}
		encoded, err := encodeJSON(a)
		if err != nil {
			return err
		}
		_, err = body.Write(encoded)
		return err
	}
	// Answers are much longer than questions: they are written one by one.
	_, _ = out.WriteString(`{"answers":[`) // Flush returns what goes wrong
	for i, one := range list {
		if i > 0 {
			_ = out.WriteByte(',')
		}
		if err := cmp.Or(b.ctx.Err(), b.writeRow(out, one)); err != nil {
			return err
		}
	}
	_, _ = out.WriteString("]}")
	return out.Flush()
}

// listOf returns the items of a JSON array or the features of a collection, maxItems at most.
func listOf(raw []byte) (list []json.RawMessage, isList bool, err error) {
	if trimmed := bytes.TrimSpace(raw); len(trimmed) > 0 && trimmed[0] == '[' {
		list, err := itemsOf(raw)
		return list, true, err
	}
	var collection struct {
		Type     string          `json:"type"`
		Features json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(raw, &collection); err != nil {
		return nil, false, badParam("", "The body is not JSON.")
	}
	if collection.Type != "FeatureCollection" {
		return nil, false, nil
	}
	list, err = itemsOf(collection.Features)
	return list, true, err
}

// itemsOf returns the items of a JSON array; null, or nothing, is an empty one. It takes them one by one, so that an array
// of millions costs no more than one of maxItems.
func itemsOf(raw []byte) ([]json.RawMessage, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	decode := json.NewDecoder(bytes.NewReader(raw))
	if open, err := decode.Token(); err != nil || open != json.Delim('[') {
		return nil, badParam("", "The body is not a JSON array, nor a collection with one of features.")
	}
	var list []json.RawMessage
	for decode.More() {
		if len(list) == maxItems {
			return nil, &problem{
				status: http.StatusRequestEntityTooLarge, slug: "too-large", code: "too_large",
				detail: fmt.Sprintf("The document has more than %d items: send it in parts, or as newline-delimited JSON.", maxItems),
			}
		}
		var item json.RawMessage
		if err := decode.Decode(&item); err != nil {
			return nil, badParam("", "The body is not JSON.")
		}
		list = append(list, item)
	}
	if _, err := decode.Token(); err != nil {
		return nil, badParam("", "The body is not JSON.")
	}
	if _, err := decode.Token(); !errors.Is(err, io.EOF) {
		return nil, badParam("", "Something follows the JSON array of the body.")
	}
	return list, nil
}
