-- The places that a filter chooses, by id, as they were assigned at the instant $12, and where they were when they have been moved
-- since. Those that were stored later are left out. The lists $5 to $9 and the rest are those of Store.Places: a scope ($13, $14) has to cover
-- them as they are now, since so is all else that is told of them.
SELECT w.id, w.county_code, w.community_code, w.base_grid_id, w.dedicated_grid_id, w.located_edition, w.on_boundary, ST_AsEWKB(m.shape) AS moved_from
FROM place p
LEFT JOIN LATERAL (
	SELECT q.*
	FROM past_assignment q
	WHERE q.thing = 'place' AND q.thing_id = p.id AND q.until_at > $12
	ORDER BY q.until_at
	LIMIT 1) a ON true
LEFT JOIN LATERAL (
	SELECT q.shape
	FROM past_assignment q
	WHERE q.thing = 'place' AND q.thing_id = p.id AND q.until_at > $12 AND q.shape IS NOT NULL
	ORDER BY q.until_at
	LIMIT 1) m ON a.thing_id IS NOT NULL
CROSS JOIN LATERAL (
	SELECT p.id, CASE WHEN a.thing_id IS NULL THEN p.county_code ELSE a.county_code END AS county_code,
	       CASE WHEN a.thing_id IS NULL THEN p.community_code ELSE a.community_code END AS community_code,
	       CASE WHEN a.thing_id IS NULL THEN p.base_grid_id ELSE a.base_grid_id END AS base_grid_id,
	       CASE WHEN a.thing_id IS NULL THEN p.dedicated_grid_id ELSE a.dedicated_grid_id END AS dedicated_grid_id,
	       CASE WHEN a.thing_id IS NULL THEN p.located_edition ELSE a.located_edition END AS located_edition,
	       CASE WHEN a.thing_id IS NULL THEN p.on_boundary ELSE a.on_boundary END AS on_boundary) w
WHERE p.id > $1
  AND p.created_at <= $12
  AND ($2 = '' OR p.kind = $2)
  AND ($3 = '' OR p.state = $3)
  AND ($4 = 0 OR p.id IN (SELECT id FROM place WHERE base_grid_id = $4 OR dedicated_grid_id = $4
                          UNION ALL
                          SELECT thing_id FROM past_assignment WHERE thing = 'place' AND (base_grid_id = $4 OR dedicated_grid_id = $4)))
  AND ($4 = 0 OR w.dedicated_grid_id = $4
       OR w.base_grid_id = $4 AND w.community_code = (SELECT g.community_code FROM grid g WHERE g.id = $4))
  AND ($5::text[] IS NULL OR w.county_code = ANY ($5))
  AND ($6::text[] IS NULL OR w.community_code = ANY ($6))
  AND ($7::bigint[] IS NULL OR p.id IN (
       SELECT q.id
       FROM unnest($7::bigint[], $8::bigint[]) AS r (first, last)
       JOIN place q ON q.cell BETWEEN r.first AND r.last
       WHERE GeometryType(q.shape) = 'POINT'
       UNION ALL
       SELECT q.id FROM place q WHERE GeometryType(q.shape) <> 'POINT' AND q.shape && ST_GeomFromEWKB($9)
       UNION ALL
       SELECT q.thing_id FROM past_assignment q WHERE q.thing = 'place' AND q.shape && ST_GeomFromEWKB($9)))
  AND ($7::bigint[] IS NULL OR ST_Intersects(coalesce(m.shape, p.shape), ST_GeomFromEWKB($9)))
  AND ($13::text[] IS NULL OR p.county_code = ANY ($13))
  AND ($14::text[] IS NULL OR p.community_code = ANY ($14))
  AND (NOT $11 OR p.public AND (p.kind = 'shelter'
       OR p.kind = 'danger_zone' AND EXISTS (SELECT FROM danger_zone z WHERE z.place_id = p.id AND z.published_at <= (now() AT TIME ZONE 'UTC')::date)))
ORDER BY p.id
LIMIT $10
