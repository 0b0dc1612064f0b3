package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// The crowd of TestFeedInOrder.
const (
	feedWriters = 8
	feedThings  = 3
	feedRounds  = 40
)

var errUndone = errors.New("undone on purpose")

// feedCrowd is writers, numberers and readers of one outbox.
type feedCrowd struct {
	*testing.T
	pool *pgxpool.Pool
	s    *store.Store
}

// write changes a thing in a transaction that may be slow and may be undone, and tells of it, once or twice.
func (c *feedCrowd) write(rng *rand.Rand) {
	thing := fmt.Sprint("thing", rng.IntN(feedThings))
	err := pgx.BeginFunc(c.Context(), c.pool, func(tx pgx.Tx) error {
		if rng.IntN(3) == 0 { // a row that is written long before that of others who commit first
			if err := store.Happened(c.Context(), tx, grid.Happening{Topic: grid.TopicImport, Action: "begin", Code: "slow"}); err != nil {
				return err
			}
			time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond)
		}
		var version int
		if err := tx.QueryRow(c.Context(), `UPDATE thing SET version = version + 1 WHERE code = $1 RETURNING version`, thing).Scan(&version); err != nil {
			return err
		}
		data := fmt.Appendf(nil, `{"version": %d}`, version)
		if err := store.Happened(c.Context(), tx, grid.Happening{Topic: grid.TopicPlace, Action: "update", Code: thing, Data: data}); err != nil {
			return err
		}
		if rng.IntN(4) == 0 {
			return errUndone
		}
		return nil
	})
	if err != nil && !errors.Is(err, errUndone) {
		c.Error(err)
	}
}

// number numbers, sometimes in a transaction that takes its time or is undone after that.
func (c *feedCrowd) number(rng *rand.Rand) {
	if rng.IntN(2) == 0 {
		if _, err := c.s.NumberHappenings(c.Context()); err != nil {
			c.Error(err)
		}
		return
	}
	err := pgx.BeginFunc(c.Context(), c.pool, func(tx pgx.Tx) error {
		if _, err := store.New(tx).NumberHappenings(c.Context()); err != nil {
			return err
		}
		time.Sleep(time.Duration(rng.IntN(10)) * time.Millisecond)
		if rng.IntN(3) == 0 {
			return errUndone
		}
		return nil
	})
	if err != nil && !errors.Is(err, errUndone) {
		c.Error(err)
	}
}

// read follows the outbox by its numbers, in pages of a few, until ctx ends and there is nothing more.
func (c *feedCrowd) read(ctx context.Context, rng *rand.Rand) (read []grid.Happening) {
	after := int64(0)
	for {
		ended := ctx.Err() != nil
		page, err := c.s.Happenings(c.Context(), after, 1+rng.IntN(7))
		if err != nil {
			c.Error(err)
			return read
		}
		for _, h := range page {
			if h.Number <= after {
				c.Errorf("number %d after %d", h.Number, after)
			}
			after = h.Number
		}
		read = append(read, page...)
		if len(page) == 0 && ended {
			return read
		}
	}
}

