package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// The kinds of bodies that are consulted.
const (
	bodyStreet     = "street"
	bodyCommittee  = "committee"
	bodyDepartment = "department"
	bodyPublic     = "public"
)

const consultationQuery = `
	SELECT c.id, c.body_kind, c.body_code, c.required, c.asked_at, c.due_at, c.method, c.answered_at, coalesce(c.answered_by, '') AS answered_by,
	       coalesce(c.opinion, '') AS opinion, coalesce(c.text, '') AS text, coalesce(c.reply, '') AS reply,
	       coalesce(c.reply_text, '') AS reply_text, coalesce(c.replied_by, '') AS replied_by, c.version
	FROM consultation c`

// Consultations returns whose word on the plan was asked for, in the order of asking.
func (s *Store) Consultations(ctx context.Context, code string) ([]grid.Consultation, error) {
	var all []grid.Consultation
	err := s.snapshot(ctx, func(db DB) error {
		p, err := readPlan(ctx, db, code)
		if err != nil {
			return err
		}
		all, err = readConsultations(ctx, db, p.ID)
		return err
	})
	return all, err
}

func readConsultations(ctx context.Context, db DB, planID int64) ([]grid.Consultation, error) {
	rows, err := db.Query(ctx, consultationQuery+` WHERE c.plan_id = $1 ORDER BY c.id`, planID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[grid.Consultation])
}

// ConsultRequest says how the bodies concerned are asked, and whom else.
type ConsultRequest struct {
	Method      string     // meeting, written or system; "" is system, and for those asked before what it was
	DueAt       *time.Time // nil: after the deployment's plan.consult_days, and for those asked before when it was
	Departments []string   // codes of organisations
	Public      bool
}

// Consult asks every street and community committee that has not been asked yet and whose area or line the plan changes (BR-33),
// and the departments and the public where wanted. Of those asked before that have not answered, method and time become what is given;
// what was answered stays.
func (s *Store) Consult(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, r ConsultRequest) (grid.Plan, error) {
	return s.actOnPlan(ctx, city, actor, code, version, "consult", func(a *planAct) error {
		if err := a.to(grid.ActConsult); err != nil {
			return err
		}
		if err := a.may(ctx, grid.WritePlans); err != nil {
			return err
		}
		if err := a.atBase(ctx); err != nil {
			return err
		}
		concerned, err := a.concerned(ctx)
		if err != nil {
			return err
		}
		asked, err := a.ask(ctx, r, concerned)
		if err != nil {
			return err
		}
		if asked == 0 && a.before.ConsultedCount == 0 {
			return fmt.Errorf("plan %s moves nobody's area or line: there is nobody to ask, submit it: %w", code, grid.ErrConflict)
		}
		a.extra["asked"] = asked
		return nil
	})
}

// body is one that a plan concerns: a division's street office or committee.
type body struct{ kind, code string }

// Body is a street office or committee that a plan concerns.
type Body struct {
	Kind string // street or committee
	Code string // of the division
}

// Concerned returns whom a plan has to ask, in code order: the streets and committees whose area or neighbour line its draft changes
// (BR-33). When the plan's base is not in force it is a *grid.ConflictError.
func (s *Store) Concerned(ctx context.Context, city *edition.City, code string) ([]Body, error) {
	var bodies []Body
	err := s.snapshot(ctx, func(db DB) error {
		p, err := readPlan(ctx, db, code)
		if err != nil {
			return err
		}
		if city, err = cityAtBase(ctx, db, city, &p); err != nil {
			return err
		}
		parts, err := readParts(ctx, db, &p, p.Position)
		if err != nil {
			return err
		}
		a := planAct{store: s, city: city, plan: p, parts: parts, read: true}
		concerned, err := a.concerned(ctx)
		for _, b := range concerned {
			bodies = append(bodies, Body{b.kind, b.code})
		}
		return err
	})
	return bodies, err
}

