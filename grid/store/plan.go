package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// planQuery reads plans as grid.Plan has them; a condition follows.
const planQuery = `
	SELECT p.id, p.code, p.kind, p.county_codes AS counties, p.base_editions, p.title, p.reason, coalesce(p.note, '') AS note, p.deciding_level,
	       p.state, p.version, p.position,
	       (SELECT coalesce(max(c.seq), 0) FROM plan_change c WHERE c.plan_id = p.id) AS last_change,
	       (SELECT c.at FROM plan_change c WHERE c.plan_id = p.id AND c.seq = p.position) AS drawn_at,
	       p.checked_position AS checked_at, p.effective_at, p.decided_at, coalesce(p.decided_by, '') AS decided_by,
	       coalesce(p.decision_doc_no, '') AS decision_doc_no, coalesce(p.ended_reason, '') AS ended_reason, p.published_at,
	       p.published_editions AS published_as, coalesce((SELECT u.code FROM plan u WHERE u.id = p.undoes_plan_id), '') AS undoes,
	       coalesce(p.trouble, '') AS trouble, p.created_at, p.created_by, p.updated_at, f.due_at AS filing_due_at, f.filed_at,
	       (SELECT count(*) FROM consultation c WHERE c.plan_id = p.id) AS consulted_count,
	       (SELECT count(c.answered_at) FROM consultation c WHERE c.plan_id = p.id) AS answered_count
	FROM plan p
	LEFT JOIN filing f ON f.plan_id = p.id`

// Plan returns the plan of that code, grid.ErrNotFound when there is none.
func (s *Store) Plan(ctx context.Context, code string) (grid.Plan, error) {
	p, err := readPlan(ctx, s.db, code)
	return p, translate(err)
}

func readPlan(ctx context.Context, db DB, code string) (grid.Plan, error) {
	rows, err := db.Query(ctx, planQuery+` WHERE p.code = $1`, code)
	if err != nil {
		return grid.Plan{}, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[grid.Plan])
	if err != nil {
		return p, fmt.Errorf("plan %s: %w", code, translate(err))
	}
	return p, nil
}

// PlanFilter chooses plans; a zero field does not restrict. Results come by id, which is what paging goes on from.
type PlanFilter struct {
	Counties []string // the plan is of at least one of them
	State    string   // a grid.PlanState, or "open"
	Kind     string
	Overdue  bool  // decided, and not filed although that is due (BR-35)
	After    int64 // id of the last one seen
	Limit    int   // at least 1
}

// Plans returns the plans that the filter chooses, by id.
func (s *Store) Plans(ctx context.Context, f PlanFilter) ([]grid.Plan, error) {
	rows, err := s.db.Query(ctx, planQuery+`
		WHERE p.id > $1
		  AND ($2::text[] IS NULL OR p.county_codes && $2)
		  AND ($3 = '' OR p.state = $3 OR $3 = 'open' AND p.state NOT IN ('effective', 'withdrawn', 'rejected'))
		  AND ($4 = '' OR p.kind = $4)
		  AND (NOT $5 OR p.state IN ('decided', 'effective') AND f.filed_at IS NULL AND f.due_at < now())
		ORDER BY p.id
		LIMIT $6`, f.After, f.Counties, f.State, f.Kind, f.Overdue, f.Limit)
	if err != nil {
		return nil, translate(err)
	}
	plans, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Plan])
	return plans, translate(err)
}

// planAct is one act on a plan in its transaction. The plan's row is locked from beginAct on; what is set in Plan is written by
// finish.
type planAct struct {
	store  *Store
	tx     pgx.Tx
	city   *edition.City // of the plan's base once atBase has returned
	actor  grid.Actor
	before grid.Plan
	plan   grid.Plan

	parts []grid.PlanPart // by draftParts
	read  bool            // parts have been
	extra map[string]any  // of the act, for the audit
}

// actOnPlan does an act in one transaction: it locks the plan, compares the version with the one that the caller saw (another one is
// a *grid.StaleError), lets do change the plan and what belongs to it, writes the plan with the next version, and the audit entry of
// that name.
func (s *Store) actOnPlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, name string, do func(a *planAct) error) (grid.Plan, error) {
	var made grid.Plan
	err := s.write(ctx, func(tx pgx.Tx) error {
		a, err := s.beginAct(ctx, tx, city, actor, code)
		if err != nil {
			return err
		}
		if err := a.checkVersion(version); err != nil {
			return err
		}
		if err := do(a); err != nil {
			return err
		}
		made, err = a.finish(ctx, name)
		return err
	})
	return made, err
}

