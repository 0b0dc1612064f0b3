-- Grid workers: name, work phone and organisation only, since the posting is public; no identity, no trail (L8).
CREATE TABLE worker (
	id                bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT worker_pkey PRIMARY KEY,
	code              text        NOT NULL CONSTRAINT worker_code_key UNIQUE,
	name              text        NOT NULL CONSTRAINT worker_name_check CHECK (name <> ''),
	role_type         text        NOT NULL CONSTRAINT worker_role_check CHECK (role_type IN ('full_time', 'part_time')),
	origin            text,
	grade             text,
	managing_org_code text        NOT NULL CONSTRAINT worker_org_fkey REFERENCES organization (code),
	work_phone        text,
	active            boolean     NOT NULL DEFAULT true,
	import_id         bigint      CONSTRAINT worker_import_fkey REFERENCES import,
	created_at        timestamptz NOT NULL DEFAULT now(),
	updated_at        timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER worker_updated BEFORE UPDATE ON worker FOR EACH ROW EXECUTE FUNCTION set_updated();

-- A worker's appointment to a grid for a time, half-open [valid_from, valid_to).
CREATE TABLE post (
	id          bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT post_pkey PRIMARY KEY,
	worker_id   bigint      NOT NULL CONSTRAINT post_worker_fkey REFERENCES worker,
	grid_id     bigint      NOT NULL CONSTRAINT post_grid_fkey REFERENCES grid,
	county_code text        NOT NULL CONSTRAINT post_county_fkey REFERENCES division (code),
	post_kind   text        NOT NULL,
	valid_from  timestamptz NOT NULL,
	valid_to    timestamptz CONSTRAINT post_range_check CHECK (valid_to > valid_from),
	is_public   boolean     NOT NULL DEFAULT true,
	import_id   bigint      CONSTRAINT post_import_fkey REFERENCES import
);
CREATE INDEX post_county ON post (county_code);
CREATE INDEX post_grid ON post (grid_id);
CREATE INDEX post_worker ON post (worker_id);
