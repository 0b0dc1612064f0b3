-- Who is on duty, what may be asked of a grid, and an incident's way to its end.

-- Every change of a county's workers, posts or duty raises its version, under its row's lock: servers read the roster again when it differs.
CREATE TABLE roster_version (
	county_code text   CONSTRAINT roster_version_pkey PRIMARY KEY CONSTRAINT roster_version_county_fkey REFERENCES division (code),
	version     bigint NOT NULL
);

ALTER TABLE worker ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE post ADD COLUMN version integer NOT NULL DEFAULT 1;

-- The duty calendar: which post is on from when to when, and which stands in for it while it is away.
CREATE TABLE duty (
	id               bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT duty_pkey PRIMARY KEY,
	post_id          bigint      NOT NULL CONSTRAINT duty_post_fkey REFERENCES post,
	county_code      text        NOT NULL CONSTRAINT duty_county_fkey REFERENCES division (code),
	on_from          timestamptz NOT NULL,
	on_to            timestamptz NOT NULL CONSTRAINT duty_range_check CHECK (on_to > on_from),
	stand_in_post_id bigint      CONSTRAINT duty_stand_in_fkey REFERENCES post CONSTRAINT duty_stand_in_check CHECK (stand_in_post_id <> post_id),
	absent           boolean     NOT NULL DEFAULT false, -- away: the one who stands in answers
	cancelled        boolean     NOT NULL DEFAULT false,
	version          integer     NOT NULL DEFAULT 1,
	import_id        bigint      CONSTRAINT duty_import_fkey REFERENCES import,
	created_at       timestamptz NOT NULL DEFAULT now(),
	created_by       text        NOT NULL,
	updated_at       timestamptz NOT NULL DEFAULT now(),
	updated_by       text        NOT NULL
);
CREATE INDEX duty_county ON duty (county_code, on_to) WHERE NOT cancelled;
CREATE INDEX duty_post ON duty (post_id, on_to);
CREATE TRIGGER duty_updated BEFORE UPDATE ON duty FOR EACH ROW EXECUTE FUNCTION set_updated();

-- What a county asks of its grids (F05): versions of a list, of which at most one is in effect.
CREATE TABLE item_list (
	id             bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT item_list_pkey PRIMARY KEY,
	county_code    text        NOT NULL CONSTRAINT item_list_county_fkey REFERENCES division (code),
	version        integer     NOT NULL CONSTRAINT item_list_version_check CHECK (version >= 1),
	state          text        NOT NULL DEFAULT 'draft' CONSTRAINT item_list_state_check CHECK (state IN ('draft', 'effective', 'retired')),
	note           text,
	effective_from timestamptz,
	retired_at     timestamptz,
	created_at     timestamptz NOT NULL DEFAULT now(),
	created_by     text        NOT NULL,
	CONSTRAINT item_list_key UNIQUE (county_code, version)
);
CREATE UNIQUE INDEX item_list_effective ON item_list (county_code) WHERE state = 'effective';

CREATE TABLE service_item (
	id             bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT service_item_pkey PRIMARY KEY,
	list_id        bigint  NOT NULL CONSTRAINT service_item_list_fkey REFERENCES item_list,
	code           text    NOT NULL,
	name           text    NOT NULL CONSTRAINT service_item_name_check CHECK (name <> ''),
	incident_kinds text[]  NOT NULL DEFAULT '{}',
	hazard_kinds   text[]  NOT NULL DEFAULT '{}',
	department_org text    CONSTRAINT service_item_org_fkey REFERENCES organization (code),
	legal_basis    text,
	is_negative    boolean NOT NULL DEFAULT false, -- must not be asked of a grid
	is_public      boolean NOT NULL DEFAULT true,
	CONSTRAINT service_item_key UNIQUE (list_id, code)
);

-- A department's request that an item be taken in, with what it brings along, and what was decided.
CREATE TABLE admission (
	item_id       bigint      CONSTRAINT admission_pkey PRIMARY KEY CONSTRAINT admission_item_fkey REFERENCES service_item,
	applicant_org text        NOT NULL CONSTRAINT admission_org_fkey REFERENCES organization (code),
	resources     text        NOT NULL CONSTRAINT admission_resources_check CHECK (resources <> ''),
	legal_basis   text        NOT NULL CONSTRAINT admission_basis_check CHECK (legal_basis <> ''),
	state         text        NOT NULL DEFAULT 'requested' CONSTRAINT admission_state_check CHECK (state IN ('requested', 'approved', 'rejected')),
	requested_at  timestamptz NOT NULL DEFAULT now(),
	requested_by  text        NOT NULL,
	approved_body text, -- who approved, in words: party committee and government
	doc_no        text,
	decided_at    timestamptz,
	decided_by    text,
	CONSTRAINT admission_decision_check CHECK ((state = 'requested') = (decided_at IS NULL))
);

