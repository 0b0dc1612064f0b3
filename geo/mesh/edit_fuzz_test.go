package mesh_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
)

// fuzzPoints reads points of a town: two bytes a coordinate, so that places meet often. A few reach far beyond.
func fuzzPoints(data []byte) []geo.Point {
	var out []geo.Point
	for ; len(data) >= 4 && len(out) < 64; data = data[4:] {
		out = append(out, geo.Point{
			X: int32(int16(binary.LittleEndian.Uint16(data))) / 4,
			Y: int32(int16(binary.LittleEndian.Uint16(data[2:]))) / 4,
		})
	}
	if len(out) > 3 && out[0] == out[1] {
		out[0] = geo.Point{X: -1 << 31, Y: 1<<31 - 1}
	}
	return out
}

func fuzzBytes(pts ...int32) []byte {
	var out []byte
	for _, v := range pts {
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(v*4)))
	}
	return out
}

// fuzzSeeds are lines and rings over the town of tableWorld.
func fuzzSeeds(f *testing.F) {
	for _, pts := range [][]int32{
		{500, 1000, 500, 2000},
		{1000, 1000, 2000, 2000},
		{1000, 300, 2500, 300, 2500, 700, 1000, 700},
		{1000, 200, 1200, 400, 1000, 600},
		{900, 900, 1100, 900, 1100, 1100, 900, 1100},
		{2000, 200, 2100, 300, 1900, 500, 2000, 700},
		{2400, 600, 2401, 601},
		{999, 0, 1001, 1000, 999, 2000},
		{0, 0, 1, 999, 2, 0, 3, 999, 4, 0, 5, 999},
		{2600, 1000, 2300, 500, 2700, 1100},
	} {
		f.Add(uint8(1), fuzzBytes(pts...))
		f.Add(uint8(3), fuzzBytes(pts...))
	}
}

// holdFuzzed fails unless e is refused for a rule, or keeps all laws.
func holdFuzzed(t *testing.T, w *world, e mesh.Edit, err error) {
	t.Helper()
	if err == nil {
		w.apply(t, e)
		return
	}
	if r := rule(t, err); r == mesh.RuleBroken {
		t.Fatal(err)
	}
}

func FuzzSplit(f *testing.F) {
	fuzzSeeds(f)
	f.Fuzz(func(t *testing.T, face uint8, data []byte) {
		w := tableWorld(t)
		e, err := w.Split(int32(face%5), fuzzPoints(data), float64(face/5))
		holdFuzzed(t, w, e, err)
	})
}

func FuzzReshape(f *testing.F) {
	fuzzSeeds(f)
	f.Fuzz(func(t *testing.T, face uint8, data []byte) {
		w := tableWorld(t)
		e, err := w.Reshape(int32(face%5), fuzzPoints(data), float64(face/5))
		holdFuzzed(t, w, e, err)
	})
}

func FuzzMove(f *testing.F) {
	fuzzSeeds(f)
	f.Fuzz(func(t *testing.T, face uint8, data []byte) {
		w := tableWorld(t)
		region := geo.MultiPolygon{{geo.Ring(fuzzPoints(data))}}
		if face >= 128 {
			e, err := w.CutOut(region, []int32{int32(face % 4), int32(face % 3)})
			holdFuzzed(t, w, e, err)
			return
		}
		e, err := w.Move(region, nil, int32(face%5))
		holdFuzzed(t, w, e, err)
	})
}

// FuzzMoveVertex moves and removes vertices one after the other.
func FuzzMoveVertex(f *testing.F) {
	fuzzSeeds(f)
	f.Fuzz(func(t *testing.T, face uint8, data []byte) {
		w := tableWorld(t)
		rng := rand.New(rand.NewPCG(uint64(face), 0))
		for _, to := range fuzzPoints(data) {
			var e mesh.Edit
			var err error
			switch at := randomVertex(rng, w.Face(w.randomFace(rng))); rng.IntN(3) {
			case 0:
				e, err = w.MoveVertex(at, to)
			case 1:
				e, err = w.InsertVertex(to, 10)
			default:
				e, err = w.RemoveVertex(at)
			}
			holdFuzzed(t, w, e, err)
			if err == nil {
				w = w.apply(t, e)
			}
		}
	})
}
