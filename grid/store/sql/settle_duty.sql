-- For each asked duty, in its order: its post, who can stand in, and whether the post is on already. Of several posts the oldest counts; of
-- several that stand in one on the same grid.
SELECT coalesce(p.id, 0) AS post, coalesce(p.county_code, '') AS county_code, coalesce(si.id, 0) AS stand_in,
       EXISTS (SELECT FROM duty d WHERE d.post_id = p.id AND NOT d.cancelled AND d.on_from < a.on_to AND d.on_to > a.on_from) AS taken
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
     WITH ORDINALITY AS a (worker, grid, kind, stand_in, on_from, on_to, n)
LEFT JOIN LATERAL (
	SELECT o.id, o.county_code, o.grid_id, o.worker_id
	FROM worker w
	JOIN post o ON o.worker_id = w.id
	JOIN grid g ON g.id = o.grid_id
	WHERE w.code = a.worker AND g.code = a.grid AND (a.kind = '' OR o.post_kind = a.kind)
	  AND o.valid_from <= a.on_from AND (o.valid_to IS NULL OR o.valid_to >= a.on_to)
	ORDER BY o.id
	LIMIT 1
) p ON true
LEFT JOIN LATERAL (
	SELECT o.id
	FROM worker w
	JOIN post o ON o.worker_id = w.id
	WHERE w.code = a.stand_in AND w.active AND o.county_code = p.county_code AND o.worker_id <> p.worker_id
	  AND o.valid_from <= a.on_from AND (o.valid_to IS NULL OR o.valid_to >= a.on_to)
	ORDER BY o.grid_id = p.grid_id DESC, o.id
	LIMIT 1
) si ON true
ORDER BY a.n
