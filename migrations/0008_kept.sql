-- What earlier steps let through. A vertex that is not finite, or off the globe, is no lattice point (L2), and a geometry
-- without a point has none: comparisons alone take NaN for equal to itself, and an unknown answer for a yes.
CREATE OR REPLACE FUNCTION on_lattice(g geometry) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
	IF GeometryType(g) = 'POINT' THEN
		RETURN coalesce(ST_X(g) BETWEEN -180 AND 180 AND round(ST_X(g) * 1e7) / 1e7 = ST_X(g)
		                AND ST_Y(g) BETWEEN -90 AND 90 AND round(ST_Y(g) * 1e7) / 1e7 = ST_Y(g), false);
	END IF;
	RETURN NOT ST_IsEmpty(g) AND NOT EXISTS (
		SELECT FROM ST_DumpPoints(g) d
		WHERE ST_X(d.geom) NOT BETWEEN -180 AND 180 OR round(ST_X(d.geom) * 1e7) / 1e7 <> ST_X(d.geom)
		   OR ST_Y(d.geom) NOT BETWEEN -90 AND 90 OR round(ST_Y(d.geom) * 1e7) / 1e7 <> ST_Y(d.geom));
END
$$;

-- refuse_delete keeps what must be there when any past instant is asked for (L4). A version is changed once, when a later
-- edition ends it.
CREATE FUNCTION refuse_delete() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'nothing is ever deleted from table %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_kept';
END
$$;
CREATE TRIGGER grid_kept BEFORE DELETE OR TRUNCATE ON grid FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete();
CREATE TRIGGER grid_version_kept BEFORE DELETE OR TRUNCATE ON grid_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete();
CREATE TRIGGER void_area_kept BEFORE DELETE OR TRUNCATE ON void_area FOR EACH STATEMENT EXECUTE FUNCTION refuse_delete();