// concerned returns the streets and committees whose area or neighbour line the draft changes, in code order. A part whose border
// runs otherwise concerns the community that it is in and the one that it was in; a dedicated grid all that it lies over. What
// changes names and kinds alone, or only has a vertex more where a neighbour's border ends, concerns nobody.
func (a *planAct) concerned(ctx context.Context) ([]body, error) {
	parts, err := a.draftParts(ctx)
	if err != nil {
		return nil, err
	}
	var communities []string
	for i := range parts {
		before, after := a.basePart(parts[i].Kind, parts[i].Code), &parts[i]
		_, from := newPlace(before)
		_, to := newPlace(after)
		same, err := sameCourse(boundaryOf(before), boundaryOf(after))
		if err != nil {
			return nil, err
		}
		if from == to && same {
			continue
		}
		for _, part := range []*grid.PlanPart{before, after} {
			under, err := a.communitiesUnder(ctx, part)
			if err != nil {
				return nil, err
			}
			communities = append(communities, under...)
		}
	}
	return a.bodiesOf(communities), nil
}

// sameCourse reports whether a border runs as before (edition.SameCourse).
func sameCourse(before, after orb.MultiPolygon) (bool, error) {
	if orb.Equal(before, after) || len(before) == 0 || len(after) == 0 {
		return orb.Equal(before, after), nil
	}
	from, err := geo.FromOrb(before)
	if err != nil {
		return false, err
	}
	to, err := geo.FromOrb(after)
	if err != nil {
		return false, err
	}
	return edition.SameCourse(from, to), nil
}

func boundaryOf(part *grid.PlanPart) orb.MultiPolygon {
	switch {
	case part.Removed:
		return nil
	case part.Void != nil:
		return part.Void.Boundary
	}
	return part.Grid.Boundary
}

// nameOf returns the name of a grid, "" for a void area and for nil.
func nameOf(part *grid.PlanPart) string {
	if part == nil || part.Grid == nil {
		return ""
	}
	return part.Grid.Name
}

// communitiesUnder returns the communities that a part lies in.
func (a *planAct) communitiesUnder(ctx context.Context, part *grid.PlanPart) ([]string, error) {
	_, home := newPlace(part)
	if home == "" {
		return nil, nil
	}
	if part.Kind != grid.Dedicated {
		return []string{home}, nil
	}
	answer, err := a.city.LocateShape(ctx, boundaryOf(part))
	if err != nil {
		return nil, fmt.Errorf("dedicated grid %s: %w", part.Code, err)
	}
	under := []string{home}
	for _, share := range answer.Shares {
		under = append(under, share.Grid.CommunityCode)
	}
	return under, nil
}

// bodiesOf returns the committees of the communities and their streets.
func (a *planAct) bodiesOf(communities []string) []body {
	var bodies []body
	for _, community := range communities {
		for _, d := range a.city.Chain(community) {
			switch d.Level {
			case grid.LevelCommunity:
				bodies = append(bodies, body{bodyCommittee, d.Code})
			case grid.LevelStreet:
				bodies = append(bodies, body{bodyStreet, d.Code})
			}
		}
	}
	slices.SortFunc(bodies, func(a, b body) int { return strings.Compare(a.code, b.code) })
	return slices.Compact(bodies)
}

// ask writes a row for each body that has none, and sets which are required by the draft as it is now. It returns how many were asked.
func (a *planAct) ask(ctx context.Context, r ConsultRequest, concerned []body) (int, error) {
	settings, err := New(a.tx).Settings(ctx)
	if err != nil {
		return 0, err
	}
	due := time.Now().AddDate(0, 0, settings.ConsultDays)
	if r.DueAt != nil {
		due = *r.DueAt
	}
	if due.Before(time.Now().Add(-time.Minute)) {
		return 0, &grid.RuleError{Rule: "range", Field: "due_at", Detail: "is over: give the bodies time to answer"}
	}
	if err := checkOrganizationCodes(ctx, a.tx, "departments", r.Departments...); err != nil {
		return 0, err
	}
	all := slices.Clone(concerned)
	for _, department := range r.Departments {
		all = append(all, body{bodyDepartment, department})
	}
	if r.Public {
		all = append(all, body{bodyPublic, ""})
	}
	kinds, codes := make([]string, len(all)), make([]string, len(all))
	for i, b := range all {
		kinds[i], codes[i] = b.kind, b.code
	}
	tag, err := a.tx.Exec(ctx, `
		INSERT INTO consultation (plan_id, body_kind, body_code, required, due_at, method)
		SELECT $1, b.kind, b.code, b.kind IN ('street', 'committee'), $4, $5
		FROM unnest($2::text[], $3::text[]) AS b (kind, code)
		ON CONFLICT ON CONSTRAINT consultation_body_key DO NOTHING`, a.plan.ID, kinds, codes, due, orDefault(r.Method, "system"))
	if err != nil {
		return 0, err
	}
	_, err = a.tx.Exec(ctx, `
		UPDATE consultation
		SET method = coalesce(nullif($2, ''), method), due_at = coalesce($3, due_at)
		WHERE plan_id = $1 AND answered_at IS NULL`, a.plan.ID, r.Method, r.DueAt)
	if err != nil {
		return 0, err
	}
	_, err = a.tx.Exec(ctx, `
		UPDATE consultation c
		SET required = n.required
		FROM (SELECT id, (body_kind, body_code) IN (SELECT * FROM unnest($2::text[], $3::text[])) AS required
		      FROM consultation
		      WHERE plan_id = $1 AND body_kind IN ('street', 'committee')) n
		WHERE n.id = c.id AND c.required <> n.required`, a.plan.ID, kinds, codes)
	return int(tag.RowsAffected()), err
}

