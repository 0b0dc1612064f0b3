-- Anything with a location that belongs to a grid. The assignment (base and dedicated grid, community, edition) is always
-- the answer of the one locate function for that edition (L3); who is responsible is computed when asked.
--
-- The columns that the program itself fills (assignment, import, and place_id in the tables of the kinds) have no foreign
-- keys: their triggers, one a row and key, take longer than writing the row when a million places are copied in. Divisions and
-- grids are never deleted, and “wangge check” compares every assignment with locate. An organisation is looked up by the
-- program.
CREATE TABLE place (
	id                   bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT place_pkey PRIMARY KEY,
	code                 text        NOT NULL CONSTRAINT place_code_key UNIQUE,
	kind                 text        NOT NULL CONSTRAINT place_kind_check CHECK (kind IN ('hazard', 'hazard_source', 'danger_zone',
	                                 'rental_premises', 'key_site', 'shelter', 'response_point')),
	name                 text        NOT NULL,
	shape                geometry(Geometry, 4326) NOT NULL
	                                 CONSTRAINT place_shape_type CHECK (GeometryType(shape) IN ('POINT', 'MULTILINESTRING', 'MULTIPOLYGON'))
	                                 CONSTRAINT place_shape_lattice CHECK (on_lattice(shape)),
	cell                 bigint      NOT NULL, -- where the point, or a point of the shape, is on the web map; see below
	address              text,
	address_parts        jsonb,
	plate_code           text,
	input_crs            text        NOT NULL CONSTRAINT place_crs_check CHECK (input_crs IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')),
	original_lon         double precision, -- of a point, in input_crs, as it came
	original_lat         double precision,
	position_accuracy_m  double precision CONSTRAINT place_accuracy_check CHECK (position_accuracy_m >= 0),
	operator_org         text,
	supervising_org_code text,
	source               text,
	state                text        NOT NULL DEFAULT 'active' CONSTRAINT place_state_check CHECK (state IN ('active', 'suspended', 'closed')),
	public               boolean     NOT NULL DEFAULT false,
	external_refs        jsonb,
	county_code          text, -- NULL: outside every county
	community_code       text,
	base_grid_id         bigint,
	dedicated_grid_id    bigint,
	located_edition      integer,
	on_boundary          boolean     NOT NULL DEFAULT false,
	version              integer     NOT NULL DEFAULT 1,
	import_id            bigint,
	created_at           timestamptz NOT NULL DEFAULT now(),
	created_by           text        NOT NULL,
	updated_at           timestamptz NOT NULL DEFAULT now(),
	updated_by           text        NOT NULL
);
CREATE INDEX place_kind_id ON place (kind, id);
CREATE INDEX place_base ON place (base_grid_id);
CREATE INDEX place_dedicated ON place (dedicated_grid_id) WHERE dedicated_grid_id IS NOT NULL;
-- A cell is 31 bits of x and 31 of y of web mercator, interleaved: a map tile is one range of it, so that a tile needs one
-- range scan, counts every place once, and groups by the leading bits. Points come by the million: keeping a GiST index on
-- them costs more than everything else that is done for a row, so only the few lines and polygons have one.
CREATE INDEX place_cell ON place (cell) INCLUDE (kind);
CREATE INDEX place_shape ON place USING gist (shape) WHERE GeometryType(shape) <> 'POINT';
CREATE INDEX place_unassigned ON place (id) WHERE base_grid_id IS NULL;

CREATE TABLE hazard (
	place_id             bigint CONSTRAINT hazard_pkey PRIMARY KEY,
	hazard_kind          text   NOT NULL,
	level                text   NOT NULL,
	cause_class          text,
	found_at             timestamptz NOT NULL,
	found_by_source      text,
	site_code            text,
	responsible_org      text,
	order_deadline       timestamptz,
	measure              text,
	recheck_at           timestamptz,
	hazard_state         text   NOT NULL DEFAULT 'found' CONSTRAINT hazard_state_check CHECK (hazard_state IN ('found', 'registered', 'ordered',
	                            'rectifying', 'recheck', 'closed', 'escalated', 'listed', 'invalid')),
	closed_at            timestamptz
);
CREATE TABLE hazard_source (
	place_id             bigint CONSTRAINT hazard_source_pkey PRIMARY KEY,
	source_kind          text   NOT NULL,
	is_major             boolean NOT NULL DEFAULT false,
	declared_at          date,
	registered_no        text,
	registered_at        date,
	assessment           text,
	published_at         date,
	next_inspection_at   date
);
CREATE TABLE danger_zone (
	place_id             bigint CONSTRAINT danger_zone_pkey PRIMARY KEY,
	zone_kind            text   NOT NULL,
	risk_level           text   NOT NULL,
	season               text,
	registered_no        text,
	published_at         date,
	warning_text         text
);
CREATE TABLE rental_premises (
	place_id             bigint CONSTRAINT rental_premises_pkey PRIMARY KEY,
	rental_kind          text   NOT NULL,
	rooms                integer CONSTRAINT rental_premises_rooms_check CHECK (rooms >= 0),
	beds                 integer CONSTRAINT rental_premises_beds_check CHECK (beds >= 0),
	storeys              integer,
	below_ground         boolean,
	converted            boolean,
	owner_kind           text,
	manager_org          text,
	risk_level           text   NOT NULL DEFAULT 'green',
	patrol_interval_days integer CONSTRAINT rental_premises_interval_check CHECK (patrol_interval_days > 0),
	last_patrol_at       date,
	next_due_at          date
);
CREATE TABLE key_site (
	place_id             bigint CONSTRAINT key_site_pkey PRIMARY KEY,
	site_class           text   NOT NULL,
	site_kind            text   NOT NULL,
	crowded              boolean NOT NULL DEFAULT false,
	capacity             integer CONSTRAINT key_site_capacity_check CHECK (capacity >= 0),
	risk_level           text,
	assessed_at          date,
	valid_until          date,
	last_drill_at        date,
	plan_doc_ref         text,
	converted            boolean
);
CREATE TABLE shelter (
	place_id             bigint CONSTRAINT shelter_pkey PRIMARY KEY,
	shelter_level        text   NOT NULL,
	host_kind            text   NOT NULL,
	space_type           text,
	duration_class       text,
	capacity             integer CONSTRAINT shelter_capacity_check CHECK (capacity >= 0),
	effective_area_m2    double precision,
	service_radius_m     double precision,
	dual_use             text,
	status               text   NOT NULL DEFAULT 'open'
);
CREATE TABLE response_point (
	place_id             bigint CONSTRAINT response_point_pkey PRIMARY KEY,
	point_kind           text   NOT NULL,
	org_code             text,
	hours                text,
	ring_set             text
);

-- Counts by building or compound, never persons (L8).
CREATE TABLE household_point (
	id              bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT household_point_pkey PRIMARY KEY,
	name            text    NOT NULL DEFAULT '',
	address         text,
	households      integer NOT NULL CONSTRAINT household_point_households_check CHECK (households >= 0),
	residents       integer CONSTRAINT household_point_residents_check CHECK (residents >= 0),
	location        geometry(Point, 4326) NOT NULL CONSTRAINT household_point_lattice CHECK (on_lattice(location)),
	input_crs       text    NOT NULL,
	county_code     text,
	community_code  text,
	base_grid_id    bigint,
	dedicated_grid_id bigint,
	located_edition integer,
	on_boundary     boolean NOT NULL DEFAULT false,
	import_id       bigint
);
CREATE INDEX household_point_base ON household_point (base_grid_id);
