package mesh

import "github.com/wangge/wangge/geo"

// places are numbers of lattice points: a hash table with open addressing, since looking points up is much of the work of simplifying.
type places struct {
	slots []placed
	n     int
	shift uint // of a hash to the number of a slot
}

// placed is a slot; number is one more than the point's, 0 for none.
type placed struct {
	at     geo.Point
	number int32
}

// add returns the number of a point, which becomes next if it had none.
func (p *places) add(at geo.Point, next int32) (number int32, isNew bool) {
	if 2*p.n >= len(p.slots) {
		p.grow()
	}
	slot := p.slot(at)
	if slot.number == 0 {
		slot.at, slot.number = at, next+1
		p.n++
		return next, true
	}
	return slot.number - 1, false
}

// slot returns the slot that a point is in or would be. There is always an empty one.
func (p *places) slot(at geo.Point) *placed {
	hash := (uint64(uint32(at.X))<<32 | uint64(uint32(at.Y))) * 0x9E3779B97F4A7C15 // 2^64 through the golden ratio
	for i := int(hash >> p.shift); ; i++ {
		slot := &p.slots[i&(len(p.slots)-1)]
		if slot.number == 0 || slot.at == at {
			return slot
		}
	}
}

func (p *places) grow() {
	old := p.slots
	if p.shift--; len(old) == 0 {
		p.shift = 64 - 10
	}
	p.slots = make([]placed, 1<<(64-p.shift))
	for _, was := range old {
		if was.number != 0 {
			*p.slot(was.at) = was
		}
	}
}
