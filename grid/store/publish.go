package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// Publish puts a decided plan into force, in one transaction (L5): the next edition of each of its counties with new codes, versions
// and lineage, the assignment of exactly the things whose answer changes, hand-over marks, and the posts on grids that end. It
// returns the plan as stored; servers hear of it at the commit.
//
// The plan must be at that version, its base editions in force (otherwise a *grid.ConflictError: rebase), its time come, every error
// of the checks, which are made again, waived, a new dedicated grid must have a post (BR-16), and the filing be done where the
// deployment wants that first. The actor must be of the deciding body (grid.ErrForbidden).
func (s *Store) Publish(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int) (grid.Plan, error) {
	var made grid.Plan
	err := s.write(ctx, func(tx pgx.Tx) error {
		a, err := s.beginPublishing(ctx, tx, city, actor, code, version)
		if err != nil {
			return err
		}
		if err := a.mayDecide(ctx); err != nil {
			return err
		}
		made, err = a.publish(ctx)
		return err
	})
	if err == nil {
		fault(nil, "publish.committed")
	}
	return made, err
}

// beginPublishing locks the plan's counties, exclusively, those around them and then the plan, and makes sure that it may take effect
// now. The act's city has the editions in force of all these counties.
func (s *Store) beginPublishing(ctx context.Context, tx pgx.Tx, city *edition.City, actor grid.Actor, code string, version int) (*planAct, error) {
	early, err := readPlan(ctx, tx, code)
	if err != nil {
		return nil, err
	}
	if early.Version != version { // so that the parts that say what is to be locked are those of the plan
		return nil, fmt.Errorf("plan %s: %w", code, &grid.StaleError{Current: early.Version})
	}
	parts, err := readParts(ctx, tx, &early, early.Position)
	if err != nil {
		return nil, err
	}
	counties, err := lockForEditions(ctx, tx, extentOf(&early, parts))
	if err != nil {
		return nil, err
	}
	fault(tx, "publish.locked")
	a, err := s.beginAct(ctx, tx, city, actor, code)
	if err != nil {
		return nil, err
	}
	if err := a.checkVersion(version); err != nil {
		return nil, err
	}
	a.parts, a.read = parts, true
	if err := a.to(grid.ActPublish); err != nil {
		return nil, err
	}
	if a.city, err = inForce(ctx, tx, city, counties); err != nil {
		return nil, err
	}
	return a, a.atBase(ctx)
}

// extentOf returns what the parts of a plan will add to its counties, as far as locks on counties go by it.
func extentOf(p *grid.Plan, parts []grid.PlanPart) []NewEdition {
	editions := make([]NewEdition, len(p.Counties))
	for i, county := range p.Counties {
		editions[i].CountyCode = county
		for _, part := range parts {
			switch {
			case part.Grid != nil && part.Grid.CountyCode == county:
				editions[i].Base = append(editions[i].Base, *part.Grid)
			case part.Void != nil && part.Void.CountyCode == county:
				editions[i].Voids = append(editions[i].Voids, *part.Void)
			}
		}
	}
	return editions
}

// publication is the publishing of a plan.
type publication struct {
	*planAct
	*measuring // what it does, by the function that says so before
	draft      *edition.Draft
	at         time.Time
	editions   []*nextEdition   // of the plan's counties
	ids        map[string]int64 // of grids, by code: those that change, end or are new
}

// publish does it, once the counties and the plan are locked.
func (a *planAct) publish(ctx context.Context) (grid.Plan, error) {
	p := &publication{planAct: a, ids: map[string]int64{}}
	var err error
	if p.draft, err = a.draft(ctx); err != nil {
		return grid.Plan{}, err
	}
	if p.measuring, err = measure(ctx, a.tx, a.city, &a.plan, p.draft); err != nil {
		return grid.Plan{}, err
	}
	fault(a.tx, "publish.measured")
	if err := p.check(ctx); err != nil {
		return grid.Plan{}, err
	}
	fault(a.tx, "publish.checked")
	if p.at, err = editionInstant(ctx, a.tx, a.plan.Counties); err != nil {
		return grid.Plan{}, err
	}
	for _, step := range []func(context.Context) error{p.writeEditions, p.writeLineage, p.reassign, p.writePosts, a.release} {
		if err := step(ctx); err != nil {
			return grid.Plan{}, err
		}
	}
	fault(a.tx, "publish.plan")
	a.plan.PublishedAt, a.plan.Trouble = &p.at, ""
	made, err := a.finish(ctx, "publish")
	fault(a.tx, "publish.commit")
	return made, err
}

