-- Divisions, organisations, and the grids of each county by edition.

CREATE TABLE division (
	id                bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT division_pkey PRIMARY KEY,
	code              text        NOT NULL CONSTRAINT division_code_key UNIQUE,
	level             text        NOT NULL CONSTRAINT division_level_check CHECK (level IN ('city', 'county', 'street', 'community')),
	name              text        NOT NULL CONSTRAINT division_name_check CHECK (name <> ''),
	parent_code       text        CONSTRAINT division_parent_fkey REFERENCES division (code),
	county_code       text        CONSTRAINT division_county_fkey REFERENCES division (code), -- itself for a county, NULL for a city
	kind              text,
	urban_rural_class text,
	code_system       text        NOT NULL DEFAULT 'statistical' CONSTRAINT division_code_system_check CHECK (code_system IN ('statistical', 'civil', 'local')),
	outline           geometry(MultiPolygon, 4326) NOT NULL CONSTRAINT division_outline_lattice CHECK (on_lattice(outline)),
	label_point       geometry(Point, 4326)        NOT NULL CONSTRAINT division_label_lattice CHECK (on_lattice(label_point)),
	area_m2           double precision NOT NULL,
	derived           boolean     NOT NULL DEFAULT false, -- made for a missing level, with its parent's outline
	parent_inferred   boolean     NOT NULL DEFAULT false, -- the file named no parent; it is the one with the largest share
	households        integer     CONSTRAINT division_households_check CHECK (households >= 0),
	residents         integer     CONSTRAINT division_residents_check CHECK (residents >= 0),
	counted_on        date,
	source_crs        text        NOT NULL CONSTRAINT division_crs_check CHECK (source_crs IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')),
	import_id         bigint      CONSTRAINT division_import_fkey REFERENCES import,
	created_at        timestamptz NOT NULL DEFAULT now(),
	updated_at        timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT division_parent_check CHECK ((level = 'city') = (parent_code IS NULL)),
	CONSTRAINT division_county_check CHECK ((level = 'city') = (county_code IS NULL))
);
CREATE UNIQUE INDEX division_one_city ON division ((true)) WHERE level = 'city';
CREATE INDEX division_parent ON division (parent_code);
CREATE INDEX division_county ON division (county_code);
CREATE INDEX division_outline ON division USING gist (outline);
CREATE TRIGGER division_updated BEFORE UPDATE ON division FOR EACH ROW EXECUTE FUNCTION set_updated();

-- Divisions whose borders do not nest or do not tile are stored and reported, not refused (BR-06).
CREATE TABLE division_fault (
	id            bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT division_fault_pkey PRIMARY KEY,
	division_code text   NOT NULL CONSTRAINT division_fault_division_fkey REFERENCES division (code),
	kind          text   NOT NULL CONSTRAINT division_fault_kind_check CHECK (kind IN ('leaves_parent', 'overlap', 'gap', 'unmatched_border', 'tangle')),
	other_codes   text[] NOT NULL DEFAULT '{}',
	polygon       geometry(MultiPolygon, 4326),
	area_m2       double precision NOT NULL,
	width_m       double precision NOT NULL
);
CREATE INDEX division_fault_division ON division_fault (division_code);

CREATE TABLE organization (
	id            bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT organization_pkey PRIMARY KEY,
	code          text    NOT NULL CONSTRAINT organization_code_key UNIQUE,
	name          text    NOT NULL CONSTRAINT organization_name_check CHECK (name <> ''),
	kind          text    NOT NULL,
	level         text    NOT NULL CONSTRAINT organization_level_check CHECK (level IN ('city', 'county', 'street', 'community')),
	department    text,
	division_code text    NOT NULL CONSTRAINT organization_division_fkey REFERENCES division (code),
	parent_code   text    CONSTRAINT organization_parent_fkey REFERENCES organization (code),
	public_phone  text,
	is_public     boolean NOT NULL DEFAULT false,
	import_id     bigint  CONSTRAINT organization_import_fkey REFERENCES import,
	created_at    timestamptz NOT NULL DEFAULT now(),
	updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX organization_division ON organization (division_code);
CREATE TRIGGER organization_updated BEFORE UPDATE ON organization FOR EACH ROW EXECUTE FUNCTION set_updated();

-- The numbered, immutable state of one county's grids, in force from its instant until the next edition's.
CREATE TABLE edition (
	county_code   text        NOT NULL CONSTRAINT edition_county_fkey REFERENCES division (code),
	number        integer     NOT NULL CONSTRAINT edition_number_check CHECK (number >= 1),
	in_force_from timestamptz NOT NULL DEFAULT now(),
	proven        boolean     NOT NULL, -- false: a legacy layer that does not tile, stored with its faults (L1)
	import_id     bigint      CONSTRAINT edition_import_fkey REFERENCES import,
	created_by    text        NOT NULL,
	CONSTRAINT edition_pkey PRIMARY KEY (county_code, number)
);
CREATE TRIGGER edition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON edition
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Why an edition is unproven, or what was imported with a warning.
CREATE TABLE edition_fault (
	id             bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT edition_fault_pkey PRIMARY KEY,
	county_code    text    NOT NULL,
	number         integer NOT NULL,
	kind           text    NOT NULL CONSTRAINT edition_fault_kind_check CHECK (kind IN ('gap', 'overlap', 'outside', 'unmatched_border', 'tangle', 'dedicated_overlap')),
	community_code text    CONSTRAINT edition_fault_community_fkey REFERENCES division (code),
	grid_codes     text[]  NOT NULL DEFAULT '{}',
	polygon        geometry(MultiPolygon, 4326), -- NULL where the fault has no area
	spot           geometry(Point, 4326) NOT NULL,
	area_m2        double precision NOT NULL,
	width_m        double precision NOT NULL,
	CONSTRAINT edition_fault_edition_fkey FOREIGN KEY (county_code, number) REFERENCES edition
);
CREATE INDEX edition_fault_edition ON edition_fault (county_code, number);

CREATE TABLE grid (
	id              bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT grid_pkey PRIMARY KEY,
	code            text    NOT NULL CONSTRAINT grid_code_key UNIQUE, -- never reused
	county_code     text    NOT NULL CONSTRAINT grid_county_fkey REFERENCES division (code),
	kind            text    NOT NULL CONSTRAINT grid_kind_check CHECK (kind IN ('base', 'dedicated')),
	community_code  text    NOT NULL CONSTRAINT grid_community_fkey REFERENCES division (code),
	created_edition integer NOT NULL,
	retired_edition integer,
	import_id       bigint  CONSTRAINT grid_import_fkey REFERENCES import,
	CONSTRAINT grid_created_fkey FOREIGN KEY (county_code, created_edition) REFERENCES edition
);
CREATE INDEX grid_community ON grid (community_code);
CREATE INDEX grid_county ON grid (county_code);

-- A version is valid for the editions from_edition <= n < to_edition; to_edition NULL is the current one.
CREATE TABLE grid_version (
	id                  bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT grid_version_pkey PRIMARY KEY,
	grid_id             bigint  NOT NULL CONSTRAINT grid_version_grid_fkey REFERENCES grid,
	county_code         text    NOT NULL,
	from_edition        integer NOT NULL,
	to_edition          integer CONSTRAINT grid_version_range_check CHECK (to_edition > from_edition),
	name                text    NOT NULL CONSTRAINT grid_version_name_check CHECK (name <> ''),
	boundary            geometry(MultiPolygon, 4326) NOT NULL CONSTRAINT grid_version_boundary_lattice CHECK (on_lattice(boundary)),
	label_point         geometry(Point, 4326)        NOT NULL CONSTRAINT grid_version_label_lattice CHECK (on_lattice(label_point)),
	area_m2             double precision NOT NULL,
	perimeter_m         double precision NOT NULL,
	compactness         double precision NOT NULL, -- Polsby-Popper, 4 pi area / perimeter^2
	households          integer CONSTRAINT grid_version_households_check CHECK (households >= 0),
	residents           integer CONSTRAINT grid_version_residents_check CHECK (residents >= 0),
	buildings           integer CONSTRAINT grid_version_buildings_check CHECK (buildings >= 0),
	bounds_text         text,
	dedicated_kind      text,
	host_org_code       text    CONSTRAINT grid_version_host_fkey REFERENCES organization (code),
	supervising_org_code text   CONSTRAINT grid_version_supervising_fkey REFERENCES organization (code),
	source_crs          text    NOT NULL CONSTRAINT grid_version_crs_check CHECK (source_crs IN ('wgs84', 'cgcs2000', 'gcj02', 'bd09')),
	note                text,
	CONSTRAINT grid_version_from_fkey FOREIGN KEY (county_code, from_edition) REFERENCES edition,
	CONSTRAINT grid_version_from_key UNIQUE (grid_id, from_edition)
);
CREATE UNIQUE INDEX grid_version_current ON grid_version (grid_id) WHERE to_edition IS NULL;
CREATE INDEX grid_version_county_current ON grid_version (county_code) WHERE to_edition IS NULL;
CREATE INDEX grid_version_boundary_current ON grid_version USING gist (boundary) WHERE to_edition IS NULL;

-- “No grid here”: water, military and the like. With the base grids they tile the community.
CREATE TABLE void_area (
	id             bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT void_area_pkey PRIMARY KEY,
	code           text    NOT NULL CONSTRAINT void_area_code_key UNIQUE,
	county_code    text    NOT NULL,
	community_code text    NOT NULL CONSTRAINT void_area_community_fkey REFERENCES division (code),
	reason         text    NOT NULL,
	name           text    NOT NULL DEFAULT '',
	boundary       geometry(MultiPolygon, 4326) NOT NULL CONSTRAINT void_area_boundary_lattice CHECK (on_lattice(boundary)),
	area_m2        double precision NOT NULL,
	from_edition   integer NOT NULL,
	to_edition     integer CONSTRAINT void_area_range_check CHECK (to_edition > from_edition),
	import_id      bigint  CONSTRAINT void_area_import_fkey REFERENCES import,
	CONSTRAINT void_area_from_fkey FOREIGN KEY (county_code, from_edition) REFERENCES edition
);
CREATE INDEX void_area_county_current ON void_area (county_code) WHERE to_edition IS NULL;

-- Units of other networks (police, fire, urban management), to be compared with grids.
CREATE TABLE network (
	code           text    CONSTRAINT network_pkey PRIMARY KEY,
	name           text    NOT NULL,
	kind           text    NOT NULL,
	owner_org_code text    CONSTRAINT network_owner_fkey REFERENCES organization (code),
	has_full_cover boolean NOT NULL DEFAULT false,
	import_id      bigint  CONSTRAINT network_import_fkey REFERENCES import
);
CREATE TABLE service_unit (
	id            bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT service_unit_pkey PRIMARY KEY,
	network_code  text   NOT NULL CONSTRAINT service_unit_network_fkey REFERENCES network,
	external_code text   NOT NULL,
	name          text   NOT NULL,
	org_code      text   CONSTRAINT service_unit_org_fkey REFERENCES organization (code),
	phone         text,
	boundary      geometry(MultiPolygon, 4326) NOT NULL CONSTRAINT service_unit_boundary_lattice CHECK (on_lattice(boundary)),
	import_id     bigint CONSTRAINT service_unit_import_fkey REFERENCES import,
	CONSTRAINT service_unit_code_key UNIQUE (network_code, external_code)
);
CREATE INDEX service_unit_boundary ON service_unit USING gist (boundary);

-- Roads, railways, rivers, footprints: what planners draw along and must not cut.
CREATE TABLE reference_line (
	id        bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT reference_line_pkey PRIMARY KEY,
	kind      text   NOT NULL,
	name      text   NOT NULL DEFAULT '',
	class     text   NOT NULL DEFAULT '',
	shape     geometry(MultiLineString, 4326) NOT NULL CONSTRAINT reference_line_lattice CHECK (on_lattice(shape)),
	import_id bigint CONSTRAINT reference_line_import_fkey REFERENCES import
);
CREATE INDEX reference_line_shape ON reference_line USING gist (shape);
CREATE TABLE reference_polygon (
	id        bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT reference_polygon_pkey PRIMARY KEY,
	kind      text   NOT NULL,
	name      text   NOT NULL DEFAULT '',
	class     text   NOT NULL DEFAULT '',
	shape     geometry(MultiPolygon, 4326) NOT NULL CONSTRAINT reference_polygon_lattice CHECK (on_lattice(shape)),
	import_id bigint CONSTRAINT reference_polygon_import_fkey REFERENCES import
);
CREATE INDEX reference_polygon_shape ON reference_polygon USING gist (shape);
