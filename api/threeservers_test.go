package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// trio is three servers on one database, with somebody who listens to each.
type trio struct {
	testing.TB
	servers []*crier
	streams []*stream
	round   int
}

// seenIn is how long what was done on one server may take to be seen on the others.
const seenIn = 5 * time.Second

func newTrio(t testing.TB) *trio {
	t.Helper()
	pool := gridtest.Pool(t)
	fillSoak(t, store.New(pool))
	tr := &trio{TB: t}
	secret := token(t, store.New(pool), "administrator", "")
	for range 3 {
		s := crierOn(t, pool, time.Second)
		s.secrets["city"], s.secrets["planner"] = secret, secret
		tr.servers = append(tr.servers, s)
		tr.streams = append(tr.streams, s.listen(t, exchange{target: "/v1/events?topics=edition,roster,incident", as: "city"}))
	}
	return tr
}

// ask sends a request to one server and returns the body of a success, nil of a refusal.
func (tr *trio) ask(on *crier, method, path, header, body string) []byte {
	request, err := http.NewRequestWithContext(tr.Context(), method, on.URL+path, strings.NewReader(body))
	if err != nil {
		tr.Error(err)
		return nil
	}
	request.Header.Set("Authorization", "Bearer "+on.secrets["city"])
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if header != "" {
		request.Header.Set("If-Match", header)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		tr.Error(err)
		return nil
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		tr.Errorf("%s %s: %s %s (%v)", method, path, answer.Status, got, err)
		return nil
	}
	return got
}

// others waits until every server but one has seen what was done on that one, and returns how long that took since.
func (tr *trio) others(done *crier, since time.Time, what string, sees func(*crier) bool) time.Duration {
	tr.Helper()
	var mu sync.Mutex
	var latest time.Duration
	var all sync.WaitGroup
	for i, s := range tr.servers {
		if s == done {
			continue
		}
		all.Go(func() {
			for ; !sees(s); time.Sleep(time.Millisecond) {
				if time.Since(since) > seenIn {
					tr.Errorf("server %d does not see %s within %s", i, what, seenIn)
					return
				}
			}
			mu.Lock()
			defer mu.Unlock()
			latest = max(latest, time.Since(since))
		})
	}
	all.Wait()
	return latest
}

// hear waits until all who listen have heard of something that was begun then, and returns how long that took since.
func (tr *trio) hear(begun, since time.Time, topic, code string) time.Duration {
	tr.Helper()
	var latest time.Duration
	for i, st := range tr.streams {
		for heard := false; !heard; {
			select {
			case f, open := <-st.frames:
				if !open {
					tr.Fatalf("the stream of server %d has ended", i)
				}
				if heard = f.Event == topic && f.Data["code"] == code && f.Arrived.After(begun); heard {
					latest = max(latest, f.Arrived.Sub(since))
				}
			case <-time.After(seenIn):
				tr.Errorf("who listens to server %d does not hear of %s %s within %s", i, topic, code, seenIn)
				heard = true
			}
		}
	}
	return latest
}

// locate asks a server about a spot in units, and returns the answer and the numbers of its editions.
func (tr *trio) locate(on *crier, x, y float64) (body []byte, editions map[string]int) {
	lon, lat := at(x, y)
	answer, err := http.Get(fmt.Sprintf("%s/v1/locate?lon=%.7f&lat=%.7f", on.URL, lon, lat))
	if err != nil {
		tr.Error(err)
		return nil, nil
	}
	defer answer.Body.Close()
	if body, err = io.ReadAll(answer.Body); err != nil {
		tr.Error(err)
	}
	if editions, err = parseHeader(answer.Header.Get("Wangge-Edition")); err != nil {
		tr.Error(err)
	}
	return body, editions
}

// where the first grid of the next county lies, and on which server it is the turn to do something.
func (tr *trio) turn() (on *crier, county string, x, y int) {
	c := tr.round % soakCounties
	return tr.servers[tr.round%len(tr.servers)], soakCounty(c), soakSide * (c % 2), soakSide * (c / 2)
}

// publish moves a border between two grids on one server and returns after how long the others answer from the new edition, and after how
// long all who listen have heard of it.
func (tr *trio) publish() (seen, heard time.Duration) {
	tr.Helper()
	on, county, x, y := tr.turn()
	community := soakCommunity(tr.round%soakCounties, 0, 0)
	into := community + "001"
	if tr.round/soakCounties%2 == 1 { // back again
		into = community + "002"
	}
	var plan struct{ Code string }
	made := tr.ask(on, http.MethodPost, "/v1/plans", "", `{"counties":["`+county+`"],"title":"调整","reason":"workload"}`)
	if err := json.Unmarshal(made, &plan); err != nil {
		tr.Fatal(err)
	}
	tr.ask(on, http.MethodPost, "/v1/plans/"+plan.Code+"/changes", `"1"`, change("shift", `"into":"`+into+`",`+area(float64(x)+1, float64(y)+0.25, 0.25, 0.25)))
	var version int
	err := on.pool.QueryRow(tr.Context(), `
		UPDATE plan
		SET state = 'decided', decided_at = now(), decided_by = 'test', checked_position = position, version = version + 1
		WHERE code = $1
		RETURNING version`, plan.Code).Scan(&version)
	if err != nil {
		tr.Fatal(err)
	}
	number := on.live.Now().City.Edition(county).Info().Number + 1
	begun := time.Now()
	tr.ask(on, http.MethodPost, "/v1/plans/"+plan.Code+"/publish", strconv.Quote(strconv.Itoa(version)), "")
	since := time.Now()
	seen = tr.others(on, since, "edition "+strconv.Itoa(number), func(s *crier) bool {
		_, editions := tr.locate(s, float64(x)+0.5, float64(y)+0.5)
		return editions[county] >= number
	})
	return seen, tr.hear(begun, since, grid.TopicEdition, county)
}

