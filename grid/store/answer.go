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

// AnswerConsultation records a body's opinion on a plan, until the plan is decided: agree, agree_with_comments or object, the last two
// with a text; no_reply only when its time is over. An opinion that changes takes the reply with it. version is the consultation's.
// The actor must be allowed to answer for the body, or to write the plan when it writes down what the body said.
func (s *Store) AnswerConsultation(ctx context.Context, city *edition.City, actor grid.Actor, code string, id int64, version int, opinion, text string) (grid.Consultation, error) {
	return s.onConsultation(ctx, city, actor, code, id, version, "answer", func(a *planAct, c *grid.Consultation) error {
		if err := a.mayAnswer(ctx, c); err != nil {
			return err
		}
		if err := checkOpinion(c, opinion, text); err != nil {
			return err
		}
		now := time.Now()
		c.Opinion, c.Text, c.AnsweredAt, c.AnsweredBy = opinion, text, &now, actor.Name
		c.Reply, c.ReplyText, c.RepliedBy = "", "", ""
		return nil
	})
}

func checkOpinion(c *grid.Consultation, opinion, text string) error {
	switch opinion {
	case "agree":
	case "agree_with_comments", "object":
		if text == "" {
			return &grid.RuleError{Rule: "required", Field: "text", Detail: "say what the comments or objections are"}
		}
	case "no_reply":
		if c.DueAt.After(time.Now()) {
			return &grid.RuleError{Rule: "BR-32", Field: "opinion", Detail: "there is no reply only when the time to answer is over, at " + c.DueAt.Format(time.RFC3339)}
		}
	default:
		return &grid.RuleError{Rule: "enum", Field: "opinion", Detail: fmt.Sprintf("%q is not agree, agree_with_comments, object or no_reply", opinion)}
	}
	return checkText("text", text)
}

// mayAnswer: for a street or committee whoever answers for its subtree, for a department whoever does in its division, and for anybody
// those who write the plan.
func (a *planAct) mayAnswer(ctx context.Context, c *grid.Consultation) error {
	division := c.BodyCode
	if c.BodyKind == bodyDepartment {
		err := a.tx.QueryRow(ctx, `SELECT coalesce((SELECT division_code FROM organization WHERE code = $1), '')`, c.BodyCode).Scan(&division)
		if err != nil {
			return err
		}
	}
	if c.BodyKind != bodyPublic && a.actor.May(grid.AnswerPlans, a.city.ChainCodes(division)) {
		return nil
	}
	return a.may(ctx, grid.WritePlans)
}

// ReplyConsultation records what becomes of a body's opinion: adopted, partly or not_adopted, the last two with a text. version is the
// consultation's.
func (s *Store) ReplyConsultation(ctx context.Context, city *edition.City, actor grid.Actor, code string, id int64, version int, reply, text string) (grid.Consultation, error) {
	return s.onConsultation(ctx, city, actor, code, id, version, "reply", func(a *planAct, c *grid.Consultation) error {
		if err := a.may(ctx, grid.WritePlans); err != nil {
			return err
		}
		if c.Opinion == "" {
			return fmt.Errorf("%s %s has not answered yet: %w", c.BodyKind, c.BodyCode, grid.ErrConflict)
		}
		if !slices.Contains([]string{"adopted", "partly", "not_adopted"}, reply) {
			return &grid.RuleError{Rule: "enum", Field: "reply", Detail: fmt.Sprintf("%q is not adopted, partly or not_adopted", reply)}
		}
		if reply != "adopted" && text == "" {
			return &grid.RuleError{Rule: "required", Field: "reply_text", Detail: "say why it is not adopted"}
		}
		c.Reply, c.ReplyText, c.RepliedBy = reply, text, actor.Name
		return checkText("reply_text", text)
	})
}

// onConsultation changes one consultation of a plan that is not decided yet, and the plan's version with it.
func (s *Store) onConsultation(ctx context.Context, city *edition.City, actor grid.Actor, code string, id int64, version int, name string, do func(a *planAct, c *grid.Consultation) error) (grid.Consultation, error) {
	var made grid.Consultation
	err := s.write(ctx, func(tx pgx.Tx) error {
		a, err := s.beginAct(ctx, tx, city, actor, code)
		if err != nil {
			return err
		}
		all, err := readConsultations(ctx, tx, a.plan.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(c grid.Consultation) bool { return c.ID == id })
		if i < 0 {
			return fmt.Errorf("plan %s: consultation %d: %w", code, id, grid.ErrNotFound)
		}
		c, before := &all[i], all[i]
		if c.Version != version {
			return &grid.StaleError{Current: c.Version}
		}
		if a.plan.DecidedAt != nil || !a.plan.State.Open() {
			return fmt.Errorf("plan %s is %s: the consultation is over: %w", code, a.plan.State, grid.ErrConflict)
		}
		if err := do(a, c); err != nil {
			return err
		}
		c.Version++
		if err := writeConsultation(ctx, tx, c); err != nil {
			return err
		}
		made = *c
		a.extra["consultation"], a.extra["was"] = made, before
		_, err = a.finish(ctx, name)
		return err
	})
	return made, err
}

func writeConsultation(ctx context.Context, tx DB, c *grid.Consultation) error {
	_, err := tx.Exec(ctx, `
		UPDATE consultation
		SET answered_at = $2, answered_by = $3, opinion = $4, text = $5, reply = $6, reply_text = $7, replied_by = $8, version = $9
		WHERE id = $1`,
		c.ID, c.AnsweredAt, orNull(c.AnsweredBy), orNull(c.Opinion), orNull(c.Text), orNull(c.Reply), orNull(c.ReplyText), orNull(c.RepliedBy), c.Version)
	return err
}
