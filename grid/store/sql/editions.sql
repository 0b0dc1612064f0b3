-- The editions of county $1 with what each made different. A part is created by the edition of its first version, retired by one
-- that ends a version without beginning another, and changed by any other that begins one.
WITH version AS (
	SELECT grid_id::text AS part, from_edition, to_edition FROM grid_version WHERE county_code = $1
	UNION ALL
	SELECT 'void ' || code, from_edition, to_edition FROM void_area WHERE county_code = $1
), began AS (
	SELECT part, from_edition AS edition, from_edition = min(from_edition) OVER (PARTITION BY part) AS first FROM version
), counted AS (
	SELECT edition, count(*) FILTER (WHERE first) AS created, count(*) FILTER (WHERE NOT first) AS changed FROM began GROUP BY edition
), ended AS (
	SELECT v.to_edition AS edition, count(*) AS retired
	FROM version v
	WHERE v.to_edition IS NOT NULL
	  AND NOT EXISTS (SELECT FROM began b WHERE b.part = v.part AND b.edition = v.to_edition)
	GROUP BY v.to_edition
)
SELECT e.number, e.in_force_from, e.proven, coalesce(p.code, ''), e.created_by,
       coalesce(c.created, 0), coalesce(c.changed, 0), coalesce(r.retired, 0)
FROM edition e
LEFT JOIN plan p ON p.id = e.plan_id
LEFT JOIN counted c ON c.edition = e.number
LEFT JOIN ended r ON r.edition = e.number
WHERE e.county_code = $1
ORDER BY e.number
