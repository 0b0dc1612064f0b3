package store_test

import (
	"reflect"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestRowValues reads rows as pgx does, those of other types among them.
func TestRowValues(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	for i, sql := range []string{
		`SELECT NULL::text, '网格'::text, ''::varchar, '\x0001ff'::bytea, ''::bytea`,
		`SELECT true, false, (-7)::int2, 2147483647, (-9223372036854775807)::int8, 0::int8, 1.5::float8, 'NaN'::text`,
		`SELECT now(), '1999-12-31 23:59:59.999999+00'::timestamptz, '0044-03-15 00:00:00+00 BC'::timestamptz, '2026-11-22 08:00:00.000001+08'::timestamptz`,
		`SELECT 'a'::text, 'infinity'::timestamptz, '-infinity'::timestamptz`,
		`SELECT 'a'::text, '2026-11-22'::date, ARRAY['a', NULL, 'b'], '{"a": [1]}'::jsonb, 1.25::numeric, NULL::jsonb`,
	} {
		rows, err := pool.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		_, err = pgx.CollectOneRow(rows, func(row pgx.CollectableRow) (struct{}, error) {
			got, err := store.RowValues(row)
			if err != nil {
				return struct{}{}, err
			}
			if _, ok := store.PlainValues(row); ok != (i < 3) {
				t.Errorf("%s: plain is %v", sql, ok)
			}
			want, err := row.Values()
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s:\n got %#v\nwant %#v", sql, got, want)
			}
			return struct{}{}, err
		})
		if err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
