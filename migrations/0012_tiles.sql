-- What reference tiles of low zooms show, so that they do not read every street and building of a city to leave them out.
CREATE INDEX reference_line_main ON reference_line USING gist (shape)
	WHERE kind IN ('railway', 'river') OR class IN ('motorway', 'trunk', 'primary', 'arterial');
CREATE INDEX reference_polygon_ground ON reference_polygon USING gist (shape) WHERE kind IN ('water', 'green');

-- What tiles of places and incidents show: every transaction that changes it raises the cells, tiles of zoom 14, that it happens in, as the
-- last thing it does and in ascending order. So the sum over a tile's cells differs whenever the tile may; two commits cannot hide each
-- other, since each adds to a row under its lock; and who writes elsewhere waits for nobody.
CREATE TABLE tile_version (
	layer   text   NOT NULL CONSTRAINT tile_version_layer_check CHECK (layer IN ('places', 'incidents')),
	cell    bigint NOT NULL, -- the leading 28 bits of place.cell
	version bigint NOT NULL,
	CONSTRAINT tile_version_pkey PRIMARY KEY (layer, cell)
);
INSERT INTO tile_version (layer, cell, version)
SELECT 'places', cell >> 34, 1 FROM place GROUP BY 2
UNION ALL
SELECT 'incidents', cell >> 34, 1 FROM incident GROUP BY 2;

-- Tiles count places by kind and state, and pages of features choose them by id. The old index goes once the new one is there, and the
-- token comes last: while indexes are made others read places and show their tokens.
CREATE INDEX place_cell_state ON place (cell) INCLUDE (kind, state, id);
DROP INDEX place_cell;
ALTER INDEX place_cell_state RENAME TO place_cell;

-- A token in the path of an address stands in places that others see, such as a project file of QGIS: it reads, and is of no use as a
-- header. One that was made for the header is of no use in the path.
ALTER TABLE token
	ADD COLUMN in_path boolean NOT NULL DEFAULT false,
	ADD CONSTRAINT token_in_path_check CHECK (NOT in_path OR role = 'reader');
