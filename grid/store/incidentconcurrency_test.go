package store_test

import (
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// atOnce runs f n times at once and waits.
func atOnce(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// TestIdempotency sends one request fifty times at once, on two servers: one incident is made, and everybody gets it.
func TestIdempotency(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	servers := []*store.Store{openedOn(t, pool), openedOn(t, pool)}
	city := town(t, servers[0])
	in := grid.Incident{Kind: "gas", Source: "hotline_12345", Title: "x", Shape: spot(50, 50), InputCRS: "wgs84", ReportedAt: time.Now()}
	key := store.IdempotencyKey{Key: "k-1", SHA256: [32]byte{1}}
	var codes sync.Map
	var first atomic.Int32
	atOnce(50, func(i int) {
		made, again, err := servers[i%2].CreateIncident(t.Context(), dispatcher, city, in, key)
		if err != nil {
			t.Error(err)
			return
		}
		codes.Store(made.Code, true)
		if !again {
			first.Add(1)
		}
	})
	if n := count(t, pool, `SELECT count(*) FROM incident`); n != 1 || first.Load() != 1 {
		t.Errorf("%d incidents, %d were the first", n, first.Load())
	}
	n := 0
	codes.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d codes", n)
	}
	var rule *grid.RuleError
	other := store.IdempotencyKey{Key: "k-1", SHA256: [32]byte{2}}
	if _, _, err := servers[0].CreateIncident(t.Context(), dispatcher, city, in, other); !errors.As(err, &rule) || rule.Rule != "idempotency_key" {
		t.Errorf("another request under the key: %v", err)
	}
	if _, again, err := servers[0].CreateIncident(t.Context(), planner, city, in, other); err != nil || again {
		t.Errorf("the key of another actor: %t, %v", again, err)
	}
	// What fails leaves the key free, and so does a week.
	broken := in
	broken.State = "closed"
	free := store.IdempotencyKey{Key: "k-2", SHA256: [32]byte{3}}
	if _, _, err := servers[0].CreateIncident(t.Context(), dispatcher, city, broken, free); !errors.Is(err, grid.ErrInvalid) {
		t.Error(err)
	}
	if _, again, err := servers[0].CreateIncident(t.Context(), dispatcher, city, in, free); err != nil || again {
		t.Errorf("the key of what failed: %t, %v", again, err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE idempotency SET created_at = now() - interval '8 days'`); err != nil {
		t.Fatal(err)
	}
	if _, again, err := servers[1].CreateIncident(t.Context(), dispatcher, city, in, other); err != nil || again {
		t.Errorf("the key of last week: %t, %v", again, err)
	}
}

// TestBR54CaseNumbersAtOnce: of the same case of the same source, reported several times at once, one incident is made.
func TestBR54CaseNumbersAtOnce(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := openedOn(t, pool)
	city := town(t, s)
	in := grid.Incident{
		Kind: "gas", Source: "police_110", ExternalCaseNo: "110-7", Title: "x", Shape: spot(50, 50), InputCRS: "wgs84", ReportedAt: time.Now(),
	}
	var made, refused atomic.Int32
	atOnce(12, func(int) {
		_, _, err := s.CreateIncident(t.Context(), dispatcher, city, in, store.IdempotencyKey{})
		var conflict *grid.ConflictError
		switch {
		case err == nil:
			made.Add(1)
		case errors.As(err, &conflict):
			refused.Add(1)
		default:
			t.Error(err)
		}
	})
	if made.Load() != 1 || refused.Load() != 11 {
		t.Errorf("%d made, %d refused", made.Load(), refused.Load())
	}
}

// TestActsAtOnce: of acts on the same version one is done and the others hear of it; two that are merged into each other at once do not
// both go.
func TestActsAtOnce(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := openedOn(t, pool)
	a := acting{s, town(t, s)}
	in := a.do(t, dispatcher, a.report(t, dispatcher, spot(50, 50)), grid.IncidentOrder{Act: "accept"})
	orders := []grid.IncidentOrder{
		{Act: "start"}, {Act: "escalate", Reason: "x"}, {Act: "assign", Unit: "grid:" + southWest + "001"}, {Act: "note", Reason: "x"}, {Act: "cancel", Reason: "x"},
	}
	var done atomic.Int32
	atOnce(20, func(i int) {
		_, err := s.ActOnIncident(t.Context(), dispatcher, a.city, in.Code, in.Version, orders[i%len(orders)])
		var stale *grid.StaleError
		switch {
		case err == nil:
			done.Add(1)
		case !errors.As(err, &stale) || stale.Current != in.Version+1:
			t.Error(err)
		}
	})
	if is, err := s.Incident(t.Context(), in.Code); done.Load() != 1 || err != nil || is.Version != in.Version+1 {
		t.Errorf("%d done, version %d after %d, %v", done.Load(), is.Version, in.Version, err)
	}
	for range 5 {
		pair := []grid.Incident{a.report(t, dispatcher, spot(50, 50)), a.report(t, dispatcher, spot(50, 50))}
		var merged atomic.Int32
		atOnce(2, func(i int) {
			_, err := s.ActOnIncident(t.Context(), dispatcher, a.city, pair[i].Code, pair[i].Version, grid.IncidentOrder{Act: "merge", Into: pair[1-i].Code})
			if err == nil {
				merged.Add(1)
			} else if !errors.Is(err, grid.ErrConflict) {
				t.Error(err)
			}
		})
		if merged.Load() != 1 {
			t.Errorf("%d of two were merged into each other", merged.Load())
		}
	}
	unbroken(t, pool)
}

// TestBR55RemindOnce lets several servers look for overdue incidents at once, while somebody works on them: each step is taken once.
func TestBR55RemindOnce(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	servers := []*store.Store{openedOn(t, pool), openedOn(t, pool), openedOn(t, pool)}
	a := acting{servers[0], town(t, servers[0])}
	var all []grid.Incident
	for range 20 {
		all = append(all, a.report(t, dispatcher, spot(50, 50), func(in *grid.Incident) {
			in.ReportedAt, in.Severity = time.Now().Add(-200*time.Hour), "grave"
		}))
	}
	scheduler := grid.Actor{Name: "scheduler", Role: grid.RoleAdministrator}
	atOnce(12, func(i int) {
		if _, err := servers[i%3].RemindDue(t.Context(), scheduler); err != nil {
			t.Error(err)
		}
		in := all[i]
		if _, err := servers[i%3].ActOnIncident(t.Context(), dispatcher, a.city, in.Code, in.Version, grid.IncidentOrder{Act: "note", Reason: "x"}); err != nil && !errors.Is(err, grid.ErrStale) {
			t.Error(err)
		}
	})
	if _, err := servers[0].RemindDue(t.Context(), scheduler); err != nil {
		t.Fatal(err)
	}
	twice := count(t, pool, `
		SELECT count(*)
		FROM (SELECT FROM incident_event WHERE actor = 'scheduler' GROUP BY incident_id, data ->> 'step', data ->> 'about' HAVING count(*) <> 1) AS repeated`)
	steps := count(t, pool, `SELECT count(*) FROM incident_event WHERE actor = 'scheduler' AND data ? 'step'`)
	if overdue := count(t, pool, `SELECT sum(overdue_step) FROM incident`); twice != 0 || steps != 80 || overdue != 80 {
		t.Errorf("%d steps twice, %d events, %d steps", twice, steps, overdue)
	}
	if n := count(t, pool, `SELECT count(*) FROM incident_event WHERE data->>'about' = 'response'`); n != 20 {
		t.Errorf("%d reminders of what nobody has taken up", n)
	}
	if rows := count(t, pool, `SELECT count(*) FROM supervision`); rows != 60 {
		t.Errorf("%d supervisions", rows)
	}
	unbroken(t, pool)
}

// TestIncidentLives lets random desks do random acts with the same incidents at once, while they are moved and reminded of and a border
// goes over them: whatever is refused is refused by a rule, and what stays keeps the laws.
func TestIncidentLives(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	s := openedOn(t, pool)
	city := town(t, s)
	a := acting{s, city}
	var codes []string
	for i := range int32(6) {
		codes = append(codes, a.report(t, dispatcher, spot(40+i*50, 50), func(in *grid.Incident) { in.ReportedAt = time.Now().Add(-130 * time.Hour) }).Code)
	}
	receivers := texts(t, pool, `SELECT code || first_receiver FROM incident ORDER BY code`)
	scopes := []string{"", "", "", countyCode, westStreet, eastStreet, southWest, southEast}
	units := []grid.Unit{
		"grid:" + southWest + "001", "grid:" + southWest + "002", "grid:" + southEast + "001", "division:" + southWest, "division:" + eastStreet, "division:" + countyCode,
	}
	var done atomic.Int32
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	someone := func(i int) {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		for range 60 {
			code := codes[r.IntN(len(codes))]
			in, err := s.Incident(t.Context(), code)
			if err != nil {
				t.Error(err)
				return
			}
			actor := deskOf(scopes[r.IntN(len(scopes))])
			acts := grid.IncidentActs(in.State)
			order := grid.IncidentOrder{
				Act: acts[r.IntN(len(acts))], Unit: units[r.IntN(len(units))], Units: []grid.Unit{units[r.IntN(len(units))]}, Divisions: []string{southEast},
				Into: codes[r.IntN(len(codes))], Reason: "because", Outcome: "resolved", Satisfaction: 3, Supervision: "supervise",
			}
			switch order.Act {
			case grid.IncidentMerge, grid.IncidentCancel, grid.IncidentReject:
				order.Act = grid.IncidentNote
			}
			switch r.IntN(10) {
			case 0:
				_, err = s.UpdateIncident(t.Context(), actor, city, code, in.Version, func(in *grid.Incident) error {
					in.Shape = spot(5+r.Int32N(390), 50)
					return nil
				})
			case 1:
				_, err = s.RemindDue(t.Context(), actor)
			default:
				_, err = s.ActOnIncident(t.Context(), actor, city, code, in.Version, order)
			}
			if err == nil {
				done.Add(1)
			} else if !errors.Is(err, grid.ErrConflict) && !errors.Is(err, grid.ErrStale) && !errors.Is(err, grid.ErrForbidden) && !errors.Is(err, grid.ErrInvalid) {
				t.Errorf("%s: %v", order.Act, err)
			}
		}
	}
	d := newDesk(t, s, city, planner)
	d.edit(grid.Change{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)})
	d.toDecision()
	atOnce(5, func(i int) {
		if i == 4 {
			if _, err := s.Publish(t.Context(), city, countyDecider, d.plan.Code, d.plan.Version); err != nil {
				t.Error(err)
			}
			return
		}
		someone(i)
	})
	t.Logf("%d acts done", done.Load())
	if done.Load() < 20 {
		t.Errorf("only %d acts were done", done.Load())
	}
	unbroken(t, pool)
	if now := texts(t, pool, `SELECT code || first_receiver FROM incident ORDER BY code`); len(now) != len(receivers) || now[0] != receivers[0] {
		t.Errorf("received first by %v, were %v", now, receivers)
	}
	for _, law := range []struct{ name, sql string }{
		{"asked while it is transferred", `(state = 'transferred') <> (transfer_to IS NOT NULL)`},
		{"ended has its time", `(closed_at IS NOT NULL) <> (state IN ('closed', 'rejected', 'merged', 'cancelled'))`},
		{"supervised by somebody", `supervised <> EXISTS (SELECT FROM supervision v WHERE v.incident_id = incident.id AND v.rectified_at IS NULL)`},
		{"proposed is to be handed over", `proposed_unit IS NOT NULL AND NOT handover_needed`},
	} {
		if broken := texts(t, pool, `SELECT code || ' ' || state || ' ' || version FROM incident WHERE `+law.sql); len(broken) > 0 {
			t.Errorf("%s: not %v", law.name, broken)
		}
	}
	checkAnswers(t, s)
}
