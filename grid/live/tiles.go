package live

import (
	"context"
	"time"

	"github.com/wangge/wangge/grid/edition"
)

// PrepareTiles makes ready what grid tiles of the present city are drawn from, and looks every interval whether there is another city, until
// ctx ends. Tiles asked for meanwhile are made as they would be without it.
func (l *Live) PrepareTiles(ctx context.Context, every time.Duration) {
	var ready *edition.City
	for ctx.Err() == nil {
		if city := l.Now().City; city != ready {
			ready = city
			city.PrepareTiles(func() bool { return ctx.Err() == nil && l.Now().City == city })
		}
		pause(ctx, every)
	}
}
