package synth

import (
	"math"
	"math/rand/v2"

	"github.com/wangge/wangge/geo"
)

// Where the city lies: nowhere real, but inside the box in which the Chinese map offsets apply.
const (
	originLon       = 119.5
	originLat       = 33.5
	metresPerDegree = 111_195.0
	gridsPerBlock   = 3.0     // base grids in a superblock, on average
	coreGridAreaM2  = 85_000. // of a base grid in a town's centre
	fringeStretch   = 0.9     // how much longer superblocks are at the fringe
	meanAreaStretch = 2.17    // what that does to the mean area of a superblock
	packing         = 0.93    // superblocks that are really there per place for one
	gridsPerTown    = 6_000   // beyond that the city has several centres
	lakesEveryGrids = 25_000
	largestRiverM   = 260.0
	largestLakeM    = 2_600.0
	largestMeanderM = 3_000.0
	steepestMeander = 0.6
	arcStepM        = 52.0 // between the vertices of a border
)

// plane is the drawing board: where things are before the warp, and the warp itself, which bends straight streets and
// makes the river wind. The warp is one-to-one, so what does not cross on the board does not cross on the map.
type plane struct {
	seed    uint64
	radius  float64 // mean radius of the city in metres
	spacing float64 // between superblocks in a town's centre
	towns   []vec   // the first is the city's centre
	reach   float64 // how far a town reaches
	outline []wave  // relative to radius, by angle
	riverY  float64
	riverM  float64 // width
	lakes   []lake
	meander []wave // north-south shift by metres east
	depth   float64
	bends   []bend
}

type wave struct{ amplitude, frequency, phase float64 }

func (w wave) at(t float64) float64 { return w.amplitude * math.Cos(w.frequency*t+w.phase) }

func sum(ws []wave, t float64) float64 {
	s := 0.0
	for _, w := range ws {
		s += w.at(t)
	}
	return s
}

// bend shifts points along push by a wave that runs along run.
type bend struct {
	push, run vec
	phase     float64
}

type lake struct {
	centre  vec
	radius  float64
	outline []wave
}

func (l lake) shore(angle float64) float64 { return l.radius * (1 + sum(l.outline, angle)) }

func (l lake) contains(v vec) bool {
	d := v.sub(l.centre)
	r := d.length()
	return r < 1.6*l.radius && r < l.shore(math.Atan2(d.y, d.x))
}

func newPlane(seed uint64, grids int) *plane {
	r := random(seed, streamPlane, grids)
	p := &plane{seed: seed, spacing: math.Sqrt(gridsPerBlock * coreGridAreaM2)}
	blocks := float64(grids) / gridsPerBlock / packing
	p.radius = math.Sqrt(blocks * meanAreaStretch * p.spacing * p.spacing / math.Pi)
	for k := 2; k <= 24; k++ {
		p.outline = append(p.outline, wave{between(r, 0.3, 1) * 0.24 / math.Pow(float64(k), 1.2), float64(k), between(r, 0, 2*math.Pi)})
	}
	p.riverY = -p.radius * (0.13 + 0.17*min(1, 90/float64(grids))) // a small city needs the room for its lake
	p.riverM = min(max(0.025*p.radius, 60), largestRiverM)
	p.placeTowns(r, 1+grids/gridsPerTown)
	p.placeLakes(r, 1+grids/lakesEveryGrids)
	p.placeWarp(r)
	return p
}

func (p *plane) placeTowns(r *rand.Rand, n int) {
	p.towns = []vec{{0, 0}}
	for len(p.towns) < n {
		p.towns = append(p.towns, polar(between(r, 0, 2*math.Pi), p.radius*math.Sqrt(r.Float64())))
	}
	p.reach = 1.05 * p.radius / math.Sqrt(float64(n))
}

