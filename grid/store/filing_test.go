package store_test

import (
	"errors"
	"testing"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestFilePlan goes through filing (BR-35): due from the decision on, overdue when it is not done, filed, returned, filed again, received.
func TestFilePlan(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	d := newDesk(t, s, town(t, s), planner)
	orgs := []grid.Organization{organization("agency", "grid_agency", "city", cityCode), organization("another", "department", "city", cityCode)}
	if err := s.ImportOrganizations(t.Context(), newImport("organizations", len(orgs)), orgs); err != nil {
		t.Fatal(err)
	}
	file := func(receiver string) (grid.Plan, error) {
		return s.FilePlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, receiver)
	}
	receive := func(no string) (grid.Plan, error) {
		return s.ReceiveFiling(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, no)
	}
	d.rename(southWest+"001", "梅园")
	d.check()
	d.submit()
	if _, err := file(""); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("filed before the decision: %v", err)
	}
	if _, err := s.Filing(t.Context(), d.plan.Code); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("a filing before the decision: %v", err)
	}
	d.decide(grid.ActApprove)
	overdue := func() int {
		plans, err := s.Plans(t.Context(), store.PlanFilter{Overdue: true, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(plans)
	}
	if n := overdue(); n != 0 {
		t.Errorf("%d plans overdue on the first day", n)
	}
	if _, err := tx.Exec(t.Context(), `UPDATE filing SET due_at = now() - interval '1 day'`); err != nil {
		t.Fatal(err)
	}
	if n := overdue(); n != 1 {
		t.Errorf("%d plans overdue, want 1", n)
	}
	if _, err := receive("备〔2026〕1号"); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("received before it was filed: %v", err)
	}
	if _, err := file("nobody"); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("filed to nobody: %v", err)
	}
	d.after(file(""))
	d.state(grid.Decided)
	if f, err := s.Filing(t.Context(), d.plan.Code); err != nil || f.ReceiverOrg != "agency" || f.FiledAt == nil || d.plan.FiledAt == nil {
		t.Errorf("filed: %+v (%v)", f, err)
	}
	if n := overdue(); n != 0 {
		t.Errorf("%d plans overdue after filing", n)
	}
	if _, err := file(""); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("filed twice: %v", err)
	}
	d.after(s.ReturnFiling(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, "缺附图"))
	if n := overdue(); n != 1 {
		t.Errorf("%d plans overdue after it came back", n)
	}
	d.after(file("another"))
	d.after(receive("备〔2026〕1号"))
	f, err := s.Filing(t.Context(), d.plan.Code)
	if err != nil || f.ReceiverOrg != "another" || f.ReceiptNo != "备〔2026〕1号" || f.ReceiptAt == nil || f.ReturnedReason != "" {
		t.Errorf("received: %+v (%v)", f, err)
	}
}

func TestFilePlanNeedsReceiver(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	d.rename(southWest+"001", "梅园")
	d.check()
	d.submit()
	d.decide(grid.ActApprove)
	if _, err := s.FilePlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, ""); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("filed to nobody in a city without an agency: %v", err)
	}
}

func TestAnnouncePlan(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	announce := func(p grid.Publication) (grid.Plan, error) {
		return s.AnnouncePlan(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, p)
	}
	notice := grid.Publication{Channel: "政府网站", URLRef: "https://example.org/7", Text: "梅园网格调整"}
	d.rename(southWest+"001", "梅园")
	if _, err := announce(notice); !errors.Is(err, grid.ErrConflict) {
		t.Errorf("announced before the decision: %v", err)
	}
	d.check()
	d.submit()
	d.decide(grid.ActApprove)
	if _, err := announce(grid.Publication{Text: "x"}); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("announced nowhere: %v", err)
	}
	d.after(announce(notice))
	all, err := s.Announcements(t.Context(), d.plan.Code)
	if err != nil || len(all) != 1 || all[0].Channel != notice.Channel || all[0].URLRef != notice.URLRef || all[0].Text != notice.Text || all[0].WithdrawnAt != nil {
		t.Fatalf("announced %+v (%v)", all, err)
	}
	d.after(s.WithdrawAnnouncement(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, all[0].ID))
	if all, err = s.Announcements(t.Context(), d.plan.Code); err != nil || all[0].WithdrawnAt == nil {
		t.Errorf("taken down: %+v (%v)", all, err)
	}
	if _, err := s.WithdrawAnnouncement(t.Context(), d.city, planner, d.plan.Code, d.plan.Version, all[0].ID); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("taken down twice: %v", err)
	}
}
