package store_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb/encoding/ewkb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid/gridtest"
)

// BenchmarkProve proves that WANGGE_BENCH_GRIDS polygons (50,000) of about 60 vertices tile their outline: with validity, check and
// mesh here, and in PostGIS, on one core too, by a self-join for overlaps and a union for gaps, the table being loaded, indexed and
// analysed before.
func BenchmarkProve(b *testing.B) {
	n := 50_000
	if text := os.Getenv("WANGGE_BENCH_GRIDS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	tiling := geotest.Big(n, 60)
	b.Run("mesh", func(b *testing.B) {
		for b.Loop() {
			for _, face := range tiling.Faces {
				if err := geo.Check(face); err != nil {
					b.Fatal(err)
				}
			}
			if faults := mesh.Check(tiling.Faces, tiling.Outline); len(faults) > 0 {
				b.Fatal(faults[0])
			}
			if _, err := mesh.Build(tiling.Faces); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("postgis", func(b *testing.B) {
		pool := gridtest.Pool(b)
		ctx := b.Context()
		exec := func(sql string, args ...any) {
			b.Helper()
			if _, err := pool.Exec(ctx, sql, args...); err != nil {
				b.Fatal(err)
			}
		}
		exec(`CREATE TABLE face (id integer PRIMARY KEY, g geometry NOT NULL)`)
		_, err := pool.CopyFrom(ctx, pgx.Identifier{"face"}, []string{"id", "g"}, pgx.CopyFromSlice(n, func(i int) ([]any, error) {
			shape, err := ewkb.Marshal(tiling.Faces[i].Orb(), 4326)
			return []any{i, shape}, err
		}))
		if err != nil {
			b.Fatal(err)
		}
		exec(`CREATE INDEX ON face USING gist (g)`)
		exec(`VACUUM ANALYZE face`)
		outline, err := ewkb.Marshal(tiling.Outline.Orb(), 4326)
		if err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		for b.Loop() {
			var invalid, overlaps int
			var tiles bool
			err := pool.QueryRow(ctx, `
				SELECT (SELECT count(*) FROM face WHERE NOT ST_IsValid(g)),
				       (SELECT count(*) FROM face a JOIN face b ON a.g && b.g AND a.id < b.id WHERE ST_Relate(a.g, b.g, 'T********')),
				       (SELECT ST_Equals(ST_Union(g), ST_GeomFromEWKB($1)) FROM face)`, outline).Scan(&invalid, &overlaps, &tiles)
			if err != nil {
				b.Fatal(err)
			}
			if invalid != 0 || overlaps != 0 {
				b.Fatalf("%d invalid, %d overlap", invalid, overlaps)
			}
			if !tiles {
				b.Log("in degrees PostGIS does not find the union equal to the outline")
			}
		}
	})
}
