package intake

import (
	"time"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
)

func newIncident(_ file, system crs.System, at shaped) grid.Incident {
	return grid.Incident{Shape: at.shape, InputCRS: string(system), Original: at.original}
}

func incidentRefs(in *grid.Incident) *map[string]any   { return &in.ExternalRefs }
func incidentCodes(in *grid.Incident) (string, string) { return in.Code, "" }

func incidentAssignment(in *grid.Incident) *grid.Assignment { return &in.Assignment }

func setIncident(in *grid.Incident, name string, v any) {
	switch v := v.(type) {
	case string:
		if p := incidentText(in, name); p != nil {
			*p = v
		}
	case time.Time:
		if name == "reported_at" {
			in.ReportedAt = v
		} else if p := incidentTime(in, name); p != nil {
			*p = &v
		}
	case float64:
		in.PositionAccuracyM = &v
	case int64:
		in.Satisfaction = pointer(int(v))
	case bool:
		in.Supervised = v
	case []string:
		in.HandlingUnits = v
	}
}

func incidentText(in *grid.Incident, name string) *string {
	switch name {
	case "code":
		return &in.Code
	case "kind":
		return &in.Kind
	case "severity":
		return &in.Severity
	case "source":
		return &in.Source
	case "external_case_no":
		return &in.ExternalCaseNo
	case "title":
		return &in.Title
	case "description":
		return &in.Description
	case "address":
		return &in.Address
	case "place_code":
		return &in.PlaceCode
	case "first_receiver":
		return &in.FirstReceiver
	case "lead_unit":
		return &in.LeadUnit
	case "item_code":
		return &in.ItemCode
	case "state":
		return &in.State
	case "phase":
		return &in.Phase
	case "outcome":
		return &in.Outcome
	}
	return nil
}

func incidentTime(in *grid.Incident, name string) **time.Time {
	switch name {
	case "occurred_at":
		return &in.OccurredAt
	case "due_at":
		return &in.DueAt
	case "response_due_at":
		return &in.ResponseDueAt
	case "closed_at":
		return &in.ClosedAt
	}
	return nil
}
