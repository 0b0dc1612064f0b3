package synth

import (
	"math"
	"math/rand/v2"
	"slices"
)

// site is the seed of a superblock: the cell of the points that are nearer to it than to other sites.
type site struct {
	at     vec
	clear  float64 // no other group's site comes nearer
	group  int32   // sites of one feature do not push each other away; 0 for none
	hollow bool    // only keeps others away
}

// sites places the seeds of superblocks. A pair of sites on both sides of a line makes the line a border between their
// cells, so rows of pairs draw the river's banks, the lake's shore, the outline and ring roads; sites on a circle meet
// in its centre, a star; what is left is filled by districts, each with a street pattern of its own.
type sites struct {
	*plane
	list   []site
	cells  map[[2]int32][]int32
	cellM  float64
	widest float64
	groups int32
}

const (
	featureClear  = 0.75 // in paces
	ordinaryClear = 0.62
	featureStep   = 0.85
)

func (p *plane) newSites(grids int) *sites {
	s := &sites{plane: p, cells: map[[2]int32][]int32{}, cellM: p.spacing}
	s.riverRow()
	for _, l := range p.lakes {
		s.lakeRow(l)
	}
	s.outlineRow()
	s.stars(grids)
	if grids >= 250 {
		for _, t := range p.towns {
			s.ringRoad(t, 0.52*p.reach)
		}
	}
	s.districts()
	return s
}

func (s *sites) cell(v vec) [2]int32 {
	return [2]int32{int32(math.Floor(v.x / s.cellM)), int32(math.Floor(v.y / s.cellM))}
}

// free reports whether a site may stand at v.
func (s *sites) free(c site) bool {
	reach := int32(math.Ceil(max(s.widest, c.clear) / s.cellM))
	at := s.cell(c.at)
	for i := at[0] - reach; i <= at[0]+reach; i++ {
		for j := at[1] - reach; j <= at[1]+reach; j++ {
			for _, k := range s.cells[[2]int32{i, j}] {
				o := s.list[k]
				if (o.group == 0 || o.group != c.group) && o.at.dist(c.at) < max(o.clear, c.clear) {
					return false
				}
			}
		}
	}
	return true
}

// add places all of the candidates or, when one is not free, none.
func (s *sites) add(candidates ...site) bool {
	for _, c := range candidates {
		if !s.free(c) {
			return false
		}
	}
	for _, c := range candidates {
		at := s.cell(c.at)
		s.cells[at] = append(s.cells[at], int32(len(s.list)))
		s.list = append(s.list, c)
		s.widest = max(s.widest, c.clear)
	}
	return true
}

func (s *sites) newGroup() int32 {
	s.groups++
	return s.groups
}

// pair adds a site on each side of a line through v with that normal.
func (s *sites) pair(v, normal vec, apart float64, group int32) bool {
	clear := featureClear * s.pace(v)
	return s.add(site{at: v.add(normal.times(apart)), clear: clear, group: group}, site{at: v.sub(normal.times(apart)), clear: clear, group: group})
}

func (s *sites) riverRow() {
	group := s.newGroup()
	for x := -1.5 * s.radius; x < 1.5*s.radius; {
		v := vec{x, s.riverY}
		pace := s.pace(v)
		clear := featureClear * pace
		s.add(site{at: v, clear: clear, group: group},
			site{at: v.add(vec{0, s.riverM}), clear: clear, group: group},
			site{at: v.sub(vec{0, s.riverM}), clear: clear, group: group})
		x += featureStep * pace
	}
}

// row adds pairs along a closed curve around a centre.
func (s *sites) row(centre vec, radius func(angle float64) float64, step, apart float64) {
	group := s.newGroup()
	for angle := 0.0; angle < 2*math.Pi; {
		at := func(a float64) vec { return centre.add(polar(a, radius(a))) }
		v := at(angle)
		along := at(angle + 0.001).sub(v)
		pace := s.pace(v)
		turn := step * pace / (along.length() / 0.001)
		if left := 2*math.Pi - angle; left < 0.6*turn {
			break
		}
		s.pair(v, along.unit().left(), apart*pace, group)
		angle += turn
	}
}

func (s *sites) lakeRow(l lake) {
	pace := s.pace(l.centre)
	if l.radius < pace {
		s.smallLake(l)
		return
	}
	s.row(l.centre, l.shore, 0.6, 0.3)
}

// smallLake is one superblock: a ring of neighbours around it.
func (s *sites) smallLake(l lake) {
	group := s.newGroup()
	candidates := []site{{at: l.centre, clear: 1.6 * l.radius, group: group}}
	pace := s.pace(l.centre)
	around := max(9, int(4*math.Pi*l.radius/(0.6*pace)))
	for i := range around {
		a := 2 * math.Pi * float64(i) / float64(around)
		candidates = append(candidates, site{at: l.centre.add(polar(a, 2*l.shore(a))), clear: featureClear * pace, group: group})
	}
	s.add(candidates...)
}

