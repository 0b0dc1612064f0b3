-- What an incident's history and its row cannot both say.
WITH event AS (
	SELECT incident_id, from_state, to_state, at, lag(to_state) OVER w AS was, lag(at) OVER w AS before_at, lead(id) OVER w IS NULL AS last
	FROM incident_event
	WHERE to_state IS NOT NULL
	WINDOW w AS (PARTITION BY incident_id ORDER BY id)
), broken AS (
	SELECT 'the history of an incident does not end in its state' AS what, i.code
	FROM event e
	JOIN incident i ON i.id = e.incident_id
	WHERE e.last AND e.to_state <> i.state
	UNION ALL
	SELECT 'the history of an incident has a gap', i.code
	FROM event e
	JOIN incident i ON i.id = e.incident_id
	WHERE e.from_state <> e.was OR e.at < e.before_at
	UNION ALL
	SELECT 'the phase of an incident is not that of its state', i.code
	FROM event e
	JOIN incident i ON i.id = e.incident_id
	WHERE e.last AND i.phase <> CASE WHEN i.state IN ('reported', 'accepted') THEN 'intake'
	                                 WHEN i.state IN ('closed', 'rejected', 'merged', 'cancelled') THEN 'feedback'
	                                 WHEN i.state = 'waiting_check' OR i.supervised THEN 'follow_up'
	                                 ELSE 'handling'
	                            END
	UNION ALL
	SELECT 'an incident is proposed to somebody, but not to be handed over', code
	FROM incident
	WHERE proposed_unit IS NOT NULL AND NOT handover_needed
	UNION ALL
	SELECT 'an incident is asked to be taken over, but not transferred', code
	FROM incident
	WHERE transfer_to IS NOT NULL AND state <> 'transferred'
)
SELECT what, (array_agg(DISTINCT code))[1:100]
FROM broken
GROUP BY what
