package gridtest

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
)

// Measured is PostGIS's answer to what became of an area, in square metres with edges straight in lon/lat: it cuts them into
// pieces of at most 1e-4 degrees, which it takes for geodesics.
type Measured struct{ BeforeM2, AfterM2, GainedM2, LostM2 float64 }

// MeasureChanges measures what became of areas.
func MeasureChanges(t testing.TB, db querier, before, after []orb.MultiPolygon) []Measured {
	t.Helper()
	rows, err := db.Query(t.Context(), `
		WITH areas AS (
			SELECT i, ST_GeomFromEWKB(b) AS before, ST_GeomFromEWKB(a) AS after
			FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY AS u (b, a, i)
		)
		SELECT ST_Area(geography(ST_Segmentize(before, 1e-4))),
		       ST_Area(geography(ST_Segmentize(after, 1e-4))),
		       ST_Area(geography(ST_Segmentize(ST_Difference(after, before), 1e-4))),
		       ST_Area(geography(ST_Segmentize(ST_Difference(before, after), 1e-4)))
		FROM areas
		ORDER BY i`, asEWKB(t, before), asEWKB(t, after))
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Measured])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func asEWKB(t testing.TB, areas []orb.MultiPolygon) [][]byte {
	t.Helper()
	out := make([][]byte, len(areas))
	for i, a := range areas {
		var err error
		if out[i], err = ewkb.Marshal(a, 4326); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
