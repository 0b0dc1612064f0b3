-- For each asked post, in its order: whether its worker has a post of the kind on the grid at that time already.
SELECT EXISTS (
	SELECT FROM worker w
	JOIN post p ON p.worker_id = w.id
	JOIN grid g ON g.id = p.grid_id
	WHERE w.code = a.worker AND g.code = a.grid AND p.post_kind = a.kind
	  AND (a.valid_to IS NULL OR p.valid_from < a.valid_to) AND (p.valid_to IS NULL OR p.valid_to > a.valid_from)
)
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
     WITH ORDINALITY AS a (worker, grid, kind, valid_from, valid_to, n)
ORDER BY a.n
