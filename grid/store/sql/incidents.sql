SELECT id, code, kind, severity, source, coalesce(external_case_no, '') AS external_case_no, title, coalesce(description, '') AS description,
       ST_AsEWKB(shape) AS shape, input_crs, original_lon, original_lat, coalesce(address, '') AS address, position_accuracy_m,
       occurred_at, reported_at, coalesce(place_code, '') AS place_code, coalesce(first_receiver, '') AS first_receiver,
       coalesce(lead_unit, '') AS lead_unit, handling_units, coalesce(item_code, '') AS item_code, state, phase, due_at, response_due_at,
       supervised, handover_needed, coalesce(parent_id, 0) AS parent_id,
       coalesce((SELECT p.code FROM incident p WHERE p.id = incident.parent_id), '') AS parent_code, closed_at, coalesce(outcome, '') AS outcome, satisfaction, external_refs,
       coalesce(county_code, '') AS county_code, coalesce(community_code, '') AS community_code,
       coalesce(base_grid_id, 0) AS base_grid_id, coalesce(dedicated_grid_id, 0) AS dedicated_grid_id,
       coalesce(located_edition, 0) AS located_edition, on_boundary,
       coalesce(transfer_to, '') AS transfer_to, coalesce(proposed_unit, '') AS proposed_unit, unit_divisions, responded_at,
       coalesce(finished_by, '') AS finished_by, joint_due_at, overdue_step, response_reminded, coalesce(item_list_version, 0) AS item_list_version, version, created_at, created_by, updated_at, updated_by
FROM incident
WHERE id = ANY ($1)
ORDER BY id
