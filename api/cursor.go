package api

import (
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/wangge/wangge/grid/live"
)

// cursor says after which entry the next page of a list begins, and of which editions the list is. Clients see it as text
// without meaning.
type cursor struct {
	Editions string `json:"e"`
	After    string `json:"a"`
}

func cursorAfter(state *live.State, key string) string {
	raw, _ := json.Marshal(cursor{stateText(state), key}) // two strings always marshal
	return base64.RawURLEncoding.EncodeToString(raw)
}

// after returns the key that the cursor parameter names, "" without one. A cursor of other editions is a conflict: pages of
// two editions do not make one list (L5).
func (q query) after(state *live.State) (string, error) {
	given := q.text("cursor")
	if given == "" {
		return "", nil
	}
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(given)
	if err != nil || json.Unmarshal(raw, &c) != nil || c.After == "" {
		return "", badCursor()
	}
	if now := stateText(state); c.Editions != now {
		return "", &problem{
			status: http.StatusConflict, slug: "conflict", code: "cursor_outdated",
			detail: "The list has been begun on edition " + c.Editions + " and is of edition " + now + " now: begin it again without a cursor.",
		}
	}
	return c.After, nil
}

// stateText names the editions of a state, and the plans over them.
func stateText(state *live.State) string {
	text := editionText(editionsOf(state))
	if state.Preview != nil {
		text += ";" + state.Preview.Key
	}
	return text
}

func badCursor() error {
	return badParam("cursor", "This is no cursor of this list: take “next” of the page before as it is.")
}
