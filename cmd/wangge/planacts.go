package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

type planSetCmd struct {
	planWrite
	Title       *string `help:"What it is about."`
	Reason      *string `help:"As of create."`
	Note        *string `help:"More about it."`
	EffectiveAt *string `help:"When it is to take effect, as of create; hand: when it is published."`
}

// Run changes the plan.
func (c *planSetCmd) Run(ctx context.Context, all *cli) error {
	body := map[string]any{}
	for name, value := range map[string]*string{"title": c.Title, "reason": c.Reason, "note": c.Note, "effective_at": c.EffectiveAt} {
		if value != nil {
			body[name] = *value
		}
	}
	if body["effective_at"] == "hand" {
		body["effective_at"] = nil
	}
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	tag, err := c.tag(ctx, a)
	if err != nil {
		return err
	}
	got, err := a.request(ctx, http.MethodPatch, c.path(""), tag, body)
	if err != nil {
		return err
	}
	return c.print(got.body)
}

type planChangesCmd struct{ planRef }

// Run prints the changes.
func (c *planChangesCmd) Run(ctx context.Context, all *cli) error {
	return c.read(ctx, all, "/changes")
}

type planUndoCmd struct{ planWrite }

// Run takes the last change back.
func (c *planUndoCmd) Run(ctx context.Context, all *cli) error {
	return c.actAs(ctx, all, "/undo", "undone", nil)
}

type planRedoCmd struct{ planWrite }

// Run makes it again.
func (c *planRedoCmd) Run(ctx context.Context, all *cli) error {
	return c.actAs(ctx, all, "/redo", "done again", nil)
}

type planDraftCmd struct{ planRef }

// Run prints the draft.
func (c *planDraftCmd) Run(ctx context.Context, all *cli) error { return c.read(ctx, all, "/draft") }

type planImpactCmd struct{ planRef }

// Run prints the impact.
func (c *planImpactCmd) Run(ctx context.Context, all *cli) error { return c.read(ctx, all, "/impact") }

type planCheckCmd struct{ planWrite }

// Run checks the plan, says where it is then, and lists what was found. Errors that are open end it with status 1.
func (c *planCheckCmd) Run(ctx context.Context, all *cli) error {
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	got, err := c.post(ctx, a, "/check", nil)
	if err != nil {
		return err
	}
	if c.JSON {
		return show(got.body)
	}
	if err := c.print(got.body); err != nil {
		return err
	}
	var found struct {
		Findings []struct {
			ID           int64
			Rule, Class  string
			Detail       string
			WaivedBy     *string `json:"waived_by"`
			WaiverReason *string `json:"waiver_reason"`
		}
	}
	if err := json.Unmarshal(got.body, &found); err != nil {
		return err
	}
	open := false
	for _, f := range found.Findings {
		line := fmt.Sprintf("  %d %s %s: %s", f.ID, f.Rule, f.Class, f.Detail)
		if f.WaivedBy != nil {
			line += " (waived)"
		}
		fmt.Println(line)
		open = open || f.Class == "error" && f.WaivedBy == nil
	}
	if open {
		return errSaid
	}
	return nil
}

type planWaiveCmd struct {
	planWrite
	Finding int64  `arg:"" help:"Number of the finding, as check lists it."`
	Reason  string `help:"Why it is acceptable." required:""`
}

// Run waives the finding.
func (c *planWaiveCmd) Run(ctx context.Context, all *cli) error {
	return c.act(ctx, all, fmt.Sprintf("/findings/%d/waiver", c.Finding), map[string]any{"reason": c.Reason})
}

type planConsultCmd struct {
	planWrite
	Method     string   `help:"meeting, written or system; without it system, and for those asked before what it was." enum:",meeting,written,system" default:""`
	DueAt      string   `help:"Until when they may answer, as 2026-12-01T00:00:00+08:00, or 2026-12-01 for the beginning of that day; without it, plan.consult_days from now."`
	Department []string `help:"Codes of organisations to ask as well."`
	Public     bool     `help:"Ask the public as well."`
}

// Run asks.
func (c *planConsultCmd) Run(ctx context.Context, all *cli) error {
	return c.act(ctx, all, "/consultations", map[string]any{
		"method": c.Method, "due_at": c.DueAt, "departments": c.Department, "public": c.Public,
	})
}

type planHeardCmd struct{ planRef }

// Run prints who was asked.
func (c *planHeardCmd) Run(ctx context.Context, all *cli) error {
	return c.read(ctx, all, "/consultations")
}

// bodyRef names a body that was asked.
type bodyRef struct {
	planRef
	Body string `arg:"" help:"Code of the division or organisation that was asked; public for the public."`
}

// patch writes to the body's consultation.
func (c bodyRef) patch(ctx context.Context, all *cli, body map[string]any) error {
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	got, err := a.get(ctx, c.path("/consultations"))
	if err != nil {
		return err
	}
	var asked struct {
		Items []struct {
			ID       int64
			BodyKind string  `json:"body_kind"`
			BodyCode *string `json:"body_code"`
			Version  int
		}
	}
	if err := json.Unmarshal(got.body, &asked); err != nil {
		return err
	}
	for _, item := range asked.Items {
		if item.BodyCode != nil && *item.BodyCode == c.Body || c.Body == item.BodyKind && item.BodyKind == "public" {
			path := c.path(fmt.Sprintf("/consultations/%d", item.ID))
			if _, err := a.request(ctx, http.MethodPatch, path, fmt.Sprintf(`"%d"`, item.Version), withoutEmpty(body)); err != nil {
				return err
			}
			fmt.Println(c.Code, c.Body, "recorded")
			return nil
		}
	}
	return fmt.Errorf("%s was not asked about plan %s: “wangge plan heard %s” lists who was", c.Body, c.Code, c.Code)
}

