package api

import (
	"net/http"
	"time"
)

// What follows writes an answer of locate as encodeJSON would; a test fills every member there is and compares. A member that is added to
// one of the types is added here.

func (a *answer) appendJSON(j *jsonOut) {
	j.open()
	if a.Location != nil {
		j.key(`"location":`)
		j.open()
		j.key(`"lon":`)
		j.float(a.Location.Lon)
		j.key(`"lat":`)
		j.float(a.Location.Lat)
		j.close()
	}
	if a.RadiusM != nil {
		j.key(`"radius_m":`)
		j.float(*a.RadiusM)
	}
	j.member(`"kind":`, a.Kind)
	if a.part != nil {
		j.key("")
		j.b = append(j.b, a.part.json...)
	} else {
		a.appendServing(j)
	}
	j.key(`"on_boundary":`)
	j.bool(a.OnBoundary)
	j.key(`"boundary_with":`)
	listJSON(j, a.BoundaryWith, appendRef)
	j.key(`"near":`)
	listJSON(j, a.Near, appendNear)
	if len(a.Shares) > 0 {
		j.key(`"shares":`)
		j.other(a.Shares)
	}
	j.key(`"warnings":`)
	listJSON(j, a.Warnings, appendWarning)
	a.timeJSON.appendMembers(j)
	j.close()
}

// appendServing appends what does not depend on where in its grids a place is.
func (a *answer) appendServing(j *jsonOut) {
	j.key(`"outcome":`)
	j.text(a.Outcome)
	j.key(`"edition":`)
	orNullJSON(j, a.Edition, appendEdition)
	j.key(`"base":`)
	orNullJSON(j, a.Base, appendGrid)
	j.key(`"dedicated":`)
	orNullJSON(j, a.Dedicated, appendGrid)
	j.key(`"responsible":`)
	orNullJSON(j, a.Responsible, appendRef)
	j.key(`"plan_id":`)
	orNullJSON(j, a.PlanID, func(j *jsonOut, s *string) { j.text(*s) })
	j.key(`"updated_at":`)
	orNullJSON(j, a.UpdatedAt, appendTime)
	j.key(`"valid_to":`)
	orNullJSON(j, a.ValidTo, appendTime)
	if a.Network != nil {
		j.key(`"network":`)
		j.other(a.Network)
	}
	if a.Void != nil {
		j.key(`"void":`)
		j.other(a.Void)
	}
	j.key(`"contact":`)
	orNullJSON(j, a.Contact, appendContact)
	j.key(`"chain":`)
	listJSON(j, a.Chain, appendContact)
	j.key(`"workers":`)
	listJSON(j, a.Workers, appendWorker)
	j.key(`"divisions":`)
	listJSON(j, a.Divisions, appendDivision)
}

func (t *timeJSON) appendMembers(j *jsonOut) {
	if t.AsOf != nil {
		j.key(`"as_of":`)
		j.time(*t.AsOf)
	}
	if t.FutureChange {
		j.key(`"future_change":`)
		j.bool(true)
	}
	if len(t.Plans) > 0 {
		j.key(`"plans":`)
		j.other(t.Plans)
	}
}

func appendTime(j *jsonOut, t *time.Time) { j.time(*t) }

func appendEdition(j *jsonOut, e *editionJSON) {
	j.open()
	j.key(`"county_code":`)
	j.text(e.CountyCode)
	j.key(`"number":`)
	j.int(int64(e.Number))
	j.key(`"in_force_from":`)
	j.time(e.InForceFrom)
	j.key(`"proven":`)
	j.bool(e.Proven)
	j.close()
}

