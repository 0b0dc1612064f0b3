package coverage_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/grid/coverage"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
	"github.com/wangge/wangge/migrations"
)

// beforePlans is the last schema that knew no plans.
const beforePlans = 8

// TestMigratedCity brings a city that was imported before there were plans to the schema of today, and proves the laws on it.
func TestMigratedCity(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t)
	fill(t, pool)
	conn := olderCity(t, pool)
	if _, err := migrations.Up(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	var made, plans int
	err := conn.QueryRow(t.Context(), `SELECT count(*), count(plan_id) FROM older.edition`).Scan(&made, &plans)
	if err != nil || made == 0 || plans != 0 {
		t.Errorf("%d editions, %d of them by plans, %v", made, plans, err)
	}
	s := store.New(conn)
	proof, err := coverage.Prove(t.Context(), s, nil)
	if err != nil || !proof.Holds() || proof.Located == 0 {
		t.Errorf("%+v, %v", proof, err)
	}
	city, err := s.City(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range city.Editions() {
		if records, err := s.Editions(t.Context(), e.Info().CountyCode); err != nil || len(records) != 1 || records[0].Plan != "" {
			t.Errorf("editions %+v, %v", records, err)
		}
	}
}

// olderCity copies the database's rows into a schema of their own as it was before plans, where the connection then looks first.
func olderCity(t *testing.T, pool *pgxpool.Pool) *pgx.Conn {
	t.Helper()
	pooled, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn := pooled.Hijack() // what is set on it stays on it
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE SCHEMA older`)
	exec(`SET search_path = older, public`)
	exec(`CREATE TABLE schema_migration (LIKE public.schema_migration INCLUDING ALL)`)
	steps, err := migrations.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps[:beforePlans] {
		exec(step.SQL)
		exec(`INSERT INTO schema_migration (number, name) VALUES ($1, $2)`, step.Number, step.Name)
	}
	exec(`SET session_replication_role = replica`) // rows in any order, as they are
	exec(`
		DO $$
		DECLARE
			older record;
		BEGIN
			FOR older IN
				SELECT c.table_name, string_agg(quote_ident(c.column_name), ', ') AS columns
				FROM information_schema.columns c
				JOIN information_schema.tables t USING (table_schema, table_name)
				JOIN information_schema.columns p ON p.table_schema = 'public' AND p.table_name = c.table_name AND p.column_name = c.column_name
				WHERE c.table_schema = 'older' AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'
				  AND c.table_name NOT IN ('schema_migration', 'reference_code')
				GROUP BY c.table_name
			LOOP
				EXECUTE format('DELETE FROM older.%I', older.table_name);
				EXECUTE format('INSERT INTO older.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM public.%I',
				               older.table_name, older.columns, older.columns, older.table_name);
			END LOOP;
		END $$`)
	exec(`SET session_replication_role = origin`)
	return conn
}
