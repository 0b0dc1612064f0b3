package store

import (
	"context"
	_ "embed"
	"slices"
	"sort"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

//go:embed sql/settle_posts.sql
var settlePostsQuery string

// SettlePosts returns for each post nil or a *grid.RuleError: its worker has a post of the kind on the grid at that time already, by what
// is stored or by one before it that has nothing wrong.
func (s *Store) SettlePosts(ctx context.Context, posts []*grid.Post) ([]error, error) {
	wrong := make([]error, len(posts))
	for first := 0; first < len(posts); first += batchRows {
		end := min(first+batchRows, len(posts))
		taken, err := s.takenPosts(ctx, posts[first:end])
		if err != nil {
			return nil, translate(err)
		}
		for i := range taken {
			if taken[i] {
				wrong[first+i] = postTaken("is stored already")
			}
		}
	}
	given := map[postKey]postTimes{}
	for i, p := range posts {
		if wrong[i] != nil {
			continue
		}
		key := postKey{p.WorkerCode, p.GridCode, p.PostKind}
		times, free := given[key].with(p)
		if !free {
			wrong[i] = postTaken("is there before it in the file")
			continue
		}
		given[key] = times
	}
	return wrong, nil
}

func postTaken(where string) error {
	return &grid.RuleError{Rule: "overlap", Field: "valid_from", Detail: "a post of the worker, of that kind, on that grid and at that time " + where}
}

func (s *Store) takenPosts(ctx context.Context, posts []*grid.Post) ([]bool, error) {
	var workers, grids, kinds []string
	var from []time.Time
	var to []*time.Time
	for _, p := range posts {
		workers, grids, kinds = append(workers, p.WorkerCode), append(grids, p.GridCode), append(kinds, p.PostKind)
		from, to = append(from, p.ValidFrom), append(to, p.ValidTo)
	}
	rows, err := s.db.Query(ctx, settlePostsQuery, workers, grids, kinds, from, to)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[bool])
}

// postKey is what two posts at the same time must not have in common.
type postKey struct{ worker, grid, kind string }

// postTimes are posts of one key, none at the same time as another, by their begin.
type postTimes []*grid.Post

// with returns the posts with p in its place, false when another one is at the same time.
func (t postTimes) with(p *grid.Post) (postTimes, bool) {
	at := sort.Search(len(t), func(i int) bool { return !t[i].ValidFrom.Before(p.ValidFrom) })
	if at > 0 && (t[at-1].ValidTo == nil || t[at-1].ValidTo.After(p.ValidFrom)) {
		return t, false
	}
	if at < len(t) && (p.ValidTo == nil || p.ValidTo.After(t[at].ValidFrom)) {
		return t, false
	}
	return slices.Insert(t, at, p), true
}
