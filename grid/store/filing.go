package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

const filingQuery = `
	SELECT f.receiver_org, f.due_at, f.filed_at, coalesce(f.receipt_no, '') AS receipt_no, f.receipt_at,
	       coalesce(f.returned_reason, '') AS returned_reason
	FROM filing f`

// Filing returns the report of a decided plan to the city's grid agency, grid.ErrNotFound before the decision.
func (s *Store) Filing(ctx context.Context, code string) (grid.Filing, error) {
	rows, err := s.db.Query(ctx, filingQuery+` WHERE f.plan_id = (SELECT id FROM plan WHERE code = $1)`, code)
	if err != nil {
		return grid.Filing{}, translate(err)
	}
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[grid.Filing])
	if err != nil {
		err = fmt.Errorf("filing of plan %s: %w", code, translate(err))
	}
	return f, err
}

// FilePlan records that a decided plan was reported to the city's grid agency (BR-35): to the organisation of that code, or with ""
// to the agency that was found at the decision. A report that came back can be made again.
func (s *Store) FilePlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, receiver string) (grid.Plan, error) {
	return s.onFiling(ctx, city, actor, code, version, "file", func(a *planAct, f *grid.Filing) error {
		if f.FiledAt != nil {
			return fmt.Errorf("plan %s was filed at %s: %w", code, f.FiledAt.Format(time.RFC3339), grid.ErrConflict)
		}
		if receiver != "" {
			if err := checkOrganizationCodes(ctx, a.tx, "receiver_org_code", receiver); err != nil {
				return err
			}
			f.ReceiverOrg = receiver
		}
		if f.ReceiverOrg == "" {
			return &grid.RuleError{Rule: "required", Field: "receiver_org_code", Detail: "there is no organisation of kind grid_agency: name the receiver"}
		}
		now := time.Now()
		f.FiledAt, f.ReturnedReason = &now, ""
		return nil
	})
}

// ReceiveFiling records the agency's receipt for a filed plan.
func (s *Store) ReceiveFiling(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, receiptNo string) (grid.Plan, error) {
	return s.onFiling(ctx, city, actor, code, version, "receive_filing", func(_ *planAct, f *grid.Filing) error {
		if f.FiledAt == nil {
			return fmt.Errorf("plan %s has not been filed: %w", code, grid.ErrConflict)
		}
		if receiptNo == "" {
			return &grid.RuleError{Rule: "required", Field: "receipt_no", Detail: "must be given"}
		}
		now := time.Now()
		f.ReceiptNo, f.ReceiptAt = receiptNo, &now
		return checkText("receipt_no", receiptNo)
	})
}

// ReturnFiling records that the agency sent the report back, with its reason: the plan is to be filed again, by the same date.
func (s *Store) ReturnFiling(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, reason string) (grid.Plan, error) {
	return s.onFiling(ctx, city, actor, code, version, "return_filing", func(_ *planAct, f *grid.Filing) error {
		if f.FiledAt == nil {
			return fmt.Errorf("plan %s has not been filed: %w", code, grid.ErrConflict)
		}
		if reason == "" {
			return &grid.RuleError{Rule: "required", Field: "returned_reason", Detail: "say why it came back"}
		}
		f.FiledAt, f.ReceiptNo, f.ReceiptAt, f.ReturnedReason = nil, "", nil, reason
		return checkText("returned_reason", reason)
	})
}

// onFiling changes the filing of a plan that is decided or in force.
func (s *Store) onFiling(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, name string, do func(a *planAct, f *grid.Filing) error) (grid.Plan, error) {
	return s.actOnPlan(ctx, city, actor, code, version, name, func(a *planAct) error {
		if err := a.may(ctx, grid.WritePlans); err != nil {
			return err
		}
		if err := a.checkDecided(); err != nil {
			return err
		}
		rows, err := a.tx.Query(ctx, filingQuery+` WHERE f.plan_id = $1`, a.plan.ID)
		if err != nil {
			return err
		}
		f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[grid.Filing])
		if err != nil {
			return err
		}
		before := f
		if err := do(a, &f); err != nil {
			return err
		}
		a.extra["filing"], a.extra["was"] = f, before
		_, err = a.tx.Exec(ctx, `
			UPDATE filing
			SET receiver_org = $2, filed_at = $3, receipt_no = $4, receipt_at = $5, returned_reason = $6
			WHERE plan_id = $1`, a.plan.ID, f.ReceiverOrg, f.FiledAt, orNull(f.ReceiptNo), f.ReceiptAt, orNull(f.ReturnedReason))
		return err
	})
}

// checkDecided returns grid.ErrConflict unless the plan has been decided and not withdrawn since.
func (a *planAct) checkDecided() error {
	if !slices.Contains([]grid.PlanState{grid.Decided, grid.Effective}, a.plan.State) {
		return fmt.Errorf("plan %s is %s: it has to be decided first: %w", a.plan.Code, a.plan.State, grid.ErrConflict)
	}
	return nil
}

const announcementQuery = `
	SELECT b.id, b.channel, coalesce(b.url_ref, '') AS url_ref, b.text, b.published_at, b.withdrawn_at
	FROM publication b`

// Announcements returns how a plan was made public, oldest first.
func (s *Store) Announcements(ctx context.Context, code string) ([]grid.Publication, error) {
	rows, err := s.db.Query(ctx, announcementQuery+` WHERE b.plan_id = (SELECT id FROM plan WHERE code = $1) ORDER BY b.id`, code)
	if err != nil {
		return nil, translate(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[grid.Publication])
	return all, translate(err)
}

// AnnouncePlan records that a decided plan was made public on p's Channel, with its URLRef and Text; PublishedAt is now (BR-36).
func (s *Store) AnnouncePlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, p grid.Publication) (grid.Plan, error) {
	return s.actOnPlan(ctx, city, actor, code, version, "announce", func(a *planAct) error {
		if err := a.may(ctx, grid.WritePlans); err != nil {
			return err
		}
		if err := a.checkDecided(); err != nil {
			return err
		}
		if p.Channel == "" || len(p.Channel) > maxTitle {
			return &grid.RuleError{Rule: "required", Field: "channel", Detail: fmt.Sprintf("say where it was announced, in at most %d bytes", maxTitle)}
		}
		for field, text := range map[string]string{"url_ref": p.URLRef, "text": p.Text, "channel": p.Channel} {
			if err := checkText(field, text); err != nil {
				return err
			}
		}
		a.extra["announcement"] = p
		_, err := a.tx.Exec(ctx, `
			INSERT INTO publication (plan_id, channel, url_ref, text)
			VALUES ($1, $2, $3, $4)`, a.plan.ID, p.Channel, orNull(p.URLRef), p.Text)
		return err
	})
}

// WithdrawAnnouncement records that an announcement of a plan was taken down.
func (s *Store) WithdrawAnnouncement(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, id int64) (grid.Plan, error) {
	return s.actOnPlan(ctx, city, actor, code, version, "withdraw_announcement", func(a *planAct) error {
		if err := a.may(ctx, grid.WritePlans); err != nil {
			return err
		}
		a.extra["announcement"] = id
		tag, err := a.tx.Exec(ctx, `
			UPDATE publication SET withdrawn_at = now() WHERE id = $1 AND plan_id = $2 AND withdrawn_at IS NULL`, id, a.plan.ID)
		if err == nil && tag.RowsAffected() == 0 {
			err = fmt.Errorf("plan %s: announcement %d in force: %w", code, id, grid.ErrNotFound)
		}
		return err
	})
}
