-- What publishing and the time of plans need.

-- Household points are found by their grid; those of none by where they are. They are few, so that this costs an import next to
-- nothing, which an index on the location of all would not.
CREATE INDEX household_point_unassigned ON household_point USING gist (location) WHERE base_grid_id IS NULL;

-- What stood when a plan was last tried at its time and could not be published: it is tried again only when that has changed.
ALTER TABLE plan ADD COLUMN tried text;
