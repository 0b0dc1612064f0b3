-- The editions of its county that made division $1 different, oldest first: the first one, and those that created, changed or retired
-- grids and void areas in it, or redrew it.
WITH RECURSIVE subtree AS (
	SELECT code FROM division WHERE code = $1
	UNION ALL
	SELECT d.code FROM division d JOIN subtree s ON d.parent_code = s.code
), county AS (
	SELECT county_code FROM division WHERE code = $1
), version AS (
	SELECT g.code, v.from_edition, v.to_edition
	FROM grid g
	JOIN grid_version v ON v.grid_id = g.id
	WHERE g.county_code = (SELECT county_code FROM county) AND g.community_code IN (SELECT code FROM subtree)
	UNION ALL
	SELECT code, from_edition, to_edition
	FROM void_area
	WHERE county_code = (SELECT county_code FROM county) AND community_code IN (SELECT code FROM subtree)
), began AS (
	SELECT code, from_edition AS edition, from_edition = min(from_edition) OVER (PARTITION BY code) AS first FROM version
), event AS (
	SELECT edition, code, CASE WHEN first THEN 'created' ELSE 'changed' END AS what FROM began
	UNION ALL
	SELECT v.to_edition, v.code, 'retired'
	FROM version v
	WHERE v.to_edition IS NOT NULL AND NOT EXISTS (SELECT FROM began b WHERE b.code = v.code AND b.edition = v.to_edition)
	UNION ALL
	SELECT until_edition, NULL, 'redrawn' FROM division_past WHERE division_code = $1
	UNION ALL
	SELECT 1, NULL, 'first'
), made AS (
	SELECT edition, bool_or(what = 'redrawn') AS redrawn,
	       coalesce(array_agg(code ORDER BY code COLLATE "C") FILTER (WHERE what = 'created'), '{}') AS created,
	       coalesce(array_agg(code ORDER BY code COLLATE "C") FILTER (WHERE what = 'changed'), '{}') AS changed,
	       coalesce(array_agg(code ORDER BY code COLLATE "C") FILTER (WHERE what = 'retired'), '{}') AS retired
	FROM event
	GROUP BY edition
)
SELECT e.number, lead(e.number) OVER (ORDER BY e.number), e.in_force_from, lead(e.in_force_from) OVER (ORDER BY e.number), coalesce(p.code, ''), e.created_by,
       m.redrawn, m.created, m.changed, m.retired
FROM made m
JOIN edition e ON e.county_code = (SELECT county_code FROM county) AND e.number = m.edition
LEFT JOIN plan p ON p.id = e.plan_id
ORDER BY e.number
