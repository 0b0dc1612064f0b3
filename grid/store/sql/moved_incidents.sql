-- Points among the open incidents in ranges of cells, $1 to $2, of which none overlap.
SELECT i.id, i.code, i.kind, i.title, ST_AsEWKB(i.shape), 0, 0, coalesce(i.county_code, ''), coalesce(i.community_code, ''),
       coalesce(i.base_grid_id, 0), coalesce(i.dedicated_grid_id, 0), coalesce(i.located_edition, 0), i.on_boundary
FROM unnest($1::bigint[], $2::bigint[]) AS r (first, last)
CROSS JOIN LATERAL (
	SELECT * FROM incident WHERE cell BETWEEN r.first AND r.last OFFSET 0 -- which keeps the planner from comparing every row with every range
) i
WHERE GeometryType(i.shape) = 'POINT' AND i.state NOT IN ('closed', 'rejected', 'merged', 'cancelled')
