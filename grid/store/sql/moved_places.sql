-- Points among the places in ranges of cells, $1 to $2, of which none overlap.
SELECT p.id, p.code, p.kind, p.name, ST_AsEWKB(p.shape), 0, 0, coalesce(p.county_code, ''), coalesce(p.community_code, ''),
       coalesce(p.base_grid_id, 0), coalesce(p.dedicated_grid_id, 0), coalesce(p.located_edition, 0), p.on_boundary
FROM unnest($1::bigint[], $2::bigint[]) AS r (first, last)
CROSS JOIN LATERAL (
	SELECT * FROM place WHERE cell BETWEEN r.first AND r.last OFFSET 0 -- which keeps the planner from comparing every row with every range
) p
WHERE GeometryType(p.shape) = 'POINT'
