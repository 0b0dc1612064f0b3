package live

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/store"
)

// Preview says what a state shows besides editions in force: plans that are not published. Its City has the numbers of the editions
// that the plans are drawn over; new grids have negative ids.
type Preview struct {
	Plans []string // codes, in the order in which they are to take effect
	// Key is the same only while nothing of what is shown can have changed.
	Key string
}

// Draft is a plan's draft over the editions that it is drawn over, which are in force unless the plan has to be rebased or has
// come to its end. It is immutable.
type Draft struct {
	Plan   grid.Plan
	Before *State
	After  *State
	Draft  *edition.Draft
	Diff   edition.Diff
	// Current says that the editions that the plan is drawn over are in force.
	Current bool

	tiles func() (*edition.City, error) // the plan's counties alone
}

// Plan returns the draft of the plan of that code as it is now; grid.ErrNotFound when there is none.
func (l *Live) Plan(ctx context.Context, code string) (*Draft, error) {
	p, err := l.store.Plan(ctx, code)
	if err != nil {
		return nil, err
	}
	now := l.Now()
	if l.ahead(now, &p) {
		if err := l.Refresh(ctx); err != nil {
			return nil, err
		}
		now = l.Now()
	}
	key := fmt.Sprintf("%s@%d %s %s", p.Code, p.Version, editionsKey(now.marks.Editions), now.marks.Frame())
	d, err := l.drafts.get(ctx, key, func(ctx context.Context) (*Draft, error) { return l.draft(ctx, now, code) })
	if err != nil {
		return nil, err
	}
	posts, err := l.followed(ctx, now, d)
	if err != nil {
		return nil, err
	}
	shown := *d // the posts are those of now
	shown.Before, shown.After = d.Before.with(now), d.After.with(now)
	shown.After.rosters = posts
	return &shown, nil
}

// Tile returns a tile of the draft as edition.City.GridTile has them, of the plan's counties alone; grids that the draft touches carry
// as changed what becomes of them (edition.Created, Redrawn, Bent, Attributes).
func (d *Draft) Tile(id mvt.TileID) ([]byte, error) {
	city, err := d.tiles()
	if err != nil {
		return nil, err
	}
	return city.MarkedTile(id, d.changed())
}

// changed returns what says what becomes of a grid.
func (d *Draft) changed() func(layer, code string) string {
	changes := map[[2]string]string{}
	for _, p := range d.Diff.Parts {
		changes[[2]string{p.Kind, p.Code}] = p.Change // the layers have the names of the kinds
	}
	return func(layer, code string) string { return changes[[2]string{layer, code}] }
}

// TileTag is edition.City.GridTileTag for Tile.
func (d *Draft) TileTag(id mvt.TileID) (edition.TileTag, error) {
	city, err := d.tiles()
	if err != nil {
		return edition.TileTag{}, err
	}
	return city.MarkedTileTag(id, d.changed())
}

// LeastZooms is edition.City.LeastZooms of the draft's tiles.
func (d *Draft) LeastZooms() (map[string]uint8, error) {
	city, err := d.tiles()
	if err != nil {
		return nil, err
	}
	return city.LeastZooms(), nil
}

// ofCounties returns the city with some counties alone.
func ofCounties(city *edition.City, counties []string) (*edition.City, error) {
	var divisions []grid.Division
	for _, d := range city.Divisions() {
		if d.CountyCode == "" || slices.Contains(counties, d.CountyCode) {
			divisions = append(divisions, d)
		}
	}
	var editions []*edition.Edition
	for _, county := range counties {
		if e := city.Edition(county); e != nil {
			editions = append(editions, e)
		}
	}
	return edition.NewCity(divisions, editions, city.Settings())
}

// ahead reports whether the plan is drawn over an edition that now does not have yet.
func (l *Live) ahead(now *State, p *grid.Plan) bool {
	for i, county := range p.Counties {
		if p.BaseEditions[i] > now.marks.Editions[county] {
			return true
		}
	}
	return false
}

// with returns the state with the posts of another, and with its registers.
func (s *State) with(now *State) *State {
	shown := *s
	shown.rosters, shown.calendar, shown.Codes, shown.marks = now.rosters, now.calendar, now.Codes, now.marks
	shown.organizations, shown.networks = now.organizations, now.networks
	return &shown
}

