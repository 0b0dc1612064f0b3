-- The versions of grid $1, oldest first, each with the edition that began it and the instant at which another ended it.
SELECT g.id, v.id AS version_id, g.code, g.kind, v.name, g.community_code, g.county_code,
       ST_AsEWKB(v.boundary) AS boundary, ST_AsEWKB(v.label_point) AS label_point, v.area_m2, v.perimeter_m, v.compactness,
       v.households, v.residents, v.buildings, coalesce(v.bounds_text, '') AS bounds_text,
       coalesce(v.dedicated_kind, '') AS dedicated_kind, coalesce(v.host_org_code, '') AS host_org,
       coalesce(v.supervising_org_code, '') AS supervising_org, v.source_crs, coalesce(v.note, '') AS note,
       e.in_force_from AS valid_from,
       v.from_edition, v.to_edition, e.in_force_from AS from_at, u.in_force_from AS until_at, coalesce(p.code, '') AS plan, e.created_by AS actor
FROM grid_version v
JOIN grid g ON g.id = v.grid_id
JOIN edition e ON e.county_code = v.county_code AND e.number = v.from_edition
LEFT JOIN edition u ON u.county_code = v.county_code AND u.number = v.to_edition
LEFT JOIN plan p ON p.id = e.plan_id
WHERE v.grid_id = $1
ORDER BY v.from_edition
