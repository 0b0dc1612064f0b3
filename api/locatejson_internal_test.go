package api

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// filler fills values by chance: every member of a struct, whatever it is.
type filler struct{ rng *rand.Rand }

var texts = []string{"", "水秀第一网格", "320211001001001", `a "quoted" \ name`, "<b>&'", "tab\tline\n", "\x00\x1f\x7f", "bad \xff\xed\xa0\x80 bytes", "\u2028\u2029", "😀", "\ufffd"}

func (f *filler) float() float64 {
	switch f.rng.IntN(8) {
	case 0:
		return []float64{0, math.Copysign(0, -1), 1, -1, 1e21, 1e20, 1e-6, 9.9e-7, 5e-324, math.MaxFloat64, 1e-7, 0.1 + 0.2, 99999999.9999999, 100000000.1, -120.3}[f.rng.IntN(15)]
	case 1:
		return math.Float64frombits(f.rng.Uint64() &^ (1 << 62)) // finite
	case 2:
		return f.rng.NormFloat64()
	case 3:
		return rounded(f.rng.NormFloat64()*1e5, f.rng.IntN(5))
	}
	return float64(f.rng.Int32()) / 1e7 * float64(1-2*f.rng.IntN(2))
}

func (f *filler) time() time.Time {
	at := time.Unix(f.rng.Int64N(1<<32), f.rng.Int64N(1e9)).UTC()
	switch f.rng.IntN(6) {
	case 0:
		return at.Truncate(time.Second)
	case 1:
		return at.In(time.FixedZone("", 8*3600))
	case 2:
		return at.Truncate(time.Millisecond).Local()
	case 3:
		return time.Time{}
	}
	return at.Truncate(time.Microsecond)
}

func (f *filler) fill(v reflect.Value) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(f.time()))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.Anonymous && !field.IsExported() { // its fields are not
				f.fill(reflect.NewAt(field.Type, v.Field(i).Addr().UnsafePointer()).Elem())
			} else if field.IsExported() {
				f.fill(v.Field(i))
			}
		}
	case reflect.Pointer:
		if f.rng.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem())
		}
	case reflect.Slice:
		if n := f.rng.IntN(5) - 1; n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.String:
		v.SetString(texts[f.rng.IntN(len(texts))])
	case reflect.Bool:
		v.SetBool(f.rng.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.rng.Uint64()) >> f.rng.IntN(64))
	case reflect.Float64:
		v.SetFloat(f.float())
	case reflect.Interface:
		if v.Type().NumMethod() > 0 {
			panic(fmt.Sprint("cannot fill ", v.Type()))
		}
		switch f.rng.IntN(3) {
		case 0:
			v.Set(reflect.ValueOf(map[string]string{"href": "/v1/grids/<1>?geometry=true&x"}))
		case 1:
			v.Set(reflect.ValueOf(geojson.NewGeometry(orb.MultiPolygon{{{{120, 31}, {121, 31}, {121, 32.5}, {120, 31}}}})))
		}
	default:
		panic(fmt.Sprint("cannot fill ", v.Type()))
	}
}

// TestAnswerJSON: an answer is written as encoding/json writes it, whatever is in it. A new member that is not written fails here.
func TestAnswerJSON(t *testing.T) {
	t.Parallel()
	f := &filler{rand.New(rand.NewPCG(1, 2))}
	for range 5000 {
		var a answer
		f.fill(reflect.ValueOf(&a).Elem())
		want, err := encodeJSON(&a)
		if err != nil {
			t.Fatal(err)
		}
		j := &jsonOut{}
		a.appendJSON(j)
		if got := string(j.b) + "\n"; got != string(want) || j.err != nil {
			t.Fatalf("got\n%s (%v), want\n%s", got, j.err, want)
		}
	}
}

// TestAnswerJSONFails: what JSON cannot show is an error, as with encoding/json.
func TestAnswerJSONFails(t *testing.T) {
	t.Parallel()
	for _, a := range []*answer{
		{Location: &lonLatJSON{Lon: math.NaN()}}, {Location: &lonLatJSON{Lat: math.Inf(1)}}, {Edition: &editionJSON{InForceFrom: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}},
	} {
		j := &jsonOut{}
		a.appendJSON(j)
		if j.err == nil {
			t.Errorf("got %s", j.b)
		}
	}
}

// FuzzJSONValues compares strings, numbers and instants with encoding/json.
func FuzzJSONValues(f *testing.F) {
	for _, s := range texts {
		f.Add(s, 120.3123456, int64(1))
	}
	f.Fuzz(func(t *testing.T, s string, x float64, nano int64) {
		if x-x != 0 {
			return
		}
		at := time.Unix(0, nano).UTC()
		j := &jsonOut{}
		j.text(s)
		j.b = append(j.b, '\n')
		j.float(x)
		j.b = append(j.b, '\n')
		j.time(at)
		var want []byte
		for _, v := range []any{s, x, at} {
			one, err := encodeJSON(v)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, one...)
		}
		if got := string(j.b) + "\n"; got != string(want) {
			t.Errorf("got\n%s, want\n%s", got, want)
		}
	})
}

// BenchmarkAnswerJSON compares both on an answer as it usually is.
func BenchmarkAnswerJSON(b *testing.B) {
	since := time.Date(2026, 3, 1, 0, 0, 0, 123456000, time.UTC)
	households := 312
	one := contactJSON{Step: "posted", GridCode: "320211001001001", Name: "网格员1", WorkPhone: "0510-00001", PostKind: "worker", RoleType: "full_time", Used: true}
	a := &answer{
		Location: &lonLatJSON{120.3123456, 31.4987654}, Outcome: "served", Edition: &editionJSON{"320211000000", 7, since, true},
		Base: &gridJSON{
			ID: 12345, VersionID: 54321, Code: "320211001001001", Kind: "base", Name: "水秀第一网格", CommunityCode: "320211001001", AreaM2: 10571.23, PerimeterM: 412.5,
			Compactness: 0.7812, Households: &households, ValidFrom: since, Label: orb.Point{120.3123456, 31.4987654},
		},
		Responsible: &gridRef{"base", "320211001001001", "水秀第一网格"}, UpdatedAt: &since, Contact: &one, Chain: []contactJSON{one, {Step: "community", DivisionCode: "320211001001", Name: "水秀社区"}},
		Workers:   []workerJSON{{Name: "网格员1", WorkPhone: "0510-00001", PostKind: "worker", RoleType: "full_time", GridCode: "320211001001001"}},
		Divisions: []divisionRef{{"community", "320211001001", "水秀社区"}, {"street", "320211001000", "河埒街道"}, {"county", "320211000000", "滨湖区"}, {"city", "320200000000", "无锡市"}},
		Near:      []nearJSON{}, BoundaryWith: []gridRef{}, Warnings: []warning{},
	}
	b.Run("append", func(b *testing.B) {
		j := &jsonOut{}
		for b.Loop() {
			j.b = j.b[:0]
			a.appendJSON(j)
		}
		b.SetBytes(int64(len(j.b)))
	})
	b.Run("encoding_json", func(b *testing.B) {
		for b.Loop() {
			if _, err := encodeJSON(a); err != nil {
				b.Fatal(err)
			}
		}
	})
}