// checkOrganizationCodes returns a *grid.RuleError when the field names an organisation that is not there.
func checkOrganizationCodes(ctx context.Context, tx DB, field string, codes ...string) error {
	var unknown *string
	err := tx.QueryRow(ctx, `
		SELECT min(c) FROM unnest($1::text[]) AS c WHERE NOT EXISTS (SELECT FROM organization o WHERE o.code = c)`, codes).Scan(&unknown)
	if err == nil && unknown != nil {
		err = &grid.RuleError{Rule: "unknown_code", Field: field, Detail: fmt.Sprintf("there is no organisation %q", *unknown)}
	}
	return err
}

// unheard is what is missing in the consultation of one body (QC-24).
type unheard struct {
	body
	asked  bool
	detail string
}

// unheard returns the bodies that the draft concerns and that have not been asked, or have neither answered nor let their time go by,
// and any whose objection has no reply.
func (a *planAct) unheard(ctx context.Context) ([]unheard, error) {
	concerned, err := a.concerned(ctx)
	if err != nil {
		return nil, err
	}
	asked, err := readConsultations(ctx, a.tx, a.plan.ID)
	if err != nil {
		return nil, err
	}
	var missing []unheard
	for _, b := range concerned {
		if !slices.ContainsFunc(asked, func(c grid.Consultation) bool { return c.BodyKind == b.kind && c.BodyCode == b.code }) {
			missing = append(missing, unheard{b, false, fmt.Sprintf("%s %s, whose area or line changes, has not been asked: consult first", b.kind, b.code)})
		}
	}
	now := time.Now()
	for _, c := range asked {
		b := body{c.BodyKind, c.BodyCode}
		if c.Opinion == "" && c.DueAt.After(now) && slices.Contains(concerned, b) {
			missing = append(missing, unheard{b, true, fmt.Sprintf("%s %s has not answered and may do so until %s", b.kind, b.code, c.DueAt.Format(time.RFC3339))})
		}
		if c.Opinion == "object" && c.Reply == "" {
			missing = append(missing, unheard{b, true, fmt.Sprintf("the objection of %s has no reply: reply to it", strings.TrimSpace(b.kind+" "+b.code))})
		}
	}
	return missing, nil
}

// checkAsked returns grid.ErrConflict unless every body that the draft concerns has been asked (BR-33).
func (a *planAct) checkAsked(ctx context.Context) error {
	missing, err := a.unheard(ctx)
	if err != nil {
		return err
	}
	return a.firstUnheard(slices.DeleteFunc(missing, func(u unheard) bool { return u.asked }))
}

// checkHeard returns grid.ErrConflict unless every body that the draft concerns has answered or let its time go by, and every
// objection has a reply.
func (a *planAct) checkHeard(ctx context.Context) error {
	missing, err := a.unheard(ctx)
	if err != nil {
		return err
	}
	return a.firstUnheard(missing)
}

func (a *planAct) firstUnheard(missing []unheard) error {
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("plan %s: QC-24: %s: %w", a.plan.Code, missing[0].detail, grid.ErrConflict)
}

// hearing returns what is missing in the consultation as notices: it is an error at the decision only.
func (a *planAct) hearing(ctx context.Context) ([]grid.Finding, error) {
	missing, err := a.unheard(ctx)
	if err != nil {
		return nil, err
	}
	var notices []grid.Finding
	for _, u := range missing {
		notices = append(notices, grid.Finding{
			Rule: "QC-24", Class: grid.NoticeClass, Detail: u.detail, Fingerprint: "QC-24-" + u.kind + "-" + u.code,
		})
	}
	return notices, nil
}