func appendGrid(j *jsonOut, g *gridJSON) {
	j.open()
	j.key(`"id":`)
	j.int(g.ID)
	j.key(`"grid_version_id":`)
	j.int(g.VersionID)
	j.key(`"code":`)
	j.text(g.Code)
	j.key(`"kind":`)
	j.text(g.Kind)
	j.key(`"name":`)
	j.text(g.Name)
	j.key(`"community_code":`)
	j.text(g.CommunityCode)
	j.key(`"area_m2":`)
	j.float(g.AreaM2)
	j.key(`"perimeter_m":`)
	j.float(g.PerimeterM)
	j.key(`"compactness":`)
	j.float(g.Compactness)
	j.key(`"households":`)
	orNullJSON(j, g.Households, func(j *jsonOut, n *int) { j.int(int64(*n)) })
	j.member(`"dedicated_kind":`, g.DedicatedKind)
	j.member(`"host_org_code":`, g.HostOrg)
	j.key(`"valid_from":`)
	j.time(g.ValidFrom)
	j.key(`"label":`)
	j.b = append(j.b, '[')
	j.float(g.Label[0])
	j.b = append(j.b, ',')
	j.float(g.Label[1])
	j.b = append(j.b, ']')
	if g.Boundary != nil {
		j.key(`"boundary":`)
		j.other(g.Boundary)
	}
	j.member(`"host_org_name":`, g.HostOrgName)
	j.member(`"supervising_org_code":`, g.SupervisingOrg)
	j.member(`"supervising_org_name":`, g.SupervisingOrgName)
	j.close()
}

func (r *gridRef) appendMembers(j *jsonOut) {
	j.key(`"kind":`)
	j.text(r.Kind)
	j.key(`"code":`)
	j.text(r.Code)
	j.key(`"name":`)
	j.text(r.Name)
}

func appendRef(j *jsonOut, r *gridRef) {
	j.open()
	r.appendMembers(j)
	j.close()
}

func appendNear(j *jsonOut, n *nearJSON) {
	j.open()
	n.gridRef.appendMembers(j)
	j.key(`"distance_m":`)
	j.float(n.DistanceM)
	j.close()
}

func appendDivision(j *jsonOut, d *divisionRef) {
	j.open()
	j.key(`"level":`)
	j.text(d.Level)
	j.key(`"code":`)
	j.text(d.Code)
	j.key(`"name":`)
	j.text(d.Name)
	j.close()
}

func appendWarning(j *jsonOut, w *warning) {
	j.open()
	j.key(`"code":`)
	j.text(w.Code)
	j.key(`"detail":`)
	j.text(w.Detail)
	j.close()
}

func appendWorker(j *jsonOut, w *workerJSON) {
	j.open()
	j.key(`"name":`)
	j.text(w.Name)
	j.key(`"work_phone":`)
	j.text(w.WorkPhone)
	j.key(`"post_kind":`)
	j.text(w.PostKind)
	j.key(`"role_type":`)
	j.text(w.RoleType)
	j.key(`"grid_code":`)
	j.text(w.GridCode)
	j.member(`"worker_code":`, w.Code)
	j.close()
}

func appendContact(j *jsonOut, c *contactJSON) {
	j.open()
	j.key(`"step":`)
	j.text(string(c.Step))
	j.member(`"grid_code":`, c.GridCode)
	j.member(`"division_code":`, c.DivisionCode)
	j.key(`"name":`)
	j.text(c.Name)
	j.member(`"work_phone":`, c.WorkPhone)
	j.member(`"post_kind":`, c.PostKind)
	j.member(`"role_type":`, c.RoleType)
	j.member(`"worker_code":`, c.WorkerCode)
	j.member(`"organization":`, c.Organization)
	j.key(`"used":`)
	j.bool(c.Used)
	j.close()
}

// sendAnswer is sendJSON for an answer of locate.
func (s *Server) sendAnswer(w http.ResponseWriter, a *answer) error {
	j := s.jsonOuts.take()
	defer s.jsonOuts.give(j)
	a.appendJSON(j)
	if j.err != nil {
		return sendJSON(w, a) // it says what is wrong with it
	}
	j.b = append(j.b, '\n')
	w.Header()["Content-Type"] = asJSON
	return sendBody(w, http.StatusOK, j.b)
}

// asJSON is a header's values, which nothing changes.
var asJSON = []string{"application/json"}
