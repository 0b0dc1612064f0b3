package api

import (
	"net/http"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// filingJSON is the report of a decided plan to the city's grid agency (BR-35).
type filingJSON struct {
	ReceiverOrg    *string    `json:"receiver_org_code"`
	DueAt          time.Time  `json:"due_at"`
	Overdue        bool       `json:"overdue"`
	FiledAt        *time.Time `json:"filed_at"`
	ReceiptNo      *string    `json:"receipt_no"`
	ReceiptAt      *time.Time `json:"receipt_at"`
	ReturnedReason *string    `json:"returned_reason"`
}

// announcementJSON is how a plan was made public (BR-36).
type announcementJSON struct {
	ID          int64      `json:"id"`
	Channel     string     `json:"channel"`
	URLRef      *string    `json:"url_ref"`
	Text        string     `json:"text"`
	PublishedAt time.Time  `json:"published_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at"`
}

// planFiling answers GET /v1/plans/{code}/filing.
func (s *Server) planFiling(w http.ResponseWriter, r *http.Request, state *live.State) error {
	p, err := s.partOfPlan(w, r, state)
	if err != nil {
		return err
	}
	f, err := s.store.Filing(r.Context(), p.Code)
	if err != nil {
		return err
	}
	return sendJSON(w, filingJSON{
		ReceiverOrg: orNull(f.ReceiverOrg), DueAt: f.DueAt.UTC(), Overdue: f.FiledAt == nil && time.Now().After(f.DueAt), FiledAt: utc(f.FiledAt),
		ReceiptNo: orNull(f.ReceiptNo), ReceiptAt: utc(f.ReceiptAt), ReturnedReason: orNull(f.ReturnedReason),
	})
}

// filePlan answers POST /v1/plans/{code}/file: that it was filed, or what the agency made of it.
func (s *Server) filePlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.planWriter(r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	m, err := maybeMembers(w, r, "receiver_org_code", "receipt_no", "returned_reason")
	if err != nil {
		return err
	}
	if err := m.atMostOne("receiver_org_code", "receipt_no", "returned_reason"); err != nil {
		return err
	}
	receiver, receipt, returned := m.code("receiver_org_code"), m.text("receipt_no", maxName), m.text("returned_reason", maxProse)
	if m.err != nil {
		return m.err
	}
	var p grid.Plan
	switch code := pathVar(r, "code"); {
	case m.has("receipt_no"):
		p, err = s.store.ReceiveFiling(r.Context(), state.City, actor, code, version, receipt)
	case m.has("returned_reason"):
		p, err = s.store.ReturnFiling(r.Context(), state.City, actor, code, version, returned)
	default:
		p, err = s.store.FilePlan(r.Context(), state.City, actor, code, version, receiver)
	}
	if err != nil {
		return err
	}
	return s.sendPlan(w, r, state, http.StatusOK, &p)
}

// planAnnouncements answers GET /v1/plans/{code}/announcements.
func (s *Server) planAnnouncements(w http.ResponseWriter, r *http.Request, state *live.State) error {
	p, err := s.partOfPlan(w, r, state)
	if err != nil {
		return err
	}
	all, err := s.store.Announcements(r.Context(), p.Code)
	if err != nil {
		return err
	}
	j := page[announcementJSON]{Items: []announcementJSON{}}
	for _, a := range all {
		j.Items = append(j.Items, announcementJSON{a.ID, a.Channel, orNull(a.URLRef), a.Text, a.PublishedAt.UTC(), utc(a.WithdrawnAt)})
	}
	return sendJSON(w, j)
}

// announcePlan answers POST /v1/plans/{code}/announce: that it was announced, or that an announcement was taken down.
func (s *Server) announcePlan(w http.ResponseWriter, r *http.Request, state *live.State) error {
	actor, version, err := s.planWriter(r, state, grid.WritePlans)
	if err != nil {
		return err
	}
	m, err := readMembers(w, r, "channel", "url_ref", "text", "withdraw")
	if err != nil {
		return err
	}
	if err := m.atMostOne("channel", "withdraw"); err != nil {
		return err
	}
	a := grid.Publication{Channel: m.text("channel", maxName), URLRef: m.text("url_ref", maxProse), Text: m.text("text", maxProse)}
	withdraw := m.wholeNumber("withdraw", 1)
	if withdraw == 0 {
		m.need("channel")
	}
	if m.err != nil {
		return m.err
	}
	var p grid.Plan
	if code := pathVar(r, "code"); withdraw > 0 {
		p, err = s.store.WithdrawAnnouncement(r.Context(), state.City, actor, code, version, withdraw)
	} else {
		p, err = s.store.AnnouncePlan(r.Context(), state.City, actor, code, version, a)
	}
	if err != nil {
		return err
	}
	return s.sendPlan(w, r, state, http.StatusOK, &p)
}
