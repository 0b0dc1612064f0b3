-- What foreign keys would have refused: they are left out where rows come by the million (see migrations/0005_places.sql).
SELECT what, count(*)
FROM (SELECT 'place.import_id' AS what FROM place p WHERE NOT EXISTS (SELECT FROM import i WHERE i.id = p.import_id) AND p.import_id IS NOT NULL
      UNION ALL
      SELECT 'incident.import_id' FROM incident p WHERE NOT EXISTS (SELECT FROM import i WHERE i.id = p.import_id) AND p.import_id IS NOT NULL
      UNION ALL
      SELECT 'household_point.import_id' FROM household_point p
      WHERE NOT EXISTS (SELECT FROM import i WHERE i.id = p.import_id) AND p.import_id IS NOT NULL
      UNION ALL
      SELECT 'place.supervising_org_code' FROM place p
      WHERE p.supervising_org_code IS NOT NULL AND NOT EXISTS (SELECT FROM organization o WHERE o.code = p.supervising_org_code)
      UNION ALL
      SELECT 'incident.parent_id' FROM incident p
      WHERE p.parent_id IS NOT NULL AND NOT EXISTS (SELECT FROM incident o WHERE o.id = p.parent_id)
      UNION ALL
      SELECT coalesce(d.kind, p.kind) || '.place_id'
      FROM place p
      FULL JOIN (SELECT place_id, 'hazard' AS kind FROM hazard
                 UNION ALL SELECT place_id, 'hazard_source' FROM hazard_source
                 UNION ALL SELECT place_id, 'danger_zone' FROM danger_zone
                 UNION ALL SELECT place_id, 'rental_premises' FROM rental_premises
                 UNION ALL SELECT place_id, 'key_site' FROM key_site
                 UNION ALL SELECT place_id, 'shelter' FROM shelter
                 UNION ALL SELECT place_id, 'response_point' FROM response_point) d ON d.place_id = p.id AND d.kind = p.kind
      WHERE p.id IS NULL OR d.place_id IS NULL) dangling
GROUP BY what
