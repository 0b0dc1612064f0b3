-- Something reported at a location that somebody must handle; its events are append-only. As with places, what the program
-- itself fills has no foreign keys.
CREATE TABLE incident (
	id                  bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT incident_pkey PRIMARY KEY,
	code                text        NOT NULL CONSTRAINT incident_code_key UNIQUE, -- never reused
	kind                text        NOT NULL,
	severity            text        NOT NULL DEFAULT 'normal',
	source              text        NOT NULL,
	external_case_no    text,
	title               text        NOT NULL,
	description         text,
	shape               geometry(Geometry, 4326) NOT NULL
	                                CONSTRAINT incident_shape_type CHECK (GeometryType(shape) IN ('POINT', 'MULTILINESTRING', 'MULTIPOLYGON'))
	                                CONSTRAINT incident_shape_lattice CHECK (on_lattice(shape)),
	cell                bigint      NOT NULL, -- as of a place
	address             text,
	input_crs           text        NOT NULL CONSTRAINT incident_crs_check CHECK (input_crs IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')),
	original_lon        double precision,
	original_lat        double precision,
	position_accuracy_m double precision CONSTRAINT incident_accuracy_check CHECK (position_accuracy_m >= 0),
	occurred_at         timestamptz,
	reported_at         timestamptz NOT NULL,
	place_code          text,
	first_receiver      text,
	lead_unit           text,
	handling_units      text[]      NOT NULL DEFAULT '{}',
	item_code           text,
	state               text        NOT NULL DEFAULT 'reported' CONSTRAINT incident_state_check CHECK (state IN ('reported', 'accepted', 'assigned',
	                                'handling', 'transferred', 'escalated', 'waiting_check', 'rework', 'closed', 'rejected', 'merged', 'cancelled')),
	phase               text        NOT NULL DEFAULT 'intake' CONSTRAINT incident_phase_check CHECK (phase IN ('intake', 'handling', 'follow_up', 'feedback')),
	due_at              timestamptz,
	response_due_at     timestamptz,
	supervised          boolean     NOT NULL DEFAULT false,
	handover_needed     boolean     NOT NULL DEFAULT false,
	parent_id           bigint,
	closed_at           timestamptz,
	outcome             text,
	satisfaction        integer     CONSTRAINT incident_satisfaction_check CHECK (satisfaction BETWEEN 1 AND 5),
	external_refs       jsonb,
	county_code         text,
	community_code      text,
	base_grid_id        bigint,
	dedicated_grid_id   bigint,
	located_edition     integer,
	on_boundary         boolean     NOT NULL DEFAULT false,
	version             integer     NOT NULL DEFAULT 1,
	import_id           bigint,
	created_at          timestamptz NOT NULL DEFAULT now(),
	created_by          text        NOT NULL,
	updated_at          timestamptz NOT NULL DEFAULT now(),
	updated_by          text        NOT NULL
);
CREATE INDEX incident_base ON incident (base_grid_id);
CREATE INDEX incident_cell ON incident (cell) INCLUDE (kind, state);
CREATE INDEX incident_shape ON incident USING gist (shape) WHERE GeometryType(shape) <> 'POINT';
CREATE INDEX incident_open ON incident (county_code, id) WHERE state NOT IN ('closed', 'rejected', 'merged', 'cancelled');

CREATE TABLE incident_event (
	id          bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT incident_event_pkey PRIMARY KEY,
	incident_id bigint      NOT NULL CONSTRAINT incident_event_incident_fkey REFERENCES incident,
	at          timestamptz NOT NULL DEFAULT now(),
	actor       text        NOT NULL,
	action      text        NOT NULL,
	from_state  text,
	to_state    text,
	unit        text,
	text        text
);
CREATE INDEX incident_event_incident ON incident_event (incident_id, id);
CREATE TRIGGER incident_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_event
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Numbers of places and incidents, by county and series; a number once taken is never taken again.
CREATE TABLE code_sequence (
	series text   NOT NULL, -- for instance 320211-HZ or 320211-20261122
	last   bigint NOT NULL,
	CONSTRAINT code_sequence_pkey PRIMARY KEY (series)
);
