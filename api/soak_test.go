package api_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/coverage"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// The crowd of the soak, and how long it is at work unless WANGGE_SOAK_FOR says so.
const (
	soakCounties = 4
	soakPlanners = 32
	soakReaders  = 4
	soakFor      = 8 * time.Second
)

// soak is everything at once on one database: planners, importers and readers on two servers that follow it.
type soak struct {
	*testing.T
	pool    *pgxpool.Pool
	servers []soakServer
	seed    uint64
	ends    time.Time
	client  *http.Client
	past    archive

	mu     sync.Mutex
	plans  map[string][]string // the open plans that a county's planners work on
	making map[string]int      // how many plans of a county are being made
	acts   map[string][]int    // the versions of each plan that an act has answered, 0 for one that answered something else
	seen   map[string]int      // how often what was answered
}

// soakServer is a server that follows the database until it is stopped.
type soakServer struct {
	*server
	stop func()
}

// TestL5Soak lets 32 planners in 4 counties draw, check, hear, decide, publish and take back on two servers, while others import and
// write places and ask who is responsible. Every act that is answered happened once and no other did; every answer is of the editions that it
// names; nothing but what may be refused is refused; and the laws hold in the end.
func TestL5Soak(t *testing.T) {
	k := newSoak(t)
	before := k.areas()
	var crowd sync.WaitGroup
	for i := range soakPlanners {
		p := &soakPlanner{soak: k, rng: k.random(i), home: i % soakCounties}
		crowd.Go(func() { p.work() })
	}
	for i := range soakReaders {
		r := &soakReader{soak: k, rng: k.random(100 + i)}
		crowd.Go(func() { r.work() })
	}
	for i, s := range k.servers {
		crowd.Go(func() { k.publishDue(s) })
		w := &soakWriter{soak: k, rng: k.random(200 + i)}
		crowd.Go(func() { w.work() })
	}
	crowd.Wait()

	k.report()
	k.holdActs()
	k.holdServers()
	k.holdTogether()
	if after := k.areas(); !slices.Equal(before, after) {
		t.Errorf("the parts of the counties have %v half units, had %v", after, before)
	}
	proof, err := coverage.Prove(t.Context(), k.servers[0].store, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !proof.Holds() {
		t.Errorf("%s", proof.Text(5))
	}
	k.holdDeadlocks()
	if missing := k.missing(); len(missing) > 0 {
		t.Errorf("never happened: %v", missing)
	}
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	k := &soak{
		T: t, pool: gridtest.Pool(t), seed: 1, plans: map[string][]string{}, making: map[string]int{}, acts: map[string][]int{}, seen: map[string]int{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
	lasts := soakFor
	var err error
	if text := os.Getenv("WANGGE_SOAK_FOR"); text != "" {
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatal("WANGGE_SOAK_FOR: ", err)
		}
	}
	if text := os.Getenv("WANGGE_SOAK_SEED"); text != "" {
		if k.seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal("WANGGE_SOAK_SEED: ", err)
		}
	}
	t.Logf("for %s, with WANGGE_SOAK_SEED=%d", lasts, k.seed)
	t.Cleanup(k.client.CloseIdleConnections)
	fillSoak(t, store.New(k.pool))
	for range 2 {
		k.servers = append(k.servers, k.serve())
	}
	k.past = archive{store: k.servers[0].store}
	secrets := map[string]string{"planner": token(t, k.servers[0].store, "planner", ""), "city": token(t, k.servers[0].store, "administrator", "")}
	for _, s := range k.servers {
		s.secrets = secrets
	}
	k.ends = time.Now().Add(lasts)
	return k
}

// serve starts a server as wangge serve does, with connections of its own.
func (k *soak) serve() soakServer {
	k.Helper()
	s, err := store.OpenConfig(k.Context(), k.pool.Config())
	if err != nil {
		k.Fatal(err)
	}
	l, err := live.Open(k.Context(), s)
	if err != nil {
		k.Fatal(err)
	}
	ctx, cancel := context.WithCancel(k.Context())
	var following sync.WaitGroup
	following.Go(func() { l.Follow(ctx, time.Second) })
	front := httptest.NewServer(api.New(api.Config{Store: s, Live: l}).Handler())
	stop := func() {
		front.Close()
		cancel()
		following.Wait()
		s.Close()
	}
	k.Cleanup(stop)
	return soakServer{&server{Server: front, store: s, live: l}, stop}
}

func (k *soak) random(stream int) *rand.Rand { return rand.New(rand.NewPCG(k.seed, uint64(stream))) }

// going reports whether the run goes on: for its time, and longer on a machine so busy that not everything has happened by then.
func (k *soak) going() bool {
	now := time.Now()
	return !k.Failed() && (now.Before(k.ends) || now.Before(k.ends.Add(time.Minute)) && len(k.missing()) > 0)
}

// missing returns what has not happened yet.
func (k *soak) missing() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	wanted := []string{"POST publish 200", "POST rebase 200", "POST undo 200", "POST changes 412", "locate 200", "batch 200", "GET place 200", "import"}
	return slices.DeleteFunc(wanted, func(what string) bool { return k.seen[what] > 0 })
}

