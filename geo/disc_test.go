package geo_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
)

// TestDisc holds discs to the errors that are documented, measured by the package's own area and distance.
func TestDisc(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		centre := geo.Point{X: rapid.Int32Range(-1_790_000_000, 1_790_000_000).Draw(t, "x"), Y: rapid.Int32Range(-790_000_000, 790_000_000).Draw(t, "y")}
		radiusM := math.Exp(rapid.Float64Range(math.Log(geo.MinDiscM), math.Log(geo.MaxDiscM)).Draw(t, "log of the radius"))
		disc, err := geo.Disc(centre, radiusM)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := geo.FromOrb(disc.Orb()); err != nil {
			t.Fatalf("no valid polygon: %v", err)
		}
		const latticeUnitM = 0.0112
		areaError := 1e-4 + 2*latticeUnitM/radiusM
		if want := math.Pi * radiusM * radiusM; math.Abs(geo.AreaM2(disc)/want-1) > areaError {
			t.Errorf("%v m: %v m² of %v: %+.3g", radiusM, geo.AreaM2(disc), want, geo.AreaM2(disc)/want-1)
		}
		most := 5e-4*radiusM + latticeUnitM
		ring := disc[0][0]
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			if far := geo.DistanceM(centre, a); math.Abs(far-radiusM) > most {
				t.Errorf("%v m: a corner at %v m", radiusM, far)
			}
			middle := geo.Point{X: int32((int64(a.X) + int64(b.X)) / 2), Y: int32((int64(a.Y) + int64(b.Y)) / 2)}
			if far := geo.DistanceM(centre, middle); math.Abs(far-radiusM) > most+latticeUnitM {
				t.Errorf("%v m: the middle of an edge at %v m", radiusM, far)
			}
		}
	})
}

func TestDiscAtTheEndsOfTheWorld(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		centre geo.Point
		want   geo.Rule
	}{
		{geo.Point{X: 1_800_000_000}, geo.RuleAntimeridian},
		{geo.Point{X: -1_799_999_990}, geo.RuleAntimeridian},
		{geo.Point{Y: 900_000_000}, geo.RulePosition},
		{geo.Point{Y: -899_000_000}, geo.RulePosition},
	} {
		_, err := geo.Disc(test.centre, 100)
		var invalid *geo.InvalidError
		if !errors.As(err, &invalid) || invalid.Rule != test.want && invalid.Rule != geo.RuleAntimeridian {
			t.Errorf("%v: got %v, want %s", test.centre, err, test.want)
		}
	}
}
