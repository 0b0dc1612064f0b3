package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

func TestChecksFindWhatConstraintsLetPass(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s, tiling := store.New(tx), smallTiling()
	city := tiled(t, s, tiling)
	for face := range 3 {
		if _, err := s.CreatePlace(t.Context(), planner, city, hazard(inside(tiling, face), grid.Assignment{})); err != nil {
			t.Fatal(err)
		}
	}
	off, err := s.OffLattice(t.Context())
	if err != nil || len(off) != 0 {
		t.Errorf("off the lattice: %v, %v", off, err)
	}
	dangling, err := s.Dangling(t.Context())
	if err != nil || len(dangling) != 0 {
		t.Errorf("dangling: %v, %v", dangling, err)
	}
	_, err = tx.Exec(t.Context(), `
		DELETE FROM hazard WHERE place_id = (SELECT min(id) FROM place);
		UPDATE hazard SET place_id = -1 WHERE place_id = (SELECT max(id) FROM place);
		UPDATE place SET import_id = -1, supervising_org_code = 'NOBODY' WHERE id = (SELECT max(id) FROM place);
		ALTER TABLE place DROP CONSTRAINT place_shape_lattice;
		UPDATE place SET shape = ST_Translate(shape, 1e-9, 0) WHERE id = (SELECT min(id) FROM place)`)
	if err != nil {
		t.Fatal(err)
	}
	if off, err = s.OffLattice(t.Context()); err != nil || off["place.shape"] != 1 {
		t.Errorf("off the lattice: %v, %v", off, err)
	}
	dangling, err = s.Dangling(t.Context())
	want := map[string]int64{"hazard.place_id": 3, "place.import_id": 1, "place.supervising_org_code": 1}
	if diff := cmp.Diff(dangling, want); err != nil || diff != "" {
		t.Errorf("dangling, %v (-got +want):\n%s", err, diff)
	}
}

// TestBrokenLives: incidents whose row was changed beside their history are found, and sound ones are not.
func TestBrokenLives(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	a := acting{s, town(t, s)}
	sound := a.toClosed(t, a.report(t, dispatcher, spot(50, 50)))
	other := a.report(t, dispatcher, spot(150, 50))
	broken, err := s.BrokenLives(t.Context())
	if err != nil || len(broken) != 0 {
		t.Errorf("sound ones: %v, %v", broken, err)
	}
	_, err = tx.Exec(t.Context(), `
		UPDATE incident SET state = 'handling', transfer_to = 'org:x', proposed_unit = 'org:x' WHERE code = $1`, other.Code)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec(t.Context(), `
		INSERT INTO incident_event (incident_id, at, actor, action, from_state, to_state) VALUES ($1, now() - interval '1 hour', 'x', 'note', 'closed', 'closed')`, sound.ID)
	if err != nil {
		t.Fatal(err)
	}
	broken, err = s.BrokenLives(t.Context())
	want := map[string][]string{
		"the history of an incident does not end in its state":           {other.Code},
		"the history of an incident has a gap":                           {sound.Code},
		"the phase of an incident is not that of its state":              {other.Code},
		"an incident is proposed to somebody, but not to be handed over": {other.Code},
		"an incident is asked to be taken over, but not transferred":     {other.Code},
	}
	if diff := cmp.Diff(broken, want); err != nil || diff != "" {
		t.Errorf("broken, %v (-got +want):\n%s", err, diff)
	}
}
