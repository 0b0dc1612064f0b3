package geo

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func (a int128) big() *big.Int {
	v := new(big.Int).Lsh(big.NewInt(a.hi), 64)
	return v.Add(v, new(big.Int).SetUint64(a.lo))
}

func TestInt128(t *testing.T) {
	t.Parallel()
	edge := rapid.SampledFrom([]int64{0, 1, -1, 2, -2, math.MaxInt64, math.MinInt64 + 1, 1 << 62, -1 << 62})
	number := rapid.OneOf(edge, rapid.Int64Range(math.MinInt64+1, math.MaxInt64))
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := number.Draw(t, "a"), number.Draw(t, "b"), number.Draw(t, "c")
		product := mul128(a, b)
		want := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
		if product.big().Cmp(want) != 0 {
			t.Errorf("%d * %d = %d", a, b, product.big())
		}
		sum := wide(a).add(wide(c))
		if s := new(big.Int).Add(big.NewInt(a), big.NewInt(c)); sum.big().Cmp(s) != 0 {
			t.Errorf("%d + %d = %d", a, c, sum.big())
		}
		if got, want := product.cmp(wide(c)), want.Cmp(big.NewInt(c)); got != want {
			t.Errorf("%d * %d cmp %d = %d, want %d", a, b, c, got, want)
		}
		for _, v := range []int128{product, sum, wide(a)} {
			if want, _ := new(big.Float).SetInt(v.big()).Float64(); math.Abs(v.float()-want) > math.Abs(want)*3e-16 {
				t.Errorf("%d as float is %g", v.big(), v.float())
			}
		}
	})
}
