package synth

import (
	"math"
	"math/rand/v2"
)

// vec is a point or a direction on the drawing board: metres east and north of the city's centre, before the warp.
type vec struct{ x, y float64 }

func (a vec) add(b vec) vec            { return vec{a.x + b.x, a.y + b.y} }
func (a vec) sub(b vec) vec            { return vec{a.x - b.x, a.y - b.y} }
func (a vec) times(k float64) vec      { return vec{a.x * k, a.y * k} }
func (a vec) dot(b vec) float64        { return a.x*b.x + a.y*b.y }
func (a vec) cross(b vec) float64      { return a.x*b.y - a.y*b.x }
func (a vec) length() float64          { return math.Sqrt(a.x*a.x + a.y*a.y) }
func (a vec) dist(b vec) float64       { return a.sub(b).length() }
func (a vec) left() vec                { return vec{-a.y, a.x} }
func (a vec) to(b vec, t float64) vec  { return vec{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t} }
func (a vec) turned(angle float64) vec { return polar(angle, 1).rotate(a) }

// rotate returns b turned by the angle of the unit vector a.
func (a vec) rotate(b vec) vec { return vec{a.x*b.x - a.y*b.y, a.x*b.y + a.y*b.x} }

func (a vec) unit() vec {
	if l := a.length(); l > 0 {
		return a.times(1 / l)
	}
	return vec{1, 0}
}

func polar(angle, r float64) vec {
	s, c := math.Sincos(angle)
	return vec{r * c, r * s}
}

// mix is the finaliser of splitmix64: it makes unrelated numbers of neighbouring ones.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}

// random returns the source of chance of item i of a stream, always the same for the same seed. Nothing in the package
// draws from a shared source, so a lazily generated row does not depend on the rows before it.
func random(seed uint64, stream stream, i int) *rand.Rand {
	k := mix(seed ^ mix(uint64(stream)))
	return rand.New(rand.NewPCG(k, mix(k+uint64(i))))
}

// stream names what chance is drawn for.
type stream uint64

const (
	streamPlane stream = iota + 1
	streamDistricts
	streamSites
	streamStars
	streamSplit
	streamDivide
	streamGrids
	streamArc
	streamDedicated
	streamNames
	streamOrganizations
	streamUnits
	streamWorkers
	streamBuildings
	streamReference
	streamPlaces    // plus the place layer's number
	streamIncidents = streamPlaces + 32
	streamHotspots  = streamIncidents + 1
	streamDuty      = streamIncidents + 2
)

// between draws from [lo, hi).
func between(r *rand.Rand, lo, hi float64) float64 { return lo + (hi-lo)*r.Float64() }

// pick draws one of values.
func pick[T any](r *rand.Rand, values []T) T { return values[r.IntN(len(values))] }

// weighted draws an index with a chance proportional to its weight.
func weighted(r *rand.Rand, weights []float64) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	at := r.Float64() * total
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}
