-- A token in the path of an address stands in places that others see, such as a project file of QGIS: it reads, and is of no use as a
-- header. One that was made for the header is of no use in the path.
ALTER TABLE token
	ADD COLUMN in_path boolean NOT NULL DEFAULT false,
	ADD CONSTRAINT token_in_path_check CHECK (NOT in_path OR role = 'reader');