// placeLakes keeps the lakes clear of the river and the outline; the first one always finds its place north of the river.
func (p *plane) placeLakes(r *rand.Rand, n int) {
	size := max(min(0.135*p.radius, largestLakeM), 0.45*p.spacing)
	at := polar(between(r, 0.22, 0.42)*math.Pi, 0.5*p.radius)
	for tries := 0; len(p.lakes) < n && tries < 40*n; tries++ {
		l := lake{centre: at, radius: size * between(r, 0.75, 1)}
		for k := 2; k <= 5; k++ {
			l.outline = append(l.outline, wave{between(r, 0.5, 1) * 0.3 / float64(k), float64(k), between(r, 0, 2*math.Pi)})
		}
		room := l.radius + 1.2*p.spacing
		clear := math.Abs(l.centre.y-p.riverY) > room && l.centre.length()+room < 0.8*p.radius
		for _, o := range p.lakes {
			clear = clear && o.centre.dist(l.centre) > 4*size
		}
		if clear || len(p.lakes) == 0 {
			p.lakes = append(p.lakes, l)
		}
		at = polar(between(r, 0, 2*math.Pi), p.radius*math.Sqrt(r.Float64()))
	}
}

// placeWarp chooses the meander and the bends so that every slope stays well below one: the warp never folds.
func (p *plane) placeWarp(r *rand.Rand) {
	a := min(0.105*p.radius, largestMeanderM)
	k := steepestMeander / a
	p.meander = []wave{{a * 0.75, k, between(r, 0, 2*math.Pi)}, {a * 0.25, 2.3 * k, between(r, 0, 2*math.Pi)}}
	p.depth = 2.8 * a
	for _, length := range []float64{700, 1_300, 2_300, 4_100, 7_900, 15_000} {
		if length > 4*p.radius {
			break
		}
		for range 2 {
			slope := between(r, 0.5, 1) * min(0.04+0.02*length/1_000, 0.11)
			k := 2 * math.Pi / length
			angle := between(r, 0, 2*math.Pi)
			p.bends = append(p.bends, bend{polar(angle, slope/k), polar(angle+between(r, 0.8, 2.3), k), between(r, 0, 2*math.Pi)})
		}
	}
}

// pace returns the distance between superblocks around v.
func (p *plane) pace(v vec) float64 {
	nearest := math.Inf(1)
	for _, t := range p.towns {
		d := v.sub(t)
		nearest = min(nearest, d.dot(d))
	}
	return p.spacing * (1 + fringeStretch*min(nearest/(p.reach*p.reach), 1))
}

// edge returns the city's radius in a direction.
func (p *plane) edge(angle float64) float64 { return p.radius * (1 + sum(p.outline, angle)) }

// inside reports whether v lies in the city, margin metres within its outline or, when negative, beyond it.
func (p *plane) inside(v vec, margin float64) bool {
	return v.length()+margin < p.edge(math.Atan2(v.y, v.x))
}

// ground says what is at v, which is inside the city.
func (p *plane) ground(v vec) ground {
	if math.Abs(v.y-p.riverY) < p.riverM/2 {
		return river
	}
	for _, l := range p.lakes {
		if l.contains(v) {
			return lakeWater
		}
	}
	return land
}

// ground is what a face or superblock is made of.
type ground uint8

const (
	land ground = iota
	river
	lakeWater
	military
)

// warp moves v from the board to metres on the map.
func (p *plane) warp(v vec) vec {
	w := v
	for _, b := range p.bends {
		w = w.add(b.push.times(math.Sin(v.dot(b.run) + b.phase)))
	}
	fall := (w.y - p.riverY) / p.depth
	w.y += sum(p.meander, w.x) / (1 + fall*fall)
	return w
}

// locate returns the lattice point of v.
func (p *plane) locate(v vec) geo.Point {
	w := p.warp(v)
	lon := originLon + w.x/(metresPerDegree*math.Cos(originLat*math.Pi/180))
	lat := originLat + w.y/metresPerDegree
	return geo.Point{X: int32(math.Round(lon * geo.UnitsPerDegree)), Y: int32(math.Round(lat * geo.UnitsPerDegree))}
}
