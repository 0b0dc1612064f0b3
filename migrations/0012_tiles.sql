-- A token in the path of an address stands in places that others see, such as a project file of QGIS: it reads, and is of no use as a
-- header. One that was made for the header is of no use in the path.
ALTER TABLE token
	ADD COLUMN in_path boolean NOT NULL DEFAULT false,
	ADD CONSTRAINT token_in_path_check CHECK (NOT in_path OR role = 'reader');

-- What reference tiles of low zooms show, so that they do not read every street and building of a city to leave them out.
CREATE INDEX reference_line_main ON reference_line USING gist (shape)
	WHERE kind IN ('railway', 'river') OR class IN ('motorway', 'trunk', 'primary', 'arterial');
CREATE INDEX reference_polygon_ground ON reference_polygon USING gist (shape) WHERE kind IN ('water', 'green');
