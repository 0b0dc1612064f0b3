package live

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// followed returns the rosters as publishing the draft would make them: the workers whom the plan posts to new grids, and the posts on
// grids that end on the grids that have got most of them (BR-39).
func (l *Live) followed(ctx context.Context, now *State, d *Draft) (map[string]roster, error) {
	rosters, own := maps.Clone(now.rosters), map[string]bool{}
	add := func(g *grid.Grid, posts ...grid.Posting) {
		if !own[g.CountyCode] {
			copied := roster{}
			maps.Copy(copied, rosters[g.CountyCode])
			rosters[g.CountyCode], own[g.CountyCode] = copied, true
		}
		all := slices.Clone(rosters[g.CountyCode][g.ID])
		for _, p := range posts {
			p.GridID, p.GridCode = g.ID, g.Code
			all = append(all, p)
		}
		sortPosts(all)
		rosters[g.CountyCode][g.ID] = all
	}
	for _, p := range d.Diff.Parts {
		if p.Change != edition.Retired || p.Before.Grid == nil {
			continue
		}
		if to, _ := d.After.City.Grid(edition.Successor(d.Diff.Lineage, p.Code)); to != nil {
			add(to, now.rosters[p.Before.Grid.CountyCode][p.Before.Grid.ID]...)
		}
	}
	return rosters, l.ownPosts(ctx, d, add)
}

// ownPosts adds the workers whom the plan posts to its new grids.
func (l *Live) ownPosts(ctx context.Context, d *Draft, add func(*grid.Grid, ...grid.Posting)) error {
	posted := map[string][]*grid.Grid{} // by worker, who may be posted to several
	for _, p := range d.Draft.Parts() {
		if p.PostWorker == "" || p.Removed {
			continue
		}
		if g, _ := d.After.City.Grid(p.Code); g != nil {
			posted[p.PostWorker] = append(posted[p.PostWorker], g)
		}
	}
	if len(posted) == 0 {
		return nil
	}
	workers, err := l.store.WorkersToPost(ctx, slices.Sorted(maps.Keys(posted)))
	if err != nil {
		return err
	}
	for _, w := range workers {
		for _, g := range posted[w.WorkerCode] {
			w.PostKind, w.ValidFrom = "worker", time.Time{}
			if g.Kind == grid.Dedicated {
				w.PostKind = "dedicated_contact"
			}
			add(g, w)
		}
	}
	return nil
}
