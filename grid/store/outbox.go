package store

import (
	"context"

	"github.com/wangge/wangge/grid"
)

// happened tells whoever listens of a change, in its transaction: nothing is told of what does not commit.
func happened(ctx context.Context, tx DB, h grid.Happening) error {
	data := h.Data
	if data == nil {
		data = []byte("{}")
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO outbox (topic, action, code, areas, data)
		VALUES ($1, $2, $3, $4, $5)`, h.Topic, h.Action, h.Code, listOrEmpty(h.Areas), data)
	if err != nil {
		return err
	}
	return notify(ctx, tx, feedChannel, "")
}
