package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// scheduler is who puts plans into force when their time has come; who decided them stands in the plan.
var scheduler = grid.Actor{Name: "scheduler", Role: grid.RoleAdministrator}

// publishDue puts decided plans into force at their time until ctx ends. Every server does so; the database sees to it that each plan is
// published once.
func publishDue(ctx context.Context, s *store.Store, city *live.Live, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		published, err := s.PublishDue(ctx, city.Now().City, scheduler)
		for _, code := range published {
			slog.InfoContext(ctx, "plan in force", "plan", code)
		}
		if err != nil && ctx.Err() == nil && city.LostSince().IsZero() { // a lost database is told of where it is followed
			slog.ErrorContext(ctx, "plans whose time has come", "error", err)
		}
	}
}

// remindDue takes the steps against overdue incidents whose time has come until ctx ends. Every server does so; the database sees to it
// that each step is taken once.
func remindDue(ctx context.Context, s *store.Store, city *live.Live, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		codes, err := s.RemindDue(ctx, scheduler)
		if len(codes) > 0 {
			slog.InfoContext(ctx, "overdue incidents reminded of", "incidents", len(codes))
		}
		if err != nil && ctx.Err() == nil && city.LostSince().IsZero() {
			slog.ErrorContext(ctx, "overdue incidents", "error", err)
		}
	}
}