// check returns why the plan must not take effect, nil when it may.
func (p *publication) check(ctx context.Context) error {
	settings, err := New(p.tx).Settings(ctx)
	if err != nil {
		return err
	}
	if settings.FilingBeforeEffect && p.plan.FiledAt == nil {
		return fmt.Errorf("plan %s has not been filed, and this deployment wants that before a plan takes effect: file it: %w", p.plan.Code, grid.ErrConflict)
	}
	var early bool
	err = p.tx.QueryRow(ctx, `SELECT coalesce($1::timestamptz > clock_timestamp(), false)`, p.plan.EffectiveAt).Scan(&early)
	if err != nil {
		return err
	}
	if early {
		return fmt.Errorf("plan %s takes effect at %s, not before: change that time to publish it now: %w",
			p.plan.Code, p.plan.EffectiveAt.Format(time.RFC3339), grid.ErrConflict)
	}
	if len(p.diff.Parts) == 0 {
		return fmt.Errorf("plan %s changes nothing: withdraw it: %w", p.plan.Code, grid.ErrConflict)
	}
	if err := p.checkPosted(); err != nil {
		return err
	}
	return p.checkFindings(ctx)
}

// checkPosted holds BR-16: whoever draws a dedicated grid says who is posted to it. One that is imported, or comes back, does not
// need it: until it has a post its base grids take precedence.
func (p *publication) checkPosted() error {
	if p.plan.Kind != grid.AdjustmentPlan {
		return nil
	}
	posted := map[string]bool{}
	for i := range p.parts {
		posted[p.parts[i].Code] = p.parts[i].PostWorker != ""
	}
	came := map[string]bool{} // out of other dedicated grids, whose posts come too
	for _, l := range p.diff.Lineage {
		came[l.ToCode] = true
	}
	for _, part := range p.diff.Parts {
		if part.Kind == grid.Dedicated && part.Before == nil && !posted[part.Code] && !came[part.Code] {
			return &grid.RuleError{
				Rule: "BR-16", Field: "post_worker_code",
				Detail: fmt.Sprintf("nobody is posted to the new dedicated grid %s: name a worker in the change that makes it", part.Code),
			}
		}
	}
	return nil
}

// checkFindings checks the draft again: since the decision places may have come, and grids around it have changed.
func (p *publication) checkFindings(ctx context.Context) error {
	found, err := p.findingsOf(ctx, p.draft, &p.impact, true)
	if err != nil {
		return err
	}
	if err := writeFindings(ctx, p.tx, p.plan.ID, found); err != nil {
		return err
	}
	if found, err = readFindings(ctx, p.tx, p.plan.ID); err != nil {
		return err
	}
	for i := range found {
		if found[i].OpenError() {
			return fmt.Errorf("plan %s: %s is open: %s: %w", p.plan.Code, found[i].Rule, found[i].Detail, grid.ErrConflict)
		}
	}
	return nil
}

// writeEditions writes the next edition of each county.
func (p *publication) writeEditions(ctx context.Context) error {
	if err := p.makeEditions(); err != nil {
		return err
	}
	p.plan.PublishedAs = nil
	for _, e := range p.editions {
		if err := e.write(ctx, p.tx); err != nil {
			return fmt.Errorf("edition %d of %s: %w", e.number, e.county, err)
		}
		for i := range e.grids {
			p.ids[e.grids[i].Code] = e.grids[i].ID
		}
		p.plan.PublishedAs = append(p.plan.PublishedAs, e.number)
	}
	fault(p.tx, "publish.editions")
	return nil
}

