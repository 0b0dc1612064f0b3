package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
)

// Token is a user's key to the API: its role and the division subtree it is for. The secret is not part of it: only its hash
// is stored.
type Token struct {
	ID        int64
	User      string
	Role      string
	Scope     string // division code, "" for the whole city
	InPath    bool   // sent in the path of a request, where it only reads, and nowhere else
	CreatedAt time.Time
	CreatedBy string
	ExpiresAt *time.Time
	RevokedAt *time.Time
}

// CreateToken makes a token for t's User, Role, Scope, InPath and ExpiresAt, and the user if there is none of that name. It returns the
// secret, which cannot be had again: 26 letters and digits, 130 random bits. An actor whose own token ends makes none that ends later:
// without ExpiresAt it ends with the actor's. Nobody speaks in the name of the command line, and an actor of a division in no name that
// has a token, ended ones included, beyond that division; these are a grid.RuleError. That t.Scope lies in the actor's is for the caller to check.
func (s *Store) CreateToken(ctx context.Context, actor grid.Actor, t Token) (secret string, made Token, err error) {
	if t.User == "" {
		return "", made, &grid.RuleError{Rule: "required", Field: "user", Detail: "a token needs the name of its user"}
	}
	if !grid.ValidRole(t.Role) {
		return "", made, &grid.RuleError{Rule: "enum", Field: "role", Detail: fmt.Sprintf("there is no role %q", t.Role)}
	}
	if t.InPath && t.Role != grid.RoleReader {
		return "", made, &grid.RuleError{Rule: "in_path", Field: "role", Detail: "a token in the path only reads: make it for a reader"}
	}
	if strings.HasPrefix(t.User, commandLine) {
		return "", made, &grid.RuleError{Rule: "other_user", Field: "user", Detail: "names that begin with “" + commandLine + "” are those of the command line: choose another one"}
	}
	if t.ExpiresAt, err = endOf(actor, t.ExpiresAt); err != nil {
		return "", made, err
	}
	secret = rand.Text()
	hash := sha256.Sum256([]byte(secret))
	err = s.write(ctx, func(tx pgx.Tx) error {
		if err := checkScope(ctx, tx, t.Scope); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO app_user (name) VALUES ($1) ON CONFLICT (name) DO NOTHING`, t.User)
		if err != nil {
			return err
		}
		if err := checkUser(ctx, tx, actor, t.User); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			INSERT INTO token (user_id, secret_sha256, role, scope_division, in_path, created_by, expires_at)
			SELECT id, $2, $3, $4, $5, $6, $7
			FROM app_user
			WHERE name = $1
			RETURNING id, $1 AS "user", role, scope_division AS scope, in_path, created_at, created_by, expires_at, revoked_at`,
			t.User, hash[:], t.Role, t.Scope, t.InPath, actor.Name, t.ExpiresAt)
		if err != nil {
			return err
		}
		if made, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Token]); err != nil {
			return err
		}
		return audit(ctx, tx, AuditEntry{
			Actor: actor.Name, Action: "create", ObjectType: "token", ObjectCode: fmt.Sprint(made.ID), After: made,
		})
	})
	if err != nil {
		return "", Token{}, err
	}
	return secret, made, nil
}

// commandLine begins the names of those who work on the command line, who have no tokens.
const commandLine = "cli:"

// endOf returns when a token ends that was asked to end at expires: not after the actor's own.
func endOf(actor grid.Actor, expires *time.Time) (*time.Time, error) {
	switch {
	case actor.Ends == nil:
		return expires, nil
	case expires == nil:
		return actor.Ends, nil
	case expires.After(*actor.Ends):
		return nil, &grid.RuleError{
			Rule: "range", Field: "expires_at",
			Detail: "your own token ends at " + actor.Ends.UTC().Format(time.RFC3339) + ": choose that or an earlier time",
		}
	}
	return expires, nil
}

// checkUser refuses a user who has a token beyond the actor's scope, and another who has one of an administrator: what is done with the new
// one would be told as that person's doing.
// It holds the user until the end of tx, so that no such token is made meanwhile.
func checkUser(ctx context.Context, tx DB, actor grid.Actor, user string) error {
	var id int64
	if err := tx.QueryRow(ctx, `SELECT id FROM app_user WHERE name = $1 FOR UPDATE`, user).Scan(&id); err != nil || actor.Scope == "" {
		return err
	}
	var beyond bool
	err := tx.QueryRow(ctx, `
		WITH RECURSIVE subtree AS (
			SELECT code FROM division WHERE code = $2
			UNION ALL
			SELECT d.code FROM division d JOIN subtree s ON d.parent_code = s.code
		)
		SELECT EXISTS (
			SELECT FROM token
			WHERE user_id = $1 AND (scope_division NOT IN (SELECT code FROM subtree) OR role = 'administrator' AND $3))`,
		id, actor.Scope, user != actor.Name).Scan(&beyond)
	if err == nil && beyond {
		return &grid.RuleError{
			Rule: "other_user", Field: "user",
			Detail: "that name has a token beyond your division, or another administrator has it: choose another name, or ask the administrator above you for this token",
		}
	}
	return err
}

