package live

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// mostCities is how many cities of the past are kept, mostDrafts how many drafts, mostCalendars how many days' rosters. They share what
// they have in common with the present, or with each other.
const (
	mostCities    = 4
	mostDrafts    = 4
	mostCalendars = 4
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
	ends, err := l.store.EditionsEnd(ctx, at)
	if err != nil {
		return nil, err
	}
	now := l.Now()
	city, err := l.city(ctx, now, numbers)
	if err != nil {
		return nil, err
	}
	rosters, err := l.allRosters(ctx, now, numbers, at)
	if err != nil {
		return nil, err
	}
	state := (&State{City: city, At: at}).with(now)
	state.rosters, state.ends = rosters, ends
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

// allRosters returns the rosters of an instant: all posts, those that have ended too, and the duty around it.
func (l *Live) allRosters(ctx context.Context, now *State, numbers map[string]int, at time.Time) (map[string]*roster, error) {
	counties := slices.Sorted(maps.Keys(numbers))
	key := fmt.Sprint(counties, now.marks.Rosters)
	rosters, err := l.posts.get(ctx, key, func(ctx context.Context) (map[string]*roster, error) {
		rosters := map[string]*roster{}
		for _, county := range counties {
			posts, err := l.store.AllPosts(ctx, county)
			if err != nil {
				return nil, err
			}
			rosters[county] = newRoster(posts)
		}
		return rosters, nil
	})
	if err != nil {
		return nil, err
	}
	return l.onDuty(ctx, "past "+key, rosters, at)
}

// onDuty returns the rosters, which have that key, with the duty of the days around an instant.
func (l *Live) onDuty(ctx context.Context, key string, rosters map[string]*roster, at time.Time) (map[string]*roster, error) {
	day := at.UTC().Truncate(24 * time.Hour) // so that all instants of a day are one
	key = fmt.Sprint(key, day.Unix())
	return l.calendars.get(ctx, key, func(ctx context.Context) (map[string]*roster, error) {
		duties, err := l.store.DutyBetween(ctx, slices.Sorted(maps.Keys(rosters)), day.Add(-calendarBefore), day.Add(calendarAfter))
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(duties, func(a, b grid.Duty) int { return cmp.Compare(a.CountyCode, b.CountyCode) })
		own := make(map[string]*roster, len(rosters))
		for county, r := range rosters {
			first, _ := slices.BinarySearchFunc(duties, county, func(d grid.Duty, county string) int { return cmp.Compare(d.CountyCode, county) })
			end := first
			for end < len(duties) && duties[end].CountyCode == county {
				end++
			}
			own[county] = r.withDuties(duties[first:end])
		}
		return own, nil
	})
}
