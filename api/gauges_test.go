package api_test

import (
	"io"
	"strings"
	"testing"
)

// TestMetricsOfMemory says what is in memory, by county.
func TestMetricsOfMemory(t *testing.T) {
	t.Parallel()
	c := newCrier(t)
	c.listen(t, exchange{target: "/v1/events"})
	c.cry(t, "edition", binhu, `{"n": 1}`)
	c.knows(t, 1)
	for range 2 { // the second time some of it is known
		answer := c.do(t, exchange{target: "/metrics"})
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{
			`wangge_edition{county="320211000000"} 1`,
			`wangge_grids{county="320211000000",kind="base"} 3`,
			`wangge_grids{county="320211000000",kind="dedicated"} 2`,
			`wangge_void_areas{county="320211000000"} 1`,
			`wangge_vertices{county="320211000000"} 24`, // six rectangles
			`wangge_vertices{county="320213000000"} 4`,
			`wangge_roster_posts{county="320211000000"} 4`,
			`wangge_roster_duties{county="320211000000"} 0`,
			`wangge_feed_listeners 1`,
			`wangge_feed_events 1`,
			`wangge_feed_bytes 8`,
			`wangge_feed_last_number 1`,
			`wangge_database_up 1`,
			`wangge_database_lost_seconds 0`,
			`wangge_search_entries `,
			`wangge_locate_kept_bytes 0`,
			`wangge_feed_lag_seconds `,
			`go_memstats_heap_inuse_bytes `,
			`process_resident_memory_bytes `,
		} {
			if !strings.Contains(string(text), "\n"+line) {
				t.Errorf("there is no %s", line)
			}
		}
		if t.Failed() {
			t.Logf("%s", text)
			return
		}
	}
}
