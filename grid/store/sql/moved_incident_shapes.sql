-- Lines and polygons among the open incidents that meet the boxes $1.
SELECT DISTINCT ON (i.id)
       i.id, i.code, i.kind, i.title, ST_AsEWKB(i.shape), 0, 0, coalesce(i.county_code, ''), coalesce(i.community_code, ''),
       coalesce(i.base_grid_id, 0), coalesce(i.dedicated_grid_id, 0), coalesce(i.located_edition, 0), i.on_boundary
FROM unnest($1::bytea[]) AS b
JOIN incident i ON i.shape && ST_GeomFromEWKB(b)
WHERE GeometryType(i.shape) <> 'POINT' AND i.state NOT IN ('closed', 'rejected', 'merged', 'cancelled')
ORDER BY i.id
