package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// consultationJSON is one body's word on a plan.
type consultationJSON struct {
	ID         int64      `json:"id"`
	BodyKind   string     `json:"body_kind"`
	BodyCode   *string    `json:"body_code"`
	BodyName   *string    `json:"body_name"`
	Required   bool       `json:"required"`
	AskedAt    time.Time  `json:"asked_at"`
	DueAt      time.Time  `json:"due_at"`
	Overdue    bool       `json:"overdue"`
	Method     string     `json:"method"`
	AnsweredAt *time.Time `json:"answered_at"`
	AnsweredBy *string    `json:"answered_by"`
	Opinion    *string    `json:"opinion"`
	Text       *string    `json:"text"`
	Reply      *string    `json:"reply"`
	ReplyText  *string    `json:"reply_text"`
	RepliedBy  *string    `json:"replied_by"`
	Version    int        `json:"version"`
}

func newConsultationJSON(state *live.State, c *grid.Consultation) consultationJSON {
	j := consultationJSON{
		ID: c.ID, BodyKind: c.BodyKind, BodyCode: orNull(c.BodyCode), Required: c.Required, AskedAt: c.AskedAt.UTC(), DueAt: c.DueAt.UTC(),
		Overdue: c.AnsweredAt == nil && time.Now().After(c.DueAt), Method: c.Method, AnsweredAt: utc(c.AnsweredAt), AnsweredBy: orNull(c.AnsweredBy),
		Opinion: orNull(c.Opinion), Text: orNull(c.Text), Reply: orNull(c.Reply), ReplyText: orNull(c.ReplyText), RepliedBy: orNull(c.RepliedBy),
		Version: c.Version,
	}
	if d := state.City.Division(c.BodyCode); d != nil {
		j.BodyName = &d.Name
	}
	return j
}

// bodyJSON is a street or committee that a plan concerns.
type bodyJSON struct {
	Kind string  `json:"body_kind"`
	Code string  `json:"body_code"`
	Name *string `json:"body_name"`
}

// consultationListJSON has whose word was asked for, and who has to be asked: null where the plan is not drawn over what is in force.
type consultationListJSON struct {
	Items     []consultationJSON `json:"items"`
	Concerned []bodyJSON         `json:"concerned"`
}

// consultations answers GET /v1/plans/{code}/consultations.
func (s *Server) consultations(w http.ResponseWriter, r *http.Request, state *live.State) error {
	p, err := s.partOfPlan(w, r, state)
	if err != nil {
		return err
	}
	all, err := s.store.Consultations(r.Context(), p.Code)
	if err != nil {
		return err
	}
	concerned, err := s.store.Concerned(r.Context(), state.City, p.Code)
	if err != nil && !errors.Is(err, grid.ErrConflict) {
		return err
	}
	j := consultationListJSON{Items: []consultationJSON{}}
	if err == nil {
		j.Concerned = []bodyJSON{}
	}
	for _, b := range concerned {
		body := bodyJSON{Kind: b.Kind, Code: b.Code}
		if d := state.City.Division(b.Code); d != nil {
			body.Name = &d.Name
		}
		j.Concerned = append(j.Concerned, body)
	}
	for i := range all {
		j.Items = append(j.Items, newConsultationJSON(state, &all[i]))
	}
	return sendJSON(w, j)
}

// consult answers POST /v1/plans/{code}/consultations.
func (s *Server) consult(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.planWriter(r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	m, err := maybeMembers(w, r, "method", "due_at", "departments", "public")
	if err != nil {
		return err
	}
	ask := store.ConsultRequest{
		Method: m.oneOf("method", "meeting", "written", "system"), DueAt: m.time("due_at", state), Departments: m.codes("departments"), Public: m.flag("public"),
	}
	if m.err != nil {
		return m.err
	}
	p, err := s.store.Consult(r.Context(), state.City, actor, pathVar(r, "code"), version, ask)
	if err != nil {
		return err
	}
	return s.sendPlan(w, r, state, http.StatusOK, &p)
}

// patchConsultation answers PATCH /v1/plans/{code}/consultations/{id}: the body's answer, or the planner's reply to it.
func (s *Server) patchConsultation(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.planWriter(r, state, grid.AnswerPlans) // the least of the two; the store asks for the right one
	if err != nil {
		return err
	}
	id, err := idVar(r)
	if err != nil {
		return err
	}
	m, err := readMembers(w, r, "opinion", "text", "reply", "reply_text")
	if err != nil {
		return err
	}
	if err := m.atMostOne("opinion", "reply"); err != nil {
		return err
	}
	if !m.has("reply") {
		m.need("opinion")
	}
	opinion, text := m.oneOf("opinion", "agree", "agree_with_comments", "object", "no_reply"), m.text("text", maxProse)
	reply, replyText := m.oneOf("reply", "adopted", "partly", "not_adopted"), m.text("reply_text", maxProse)
	if m.err != nil {
		return m.err
	}
	var c grid.Consultation
	if code := pathVar(r, "code"); reply != "" {
		c, err = s.store.ReplyConsultation(r.Context(), state.City, actor, code, id, version, reply, replyText)
	} else {
		c, err = s.store.AnswerConsultation(r.Context(), state.City, actor, code, id, version, opinion, text)
	}
	if err != nil {
		return err
	}
	w.Header().Set("ETag", versionTag(c.Version))
	return sendJSON(w, newConsultationJSON(state, &c))
}
