package api

import (
	"bytes"
	"slices"
	"sync/atomic"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// A large part of an answer of locate is that of every place in a grid: the grid, its divisions, who works there and whom to contact. To find
// and write it takes half the time of the answer, so that it is kept as it was sent, for who has no token.

// partKey is what the part of an answer that is kept depends on, besides the time.
type partKey struct {
	state           uint64 // its number
	base, dedicated int64  // ids of their versions, 0 for none
	division        string // the code of the lowest one
	baseFirst       bool   // inside a dedicated grid: the base grid answers for that kind of incident
}

// keptPart is such a part. It is immutable.
type keptPart struct {
	key      partKey
	steady   live.Span // in which it stays as it is
	json     []byte    // the members that appendServing writes
	warnings []warning // that go with it
}

// partKey returns the key of the part of an answer, and whether it may be kept and taken from what is kept: this is the only place that
// decides it. The part is what anybody gets to see of the present, where a grid serves, asked for in the usual form.
func (l *locator) partKey(found *edition.Answer, asked question) (key partKey, ok bool) {
	isAnybody := l.actor.Role == "" && !l.unchecked
	isUsual := asked.layer == layers[0] && asked.boundary == noBoundary
	if l.kept == nil || l.state.Number() == 0 || !isAnybody || !isUsual || found.Outcome != edition.Served || found.Base == nil || found.Division == nil {
		return key, false
	}
	key = partKey{state: l.state.Number(), base: found.Base.VersionID, division: found.Division.Code}
	if found.Dedicated != nil {
		key.dedicated, key.baseFirst = found.Dedicated.VersionID, l.baseFirst(asked.kind)
	}
	return key, true
}

// The bounds of what is kept.
const (
	maxParts     = 1 << 16
	maxPartBytes = 64 << 20 // of them all, about
	partBytes    = 192      // what one takes besides its JSON
)

// keptParts are the parts of answers that are kept. Each has one slot where it may be, in which another takes its place. Grids that follow each
// other have slots that do.
type keptParts struct {
	slots []atomic.Pointer[keptPart]
	bytes atomic.Int64
	hand  atomic.Uint32 // the slot to empty next when there are too many bytes
}

func newKeptParts() *keptParts { return &keptParts{slots: make([]atomic.Pointer[keptPart], maxParts)} }

func (k *keptParts) slot(key *partKey) *atomic.Pointer[keptPart] {
	return &k.slots[uint64(key.base+7919*key.dedicated)%uint64(len(k.slots))]
}

// findPart returns the part of that key as it is at the locator's time, nil when it is not kept.
func (l *locator) findPart(key *partKey) *keptPart {
	if part := l.kept.slot(key).Load(); part != nil && part.key == *key && part.steady.Has(l.at) {
		return part
	}
	return nil
}

// keepPart keeps the part of an answer that has nothing but that part, and returns it; nil for one that cannot be kept.
func (l *locator) keepPart(key *partKey, a *answer, base, dedicated *grid.Grid) *keptPart {
	j := jsonOut{b: append(make([]byte, 0, 4<<10), '{')}
	a.appendServing(&j)
	if j.err != nil {
		return nil
	}
	part := &keptPart{key: *key, steady: l.state.Steady(l.at, base, dedicated), json: bytes.Clone(j.b[1:]), warnings: slices.Clone(a.Warnings)}
	l.kept.put(part)
	return part
}

func (k *keptParts) put(part *keptPart) {
	before := k.slot(&part.key).Swap(part)
	k.bytes.Add(part.size() - before.size())
	for k.bytes.Load() > maxPartBytes {
		next := k.hand.Add(1) % uint32(len(k.slots))
		k.bytes.Add(-k.slots[next].Swap(nil).size())
	}
}

func (p *keptPart) size() int64 {
	if p == nil {
		return 0
	}
	return int64(len(p.json)) + partBytes
}
