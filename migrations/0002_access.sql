-- Who may do what, and who did it (L9). Tokens are stored as SHA-256 of a random secret, never as the secret.
CREATE TABLE app_user (
	id         bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT app_user_pkey PRIMARY KEY,
	name       text        NOT NULL CONSTRAINT app_user_name_key UNIQUE CONSTRAINT app_user_name_check CHECK (name <> ''),
	created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE token (
	id             bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT token_pkey PRIMARY KEY,
	user_id        bigint      NOT NULL CONSTRAINT token_user_fkey REFERENCES app_user,
	secret_sha256  bytea       NOT NULL CONSTRAINT token_secret_key UNIQUE CONSTRAINT token_secret_check CHECK (length(secret_sha256) = 32),
	role           text        NOT NULL CONSTRAINT token_role_check CHECK (role IN ('reader', 'dispatcher', 'planner', 'administrator')),
	scope_division text        NOT NULL DEFAULT '', -- '' is the whole city
	created_at     timestamptz NOT NULL DEFAULT now(),
	created_by     text        NOT NULL,
	expires_at     timestamptz,
	revoked_at     timestamptz
);

-- One row a change: before and after of an edit, file hash and counts of an import.
CREATE TABLE audit (
	id          bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_pkey PRIMARY KEY,
	at          timestamptz NOT NULL DEFAULT now(),
	actor       text        NOT NULL CONSTRAINT audit_actor_check CHECK (actor <> ''),
	action      text        NOT NULL,
	object_type text        NOT NULL,
	object_code text        NOT NULL,
	before      jsonb,
	after       jsonb
);
CREATE INDEX audit_object ON audit (object_type, object_code);
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One row an import: its rows carry the id. stored + rejected = rows_read (L6); unassigned is a part of stored.
CREATE TABLE import (
	id          bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT import_pkey PRIMARY KEY,
	layer       text        NOT NULL,
	file_name   text        NOT NULL,
	file_sha256 bytea       NOT NULL CONSTRAINT import_sha256_check CHECK (length(file_sha256) = 32),
	crs         text        NOT NULL CONSTRAINT import_crs_check CHECK (crs IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')),
	rows_read   bigint      NOT NULL,
	stored      bigint      NOT NULL,
	rejected    bigint      NOT NULL,
	unassigned  bigint      NOT NULL,
	actor       text        NOT NULL,
	at          timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT import_counts_check CHECK (stored + rejected = rows_read AND unassigned <= stored)
);

-- What a deployment may set: the code scheme, tolerances, load weights. Absent keys have defaults in the program.
CREATE TABLE setting (
	key        text        CONSTRAINT setting_pkey PRIMARY KEY,
	value      jsonb       NOT NULL,
	updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER setting_updated BEFORE UPDATE ON setting FOR EACH ROW EXECUTE FUNCTION set_updated();
