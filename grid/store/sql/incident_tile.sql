-- One tile of incidents; the same as place_tile.sql. $1 z, $2 x, $3 y; $4-$7 the box of the tile in degrees, a little widened; $8 the scope's division or '';
-- $9 how many points a tile may show one by one.
-- An incident is one point, of a line or polygon one on it. Its pixel on the world grid of the zoom says in which one tile it is,
-- so that over the tiles of a zoom every incident is counted once. More than $9: counts by cells of 128 pixels.
WITH RECURSIVE subtree AS (
	SELECT code FROM division WHERE code = $8
	UNION ALL
	SELECT d.code FROM division d JOIN subtree s ON d.parent_code = s.code
), near AS MATERIALIZED (
	SELECT p.id, p.code, p.kind, p.state, p.severity,
	       CASE WHEN GeometryType(p.shape) = 'POINT' THEN p.shape ELSE ST_PointOnSurface(p.shape) END AS at
	FROM incident p
	WHERE p.shape && ST_MakeEnvelope($4, $5, $6, $7, 4326)
	  AND ($8 = '' OR p.community_code IN (SELECT code FROM subtree) OR p.county_code IN (SELECT code FROM subtree))
), pixels AS (
	SELECT id, code, kind, state, severity,
	       floor((ST_X(at) + 180) / 360 * 4096 * 2 ^ $1::int)::bigint - $2::bigint * 4096 AS px,
	       floor((1 - ln(tan(radians(ST_Y(at))) + 1 / cos(radians(ST_Y(at)))) / pi()) / 2 * 4096 * 2 ^ $1::int)::bigint - $3::bigint * 4096 AS py
	FROM near
	WHERE abs(ST_Y(at)) < 85.05
), inside AS MATERIALIZED (
	SELECT * FROM pixels WHERE px BETWEEN 0 AND 4095 AND py BETWEEN 0 AND 4095
), few AS (
	SELECT count(*) <= $9 AS so FROM inside
), single AS (
	SELECT id, code, kind, state, severity, ST_MakePoint(px, py) AS geom FROM inside, few WHERE few.so ORDER BY id
), kinds AS (
	SELECT px / 128 AS cx, py / 128 AS cy, kind, count(*) AS n, sum(px) AS sx, sum(py) AS sy
	FROM inside, few
	WHERE NOT few.so
	GROUP BY 1, 2, 3
), cells AS (
	SELECT cy * 32 + cx + 1 AS id, sum(n)::bigint AS count, jsonb_object_agg('count_' || kind, n) AS by_kind,
	       ST_MakePoint(round(sum(sx) / sum(n)), round(sum(sy) / sum(n))) AS geom
	FROM kinds
	GROUP BY cx, cy
	ORDER BY 1
)
SELECT (SELECT coalesce(ST_AsMVT(single, 'incidents', 4096, 'geom', 'id'), '') FROM single)
    || (SELECT coalesce(ST_AsMVT(cells, 'incidents', 4096, 'geom', 'id'), '') FROM cells)