func checkScope(ctx context.Context, tx DB, scope string) error {
	if scope == "" {
		return nil
	}
	var there bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM division WHERE code = $1)`, scope).Scan(&there)
	if err == nil && !there {
		return &grid.RuleError{Rule: "unknown_code", Field: "scope", Detail: fmt.Sprintf("there is no division %s", scope)}
	}
	return err
}

// ActorByToken returns who holds the token with that secret, grid.ErrNotFound when it is unknown, expired, revoked or made for the path.
func (s *Store) ActorByToken(ctx context.Context, secret string) (grid.Actor, error) {
	return s.actorBy(ctx, secret, false)
}

// ActorByPathToken is ActorByToken for a token that came in the path: only one that was made for it counts.
func (s *Store) ActorByPathToken(ctx context.Context, secret string) (grid.Actor, error) {
	return s.actorBy(ctx, secret, true)
}

func (s *Store) actorBy(ctx context.Context, secret string, inPath bool) (grid.Actor, error) {
	hash := sha256.Sum256([]byte(secret))
	rows, err := s.db.Query(ctx, `
		SELECT u.name, t.role, t.scope_division AS scope, t.id AS token, t.expires_at AS ends
		FROM token t
		JOIN app_user u ON u.id = t.user_id
		WHERE t.secret_sha256 = $1 AND t.in_path = $2 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())`, hash[:], inPath)
	if err != nil {
		return grid.Actor{}, translate(err)
	}
	actor, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[grid.Actor])
	return actor, translate(err)
}

// TokenPage chooses tokens; a zero field does not restrict.
type TokenPage struct {
	Scope  string // the division in whose subtree theirs are
	ID     int64  // of the only one
	Before int64  // the ID of the last one seen
	Limit  int    // at least 1
}

// Tokens returns the tokens of a page, revoked and expired ones as well, newest first.
func (s *Store) Tokens(ctx context.Context, p TokenPage) ([]Token, error) {
	rows, err := s.db.Query(ctx, `
		WITH RECURSIVE subtree AS (
			SELECT code FROM division WHERE code = $1
			UNION ALL
			SELECT d.code FROM division d JOIN subtree s ON d.parent_code = s.code
		)
		SELECT t.id, u.name AS "user", t.role, t.scope_division AS scope, t.in_path, t.created_at, t.created_by, t.expires_at, t.revoked_at
		FROM token t
		JOIN app_user u ON u.id = t.user_id
		WHERE ($1 = '' OR t.scope_division IN (SELECT code FROM subtree))
		  AND ($2 = 0 OR t.id = $2)
		  AND ($3 = 0 OR t.id < $3)
		ORDER BY t.id DESC
		LIMIT $4`, p.Scope, p.ID, p.Before, p.Limit)
	if err != nil {
		return nil, translate(err)
	}
	tokens, err := pgx.CollectRows(rows, pgx.RowToStructByName[Token])
	return tokens, translate(err)
}

// EachToken calls each with every token, newest first, until one returns an error, which is returned.
func (s *Store) EachToken(ctx context.Context, each func(Token) error) error {
	const some = 1000
	for p := (TokenPage{Limit: some}); ; {
		tokens, err := s.Tokens(ctx, p)
		if err != nil {
			return err
		}
		for _, t := range tokens {
			if err := each(t); err != nil {
				return err
			}
			p.Before = t.ID
		}
		if len(tokens) < some {
			return nil
		}
	}
}

// RevokeToken ends a token at once. One that is unknown or revoked already is grid.ErrNotFound.
func (s *Store) RevokeToken(ctx context.Context, actor grid.Actor, id int64) error {
	return s.write(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE token SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL`, id)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fmt.Errorf("token %d: %w", id, grid.ErrNotFound)
		}
		return audit(ctx, tx, AuditEntry{Actor: actor.Name, Action: "revoke", ObjectType: "token", ObjectCode: fmt.Sprint(id)})
	})
}

// AnyToken reports whether there is a token that is neither revoked nor expired.
func (s *Store) AnyToken(ctx context.Context) (bool, error) {
	var found bool
	err := s.db.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM token WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()))`).Scan(&found)
	return found, translate(err)
}