// staff gives a worker another telephone on one server and returns after how long the others name it, and after how long all have heard.
func (tr *trio) staff() (seen, heard time.Duration) {
	tr.Helper()
	on, county, x, y := tr.turn()
	phone := fmt.Sprintf("0510-5%06d", tr.round)
	worker := "w" + soakCommunity(tr.round%soakCounties, 0, 0) + "001"
	var version int
	if err := on.pool.QueryRow(tr.Context(), `SELECT version FROM worker WHERE code = $1`, worker).Scan(&version); err != nil {
		tr.Fatal(err)
	}
	begun := time.Now()
	_, err := on.store.UpdateWorker(tr.Context(), importer, on.live.Now().City, worker, version, func(w *grid.Worker) error {
		w.WorkPhone = phone
		return nil
	})
	if err != nil {
		tr.Fatal(err)
	}
	since := time.Now()
	seen = tr.others(on, since, "the telephone of "+worker, func(s *crier) bool {
		body, _ := tr.locate(s, float64(x)+0.5, float64(y)+0.5)
		return strings.Contains(string(body), phone)
	})
	return seen, tr.hear(begun, since, grid.TopicRoster, county)
}

// report reports an incident on one server and returns after how long the others have it, and after how long all have heard of it.
func (tr *trio) report() (seen, heard time.Duration) {
	tr.Helper()
	on, _, x, y := tr.turn()
	lon, lat := at(float64(x)+0.5, float64(y)+0.5)
	var made struct{ Code string }
	body := fmt.Sprintf(`{"kind":"gas","source":"patrol","title":"燃气味","reported_at":"2026-11-22T09:00:00+08:00","geometry":{"type":"Point","coordinates":[%.7f,%.7f]},"crs":"wgs84"}`, lon, lat)
	begun := time.Now()
	if err := json.Unmarshal(tr.ask(on, http.MethodPost, "/v1/incidents", "", body), &made); err != nil {
		tr.Fatal(err)
	}
	since := time.Now()
	seen = tr.others(on, since, "incident "+made.Code, func(s *crier) bool { return tr.ask(s, http.MethodGet, "/v1/incidents/"+made.Code, "", "") != nil })
	return seen, tr.hear(begun, since, grid.TopicIncident, made.Code)
}

// acts are what is done on one server and seen on the others.
var acts = []struct {
	name string
	do   func(*trio) (seen, heard time.Duration)
}{{"publish", (*trio).publish}, {"roster", (*trio).staff}, {"incident", (*trio).report}}

// TestThreeServersAgree publishes, changes the roster and reports incidents on each of three servers in turn while many ask and write: what
// is done on one is soon seen on the others and heard by who listens to them, and every answer is of the editions that it names (L3, L5).
func TestThreeServersAgree(t *testing.T) {
	tr := newTrio(t)
	k := &soak{T: t, pool: tr.servers[0].pool, seed: 1, seen: map[string]int{}, client: &http.Client{}, past: archive{store: tr.servers[0].store}}
	for _, s := range tr.servers {
		k.servers = append(k.servers, soakServer{server: s.server})
	}
	ctx, stop := context.WithCancel(t.Context())
	var crowd sync.WaitGroup
	defer crowd.Wait()
	defer stop()
	for i := range 3 {
		r := &soakReader{soak: k, rng: k.random(i)}
		crowd.Go(func() {
			for ctx.Err() == nil {
				r.locate("")
				r.batch()
				r.places()
			}
		})
	}
	w := &soakWriter{soak: k, rng: k.random(100)}
	reader := &soakReader{soak: k, rng: w.rng}
	crowd.Go(func() {
		for ctx.Err() == nil {
			w.creates(reader)
			w.moves(reader)
		}
	})
	for ; tr.round < 6 && !t.Failed(); tr.round++ {
		for _, act := range acts {
			seen, heard := act.do(tr)
			t.Logf("%s on server %d: seen on the others after %s, heard by all after %s", act.name, tr.round%3, seen, heard)
		}
	}
	stop()
	crowd.Wait()
	k.report()
	k.holdServers()
}

// BenchmarkThreeServers measures how long after its answer what is done on one server is seen on the two others, and heard on all three.
func BenchmarkThreeServers(b *testing.B) {
	for _, act := range acts {
		b.Run(act.name, func(b *testing.B) {
			tr := newTrio(b)
			var seen, heard []float64
			for b.Loop() {
				s, h := act.do(tr)
				seen, heard = append(seen, s.Seconds()*1000), append(heard, h.Seconds()*1000)
				tr.round++
			}
			slices.Sort(seen)
			slices.Sort(heard)
			b.ReportMetric(seen[len(seen)/2], "ms-seen-p50")
			b.ReportMetric(seen[len(seen)*95/100], "ms-seen-p95")
			b.ReportMetric(heard[len(heard)/2], "ms-heard-p50")
			b.ReportMetric(heard[len(heard)*95/100], "ms-heard-p95")
		})
	}
}
