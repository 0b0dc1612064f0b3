-- Household points in the boxes $1: those of the grids in force that meet the boxes $2, which are wider, and those of no grid. There is
-- no index on the location of all of them, which would cost more at an import than everything else that is done for a row.
WITH boxes AS MATERIALIZED (
	SELECT ST_GeomFromEWKB(b) AS box FROM unnest($1::bytea[]) AS b
), near AS MATERIALIZED (
	SELECT DISTINCT v.grid_id
	FROM unnest($2::bytea[]) AS b
	JOIN grid_version v ON v.boundary && ST_GeomFromEWKB(b) AND v.to_edition IS NULL
)
SELECT h.id, h.id::text, '', h.name, ST_AsEWKB(h.location), h.households, coalesce(h.residents, 0), coalesce(h.county_code, ''),
       coalesce(h.community_code, ''), coalesce(h.base_grid_id, 0), coalesce(h.dedicated_grid_id, 0), coalesce(h.located_edition, 0), h.on_boundary
FROM near
JOIN household_point h ON h.base_grid_id = near.grid_id
WHERE EXISTS (SELECT FROM boxes WHERE h.location && boxes.box)
UNION ALL
SELECT DISTINCT ON (h.id)
       h.id, h.id::text, '', h.name, ST_AsEWKB(h.location), h.households, coalesce(h.residents, 0), coalesce(h.county_code, ''),
       coalesce(h.community_code, ''), 0, coalesce(h.dedicated_grid_id, 0), coalesce(h.located_edition, 0), h.on_boundary
FROM boxes
JOIN household_point h ON h.location && boxes.box
WHERE h.base_grid_id IS NULL
