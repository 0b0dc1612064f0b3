-- The household points of division $1 by grid, of what was imported by the instant $2, as it was assigned then.
WITH RECURSIVE subtree AS (
	SELECT code, level FROM division WHERE code = $1
	UNION ALL
	SELECT d.code, d.level FROM division d JOIN subtree s ON d.parent_code = s.code
), past AS (
	SELECT DISTINCT ON (thing_id) thing_id, county_code, community_code, base_grid_id, dedicated_grid_id
	FROM past_assignment
	WHERE thing = 'household_point' AND until_at > $2
	ORDER BY thing_id, until_at
), was AS (
	SELECT t.*, CASE WHEN a.thing_id IS NULL THEN t.county_code ELSE a.county_code END AS was_county,
	       CASE WHEN a.thing_id IS NULL THEN t.community_code ELSE a.community_code END AS was_community,
	       CASE WHEN a.thing_id IS NULL THEN t.base_grid_id ELSE a.base_grid_id END AS was_base,
	       CASE WHEN a.thing_id IS NULL THEN t.dedicated_grid_id ELSE a.dedicated_grid_id END AS was_dedicated
	FROM household_point t
	LEFT JOIN import i ON i.id = t.import_id
	LEFT JOIN past a ON a.thing_id = t.id
	WHERE i.at IS NULL OR i.at <= $2
), mine AS (
	SELECT was_base, was_dedicated, households, coalesce(residents, 0) AS residents
	FROM was
	WHERE was_community IN (SELECT code FROM subtree)
	   OR was_community IS NULL AND was_county IN (SELECT code FROM subtree)
	   OR was_county IS NULL AND EXISTS (SELECT FROM subtree WHERE level = 'city')
)
SELECT coalesce(was_base, 0), count(*), sum(households), sum(residents) FROM mine GROUP BY 1
UNION ALL
SELECT was_dedicated, count(*), sum(households), sum(residents) FROM mine WHERE was_dedicated IS NOT NULL GROUP BY 1
