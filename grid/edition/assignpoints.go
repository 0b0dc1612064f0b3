package edition

import (
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
	"github.com/wangge/wangge/grid"
)

// together is how many points AssignPoints has under way at a time, and mostQueries in how many counties it looks for them.
const (
	together    = 32
	mostQueries = 2 * together
)

// AssignPoints appends to dst what AssignPoint returns for each point. In a city of many grids a look-up mostly waits for memory; here
// many points wait together, which makes it several times faster. It does not allocate for points off the borders if dst has room.
func (c *City) AssignPoints(points []geo.Point, dst []grid.Assignment) []grid.Assignment {
	var u underWay
	for len(points) > 0 {
		n := min(len(points), together)
		dst = c.assignTogether(points[:n], dst, &u)
		points = points[n:]
	}
	return dst
}

// underWay is what is known of the points that are looked up together.
type underWay struct {
	lists    [together]uint32 // where the counties that may be there stand
	last     [together]int    // the end of the point's queries; they begin where those of the point before end
	counties [mostQueries]int32
	queries  [mostQueries]index.Query

	decided [together]decision
	grids   [together]int64
	places  [together]*storedPlace
}

// assignTogether is AssignPoints for no more points than can be under way together. Each loop asks for memory whose place the one
// before has found.
func (c *City) assignTogether(points []geo.Point, dst []grid.Assignment, u *underWay) []grid.Assignment {
	for i, p := range points {
		u.lists[i] = c.counties.listAt(p)
	}
	n := 0
	for i, p := range points {
		candidates := c.counties.list(u.lists[i])
		if n+len(candidates) > mostQueries {
			candidates = nil // where that many counties overlap a point goes alone
		}
		for _, county := range candidates {
			if s := &c.stored[county]; s.box.Contains(p) {
				u.queries[n].Index, u.queries[n].Point = s.index, p
				u.counties[n] = county
				n++
			}
		}
		u.last[i] = n
	}
	index.FindEach(u.queries[:n])
	c.decideTogether(u, len(points))
	for i, p := range points {
		if d := u.decided[i]; d.county < 0 {
			dst = append(dst, c.AssignPoint(p))
		} else {
			a := u.places[i].assignment
			a.BaseGridID = u.grids[i]
			dst = append(dst, c.withDedicated(a, p, d))
		}
	}
	return dst
}

// decideTogether is decide for the first n points, and finds what is stored of their parts.
func (c *City) decideTogether(u *underWay, n int) {
	k := 0
	for i := range n {
		d := decision{county: -1}
		for ; k < u.last[i]; k++ {
			d = c.weigh(d, u.counties[k], u.queries[k].Part, u.queries[k].OnBorder)
		}
		u.decided[i] = d
	}
	for i := range n {
		if d := u.decided[i]; d.county >= 0 {
			s := &c.stored[d.county]
			u.grids[i], u.places[i] = s.grids[d.part], &s.places[s.place[d.part]]
		}
	}
}
