-- PostGIS and the lattice of law L2: every stored coordinate is float64(k)/1e7.
CREATE EXTENSION IF NOT EXISTS postgis;

-- on_lattice holds for geometries whose every vertex is a lattice point. Points, which come by the million, take the
-- short way. (ST_SnapToGrid and ST_ReducePrecision are not exact and cannot say this.)
CREATE FUNCTION on_lattice(g geometry) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
	IF GeometryType(g) = 'POINT' THEN
		RETURN round(ST_X(g) * 1e7) / 1e7 = ST_X(g) AND round(ST_Y(g) * 1e7) / 1e7 = ST_Y(g);
	END IF;
	RETURN NOT EXISTS (
		SELECT FROM ST_DumpPoints(g) d
		WHERE round(ST_X(d.geom) * 1e7) / 1e7 <> ST_X(d.geom) OR round(ST_Y(d.geom) * 1e7) / 1e7 <> ST_Y(d.geom));
END
$$;

-- lattice_units scales a geometry to whole lattice units, in which PostGIS predicates are exact enough to be the oracle
-- (in degrees ST_Covers misses owners of points that lie exactly on a border).
CREATE FUNCTION lattice_units(g geometry) RETURNS geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT ST_SetSRID(ST_SnapToGrid(ST_Scale(g, 1e7, 1e7), 1), 0)
$$;

-- set_updated keeps updated_at honest for every table that has one.
CREATE FUNCTION set_updated() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	NEW.updated_at := now();
	RETURN NEW;
END
$$;

-- refuse_change makes a table append-only.
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END
$$;
