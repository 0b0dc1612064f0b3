-- The steps of lineage from or to the grid of code $1, oldest first.
SELECT f.code, t.code, l.relation, l.share_of_area, l.edition, e.in_force_from, coalesce(p.code, ''), e.created_by
FROM grid g
JOIN grid_lineage l ON l.from_grid_id = g.id OR l.to_grid_id = g.id
JOIN grid f ON f.id = l.from_grid_id
JOIN grid t ON t.id = l.to_grid_id
JOIN edition e ON e.county_code = l.county_code AND e.number = l.edition
LEFT JOIN plan p ON p.id = e.plan_id
WHERE g.code = $1
ORDER BY e.in_force_from, f.code COLLATE "C", t.code COLLATE "C"