// makeEditions sorts what differs by county. What a county gets comes from the diff alone, so that it is what the impact showed.
func (p *publication) makeEditions() error {
	byCounty := map[string]*nextEdition{}
	for i, county := range p.plan.Counties {
		e := &nextEdition{
			county: county, number: p.plan.BaseEditions[i] + 1, at: p.at, proven: true, planID: p.plan.ID, actor: p.actor.Name,
		}
		byCounty[county] = e
		p.editions = append(p.editions, e)
	}
	for i := range p.diff.Parts {
		part := &p.diff.Parts[i]
		if before := part.Before; before != nil {
			e := byCounty[before.County()]
			switch {
			case before.Void != nil:
				e.endedVoids = append(e.endedVoids, before.Void.ID)
			default:
				e.endedVersions = append(e.endedVersions, before.Grid.VersionID)
				p.ids[part.Code] = before.Grid.ID
				if part.After == nil {
					e.endedGrids = append(e.endedGrids, before.Grid.ID)
				}
			}
		}
		after := part.After
		switch {
		case after == nil:
		case after.Void != nil:
			e := byCounty[after.County()]
			e.voids = append(e.voids, *after.Void)
		case part.Before != nil && part.Before.Community() != after.Community():
			return &grid.RuleError{Rule: "QC-11", Field: "codes", Detail: fmt.Sprintf(
				"grid %s comes to another community and keeps its code: name a new one, so that its past stays where it was", part.Code)}
		default:
			e := byCounty[after.County()]
			e.grids = append(e.grids, *p.counted(part))
		}
	}
	for _, d := range p.draft.Divisions() {
		e := byCounty[d.CountyCode]
		if e == nil {
			return fmt.Errorf("division %s of another county would be redrawn", d.Code)
		}
		e.outlines = append(e.outlines, d)
	}
	return nil
}

// writeLineage writes from which grids the grids come. A grid that comes out of nothing but void areas has no lineage.
func (p *publication) writeLineage(ctx context.Context) error {
	county := map[string]*nextEdition{} // by code of the grid
	for _, e := range p.editions {
		for i := range e.grids {
			county[e.grids[i].Code] = e
		}
	}
	for _, l := range p.diff.Lineage {
		from, to, e := p.ids[l.FromCode], p.ids[l.ToCode], county[l.ToCode]
		if from == 0 || to == 0 || e == nil {
			continue
		}
		l.ShareOfArea = min(l.ShareOfArea, 1)
		e.lineage = append(e.lineage, lineageRow{from: from, to: to, Lineage: l})
	}
	for _, e := range p.editions {
		if err := e.writeLineage(ctx, p.tx); err != nil {
			return err
		}
	}
	fault(p.tx, "publish.lineage")
	return nil
}

// reassign gives what changes hands its new assignment, in the edition that is written now. Open incidents that another grid is
// responsible for keep their unit and are marked to be handed over; those that have ended keep the grids of their time (BR-39).
func (p *publication) reassign(ctx context.Context) error {
	for _, table := range locatedTables() {
		all := p.moved[table.name]
		changed := make(map[int64]grid.Assignment, len(all))
		var handed []int64
		for i := range all {
			var err error
			if changed[all[i].id], err = p.assignment(all[i].now); err != nil {
				return err
			}
			if all[i].assignment.BaseGridID != 0 && otherGrids(all[i].assignment, all[i].now) {
				handed = append(handed, all[i].id)
			}
		}
		if err := writeAssignments(ctx, p.tx, table, changed, ending{at: p.at, planID: p.plan.ID, actor: p.actor.Name}); err != nil {
			return err
		}
		if table == &incidentTable {
			if err := p.handIncidents(ctx, all, changed, handed); err != nil {
				return err
			}
		}
		p.extra[table.name+"s"] = len(all)
		fault(p.tx, "publish."+table.name+"s")
	}
	return nil
}

// assignment returns what is stored of an assignment under the draft.
func (p *publication) assignment(a grid.Assignment) (grid.Assignment, error) {
	for _, id := range []*int64{&a.BaseGridID, &a.DedicatedID} {
		if *id >= 0 {
			continue
		}
		g := p.handover.after.GridByID(*id)
		if g == nil || p.ids[g.Code] == 0 {
			return a, errors.New("a thing would be assigned to a grid that is not written")
		}
		*id = p.ids[g.Code]
	}
	if a.Edition != 0 {
		for _, e := range p.editions {
			if e.county == a.CountyCode {
				a.Edition = e.number
			}
		}
	}
	return a, nil
}