func (s *sites) outlineRow() { s.row(vec{}, s.edge, featureStep, 0.36) }

func (s *sites) ringRoad(centre vec, radius float64) {
	s.row(centre, func(a float64) float64 { return radius * (1 + 0.06*math.Cos(3*a+centre.x)) }, featureStep, 0.4)
}

// stars places squares where many streets meet: the largest in each town's centre, others anywhere.
func (s *sites) stars(grids int) {
	r := random(s.seed, streamStars, 0)
	central := 6
	if grids >= 250 {
		central = 12
	}
	for i, t := range s.towns {
		if i > 0 {
			central = 8 + r.IntN(5)
		}
		for try := 0; try < 30 && !s.star(t.add(polar(float64(try), 0.3*float64(try)*s.spacing)), central, between(r, 0, 1)); try++ {
		}
	}
	for i, want := 0, 3+grids/100; i < want; i++ {
		arms := []int{6, 5, 6, 7, 5, 8}[i%6]
		for try := 0; try < 30 && !s.star(polar(between(r, 0, 2*math.Pi), s.radius*math.Sqrt(r.Float64())), arms, between(r, 0, 1)); try++ {
		}
	}
}

func (s *sites) star(centre vec, arms int, turn float64) bool {
	pace := s.pace(centre)
	radius := 0.5 * ordinaryClear * pace / math.Sin(math.Pi/float64(arms)) * 1.02
	if !s.inside(centre, radius+pace) {
		return false
	}
	group := s.newGroup()
	candidates := []site{{at: centre, clear: 1.05 * radius, group: group, hollow: true}}
	for i := range arms {
		v := centre.add(polar(2*math.Pi*(float64(i)+turn)/float64(arms), radius))
		if s.ground(v) != land {
			return false
		}
		candidates = append(candidates, site{at: v, clear: ordinaryClear * pace, group: group})
	}
	return s.add(candidates...)
}

// district is a part of the city with one street pattern.
type district struct {
	centre  vec
	angle   float64
	pace    float64
	stretch float64
	loose   float64 // how far sites stray from the pattern, in paces
}

// districts fills the plane with patterns of different orientation, so that no direction prevails.
func (s *sites) districts() {
	size := 6.5 * s.spacing
	n := int(math.Ceil(1.5*s.radius/size)) + 1
	for i := -n; i <= n; i++ {
		for j := -n; j <= n; j++ {
			d := s.district(i, j, size)
			if !s.inside(d.centre, -2.2*size) {
				continue
			}
			d.pace = s.pace(d.centre)
			var rivals []vec
			for k := range 25 {
				if k != 12 {
					rivals = append(rivals, s.district(i-2+k/5, j-2+k%5, size).centre)
				}
			}
			s.fill(d, size, rivals, random(s.seed, streamSites, i*4096+j))
		}
	}
}

// district draws the district of a square of the plane, without its pace.
func (s *sites) district(i, j int, size float64) district {
	r := random(s.seed, streamDistricts, i*4096+j)
	c := vec{(float64(i) + between(r, -0.4, 0.4)) * size, (float64(j) + between(r, -0.4, 0.4)) * size}
	d := district{centre: c, angle: between(r, 0, math.Pi), stretch: math.Sqrt(between(r, 0.75, 1.5)), loose: 0.02}
	if r.IntN(3) == 0 {
		d.loose = 0.24 // an old quarter
	}
	return d
}

// fill places the sites of a district's pattern that are nearer to its centre than to those of its rivals.
func (s *sites) fill(d district, size float64, rivals []vec, r *rand.Rand) {
	mine := func(v vec) bool {
		return !slices.ContainsFunc(rivals, func(o vec) bool { return o.dist(v) < d.centre.dist(v) })
	}
	n := int(2.0 * size / d.pace)
	for i := -n; i <= n; i++ {
		for j := -n; j <= n; j++ {
			v := vec{float64(i) * d.pace * d.stretch, float64(j) * d.pace / d.stretch}.turned(d.angle).add(d.centre)
			v = v.add(polar(between(r, 0, 2*math.Pi), d.pace*d.loose*r.Float64())).add(vec{r.Float64(), r.Float64()})
			if v.sub(d.centre).length() < 2*size && s.inside(v, -2.5*d.pace) && mine(v) {
				s.add(site{at: v, clear: ordinaryClear * d.pace})
			}
		}
	}
}