// beginAct locks the plan's row. Locks on the city and on counties come before it, those on parts (plan_lock) after it.
func (s *Store) beginAct(ctx context.Context, tx pgx.Tx, city *edition.City, actor grid.Actor, code string) (*planAct, error) {
	var id int64
	// The row is read in the next statement: only that one sees what was committed before the lock was granted.
	if err := tx.QueryRow(ctx, `SELECT id FROM plan WHERE code = $1 FOR UPDATE`, code).Scan(&id); err != nil {
		return nil, fmt.Errorf("plan %s: %w", code, translate(err))
	}
	p, err := readPlan(ctx, tx, code)
	return &planAct{store: s, tx: tx, city: city, actor: actor, before: p, plan: p, extra: map[string]any{}}, err
}

func (a *planAct) checkVersion(version int) error {
	if a.before.Version != version {
		return fmt.Errorf("plan %s: %w", a.before.Code, &grid.StaleError{Current: a.before.Version})
	}
	return nil
}

// to moves the plan to the state that the act leads to, if it is allowed now.
func (a *planAct) to(act grid.PlanAct) error {
	next, err := a.plan.State.After(act)
	if err != nil {
		return fmt.Errorf("plan %s: %w", a.plan.Code, err)
	}
	a.plan.State = next
	return nil
}

// finish writes the plan with the next version and the act's audit entry, and returns the plan as stored.
func (a *planAct) finish(ctx context.Context, name string) (grid.Plan, error) {
	p := &a.plan
	_, err := a.tx.Exec(ctx, `
		UPDATE plan
		SET base_editions = $2, title = $3, reason = $4, note = $5, state = $6, version = version + 1, position = $7, checked_position = $8,
		    effective_at = $9, decided_at = $10, decided_by = $11, decision_doc_no = $12, ended_reason = $13, published_at = $14,
		    published_editions = $15, trouble = $16
		WHERE id = $1`,
		p.ID, p.BaseEditions, p.Title, p.Reason, orNull(p.Note), p.State, p.Position, p.CheckedAt,
		p.EffectiveAt, p.DecidedAt, orNull(p.DecidedBy), orNull(p.DecisionDocNo), orNull(p.EndedReason), p.PublishedAt,
		p.PublishedAs, orNull(p.Trouble))
	if err != nil {
		return grid.Plan{}, err
	}
	stored, err := readPlan(ctx, a.tx, p.Code)
	if err != nil {
		return stored, err
	}
	if err := planHappened(ctx, a.tx, name, a.before.State, &stored); err != nil {
		return stored, err
	}
	entry := AuditEntry{Actor: a.actor.Name, Action: name, ObjectType: "plan", ObjectCode: p.Code, Before: a.before}
	entry.After = auditedPlan{stored, a.extra}
	return stored, audit(ctx, a.tx, entry)
}

// auditedPlan is a plan in the audit with what belongs to the act.
type auditedPlan struct {
	grid.Plan
	Act map[string]any `json:",omitempty"`
}

// atBase makes sure that the plan's base editions are in force (otherwise grid.ErrConflict) and that a.city shows them.
func (a *planAct) atBase(ctx context.Context) error {
	city, err := cityAtBase(ctx, a.tx, a.city, &a.plan)
	if err != nil {
		return err
	}
	a.city = city
	return nil
}

// cityAtBase returns a city with the plan's base editions: the given one, or the database's when that has moved on. When they are not
// in force it is a *grid.ConflictError.
func cityAtBase(ctx context.Context, db DB, city *edition.City, p *grid.Plan) (*edition.City, error) {
	numbers, err := currentEditions(ctx, db, p.Counties)
	if err != nil {
		return nil, err
	}
	if err := checkBase(p, func(county string) int { return numbers[county] }); err != nil {
		return nil, err
	}
	if city != nil && checkBase(p, numbersOf(city)) == nil {
		return city, nil
	}
	if city, err = reload(ctx, db, city); err != nil {
		return nil, err
	}
	return city, checkBase(p, numbersOf(city)) // another plan may have been published since the numbers were read
}

func numbersOf(city *edition.City) func(county string) int {
	return func(county string) int {
		if e := city.Edition(county); e != nil {
			return e.Info().Number
		}
		return 0
	}
}

// checkBase returns a *grid.ConflictError unless the plan was drawn over these numbers of its counties.
func checkBase(p *grid.Plan, number func(county string) int) error {
	if p.PublishedAt != nil {
		return fmt.Errorf("plan %s is in force since %s: what it did is the difference of its editions: %w",
			p.Code, p.PublishedAt.UTC().Format(time.RFC3339), grid.ErrConflict)
	}
	for i, county := range p.Counties {
		if n := number(county); n != p.BaseEditions[i] {
			return &grid.ConflictError{Detail: fmt.Sprintf("plan %s was drawn over edition %d of %s, but edition %d is in force: rebase it first",
				p.Code, p.BaseEditions[i], county, n)}
		}
	}
	return nil
}
