package store_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	importDivisions(t, s, oneCounty(smallTiling().Outline))
	admin := grid.Actor{Name: "admin", Role: grid.RoleAdministrator}
	secret, made, err := s.CreateToken(t.Context(), admin, store.Token{User: "li", Role: grid.RoleDispatcher, Scope: streetCode})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.ActorByToken(t.Context(), secret)
	if want := (grid.Actor{Name: "li", Role: grid.RoleDispatcher, Scope: streetCode, Token: got.Token}); got.Token == 0 || err != nil || got != want {
		t.Errorf("actor %+v, %v, want %+v", got, err, want)
	}
	var stored int
	err = tx.QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM token t WHERE t::text LIKE '%' || $1 || '%') + (SELECT count(*) FROM audit a WHERE a::text LIKE '%' || $1 || '%')`,
		secret).Scan(&stored)
	if err != nil || stored != 0 {
		t.Errorf("the secret stands in %d rows, %v", stored, err)
	}
	past := time.Now().Add(-time.Minute)
	expired, _, err := s.CreateToken(t.Context(), admin, store.Token{User: "li", Role: grid.RoleReader, ExpiresAt: &past})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RevokeToken(t.Context(), admin, made.ID); err != nil {
		t.Fatal(err)
	}
	header, _, err := s.CreateToken(t.Context(), admin, store.Token{User: "li", Role: grid.RoleReader})
	if err != nil {
		t.Fatal(err)
	}
	if actor, err := s.ActorByPathToken(t.Context(), header); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("token of the head in the path: got %+v, %v", actor, err)
	}
	for name, bad := range map[string]string{"expired": expired, "revoked": secret, "unknown": strings.ToLower(secret), "empty": ""} {
		if actor, err := s.ActorByToken(t.Context(), bad); !errors.Is(err, grid.ErrNotFound) {
			t.Errorf("%s token: got %+v, %v", name, actor, err)
		}
	}
	if err := s.RevokeToken(t.Context(), admin, made.ID); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("revoking twice: got %v", err)
	}
	tokens, err := s.Tokens(t.Context(), store.TokenPage{Limit: 10})
	if err != nil || len(tokens) != 3 || tokens[2].RevokedAt == nil || tokens[2].User != "li" || tokens[2].CreatedBy != "admin" {
		t.Errorf("tokens %+v, %v", tokens, err)
	}
	if page, err := s.Tokens(t.Context(), store.TokenPage{Before: tokens[0].ID, Limit: 1}); err != nil || len(page) != 1 || page[0].ID != tokens[1].ID {
		t.Errorf("the page after the first token: %+v, %v", page, err)
	}
	if page, err := s.Tokens(t.Context(), store.TokenPage{ID: tokens[2].ID, Limit: 1}); err != nil || len(page) != 1 || page[0].ID != tokens[2].ID {
		t.Errorf("one token: %+v, %v", page, err)
	}
	var ids []int64
	if err := s.EachToken(t.Context(), func(one store.Token) error {
		ids = append(ids, one.ID)
		return nil
	}); err != nil || len(ids) != 3 || ids[0] != tokens[0].ID || ids[2] != tokens[2].ID {
		t.Errorf("each token: %v, %v", ids, err)
	}
	inPath, ofPath, err := s.CreateToken(t.Context(), admin, store.Token{User: "qgis", Role: grid.RoleReader, Scope: streetCode, InPath: true})
	if err != nil {
		t.Fatal(err)
	}
	if actor, err := s.ActorByPathToken(t.Context(), inPath); err != nil || actor != (grid.Actor{Name: "qgis", Role: grid.RoleReader, Scope: streetCode, Token: ofPath.ID}) {
		t.Errorf("token of the path: got %+v, %v", actor, err)
	}
	if actor, err := s.ActorByToken(t.Context(), inPath); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("token of the path in the head: got %+v, %v", actor, err)
	}
	var unknown *grid.RuleError
	if _, _, err := s.CreateToken(t.Context(), admin, store.Token{User: "li", Role: "king"}); !errors.As(err, &unknown) || unknown.Field != "role" {
		t.Errorf("token of a role that there is not: got %v", err)
	}
	for field, bad := range map[string]store.Token{
		"user": {Role: grid.RoleReader}, "role": {User: "li", Role: grid.RolePlanner, InPath: true}, "scope": {User: "li", Role: grid.RoleReader, Scope: "999"},
	} {
		var rule *grid.RuleError
		if _, _, err := s.CreateToken(t.Context(), admin, bad); !errors.As(err, &rule) || rule.Field != field {
			t.Errorf("token without a good %s: got %v", field, err)
		}
	}
}

// TestTokensOfAnActor keeps what an administrator makes within its own name space and its own time.
func TestTokensOfAnActor(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	importDivisions(t, s, oneCounty(smallTiling().Outline))
	city := grid.Actor{Name: "city", Role: grid.RoleAdministrator}
	street := grid.Actor{Name: "street", Role: grid.RoleAdministrator, Scope: streetCode}
	create := func(actor grid.Actor, token store.Token) (store.Token, *grid.RuleError) {
		t.Helper()
		if token.Role == "" {
			token.Role = grid.RoleDispatcher
		}
		_, made, err := s.CreateToken(t.Context(), actor, token)
		var rule *grid.RuleError
		if err != nil && !errors.As(err, &rule) {
			t.Fatal(err)
		}
		return made, rule
	}
	above, _ := create(city, store.Token{User: "above"})
	_, _ = create(city, store.Token{User: "county", Scope: countyCode})
	_, _ = create(city, store.Token{User: "community", Scope: communityCode})
	_, _ = create(city, store.Token{User: "colleague", Scope: streetCode, Role: grid.RoleAdministrator})
	_, _ = create(city, store.Token{User: "street", Scope: streetCode, Role: grid.RoleAdministrator})
	if err := s.RevokeToken(t.Context(), city, above.ID); err != nil {
		t.Fatal(err)
	}
	for user, refused := range map[string]bool{"above": true, "county": true, "cli:root": true, "colleague": true, "community": false, "street": false, "nobody yet": false} {
		if _, err := create(street, store.Token{User: user, Scope: streetCode}); (err != nil) != refused || refused && (err.Rule != "other_user" || err.Field != "user") {
			t.Errorf("a street makes a token for %s: %v", user, err)
		}
	}
	within, err := s.Tokens(t.Context(), store.TokenPage{Scope: streetCode, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range within {
		if token.Scope != streetCode && token.Scope != communityCode {
			t.Errorf("a street is shown the token of %s for %q", token.User, token.Scope)
		}
	}
	if len(within) != 6 {
		t.Errorf("a street is shown %d tokens, want 6", len(within))
	}
	if _, err := create(city, store.Token{User: "county", Scope: streetCode}); err != nil {
		t.Errorf("the city makes one for whom it likes: %v", err)
	}

	now := time.Now().Truncate(time.Microsecond)
	ends, before, after := now.Add(time.Hour), now.Add(time.Minute), now.Add(2*time.Hour)
	secret, _, err := s.CreateToken(t.Context(), city, store.Token{User: "guest", Role: grid.RoleAdministrator, ExpiresAt: &ends})
	if err != nil {
		t.Fatal(err)
	}
	guest, err := s.ActorByToken(t.Context(), secret)
	if err != nil || guest.Ends == nil || !guest.Ends.Equal(ends) {
		t.Fatalf("guest %+v, %v", guest, err)
	}
	if made, err := create(guest, store.Token{User: "a"}); err != nil || made.ExpiresAt == nil || !made.ExpiresAt.Equal(ends) {
		t.Errorf("without an end: %v, %v", made.ExpiresAt, err)
	}
	if made, err := create(guest, store.Token{User: "b", ExpiresAt: &before}); err != nil || !made.ExpiresAt.Equal(before) {
		t.Errorf("with an earlier end: %v, %v", made.ExpiresAt, err)
	}
	if _, err := create(guest, store.Token{User: "c", ExpiresAt: &after}); err == nil || err.Field != "expires_at" {
		t.Errorf("with a later end: %v", err)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	admin := grid.Actor{Name: "admin", Role: grid.RoleAdministrator}
	before, err := s.Marks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]any{"near_m": 20.0, "load_weights": map[string]float64{"hazard": 2}, "code_scheme": grid.FreeScheme} {
		if err := s.Set(t.Context(), admin, key, value); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.NearM != 20 || len(got.LoadWeights) != 1 || got.LoadWeights["hazard"] != 2 || got.CodeScheme != grid.FreeScheme || got.FallbackM != 50 {
		t.Errorf("settings %+v", got)
	}
	if after, err := s.Marks(t.Context()); err != nil || after.Equal(before) {
		t.Errorf("settings did not move the marks, %v", err)
	}
	for key, value := range map[string]any{
		"colour": "red", "near_m": "wide", "time_zone": "Mars/Olympus", "code_scheme": grid.CodeScheme{GridPattern: "("},
	} {
		if err := s.Set(t.Context(), admin, key, value); !errors.Is(err, grid.ErrInvalid) {
			t.Errorf("setting %s to %v: got %v", key, value, err)
		}
	}
	codes, err := s.Codes(t.Context())
	if err != nil || !codes.Has("hazard_kind", "gas") || codes.Has("hazard_kind", "villain") {
		t.Errorf("codes: %v", err)
	}
	for _, layer := range grid.Layers {
		for _, f := range layer.Fields {
			if f.Enumeration != "" && len(codes[f.Enumeration]) == 0 {
				t.Errorf("field %s of %s: enumeration %s has no codes", f.Name, layer.Name, f.Enumeration)
			}
			if f.Enumeration != "" && f.Default != "" && !codes.Has(f.Enumeration, f.Default) {
				t.Errorf("field %s of %s: default %s is no code of %s", f.Name, layer.Name, f.Default, f.Enumeration)
			}
		}
	}
}

// TestEverySettingCanBeSet sets each to its default, and sets and lists to less than that: what is set replaces the default.
func TestEverySettingCanBeSet(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Pool(t))
	admin := grid.Actor{Name: "admin", Role: grid.RoleAdministrator}
	raw, err := json.Marshal(grid.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	all["precedence.base_kinds"] = []string{"gas"}
	all["incident.straight_to"] = map[string]string{"extreme": grid.LevelCity}
	all["incident.deadlines"] = []grid.Deadline{{Kind: "gas", ResponseHours: 1, DoneHours: 2}}
	all["incident.unchecked_kinds"] = []string{}
	for key, value := range all {
		if err := s.Set(t.Context(), admin, key, value); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	got, err := s.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := grid.DefaultSettings()
	want.BaseKinds, want.UncheckedKinds = []string{"gas"}, []string{}
	want.StraightTo = map[string]string{"extreme": grid.LevelCity}
	want.Deadlines = []grid.Deadline{{Kind: "gas", ResponseHours: 1, DoneHours: 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}
