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
func publishDue(ctx context.Context, s *store.Store, city *live.Live, interval time.Duration) {
	every(ctx, interval, city, "plans whose time has come", func() error {
		published, err := s.PublishDue(ctx, city.Now().City, scheduler)
		for _, code := range published {
			slog.InfoContext(ctx, "plan in force", "plan", code)
		}
		return err
	})
}

// remindDue takes the steps against overdue incidents whose time has come until ctx ends. Every server does so; the database sees to it
// that each step is taken once.
func remindDue(ctx context.Context, s *store.Store, city *live.Live, interval time.Duration) {
	every(ctx, interval, city, "overdue incidents", func() error {
		codes, err := s.RemindDue(ctx, scheduler)
		if len(codes) > 0 {
			slog.InfoContext(ctx, "overdue incidents reminded of", "incidents", len(codes))
		}
		return err
	})
}

// every does something at once, and again at each interval until ctx ends. What goes wrong is logged, but for a lost database, which is
// told of where it is followed.
func every(ctx context.Context, interval time.Duration, city *live.Live, what string, do func() error) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := do(); err != nil && ctx.Err() == nil && city.LostSince().IsZero() {
			slog.ErrorContext(ctx, what, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
