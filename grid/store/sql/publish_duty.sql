-- Posts on grids that end at $3, and the post of the same worker and kind that is valid from then on on the grid that follows.
WITH follows AS (
	SELECT DISTINCT ON (o.id) o.id AS old_id, n.id AS new_id, n.county_code, o.county_code AS old_county
	FROM unnest($1::bigint[], $2::bigint[]) AS f (from_id, to_id)
	JOIN post o ON o.grid_id = f.from_id AND o.valid_from < $3 AND o.valid_to = $3
	JOIN post n ON n.grid_id = f.to_id AND n.worker_id = o.worker_id AND n.post_kind = o.post_kind
	           AND n.valid_from <= $3 AND (n.valid_to IS NULL OR n.valid_to > $3)
	ORDER BY o.id, n.id
), concerned AS (
	SELECT d.id, d.on_from, d.on_to, d.absent, coalesce(f.new_id, d.post_id) AS post_id, coalesce(f.county_code, d.county_code) AS county_code,
	       coalesce(g.new_id, d.stand_in_post_id) AS stand_in_post_id
	FROM duty d
	LEFT JOIN follows f ON f.old_id = d.post_id
	LEFT JOIN follows g ON g.old_id = d.stand_in_post_id
	WHERE d.county_code IN (SELECT old_county FROM follows) AND d.on_to > $3 AND NOT d.cancelled AND (f.old_id IS NOT NULL OR g.old_id IS NOT NULL)
), rest AS ( -- of what is on now: the part that has been stays as it was
	INSERT INTO duty (post_id, county_code, on_from, on_to, stand_in_post_id, absent, created_by, updated_by)
	SELECT c.post_id, c.county_code, $3, c.on_to, nullif(c.stand_in_post_id, c.post_id), c.absent, $4, $4
	FROM concerned c
	WHERE c.on_from < $3
)
UPDATE duty
SET on_to = CASE WHEN c.on_from < $3 THEN $3 ELSE c.on_to END,
    post_id = CASE WHEN c.on_from < $3 THEN duty.post_id ELSE c.post_id END,
    county_code = CASE WHEN c.on_from < $3 THEN duty.county_code ELSE c.county_code END,
    stand_in_post_id = CASE WHEN c.on_from < $3 THEN duty.stand_in_post_id ELSE nullif(c.stand_in_post_id, c.post_id) END,
    version = duty.version + 1, updated_by = $4
FROM concerned c
WHERE c.id = duty.id
