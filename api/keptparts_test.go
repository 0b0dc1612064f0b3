package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// TestLocateFromKeptParts asks a server that keeps parts of its answers and one that makes each anew the same at random: places, kinds,
// forms, with a token and without, at instants around those at which posts and duties begin and end, forth and back, and between changes
// of who works where, of the settings and of the grids. Every answer is the same, byte for byte.
func TestLocateFromKeptParts(t *testing.T) {
	t.Parallel()
	store, live := newTown(t)
	config := api.Config{Store: store, Live: live}
	keeps, anew := api.New(config), api.New(config)
	anew.KeepNothing()
	secrets := []string{"", "", token(t, store, grid.RoleReader, binhu), token(t, store, grid.RoleReader, liangxi)}
	now := time.Now().UTC().Truncate(time.Hour)
	must := func(err error) {
		t.Helper()
		if err == nil {
			err = live.Refresh(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	post := func(worker, kind string, from time.Duration, length time.Duration) error {
		to := now.Add(from + length)
		return store.ImportPosts(t.Context(), imported("posts", 1), []grid.Post{
			{WorkerCode: worker, GridCode: lake + "002", PostKind: kind, ValidFrom: now.Add(from), ValidTo: &to, Public: true},
		})
	}
	duty := func(post int64, from, length time.Duration, standIn int64) error {
		_, err := store.CreateDuty(t.Context(), importer, live.Now().City, grid.Duty{PostID: post, OnFrom: now.Add(from), OnTo: now.Add(from + length), StandIn: standIn})
		return err
	}
	rng := rand.New(rand.NewPCG(29, 64))
	known := 0
	for _, change := range []func() error{
		func() error { return nil },
		func() error { return duty(2, time.Hour, 2*time.Hour, 3) },
		func() error { return duty(4, -time.Hour, 3*time.Hour, 0) },
		func() error { return post("0001", "deputy", -2*time.Hour, 4*time.Hour) },
		func() error { return post("0003", "worker", 2*time.Hour, time.Hour) },
		func() error { return store.Set(t.Context(), importer, "precedence.base_kinds", []string{"gas"}) },
		func() error { return store.Set(t.Context(), importer, "precedence.base_kinds", []string{"weather"}) },
		func() error { return addCounty(t.Context(), store) },
	} {
		must(change())
		for range 200 {
			known += sameAtSomeTime(t, rng, now, keeps, anew)
			_, query, _ := randomPlace(rng)
			if query != "" {
				sameOverHTTP(t, "/v1/locate"+query+[]string{"", "&layer=base", "&boundary=ref", "&crs=gcj02"}[rng.IntN(4)], secrets[rng.IntN(4)], keeps, anew)
			}
		}
	}
	if known < 200 {
		t.Errorf("%d answers are kept: too few to compare", known)
	}
}

// sameAtSomeTime compares the answers for a place in the town at an instant near to an hour, and returns 1 when the part was known.
func sameAtSomeTime(t *testing.T, rng *rand.Rand, now time.Time, keeps, anew *api.Server) (known int) {
	t.Helper()
	at := now.Add(time.Duration(rng.IntN(9)-4)*time.Hour + time.Duration(rng.IntN(3)-1)*time.Microsecond)
	p := geo.Point{X: 1_203_000_000 + rng.Int32N(5*unit), Y: 315_000_000 + rng.Int32N(2*unit)}
	if rng.IntN(3) == 0 { // in a dedicated grid
		p = geo.Point{X: 1_203_000_000 + unit*3/2 + rng.Int32N(unit/4), Y: 315_000_000 + unit/4 + rng.Int32N(unit/4)}
	}
	kind := []string{"", "gas", "weather"}[rng.IntN(3)]
	got, wasKnown, err := keeps.LocateAt(t.Context(), at, p, kind)
	want, never, wantErr := anew.LocateAt(t.Context(), at, p, kind)
	if string(got) != string(want) || fmt.Sprint(err) != fmt.Sprint(wantErr) || never {
		t.Fatalf("%v at %v, kind %q, known: %v\n got %s %v\nwant %s %v", p, at, kind, wasKnown, got, err, want, wantErr)
	}
	if wasKnown {
		return 1
	}
	return 0
}

func sameOverHTTP(t *testing.T, target, secret string, keeps, anew *api.Server) {
	t.Helper()
	var bodies [2]string
	for i, server := range []*api.Server{keeps, anew} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
		if secret != "" {
			request.Header.Set("Authorization", "Bearer "+secret)
		}
		answer := httptest.NewRecorder()
		server.Handler().ServeHTTP(answer, request)
		if bodies[i] = answer.Body.String(); answer.Code != http.StatusOK {
			bodies[i] = fmt.Sprint(answer.Code) // a problem names its request
		}
	}
	if bodies[0] != bodies[1] {
		t.Fatalf("%s with a token: %v\n got %s\nwant %s", target, secret != "", bodies[0], bodies[1])
	}
}