type planAnswerCmd struct {
	bodyRef
	Opinion string `help:"agree, agree_with_comments, object or no_reply." enum:"agree,agree_with_comments,object,no_reply" required:""`
	Text    string `help:"What it said."`
}

// Run records the opinion.
func (c *planAnswerCmd) Run(ctx context.Context, all *cli) error {
	return c.patch(ctx, all, map[string]any{"opinion": c.Opinion, "text": c.Text})
}

type planReplyCmd struct {
	bodyRef
	Reply string `help:"adopted, partly or not_adopted." enum:"adopted,partly,not_adopted" required:""`
	Text  string `help:"Why."`
}

// Run records the reply.
func (c *planReplyCmd) Run(ctx context.Context, all *cli) error {
	return c.patch(ctx, all, map[string]any{"reply": c.Reply, "reply_text": c.Text})
}

type planSubmitCmd struct{ planWrite }

// Run submits the plan.
func (c *planSubmitCmd) Run(ctx context.Context, all *cli) error {
	return c.act(ctx, all, "/submit", nil)
}

type planDecideCmd struct {
	planWrite
	Decision    string `arg:"" help:"approve, return or reject." enum:"approve,return,reject"`
	DocNo       string `help:"Number of the decision."`
	EffectiveAt string `help:"When it is to take effect, as of create."`
	Reason      string `help:"Of a return or rejection."`
}

// Run decides.
func (c *planDecideCmd) Run(ctx context.Context, all *cli) error {
	return c.act(ctx, all, "/decide", map[string]any{
		"decision": c.Decision, "decision_doc_no": c.DocNo, "effective_at": c.EffectiveAt, "reason": c.Reason,
	})
}

type planWithdrawCmd struct {
	planWrite
	Reason string `help:"Why." required:""`
}

// Run withdraws the plan.
func (c *planWithdrawCmd) Run(ctx context.Context, all *cli) error {
	return c.act(ctx, all, "/withdraw", map[string]any{"reason": c.Reason})
}

type planPublishCmd struct{ planWrite }

// Run publishes the plan.
func (c *planPublishCmd) Run(ctx context.Context, all *cli) error {
	return c.act(ctx, all, "/publish", nil)
}

type planFileCmd struct {
	planWrite
	Receiver  string `help:"Code of the agency that it was sent to." xor:"what"`
	ReceiptNo string `help:"Number of the agency's receipt." xor:"what"`
	Returned  string `help:"Why the agency sent it back." xor:"what"`
}

// Run records the filing.
func (c *planFileCmd) Run(ctx context.Context, all *cli) error {
	return c.act(ctx, all, "/file", map[string]any{
		"receiver_org_code": c.Receiver, "receipt_no": c.ReceiptNo, "returned_reason": c.Returned,
	})
}

type planAnnounceCmd struct {
	planWrite
	Channel string `help:"Where: a site, a notice board." required:""`
	URL     string `help:"Its address." name:"url"`
	Text    string `help:"Its words."`
}

// Run records the announcement.
func (c *planAnnounceCmd) Run(ctx context.Context, all *cli) error {
	return c.act(ctx, all, "/announce", map[string]any{"channel": c.Channel, "url_ref": c.URL, "text": c.Text})
}

type planRebaseCmd struct {
	planWrite
	Drop []int `help:"Numbers of changes to leave out, because the county has changed what they are about."`
}

// Run rebases the plan.
func (c *planRebaseCmd) Run(ctx context.Context, all *cli) error {
	return c.act(ctx, all, "/rebase", map[string]any{"drop": c.Drop})
}

type planRevertCmd struct{ planWrite }

// Run makes the plan that undoes.
func (c *planRevertCmd) Run(ctx context.Context, all *cli) error {
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	got, err := c.post(ctx, a, "/revert", nil)
	if err != nil {
		return err
	}
	return printCode(got.body, c.JSON)
}

// editionCmd shows the states of counties.
type editionCmd struct {
	List editionListCmd `cmd:"" help:"List the editions of a county."`
	Diff editionDiffCmd `cmd:"" help:"Show what differs between two editions."`
}

type editionListCmd struct {
	County string `arg:"" help:"Code of the county."`
}

// Run prints the editions.
func (c *editionListCmd) Run(ctx context.Context, all *cli) error {
	return readPath(ctx, all, "/v1/editions?county="+url.QueryEscape(c.County))
}

type editionDiffCmd struct {
	County string `arg:"" help:"Code of the county."`
	From   int    `arg:"" help:"Number of the one edition."`
	To     int    `arg:"" help:"Number of the other."`
	Format string `help:"json, or geojson to look at on a map." enum:"json,geojson" default:"json"`
}

// Run prints the difference.
func (c *editionDiffCmd) Run(ctx context.Context, all *cli) error {
	return readPath(ctx, all, fmt.Sprintf("/v1/editions/%s/diff?from=%d&to=%d&format=%s", url.PathEscape(c.County), c.From, c.To, c.Format))
}

// historyCmd shows what became of something.
type historyCmd struct {
	Of   string `arg:"" help:"grid, place or division." enum:"grid,place,division"`
	Code string `arg:"" help:"Its code."`
}

// Run prints the history.
func (c *historyCmd) Run(ctx context.Context, all *cli) error {
	return readPath(ctx, all, "/v1/"+c.Of+"s/"+url.PathEscape(c.Code)+"/history")
}
