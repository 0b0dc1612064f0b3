-- Plans: how one edition becomes the next (L4), with the order of acts that the law asks for.

-- A plan changes the grids of its counties, in code order; it is drawn over the editions in base_editions.
CREATE TABLE plan (
	id               bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT plan_pkey PRIMARY KEY,
	code             text        NOT NULL CONSTRAINT plan_code_key UNIQUE, -- never reused
	kind             text        NOT NULL DEFAULT 'adjustment' CONSTRAINT plan_kind_check CHECK (kind IN ('adjustment', 'import', 'undo')),
	county_codes     text[]      NOT NULL CONSTRAINT plan_counties_check CHECK (cardinality(county_codes) BETWEEN 1 AND 8),
	base_editions    integer[]   NOT NULL CONSTRAINT plan_bases_check CHECK (cardinality(base_editions) = cardinality(county_codes)),
	title            text        NOT NULL CONSTRAINT plan_title_check CHECK (title <> ''),
	reason           text        NOT NULL,
	note             text,
	deciding_level   text        NOT NULL CONSTRAINT plan_level_check CHECK (deciding_level IN ('city', 'county', 'street')),
	state            text        NOT NULL DEFAULT 'draft' CONSTRAINT plan_state_check CHECK (state IN ('draft', 'checked', 'consulting',
	                             'revised', 'submitted', 'decided', 'effective', 'withdrawn', 'rejected')),
	version          integer     NOT NULL DEFAULT 1, -- of the row, for If-Match: every act raises it
	position         integer     NOT NULL DEFAULT 0, -- the last change that counts; later ones are undone and may be redone
	checked_position integer,    -- the position that was checked last; NULL since the base moved
	effective_at     timestamptz, -- when it is to take effect; NULL: when it is published by hand
	decided_at       timestamptz,
	decided_by       text,
	decision_doc_no  text,
	ended_reason     text,       -- of a withdrawn or rejected plan
	published_at     timestamptz,
	published_editions integer[],
	undoes_plan_id   bigint      CONSTRAINT plan_undoes_fkey REFERENCES plan,
	trouble          text,       -- why the last attempt to publish it at its time failed
	created_at       timestamptz NOT NULL DEFAULT now(),
	created_by       text        NOT NULL,
	updated_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX plan_open ON plan USING gin (county_codes) WHERE state NOT IN ('effective', 'withdrawn', 'rejected');
CREATE INDEX plan_due ON plan (effective_at) WHERE state = 'decided' AND effective_at IS NOT NULL;
CREATE TRIGGER plan_updated BEFORE UPDATE ON plan FOR EACH ROW EXECUTE FUNCTION set_updated();

-- One row an operation, as it was asked for: geometry in the request is WGS 84 on the lattice, so that it can be done again.
CREATE TABLE plan_change (
	plan_id bigint      NOT NULL CONSTRAINT plan_change_plan_fkey REFERENCES plan,
	seq     integer     NOT NULL CONSTRAINT plan_change_seq_check CHECK (seq >= 1),
	op      text        NOT NULL,
	request jsonb       NOT NULL,
	result  jsonb       NOT NULL, -- drawn ends that were moved, borders bent by a unit
	actor   text        NOT NULL,
	at      timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT plan_change_pkey PRIMARY KEY (plan_id, seq)
);

-- What each change makes of each grid and void area that it touches. The draft is, for every part, the row with the greatest
-- seq up to the plan's position: undo and redo move the position, and are exact to the bit.
CREATE TABLE plan_part (
	plan_id              bigint  NOT NULL,
	seq                  integer NOT NULL,
	kind                 text    NOT NULL CONSTRAINT plan_part_kind_check CHECK (kind IN ('base', 'dedicated', 'void')),
	code                 text    NOT NULL,
	removed              boolean NOT NULL,
	county_code          text    NOT NULL,
	community_code       text    NOT NULL CONSTRAINT plan_part_community_fkey REFERENCES division (code),
	name                 text    NOT NULL,
	boundary             geometry(MultiPolygon, 4326) CONSTRAINT plan_part_boundary_lattice CHECK (on_lattice(boundary)),
	households           integer,
	residents            integer,
	buildings            integer,
	bounds_text          text,
	dedicated_kind       text,
	host_org_code        text    CONSTRAINT plan_part_host_fkey REFERENCES organization (code),
	supervising_org_code text    CONSTRAINT plan_part_supervising_fkey REFERENCES organization (code),
	source_crs           text    NOT NULL,
	note                 text,
	reason               text,   -- of a void area
	post_worker_code     text    CONSTRAINT plan_part_worker_fkey REFERENCES worker (code), -- who is posted to a new grid when it takes effect
	CONSTRAINT plan_part_pkey PRIMARY KEY (plan_id, kind, code, seq),
	CONSTRAINT plan_part_change_fkey FOREIGN KEY (plan_id, seq) REFERENCES plan_change ON DELETE CASCADE,
	CONSTRAINT plan_part_shape_check CHECK (removed = (boundary IS NULL))
);
CREATE INDEX plan_part_change ON plan_part (plan_id, seq);

-- Findings of the last check. Waivers have a table of their own, since a check is made again and again.
CREATE TABLE plan_check (
	id          bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT plan_check_pkey PRIMARY KEY,
	plan_id     bigint  NOT NULL CONSTRAINT plan_check_plan_fkey REFERENCES plan,
	rule        text    NOT NULL,
	class       text    NOT NULL CONSTRAINT plan_check_class_check CHECK (class IN ('error', 'notice')),
	fingerprint text    NOT NULL, -- the same finding of the same things, however often it is made
	grid_codes  text[]  NOT NULL DEFAULT '{}',
	detail      text    NOT NULL,
	polygon     geometry(MultiPolygon, 4326),
	spot        geometry(Point, 4326),
	area_m2     double precision,
	width_m     double precision,
	measured    double precision,
	threshold   double precision,
	CONSTRAINT plan_check_finding_key UNIQUE (plan_id, fingerprint)
);
CREATE TABLE plan_waiver (
	plan_id     bigint      NOT NULL CONSTRAINT plan_waiver_plan_fkey REFERENCES plan,
	fingerprint text        NOT NULL,
	rule        text        NOT NULL,
	reason      text        NOT NULL CONSTRAINT plan_waiver_reason_check CHECK (reason <> ''),
	actor       text        NOT NULL,
	at          timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT plan_waiver_pkey PRIMARY KEY (plan_id, fingerprint)
);

-- Whose word was asked for, and what became of it.
CREATE TABLE consultation (
	id            bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT consultation_pkey PRIMARY KEY,
	plan_id       bigint      NOT NULL CONSTRAINT consultation_plan_fkey REFERENCES plan,
	body_kind     text        NOT NULL CONSTRAINT consultation_body_kind_check CHECK (body_kind IN ('street', 'committee', 'department', 'public')),
	body_code     text        NOT NULL, -- division of a street or committee, organisation of a department; '' the public
	required      boolean     NOT NULL, -- its area or its line changes (BR-33)
	asked_at      timestamptz NOT NULL DEFAULT now(),
	due_at        timestamptz NOT NULL,
	method        text        NOT NULL CONSTRAINT consultation_method_check CHECK (method IN ('meeting', 'written', 'system')),
	answered_at   timestamptz,
	answered_by   text,
	opinion       text        CONSTRAINT consultation_opinion_check CHECK (opinion IN ('agree', 'agree_with_comments', 'object', 'no_reply')),
	text          text,
	reply         text        CONSTRAINT consultation_reply_check CHECK (reply IN ('adopted', 'partly', 'not_adopted')),
	reply_text    text,
	replied_by    text,
	version       integer     NOT NULL DEFAULT 1,
	CONSTRAINT consultation_body_key UNIQUE (plan_id, body_kind, body_code),
	CONSTRAINT consultation_answer_check CHECK ((opinion IS NULL) = (answered_at IS NULL))
);

-- The report to the city's grid agency after the decision; it does not hold up the effect unless the deployment says so (BR-35).
CREATE TABLE filing (
	plan_id         bigint      CONSTRAINT filing_pkey PRIMARY KEY CONSTRAINT filing_plan_fkey REFERENCES plan,
	receiver_org    text        NOT NULL,
	due_at          timestamptz NOT NULL,
	filed_at        timestamptz,
	receipt_no      text,
	receipt_at      timestamptz,
	returned_reason text
);

CREATE TABLE publication (
	id           bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT publication_pkey PRIMARY KEY,
	plan_id      bigint      NOT NULL CONSTRAINT publication_plan_fkey REFERENCES plan,
	channel      text        NOT NULL CONSTRAINT publication_channel_check CHECK (channel <> ''),
	url_ref      text,
	text         text        NOT NULL DEFAULT '',
	published_at timestamptz NOT NULL DEFAULT now(),
	withdrawn_at timestamptz
);

-- The parts that a submitted plan holds until it is published or ends: no other plan may change them (BR-37).
CREATE TABLE plan_lock (
	county_code text   NOT NULL,
	kind        text   NOT NULL,
	code        text   NOT NULL,
	plan_id     bigint NOT NULL CONSTRAINT plan_lock_plan_fkey REFERENCES plan,
	CONSTRAINT plan_lock_pkey PRIMARY KEY (kind, code)
);
CREATE INDEX plan_lock_plan ON plan_lock (plan_id);

-- Editions know the plan that made them.
ALTER TABLE edition ADD COLUMN plan_id bigint CONSTRAINT edition_plan_fkey REFERENCES plan;

-- From which grid each grid of an edition came.
CREATE TABLE grid_lineage (
	county_code   text    NOT NULL,
	edition       integer NOT NULL,
	from_grid_id  bigint  NOT NULL CONSTRAINT grid_lineage_from_fkey REFERENCES grid,
	to_grid_id    bigint  NOT NULL CONSTRAINT grid_lineage_to_fkey REFERENCES grid,
	relation      text    NOT NULL CONSTRAINT grid_lineage_relation_check CHECK (relation IN ('split', 'merge', 'shift', 'transfer')),
	share_of_area double precision NOT NULL CONSTRAINT grid_lineage_share_check CHECK (share_of_area > 0 AND share_of_area <= 1), -- of from_grid
	CONSTRAINT grid_lineage_pkey PRIMARY KEY (county_code, edition, from_grid_id, to_grid_id),
	CONSTRAINT grid_lineage_edition_fkey FOREIGN KEY (county_code, edition) REFERENCES edition
);
CREATE INDEX grid_lineage_to ON grid_lineage (to_grid_id);
CREATE INDEX grid_lineage_from ON grid_lineage (from_grid_id);
CREATE TRIGGER grid_lineage_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON grid_lineage
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Void areas change with plans as grids do: a version a row.
ALTER TABLE void_area DROP CONSTRAINT void_area_code_key;
ALTER TABLE void_area ADD CONSTRAINT void_area_code_key UNIQUE (code, from_edition);
CREATE UNIQUE INDEX void_area_current ON void_area (code) WHERE to_edition IS NULL;

-- Editions of the past are read as the current one is: by their county.
DROP INDEX grid_version_county_current;
CREATE INDEX grid_version_county ON grid_version (county_code, to_edition);
DROP INDEX void_area_county_current;
CREATE INDEX void_area_county ON void_area (county_code, to_edition);
CREATE INDEX edition_in_force ON edition (in_force_from);

-- Outlines that a plan has changed: the row holds for editions of the county below until_edition, from the one before it in this
-- table on. The current outline stands in division.
CREATE TABLE division_past (
	division_code text    NOT NULL CONSTRAINT division_past_division_fkey REFERENCES division (code),
	county_code   text    NOT NULL,
	until_edition integer NOT NULL,
	outline       geometry(MultiPolygon, 4326) NOT NULL CONSTRAINT division_past_outline_lattice CHECK (on_lattice(outline)),
	label_point   geometry(Point, 4326)        NOT NULL CONSTRAINT division_past_label_lattice CHECK (on_lattice(label_point)),
	area_m2       double precision NOT NULL,
	CONSTRAINT division_past_pkey PRIMARY KEY (division_code, until_edition),
	CONSTRAINT division_past_edition_fkey FOREIGN KEY (county_code, until_edition) REFERENCES edition
);
CREATE INDEX division_past_county ON division_past (county_code, until_edition);
CREATE TRIGGER division_past_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON division_past
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Assignments that no longer hold: written on change only. The current one stands with the thing itself.
CREATE TABLE past_assignment (
	thing             text        NOT NULL CONSTRAINT past_assignment_thing_check CHECK (thing IN ('place', 'incident', 'household_point')),
	thing_id          bigint      NOT NULL,
	until_at          timestamptz NOT NULL, -- it held from the one before, or from the beginning, up to here
	county_code       text,
	community_code    text,
	base_grid_id      bigint,
	dedicated_grid_id bigint,
	located_edition   integer,
	on_boundary       boolean     NOT NULL,
	plan_id           bigint, -- whose publication ended it; NULL: the thing was moved, or an import made the edition
	actor             text        NOT NULL,
	shape             geometry(Geometry, 4326) -- where the thing was until then, when it was moved away; NULL: it stayed
	                              CONSTRAINT past_assignment_shape_lattice CHECK (on_lattice(shape)),
	CONSTRAINT past_assignment_pkey PRIMARY KEY (thing, thing_id, until_at)
);
CREATE INDEX past_assignment_base ON past_assignment (base_grid_id);
CREATE INDEX past_assignment_dedicated ON past_assignment (dedicated_grid_id) WHERE dedicated_grid_id IS NOT NULL;
CREATE INDEX past_assignment_shape ON past_assignment USING gist (shape) WHERE shape IS NOT NULL;
CREATE TRIGGER past_assignment_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON past_assignment
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Posts know which plan moved them to the successor of their grid.
ALTER TABLE post ADD COLUMN plan_id bigint CONSTRAINT post_plan_fkey REFERENCES plan;

INSERT INTO reference_code (enumeration, ordinal, code, zh, en)
SELECT v.enumeration, 1000 + row_number() OVER (), v.code, v.zh, v.en
FROM (VALUES
	('plan_reason', 'community_changed', '社区规模调整', 'community changed'),
	('plan_reason', 'demolition', '重大拆迁', 'demolition'),
	('plan_reason', 'population_change', '人员流动变化', 'population change'),
	('plan_reason', 'workload', '工作负荷', 'workload'),
	('plan_reason', 'boundary_error', '边界有误', 'boundary error'),
	('plan_reason', 'host_request', '单位申请', 'request of the host'),
	('plan_reason', 'undo', '撤销调整', 'undo of a plan'),
	('plan_reason', 'other', '其他', 'other')
) AS v (enumeration, code, zh, en);
