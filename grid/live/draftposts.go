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
// grids that end on the grids that have got most of them (BR-39), with their duty.
func (l *Live) followed(ctx context.Context, now *State, d *Draft) (map[string]*roster, error) {
	rosters, own := maps.Clone(now.rosters), map[string]bool{}
	add := func(g *grid.Grid, more onGrid) {
		if !own[g.CountyCode] {
			copied := rosters[g.CountyCode].copied()
			rosters[g.CountyCode], own[g.CountyCode] = &copied, true
		}
		r := rosters[g.CountyCode]
		had := r.on(g.ID)
		all := onGrid{slices.Concat(had.posts, more.posts), slices.Concat(had.duties, more.duties)}
		sortPosts(all.posts)
		r.over[g.ID] = all
	}
	for _, p := range d.Diff.Parts {
		if p.Change != edition.Retired || p.Before.Grid == nil {
			continue
		}
		to, _ := d.After.City.Grid(edition.Successor(d.Diff.Lineage, p.Code))
		if to == nil {
			continue
		}
		more := now.rosters[p.Before.Grid.CountyCode].on(p.Before.Grid.ID)
		if to.CountyCode != p.Before.Grid.CountyCode {
			more.duties = nil // they refer to posts by their place in the county's roster
		}
		add(to, more)
	}
	return rosters, l.ownPosts(ctx, d, add)
}

// ownPosts adds the workers whom the plan posts to its new grids.
func (l *Live) ownPosts(ctx context.Context, d *Draft, add func(*grid.Grid, onGrid)) error {
	grids := map[string][]*grid.Grid{} // by worker, who may be posted to several
	for _, p := range d.Draft.Parts() {
		if p.PostWorker == "" || p.Removed {
			continue
		}
		if g, _ := d.After.City.Grid(p.Code); g != nil {
			grids[p.PostWorker] = append(grids[p.PostWorker], g)
		}
	}
	if len(grids) == 0 {
		return nil
	}
	workers, err := l.store.WorkersToPost(ctx, slices.Sorted(maps.Keys(grids)))
	if err != nil {
		return err
	}
	made := newWorkers(len(workers))
	for _, w := range workers {
		for _, g := range grids[w.WorkerCode] {
			w.PostKind, w.ValidFrom = "worker", time.Time{}
			if g.Kind == grid.Dedicated {
				w.PostKind = "dedicated_contact"
			}
			add(g, onGrid{posts: []posted{made.posted(&w)}})
		}
	}
	return nil
}
