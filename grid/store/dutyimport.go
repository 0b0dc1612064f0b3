package store

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

//go:embed sql/settle_duty.sql
var settleDutyQuery string

// settledDuty is what the database says of a duty that a file names.
type settledDuty struct {
	Post       int64
	CountyCode string
	StandIn    int64
	Taken      bool
}

// SettleDuty fills in the posts of duties that name workers, grid and, where they like, kind of post. For each it returns nil or a
// *grid.RuleError: there is no such post in all of that time, nobody can stand in, or the post is on at that time already, by what is
// stored or by one before it.
func (s *Store) SettleDuty(ctx context.Context, duties []*grid.Duty) ([]error, error) {
	wrong := make([]error, len(duties))
	for first := 0; first < len(duties); first += batchRows {
		end := min(first+batchRows, len(duties))
		found, err := s.settleDuty(ctx, duties[first:end])
		if err != nil {
			return nil, translate(err)
		}
		for i := range found {
			wrong[first+i] = found[i].take(duties[first+i])
		}
	}
	refuseTwice(duties, wrong)
	return wrong, nil
}

func (s *Store) settleDuty(ctx context.Context, duties []*grid.Duty) ([]settledDuty, error) {
	var workers, grids, kinds, standIns []string
	var from, to []time.Time
	for _, d := range duties {
		workers, grids, kinds, standIns = append(workers, d.WorkerCode), append(grids, d.GridCode), append(kinds, d.PostKind), append(standIns, d.StandInWorker)
		from, to = append(from, d.OnFrom), append(to, d.OnTo)
	}
	rows, err := s.db.Query(ctx, settleDutyQuery, workers, grids, kinds, standIns, from, to)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[settledDuty])
}

// take fills in a duty and says what is wrong with it.
func (f *settledDuty) take(d *grid.Duty) error {
	d.PostID, d.CountyCode, d.StandIn = f.Post, f.CountyCode, f.StandIn
	switch {
	case f.Post == 0:
		return &grid.RuleError{
			Rule: "post_valid", Field: "worker_code",
			Detail: fmt.Sprintf("%q has no such post on %s that is valid in all of the time of the duty", d.WorkerCode, d.GridCode),
		}
	case f.Taken:
		return &grid.RuleError{Rule: "overlap", Field: "on_from", Detail: "the post has another duty at that time"}
	case d.StandInWorker != "" && f.StandIn == 0:
		return &grid.RuleError{
			Rule: "stand_in", Field: "stand_in_worker_code",
			Detail: fmt.Sprintf("%q is the same worker, or has no post in the county that is valid in all of the time of the duty", d.StandInWorker),
		}
	}
	return nil
}

// refuseTwice refuses duties of a post while another one before them in the list is on.
func refuseTwice(duties []*grid.Duty, wrong []error) {
	var order []int
	for i := range duties {
		if wrong[i] == nil {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(duties[i].PostID, duties[j].PostID), duties[i].OnFrom.Compare(duties[j].OnFrom), cmp.Compare(i, j))
	})
	last := -1
	for _, i := range order {
		if last >= 0 && duties[last].PostID == duties[i].PostID && duties[i].OnFrom.Before(duties[last].OnTo) {
			wrong[i] = &grid.RuleError{Rule: "overlap", Field: "on_from", Detail: "the post has another duty at that time in the file"}
			continue
		}
		last = i
	}
}

// ImportDuty stores duties, whose posts SettleDuty has filled in, in one transaction.
func (s *Store) ImportDuty(ctx context.Context, imp *Import, rows []grid.Duty) error {
	columns := []string{"post_id", "county_code", "on_from", "on_to", "stand_in_post_id", "absent", "import_id", "created_by", "updated_by"}
	return s.importRows(ctx, imp, func(tx pgx.Tx) (int64, error) {
		counties := map[string]bool{}
		err := copyRows(ctx, tx, "duty", columns, rows, func(_ int, d *grid.Duty) ([]any, error) {
			counties[d.CountyCode] = true
			return []any{d.PostID, d.CountyCode, d.OnFrom, d.OnTo, orNull(d.StandIn), d.Absent, imp.ID, imp.Actor, imp.Actor}, nil
		})
		if err != nil {
			return 0, err
		}
		return int64(len(rows)), rosterChanged(ctx, tx, slices.Sorted(maps.Keys(counties))...)
	})
}
