package live

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// mostCities is how many cities of the past are kept, mostDrafts how many drafts. They share what they have in common with the present.
const (
	mostCities = 4
	mostDrafts = 4
)

// At returns the state at an instant (BR-27). In the past it has the editions then in force, the outlines of their divisions and the
// posts of then, under the settings of today; of workers who have left, nothing is public. In the future it has the decided plans that
// are to take effect by then over the editions in force, and is a Preview if there are any. grid.ErrNotFound: no county had
// an edition yet.
func (l *Live) At(ctx context.Context, at time.Time) (*State, error) {
	if at.After(time.Now()) {
		return l.future(ctx, at)
	}
	numbers, err := l.store.EditionsAt(ctx, at)
	if err != nil {
		return nil, err
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("no county had an edition at %s: %w", at.UTC().Format(time.RFC3339), grid.ErrNotFound)
	}
	now := l.Now()
	city, err := l.city(ctx, now, numbers)
	if err != nil {
		return nil, err
	}
	rosters, err := l.allRosters(ctx, now, numbers)
	if err != nil {
		return nil, err
	}
	state := (&State{City: city, At: at}).with(now)
	state.rosters = rosters
	return state, nil
}

// Of returns the city with those editions of its counties, and none of the others; grid.ErrNotFound when there is no such
// edition.
func (l *Live) Of(ctx context.Context, numbers map[string]int) (*edition.City, error) {
	return l.city(ctx, l.Now(), numbers)
}

// city returns now's city when it has those editions, otherwise one that is kept or loaded. They share editions.
func (l *Live) city(ctx context.Context, now *State, numbers map[string]int) (*edition.City, error) {
	if maps.Equal(numbers, now.marks.Editions) {
		return now.City, nil
	}
	key := editionsKey(numbers) + " " + now.marks.Frame()
	return l.cities.get(ctx, key, func(ctx context.Context) (*edition.City, error) {
		shared := append(l.cities.all(), now.City)
		return l.store.CityWith(ctx, numbers, func(county string, number int) *edition.Edition {
			for _, city := range shared {
				if e := city.Edition(county); e != nil && e.Info().Number == number {
					return e
				}
			}
			return nil
		})
	})
}

func editionsKey(numbers map[string]int) string {
	var b strings.Builder
	for _, county := range slices.Sorted(maps.Keys(numbers)) {
		fmt.Fprintf(&b, "%s=%d,", county, numbers[county])
	}
	return b.String()
}

// allRosters returns the posts of the counties, those that have ended too.
func (l *Live) allRosters(ctx context.Context, now *State, numbers map[string]int) (map[string]roster, error) {
	counties := slices.Sorted(maps.Keys(numbers))
	key := fmt.Sprint(counties, now.marks.Imports, editionsKey(now.marks.Editions)) // posts follow their grids at a new edition
	return l.posts.get(ctx, key, func(ctx context.Context) (map[string]roster, error) {
		rosters := map[string]roster{}
		for _, county := range counties {
			posts, err := l.store.AllPosts(ctx, county)
			if err != nil {
				return nil, err
			}
			rosters[county] = byGrid(posts)
		}
		return rosters, nil
	})
}
