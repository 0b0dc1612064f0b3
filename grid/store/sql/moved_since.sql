-- The grids and void areas that counties, $1, have changed since their editions $2: the last plan that did, the name that each has
-- or had last, and the boundaries then and now.
WITH base AS (
	SELECT county, edition FROM unnest($1::text[], $2::integer[]) AS b (county, edition)
), version AS (
	SELECT g.kind, g.code, v.name, v.county_code, v.from_edition, v.to_edition, v.boundary
	FROM base b
	JOIN grid_version v ON v.county_code = b.county AND (v.to_edition > b.edition OR v.to_edition IS NULL)
	JOIN grid g ON g.id = v.grid_id
	UNION ALL
	SELECT 'void', v.code, '', v.county_code, v.from_edition, v.to_edition, v.boundary
	FROM base b
	JOIN void_area v ON v.county_code = b.county AND (v.to_edition > b.edition OR v.to_edition IS NULL)
), moved AS (
	SELECT v.kind, v.code, v.county_code, max(greatest(v.from_edition, v.to_edition)) AS number
	FROM version v
	JOIN base b ON b.county = v.county_code
	WHERE greatest(v.from_edition, v.to_edition) > b.edition
	GROUP BY v.kind, v.code, v.county_code
)
SELECT m.kind, m.code,
       (SELECT v.name
        FROM version v
        WHERE v.kind = m.kind AND v.code = m.code AND v.county_code = m.county_code
        ORDER BY v.from_edition DESC
        LIMIT 1) AS name,
       coalesce(p.code, ''),
       (SELECT ST_AsEWKB(v.boundary)
        FROM version v
        WHERE v.kind = m.kind AND v.code = m.code AND v.county_code = m.county_code AND v.from_edition <= b.edition) AS base,
       (SELECT ST_AsEWKB(v.boundary)
        FROM version v
        WHERE v.kind = m.kind AND v.code = m.code AND v.county_code = m.county_code AND v.to_edition IS NULL) AS current
FROM moved m
JOIN base b ON b.county = m.county_code
LEFT JOIN edition e ON e.county_code = m.county_code AND e.number = m.number
LEFT JOIN plan p ON p.id = e.plan_id
ORDER BY m.kind, m.code COLLATE "C"