ALTER TABLE incident
	ADD COLUMN transfer_to       text,        -- who is asked to take over, while the state is transferred
	ADD COLUMN proposed_unit     text,        -- who would be responsible since it was moved, or since boundaries were (BR-39, BR-53)
	ADD COLUMN unit_divisions    text[]       NOT NULL DEFAULT '{}', -- where the units that have to do with it are: who may see it besides its own place
	ADD COLUMN responded_at      timestamptz, -- first taken up by whom it was given to
	ADD COLUMN finished_by       text,        -- who said that it is done
	ADD COLUMN joint_due_at      timestamptz, -- until when several departments have to agree on a lead (BR-52)
	ADD COLUMN overdue_step      integer      NOT NULL DEFAULT 0 CONSTRAINT incident_overdue_check CHECK (overdue_step BETWEEN 0 AND 4), -- BR-55
	ADD COLUMN response_reminded boolean     NOT NULL DEFAULT false, -- that nobody had taken it up in time (BR-55)
	ADD COLUMN item_list_version integer;     -- of the county's list when it was given to a grid (BR-47)
-- What RemindDue looks for each minute: without those for which there is no step left.
CREATE INDEX incident_due ON incident (due_at) WHERE overdue_step < 4 AND state NOT IN ('waiting_check', 'closed', 'rejected', 'merged', 'cancelled');
CREATE INDEX incident_response ON incident (response_due_at)
	WHERE responded_at IS NULL AND NOT response_reminded AND state IN ('reported', 'accepted', 'assigned', 'transferred', 'escalated');
-- The two parts of a scope, which lists combine: an index on all rows each.
CREATE INDEX incident_units ON incident USING gin (unit_divisions);
CREATE INDEX incident_community ON incident (community_code);
CREATE INDEX incident_reported ON incident (reported_at);
CREATE INDEX incident_external ON incident (external_case_no, source) WHERE external_case_no IS NOT NULL;

ALTER TABLE incident_event ADD COLUMN data jsonb; -- what else the act says: from where to where, until when, into which

CREATE TABLE supervision (
	id           bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT supervision_pkey PRIMARY KEY,
	incident_id  bigint      NOT NULL CONSTRAINT supervision_incident_fkey REFERENCES incident,
	kind         text        NOT NULL CONSTRAINT supervision_kind_check CHECK (kind IN ('circular', 'interview', 'supervise', 'listed', 'deadline')),
	target       text        NOT NULL, -- the unit
	reason       text        NOT NULL CONSTRAINT supervision_reason_check CHECK (reason <> ''),
	issued_at    timestamptz NOT NULL DEFAULT now(),
	issued_by    text        NOT NULL,
	deadline     timestamptz,
	rectified_at timestamptz,
	rectified_by text
);
CREATE INDEX supervision_incident ON supervision (incident_id);

-- What was made under a client's Idempotency-Key, so that sending it again makes nothing new.
CREATE TABLE idempotency (
	actor          text        NOT NULL,
	key            text        NOT NULL CONSTRAINT idempotency_key_check CHECK (length(key) BETWEEN 1 AND 200),
	request_sha256 bytea       NOT NULL CONSTRAINT idempotency_sha256_check CHECK (length(request_sha256) = 32),
	object_code    text        NOT NULL,
	created_at     timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT idempotency_pkey PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_created ON idempotency (created_at);

-- What has happened, for whoever listens. A row is written in the transaction of what it tells of and gets its number after that has
-- committed, one transaction of numbering at a time: numbers become visible in their order, and none is of something that was undone.
CREATE TABLE outbox (
	id      bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT outbox_pkey PRIMARY KEY,
	number  bigint      CONSTRAINT outbox_number_key UNIQUE,
	at      timestamptz NOT NULL DEFAULT clock_timestamp(),
	topic   text        NOT NULL CONSTRAINT outbox_topic_check CHECK (topic IN ('incident', 'place', 'edition', 'roster', 'import', 'plan')),
	action  text        NOT NULL,
	code    text        NOT NULL,
	areas   text[]      NOT NULL DEFAULT '{}', -- the lowest divisions that it concerns
	data    jsonb       NOT NULL DEFAULT '{}'
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE number IS NULL;
CREATE SEQUENCE outbox_number;

INSERT INTO reference_code (enumeration, ordinal, code, zh, en)
SELECT 'supervision_kind', 100000 + row_number() OVER (), v.code, v.zh, v.en
FROM (VALUES
	('circular', '通报', 'circular'),
	('interview', '约谈', 'interview'),
	('supervise', '督办', 'supervise'),
	('listed', '挂牌督办', 'listed'),
	('deadline', '限期整改', 'deadline')
) AS v (code, zh, en);
