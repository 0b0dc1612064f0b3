-- The assignments of the thing $1 (place or incident) of code $2, oldest first. Each began, by whom and by which plan, where the one
-- before it ended; the first with the thing.
WITH thing AS (
	SELECT id, created_at, created_by, county_code, community_code, base_grid_id, dedicated_grid_id, located_edition, on_boundary
	FROM place WHERE $1 = 'place' AND code = $2
	UNION ALL
	SELECT id, created_at, created_by, county_code, community_code, base_grid_id, dedicated_grid_id, located_edition, on_boundary
	FROM incident WHERE $1 = 'incident' AND code = $2
), held AS (
	SELECT a.until_at, a.plan_id, a.actor, a.county_code, a.community_code, a.base_grid_id, a.dedicated_grid_id, a.located_edition, a.on_boundary
	FROM thing t
	JOIN past_assignment a ON a.thing = $1 AND a.thing_id = t.id
	UNION ALL
	SELECT NULL, NULL, NULL, county_code, community_code, base_grid_id, dedicated_grid_id, located_edition, on_boundary FROM thing
), begun AS (
	SELECT h.*, lag(until_at) OVER w AS from_at, lag(plan_id) OVER w AS by_plan, lag(actor) OVER w AS by_actor
	FROM held h
	WINDOW w AS (ORDER BY until_at NULLS LAST)
)
SELECT coalesce(b.from_at, t.created_at), b.until_at, coalesce(p.code, ''), coalesce(b.by_actor, t.created_by),
       coalesce(b.county_code, ''), coalesce(b.community_code, ''), coalesce(b.base_grid_id, 0), coalesce(b.dedicated_grid_id, 0),
       coalesce(b.located_edition, 0), b.on_boundary, coalesce(g.code, ''), coalesce(d.code, '')
FROM begun b
CROSS JOIN thing t
LEFT JOIN plan p ON p.id = b.by_plan
LEFT JOIN grid g ON g.id = b.base_grid_id
LEFT JOIN grid d ON d.id = b.dedicated_grid_id
ORDER BY b.until_at NULLS LAST