// note counts something that happened.
func (k *soak) note(what string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.seen[what]++
}

// publishDue is what a server does about plans whose time has come.
func (k *soak) publishDue(s soakServer) {
	scheduler := grid.Actor{Name: "scheduler", Role: grid.RoleAdministrator}
	for k.going() {
		done, err := s.store.PublishDue(k.Context(), s.live.Now().City, scheduler)
		if err != nil {
			k.Errorf("publishing what is due: %v", err)
		}
		for range done {
			k.note("published at its time")
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// question is a request of the soak. name is what it is counted by, refusals are the statuses besides success that it may have.
type question struct {
	name, method, target, as, body string
	ifMatch                        int    // 0 for none
	minEdition                     string // of Wangge-Min-Edition
	refusals                       []int
}

// ask sends a question to one of the servers. An answer that it may not have fails the test.
func (k *soak) ask(rng *rand.Rand, q question) reply {
	s := k.servers[rng.IntN(len(k.servers))]
	request, err := http.NewRequestWithContext(k.Context(), cmp.Or(q.method, http.MethodGet), s.URL+q.target, strings.NewReader(q.body))
	if err != nil {
		k.Error(err)
		return reply{}
	}
	if q.as != "" {
		request.Header.Set("Authorization", "Bearer "+s.secrets[q.as])
	}
	if q.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if q.ifMatch != 0 {
		request.Header.Set("If-Match", fmt.Sprintf("%q", strconv.Itoa(q.ifMatch)))
	}
	if q.minEdition != "" {
		request.Header.Set("Wangge-Min-Edition", q.minEdition)
	}
	answer, err := k.client.Do(request)
	if err != nil {
		k.Error(err)
		return reply{}
	}
	defer answer.Body.Close()
	r := reply{status: answer.StatusCode, header: answer.Header}
	if r.body, err = io.ReadAll(answer.Body); err != nil {
		k.Error(err)
	}
	k.note(fmt.Sprint(q.name, " ", r.status))
	if r.status >= 300 && !slices.Contains(q.refusals, r.status) || strings.Contains(string(r.body), "another change came in between") {
		k.Errorf("%s %s %s\n%d %s", q.method, q.target, q.body, r.status, r.body)
	}
	return r
}

// into reads the body of a success.
func (r reply) into(t testing.TB, v any) bool {
	if r.status == 0 || r.status >= 300 {
		return false
	}
	if err := json.Unmarshal(r.body, v); err != nil {
		t.Error(err)
		return false
	}
	return true
}

// acted notes an act on a plan that was answered, with the version that it gave the plan.
func (k *soak) acted(code string, version int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.acts[code] = append(k.acts[code], version)
}

// report logs what was answered how often.
func (k *soak) report() {
	var lines []string
	for what, n := range k.seen {
		lines = append(lines, fmt.Sprintf("%s: %d", what, n))
	}
	slices.Sort(lines)
	k.Log(strings.Join(lines, ", "))
}

// holdActs compares the acts that were answered with the plans: each made one version, no two the same, and there are no others but
// the scheduler's.
func (k *soak) holdActs() {
	for code, versions := range k.acts {
		plan, err := k.servers[0].store.Plan(k.Context(), code)
		if err != nil {
			k.Fatal(err)
		}
		audit, err := k.servers[0].store.Audit(k.Context(), "plan", code, 1_000_000)
		if err != nil {
			k.Fatal(err)
		}
		others := 0
		for _, entry := range audit {
			if entry.Actor == "scheduler" {
				others++
			}
		}
		slices.Sort(versions)
		versioned := slices.DeleteFunc(slices.Clone(versions), func(v int) bool { return v == 0 })
		if len(versions)+others != plan.Version || len(audit) != plan.Version || len(slices.Compact(slices.Clone(versioned))) != len(versioned) ||
			len(versioned) > 0 && versioned[len(versioned)-1] > plan.Version {
			k.Errorf("plan %s is at version %d with %d entries in the audit, %d of them the scheduler's; answered were %d acts, with the versions %v",
				code, plan.Version, len(audit), others, len(versions), versioned)
		}
	}
}

// holdServers fails unless all servers come to the editions that the database has.
func (k *soak) holdServers() {
	want, err := k.servers[0].store.Counties(k.Context())
	if err != nil {
		k.Fatal(err)
	}
	for i, s := range k.servers {
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			has := map[string]int{}
			for _, e := range s.live.Now().City.Editions() {
				has[e.Info().CountyCode] = e.Info().Number
			}
			if fmt.Sprint(has) == fmt.Sprint(want) {
				break
			}
			if time.Now().After(end) {
				k.Fatalf("server %d has %v, the database %v", i, has, want)
			}
		}
	}
	k.Logf("editions %v", want)
}

// holdTogether fails when an answer has named the new edition of one county and the old one of another that one plan has changed
// together.
func (k *soak) holdTogether() {
	pairs := 0
	for code := range k.acts {
		plan, err := k.servers[0].store.Plan(k.Context(), code)
		if err != nil {
			k.Fatal(err)
		}
		if len(plan.PublishedAs) < 2 {
			continue
		}
		pairs++
		for header := range k.past.cities {
			numbers, err := parseHeader(header)
			if err != nil {
				k.Fatal(err)
			}
			first, named := numbers[plan.Counties[0]]
			second, also := numbers[plan.Counties[1]]
			if named && also && (first >= plan.PublishedAs[0]) != (second >= plan.PublishedAs[1]) {
				k.Errorf("plan %s made %v of %v together; an answer was of %s", code, plan.PublishedAs, plan.Counties, header)
			}
		}
	}
	k.Logf("%d plans of two counties in force; answers were of %d states", pairs, len(k.past.cities))
}

// holdDeadlocks fails when sessions have waited for each other. It ends the servers, whose sessions are counted then.
func (k *soak) holdDeadlocks() {
	for _, s := range k.servers {
		s.stop()
	}
	var deadlocks int
	if err := k.pool.QueryRow(k.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&deadlocks); err != nil || deadlocks > 0 {
		k.Errorf("%d deadlocks, %v", deadlocks, err)
	}
}

// areas returns the exact area of the parts of each county, in half units.
func (k *soak) areas() []int64 {
	city, err := k.servers[0].store.City(k.Context())
	if err != nil {
		k.Fatal(err)
	}
	sums := make([]int64, soakCounties)
	for i, e := range city.Editions() {
		for _, part := range e.Tiling() {
			sums[i] += part.TwiceArea()
		}
	}
	return sums
}
