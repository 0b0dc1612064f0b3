package live_test

import (
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
	"github.com/wangge/wangge/grid/synth"
)

func TestMain(m *testing.M) { os.Exit(gridtest.Main(m)) }

// fill imports the layers of a small synthetic city that are named.
func fill(t *testing.T, s *store.Store, layers ...string) {
	t.Helper()
	city, err := synth.New(synth.Config{Seed: 5, Grids: 60, Places: -1, Incidents: -1})
	if err != nil {
		t.Fatal(err)
	}
	var sources []intake.Source
	for _, name := range layers {
		records, err := city.Layer(name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, intake.Source{Layer: name, Name: name, Records: records})
	}
	_, err = intake.Run(t.Context(), intake.Config{
		Store: s, Actor: grid.Actor{Name: "test", Role: grid.RoleAdministrator}, CRS: crs.WGS84, Sources: sources,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestL5Follow sees divisions, then grids, then posts arrive from somebody else's import, and keeps a state that was handed out
// as it was.
func TestL5Follow(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	empty := l.Now()
	if len(empty.City.Divisions()) != 0 {
		t.Fatal("an empty database has divisions")
	}
	fill(t, s, "divisions", "organizations", "base_grids", "dedicated_grids", "void_areas")
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	withGrids := l.Now()
	if len(empty.City.Divisions()) != 0 || len(withGrids.City.Editions()) == 0 {
		t.Fatal("the old state has changed, or the new one has no grids")
	}
	g := &withGrids.City.Editions()[0].Base()[0]
	if posts := withGrids.Posts(g, time.Now()); len(posts) != 0 {
		t.Errorf("posts before any import: %v", posts)
	}
	if err := l.Refresh(t.Context()); err != nil || l.Now() != withGrids {
		t.Errorf("a refresh without news made another state: %v", err)
	}
	fill(t, s, "workers", "posts")
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	withPosts := l.Now()
	if withPosts.City != withGrids.City {
		t.Error("the city has not changed and was made anew")
	}
	posts := withPosts.Posts(g, time.Now())
	if len(posts) == 0 || posts[0].PostKind != "worker" {
		t.Errorf("the grid's posts, workers first: %v", posts)
	}
	if before := withPosts.Posts(g, time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)); len(before) != 0 {
		t.Errorf("posts before they are valid: %v", before)
	}
}

// TestL5FollowOutlines sees an edition that redraws a community: grids and outlines are of one edition, before and after.
func TestL5FollowOutlines(t *testing.T) {
	t.Parallel()
	pool, l := filled(t)
	before := l.Now()
	e := before.City.Editions()[0]
	g := e.Base()[0]
	g.Name = "新名"
	community := *before.City.Division(g.CommunityCode)
	was := community.AreaM2
	community.AreaM2 = was / 2
	gridtest.NextEdition{County: g.CountyCode, Actor: "test", Grids: []grid.Grid{g}, Outlines: []grid.Division{community}}.Write(t, pool)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		state  *live.State
		number int
		areaM2 float64
	}{{before, e.Info().Number, was}, {l.Now(), e.Info().Number + 1, was / 2}} {
		number, areaM2 := want.state.City.Edition(g.CountyCode).Info().Number, want.state.City.Division(community.Code).AreaM2
		if number != want.number || areaM2 != want.areaM2 {
			t.Errorf("edition %d with a community of %v m², want edition %d with %v m²", number, areaM2, want.number, want.areaM2)
		}
	}
}

// TestWithoutDatabase goes on answering from memory and says since when.
func TestWithoutDatabase(t *testing.T) {
	t.Parallel()
	s, err := store.OpenConfig(t.Context(), gridtest.Pool(t).Config())
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, "divisions", "base_grids", "void_areas")
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); l.Follow(ctx, 5*time.Millisecond) }()
	s.Close()
	for deadline := time.Now().Add(20 * time.Second); l.LostSince().IsZero(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the loss of the database is not noticed")
		}
	}
	g := l.Now().City.Editions()[0].Base()[0]
	p, err := geo.Snap(g.LabelPoint)
	if err != nil {
		t.Fatal(err)
	}
	if a := l.Now().City.Locate(p, 0); a.Outcome != edition.Served || a.Base.Code != g.Code {
		t.Errorf("locate without the database: %v", a)
	}
	stop()
	<-done
}

// silent is a connection whose other end is gone without a word once hush is set: what is written is lost.
type silent struct {
	net.Conn
	hush *atomic.Bool
}

func (c *silent) Write(b []byte) (int, error) {
	if c.hush.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// TestSilentDatabase notices a database that neither answers nor hangs up.
func TestSilentDatabase(t *testing.T) {
	t.Parallel()
	config := gridtest.Pool(t).Config()
	hush := new(atomic.Bool)
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &silent{conn, hush}, err
	}
	s, err := store.OpenConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { go s.Close() }() // which waits for the connection to end; dropping the database ends it
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	hush.Store(true)
	err = l.Refresh(t.Context())
	hush.Store(false)
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

// TestL5FollowRoster changes one county's roster and sees only that one read again, at once where it is refreshed.
func TestL5FollowRoster(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	fill(t, s, "divisions", "organizations", "base_grids", "dedicated_grids", "void_areas", "workers", "posts", "duty")
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	before := l.Now()
	var on *grid.Grid
	for _, e := range before.City.Editions() {
		for i := range e.Base() {
			g := &e.Base()[i]
			if c := before.Contact(g, g, before.City.Division(g.CommunityCode), time.Now(), true); on == nil && c[0].Step == grid.StepOnDuty {
				on = g
			}
		}
	}
	if on == nil {
		t.Fatal("nobody is on duty in the synthetic city")
	}
	duties, err := s.Duties(t.Context(), store.RosterFilter{GridCode: on.Code, Limit: 2})
	if err != nil || len(duties) != 1 {
		t.Fatal(duties, err)
	}
	operator := grid.Actor{Name: "test", Role: grid.RoleAdministrator}
	_, err = s.UpdateDuty(t.Context(), operator, before.City, duties[0].ID, 1, func(d *grid.Duty) error { d.Absent = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := l.Now()
	used := func(s *live.State, at time.Time) grid.ContactStep {
		for _, c := range s.Contact(on, on, s.City.Division(on.CommunityCode), at, true) {
			if c.Used {
				return c.Step
			}
		}
		return ""
	}
	if was, is := used(before, time.Now()), used(after, time.Now()); was != grid.StepOnDuty || is != grid.StepStandIn {
		t.Errorf("%s before and %s after the worker is away", was, is)
	}
	for _, e := range before.City.Editions() {
		county := e.Info().CountyCode
		if same := live.SameRoster(before, after, county); same != (county != on.CountyCode) {
			t.Errorf("the roster of %s is the same: %v", county, same)
		}
		if after.City.Edition(county) != e {
			t.Errorf("the edition of %s was read again", county)
		}
	}
	// Another time has the duty of then: the last day of the synthetic city's calendar, and the day after.
	future, err := l.At(t.Context(), duties[0].OnTo.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if step := used(future, future.Time()); step != grid.StepStandIn {
		t.Errorf("%s on the last day", step)
	}
	if future, err = l.At(t.Context(), duties[0].OnTo.AddDate(0, 0, 10)); err != nil {
		t.Fatal(err)
	}
	if step := used(future, future.Time()); step != grid.StepPosted {
		t.Errorf("%s after the calendar's end", step)
	}
}