// TestFeedInOrder has many write, slowly and undoing, while many number and some read on by number: each reader has read exactly what is
// there in the end, in its order, and the changes of each thing in theirs.
func TestFeedInOrder(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	c := &feedCrowd{T: t, pool: pool, s: store.New(pool)}
	_, err := pool.Exec(t.Context(), `CREATE TABLE thing AS SELECT 'thing' || i AS code, 0 AS version FROM generate_series(0, $1) AS i`, feedThings-1)
	if err != nil {
		t.Fatal(err)
	}
	reading, writing := context.WithCancel(t.Context())
	var writers, numberers, readers sync.WaitGroup
	random := func(stream int) *rand.Rand { return rand.New(rand.NewPCG(1, uint64(stream))) }
	for i := range feedWriters {
		writers.Go(func() {
			for rng, n := random(i), 0; n < feedRounds; n++ {
				c.write(rng)
			}
		})
	}
	for i := range 3 {
		numberers.Go(func() {
			for rng := random(100 + i); reading.Err() == nil; {
				c.number(rng)
			}
		})
	}
	read := make([][]grid.Happening, 2)
	for i := range read {
		readers.Go(func() { read[i] = c.read(reading, random(200+i)) })
	}
	writers.Wait()
	for { // until nothing waits for its number
		n, err := c.s.NumberHappenings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var waiting bool
		if err := pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM outbox WHERE number IS NULL)`).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		if n == 0 && !waiting {
			break
		}
	}
	writing()
	numberers.Wait()
	readers.Wait()

	all, err := c.s.Happenings(t.Context(), 0, 1_000_000)
	if err != nil || len(all) == 0 {
		t.Fatalf("%d happenings, %v", len(all), err)
	}
	for i := range read {
		if diff := cmp.Diff(all, read[i]); diff != "" {
			t.Errorf("reader %d has read something else than what is there (-there +read):\n%s", i, diff)
		}
	}
	c.holdVersions(all)
}

// holdVersions fails unless the happenings tell of every version of every thing, in their order.
func (c *feedCrowd) holdVersions(all []grid.Happening) {
	told := map[string]int{}
	for _, h := range all {
		if h.Topic != grid.TopicPlace {
			continue
		}
		var data struct{ Version int }
		if err := json.Unmarshal(h.Data, &data); err != nil || data.Version != told[h.Code]+1 {
			c.Errorf("%s: version %d (%v) is told of after %d", h.Code, data.Version, err, told[h.Code])
		}
		told[h.Code] = data.Version
	}
	for i := range feedThings {
		thing, version := fmt.Sprint("thing", i), 0
		if err := c.pool.QueryRow(c.Context(), `SELECT version FROM thing WHERE code = $1`, thing).Scan(&version); err != nil || version != told[thing] || version == 0 {
			c.Errorf("%s is at version %d (%v), told is %d", thing, version, err, told[thing])
		}
	}
}

// TestHappenings writes what has happened and reads it back whole, and not before it has a number.
func TestHappenings(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	holds := func(wantFirst, wantLast int64) {
		t.Helper()
		first, last, err := s.HappeningRange(t.Context())
		if err != nil || first != wantFirst || last != wantLast {
			t.Errorf("the range is %d to %d (%v), want %d to %d", first, last, err, wantFirst, wantLast)
		}
	}
	holds(1, 0)
	before := time.Now().Add(-time.Minute)
	told := []grid.Happening{
		{Topic: grid.TopicIncident, Action: "take", Code: "I1", Areas: []string{communityCode, streetCode}, Data: []byte(`{"kind": "gas"}`)},
		{Topic: grid.TopicEdition, Action: "publish", Code: countyCode},
	}
	for _, h := range told {
		if err := store.Happened(t.Context(), tx, h); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := s.Happenings(t.Context(), 0, 10); err != nil || len(list) != 0 {
		t.Errorf("without numbers there are %v, %v", list, err)
	}
	if n, err := s.NumberHappenings(t.Context()); err != nil || n != 2 {
		t.Errorf("numbered %d, %v", n, err)
	}
	if n, err := s.NumberHappenings(t.Context()); err != nil || n != 0 {
		t.Errorf("numbered %d again, %v", n, err)
	}
	list, err := s.Happenings(t.Context(), 0, 10)
	if err != nil || len(list) != 2 {
		t.Fatalf("%v, %v", list, err)
	}
	for i := range list {
		if list[i].At.Before(before) || i > 0 && list[i].Number != list[i-1].Number+1 {
			t.Errorf("happening %d is %d at %v", i, list[i].Number, list[i].At)
		}
	}
	holds(list[0].Number, list[1].Number)
	for i := range list {
		list[i].Number, list[i].At = 0, time.Time{}
	}
	told[1].Areas, told[1].Data = []string{}, []byte("{}")
	if diff := cmp.Diff(told, list); diff != "" {
		t.Errorf("read back (-told +read):\n%s", diff)
	}
	if err := store.Happened(t.Context(), tx, grid.Happening{Topic: "weather"}); err == nil {
		t.Error("any topic can be told of")
	}
}

// TestTrimHappenings keeps what is young, with no hole behind it, and the last in any case.
func TestTrimHappenings(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	for range 6 {
		if err := store.Happened(t.Context(), tx, grid.Happening{Topic: grid.TopicImport, Action: "import", Code: "hazards"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.NumberHappenings(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, last, err := s.HappeningRange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	trim := func(want int, left ...int64) {
		t.Helper()
		n, err := s.TrimHappenings(t.Context(), 24*time.Hour)
		if err != nil || n != want {
			t.Errorf("trimmed %d, %v; want %d", n, err, want)
		}
		list, err := s.Happenings(t.Context(), 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var numbers []int64
		for _, h := range list {
			numbers = append(numbers, h.Number-first)
		}
		if !slices.Equal(numbers, left) {
			t.Errorf("left are %v, want %v", numbers, left)
		}
	}
	age := func(numbers ...int64) {
		t.Helper()
		for i := range numbers {
			numbers[i] += first
		}
		if _, err := tx.Exec(t.Context(), `UPDATE outbox SET at = at - interval '2 days' WHERE number = ANY ($1)`, numbers); err != nil {
			t.Fatal(err)
		}
	}
	trim(0, 0, 1, 2, 3, 4, 5)
	age(0, 1, 3) // a slow transaction: written before, numbered after
	trim(2, 2, 3, 4, 5)
	age(2, 4, 5)
	trim(3, 5)
	if _, after, err := s.HappeningRange(t.Context()); err != nil || after != last {
		t.Errorf("the last number is %d (%v), was %d", after, err, last)
	}
}
