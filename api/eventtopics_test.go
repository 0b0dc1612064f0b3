package api_test

import (
	"slices"
	"testing"
)

// TestEventsOfEveryTopic does one thing of each kind on one of three servers, and hears of all of them on another.
func TestEventsOfEveryTopic(t *testing.T) {
	t.Parallel()
	tr := newTrio(t)
	st := tr.servers[1].listen(t, exchange{target: "/v1/events?last_event_id=0", as: "city"})
	tr.publish()
	tr.staff()
	tr.report()
	k := &soak{T: t, seen: map[string]int{}, servers: []soakServer{{server: tr.servers[0].server}}, client: tr.servers[0].Client()}
	w := &soakWriter{soak: k, rng: k.random(1)}
	w.creates(&soakReader{soak: k, rng: w.rng})
	wanted := []string{"edition", "import", "incident", "place", "plan", "roster"}
	for heard := map[string]bool{}; len(heard) < len(wanted); {
		f, open := st.next()
		if !open || !slices.Contains(wanted, f.Event) {
			t.Fatalf("heard of %v, then %v", heard, f)
		}
		heard[f.Event] = true
	}
}
