package intake_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/store"
)

// BenchmarkImport reads, checks and locates points, as a dry run and with storing them.
func BenchmarkImport(b *testing.B) {
	const rows = 200_000
	s := store.New(gridtest.Pool(b))
	_, _, err := run(b, s, crs.WGS84,
		text("void_areas", "voids.csv", townVoids), text("base_grids", "grids.csv", townGrids), text("divisions", "divisions.csv", townDivisions))
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	csv, lines := bytes.NewBufferString("code,lon,lat,rental_kind,name\n"), new(bytes.Buffer)
	for i := range rows {
		lon, lat := 120+rng.Float64()*0.04, 31+rng.Float64()*0.02
		fmt.Fprintf(csv, "R%d,%.7f,%.7f,shared,House %d\n", i, lon, lat, i)
		fmt.Fprintf(lines, `{"type":"Feature","properties":{"code":"S%d","rental_kind":"shared","name":"House %d"},"geometry":{"type":"Point","coordinates":[%.7f,%.7f]}}`+"\n", i, i, lon, lat)
	}
	for name, text := range map[string][]byte{"rentals.csv": csv.Bytes(), "rentals.ndjson": lines.Bytes()} {
		for _, dry := range []bool{true, false} {
			b.Run(fmt.Sprintf("%s/dry=%v", name, dry), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					_, err := intake.Run(b.Context(), intake.Config{
						Store: s, Actor: grid.Actor{Name: "bench"}, CRS: crs.WGS84, DryRun: dry,
						Sources: []intake.Source{{Layer: "rental_premises", Name: name, Reader: bytes.NewReader(text)}},
					})
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}
