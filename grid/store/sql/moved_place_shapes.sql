-- Lines and polygons among the places that meet the boxes $1.
SELECT DISTINCT ON (p.id)
       p.id, p.code, p.kind, p.name, ST_AsEWKB(p.shape), 0, 0, coalesce(p.county_code, ''), coalesce(p.community_code, ''),
       coalesce(p.base_grid_id, 0), coalesce(p.dedicated_grid_id, 0), coalesce(p.located_edition, 0), p.on_boundary
FROM unnest($1::bytea[]) AS b
JOIN place p ON p.shape && ST_GeomFromEWKB(b)
WHERE GeometryType(p.shape) <> 'POINT'
ORDER BY p.id
