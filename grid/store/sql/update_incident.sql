UPDATE incident
SET kind = $2, severity = $3, source = $4, external_case_no = $5, title = $6, description = $7, shape = ST_GeomFromEWKB($8), cell = $9,
    address = $10, input_crs = $11, original_lon = $12, original_lat = $13, position_accuracy_m = $14, occurred_at = $15, reported_at = $16,
    place_code = $17, first_receiver = $18, lead_unit = $19, handling_units = $20, item_code = $21, state = $22, phase = $23, due_at = $24,
    response_due_at = $25, supervised = $26, handover_needed = $27, parent_id = $28, closed_at = $29, outcome = $30, satisfaction = $31,
    external_refs = $32, county_code = $33, community_code = $34, base_grid_id = $35, dedicated_grid_id = $36, located_edition = $37,
    on_boundary = $38, transfer_to = $39, proposed_unit = $40, unit_divisions = $41, responded_at = $42, finished_by = $43, joint_due_at = $44,
    overdue_step = $45, item_list_version = $46, version = version + 1, updated_at = now(), updated_by = $47
WHERE id = $1