func (l *Live) draft(ctx context.Context, now *State, code string) (*Draft, error) {
	d := &Draft{}
	var parts []grid.PlanPart
	err := l.store.AtOnce(ctx, func(s *store.Store) error {
		var err error
		if d.Plan, err = s.Plan(ctx, code); err != nil {
			return err
		}
		parts, err = s.PlanParts(ctx, code)
		return err
	})
	if err != nil {
		return nil, err
	}
	numbers := maps.Clone(now.marks.Editions)
	for i, county := range d.Plan.Counties {
		numbers[county] = d.Plan.BaseEditions[i]
	}
	before, err := l.city(ctx, now, numbers)
	if err != nil {
		return nil, err
	}
	if d.Draft, err = before.Draft(d.Plan.Counties, parts); err != nil {
		return nil, fmt.Errorf("plan %s: %w", code, err)
	}
	after, err := cityWith(before, d.Draft, new(int64))
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", code, err)
	}
	d.Diff = d.Draft.Diff()
	d.Current = atBase(now, &d.Plan)
	d.tiles = sync.OnceValues(func() (*edition.City, error) { return ofCounties(after, d.Plan.Counties) })
	d.Before = &State{City: before}
	d.After = &State{City: after, Preview: &Preview{Plans: []string{code}, Key: fmt.Sprintf("%s@%d", code, d.Plan.Version)}}
	return d, nil
}

// cityWith returns the city with a draft in force, under the numbers of the editions that it is drawn over. Grids that are new have
// the ids that follow ids downwards, in the order of their codes, as edition.Draft.Near has them for one draft.
func cityWith(before *edition.City, d *edition.Draft, ids *int64) (*edition.City, error) {
	numbers := map[string]int{}
	var since time.Time
	for _, county := range d.Counties() {
		info := before.Edition(county).Info() // City.Draft has refused a county without one
		numbers[county] = info.Number
		if since.Before(info.InForceFrom) {
			since = info.InForceFrom
		}
	}
	var codes []string
	for _, p := range d.Parts() {
		if p.Grid != nil && p.Grid.ID == 0 {
			codes = append(codes, p.Code)
		}
	}
	slices.Sort(codes)
	made := map[string]int64{}
	for _, code := range slices.Compact(codes) {
		*ids--
		made[code] = *ids
	}
	return d.City(numbers, since, func(code string) int64 { return made[code] })
}

// future returns the state at an instant to come.
func (l *Live) future(ctx context.Context, at time.Time) (*State, error) {
	now := l.Now()
	due, err := l.store.DecidedPlans(ctx, at)
	if err != nil {
		return nil, err
	}
	due = slices.DeleteFunc(due, func(p grid.Plan) bool { return !atBase(now, &p) }) // those cannot take effect as they are
	rosters, err := l.futureRosters(ctx, now, at)
	if err != nil {
		return nil, err
	}
	if len(due) == 0 {
		state := (&State{City: now.City, At: at}).with(now)
		state.rosters = rosters
		return state, nil
	}
	preview := &Preview{}
	for _, p := range due {
		preview.Plans = append(preview.Plans, p.Code)
		preview.Key += fmt.Sprintf("%s@%d,", p.Code, p.Version)
	}
	key := "future " + preview.Key + " " + editionsKey(now.marks.Editions) + " " + now.marks.Frame()
	d, err := l.drafts.get(ctx, key, func(ctx context.Context) (*Draft, error) {
		// Decided plans of one county are drawn over the same edition and hold their parts against each other (BR-37): one can
		// be drawn over the other.
		city, ids := now.City, int64(0)
		for i := range due {
			if city, err = l.apply(ctx, city, &due[i], &ids); err != nil {
				return nil, err
			}
		}
		return &Draft{After: &State{City: city, Preview: preview}}, nil
	})
	if err != nil {
		return nil, err
	}
	state := d.After.with(now)
	state.At, state.rosters = at, rosters
	return state, nil
}

// futureRosters returns now's rosters with the duty around an instant to come.
func (l *Live) futureRosters(ctx context.Context, now *State, at time.Time) (map[string]*roster, error) {
	if !now.calendar.runsOut(at) {
		return now.rosters, nil
	}
	return l.onDuty(ctx, fmt.Sprint("future ", now.marks.Rosters), now.rosters, at)
}

// atBase reports whether the plan is drawn over the editions in force.
func atBase(now *State, p *grid.Plan) bool {
	for i, county := range p.Counties {
		if p.BaseEditions[i] != now.marks.Editions[county] {
			return false
		}
	}
	return true
}

// apply returns the city with a plan in force that has been drawn over its editions. ids counts the new grids.
func (l *Live) apply(ctx context.Context, city *edition.City, p *grid.Plan, ids *int64) (*edition.City, error) {
	parts, err := l.store.PlanParts(ctx, p.Code)
	if err != nil {
		return nil, err
	}
	d, err := city.Draft(p.Counties, parts)
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", p.Code, err)
	}
	next, err := cityWith(city, d, ids)
	if err != nil {
		return nil, fmt.Errorf("plan %s: %w", p.Code, err)
	}
	return next, nil
}
