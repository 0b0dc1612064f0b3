package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// incidentCmd is how an incident is reported and taken to its end from a terminal or a script.
type incidentCmd struct {
	Create     incidentCreateCmd `cmd:"" help:"Report an incident, and print its code; what may be the same one goes to standard error."`
	List       incidentListCmd   `cmd:"" help:"List incidents, a line each."`
	Show       incidentShowCmd   `cmd:"" help:"Show an incident, and what can be done with it now."`
	Do         incidentDoCmd     `cmd:"" help:"Do one step: accept, assign, transfer, take, finish, close …"`
	Events     incidentEventsCmd `cmd:"" help:"Show what has happened to it."`
	Duplicates incidentSameCmd   `cmd:"" help:"Show what may be the same incident."`
}

// incidentRef names an incident.
type incidentRef struct {
	Code string `arg:"" help:"Code of the incident, for instance 320211-20261122-000123."`
}

func (i incidentRef) path(rest string) string {
	return "/v1/incidents/" + url.PathEscape(i.Code) + rest
}

type incidentCreateCmd struct {
	Kind        string  `help:"As of wangge get /v1/codes, incident_kind." required:""`
	Title       string  `help:"What it is about, without names or numbers of persons." required:""`
	Lon         float64 `help:"Longitude in degrees." required:""`
	Lat         float64 `help:"Latitude in degrees." required:""`
	CRS         string  `help:"wgs84, cgcs2000, gcj02 or bd09." name:"crs" required:""`
	Source      string  `help:"patrol, public_report, hotline_12345, police_110 …" required:""`
	CaseNo      string  `help:"Its number there."`
	Severity    string  `help:"normal, serious, grave or extreme." default:"normal"`
	Description string  `help:"More about it."`
	Address     string  `help:"Where it is, in words."`
	ReportedAt  string  `help:"When it was reported, as 2026-11-22T09:30:00+08:00; now without it."`
	Receiver    string  `help:"The unit that receives it first: division:CODE, org:CODE or grid:CODE."`
}

// Run reports the incident.
func (c *incidentCreateCmd) Run(ctx context.Context, all *cli) error {
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	body := withoutEmpty(map[string]any{
		"kind": c.Kind, "title": c.Title, "crs": c.CRS, "source": c.Source, "external_case_no": c.CaseNo, "severity": c.Severity,
		"description": c.Description, "address": c.Address, "reported_at": c.ReportedAt, "first_receiver": c.Receiver,
	})
	body["geometry"] = map[string]any{"type": "Point", "coordinates": []float64{c.Lon, c.Lat}}
	got, err := a.request(ctx, http.MethodPost, "/v1/incidents", "", body)
	if err != nil {
		return err
	}
	var made struct {
		Code       string
		Duplicates []struct {
			Code, Title string
			DistanceM   float64 `json:"distance_m"`
		}
	}
	if err := json.Unmarshal(got.body, &made); err != nil {
		return err
	}
	fmt.Println(made.Code)
	for _, d := range made.Duplicates {
		fmt.Fprintf(os.Stderr, "perhaps the same: %s %s, %.0f m away\n", d.Code, d.Title, d.DistanceM)
	}
	return nil
}

type incidentListCmd struct {
	State    string `help:"open, ended or a state." default:"open"`
	Kind     string `help:"Only of this kind."`
	Division string `help:"Only within this division."`
	Unit     string `help:"Only with this unit: grid:CODE, org:CODE or division:CODE."`
	Overdue  bool   `help:"Only those that ought to be done, or taken up, by now."`
	Handover bool   `help:"Only those whose unit is to change since boundaries or the pin have moved."`
	Limit    int    `help:"How many." default:"100"`
}

// Run prints a line for each.
func (c *incidentListCmd) Run(ctx context.Context, all *cli) error {
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	q := url.Values{"state": {c.State}, "limit": {fmt.Sprint(c.Limit)}}
	for name, value := range map[string]string{"kind": c.Kind, "division": c.Division, "unit": c.Unit} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, set := range map[string]bool{"overdue": c.Overdue, "handover": c.Handover} {
		if set {
			q.Set(name, "true")
		}
	}
	got, err := a.get(ctx, "/v1/incidents?"+q.Encode())
	if err != nil {
		return err
	}
	var list struct {
		Items []struct {
			incidentLine
			Title string
		}
		Next string
	}
	if err := json.Unmarshal(got.body, &list); err != nil {
		return err
	}
	for _, i := range list.Items {
		fmt.Println(i.String() + ": " + i.Title)
	}
	if list.Next != "" {
		fmt.Fprintln(os.Stderr, "there are more; --limit takes up to 1000")
	}
	return nil
}

// incidentLine is where an incident is, in a line.
type incidentLine struct {
	Code, State, Severity string
	Version               int
	LeadUnit              *string `json:"lead_unit"`
	TransferTo            *string `json:"transfer_to"`
	Overdue               bool
	ResponseOverdue       bool `json:"response_overdue"`
	Handover              bool
}

// String implements fmt.Stringer.
func (l incidentLine) String() string {
	parts := []string{l.Code + " " + l.State, fmt.Sprintf("version %d", l.Version)}
	if l.LeadUnit != nil {
		parts = append(parts, *l.LeadUnit)
	}
	if l.TransferTo != nil {
		parts = append(parts, "asked: "+*l.TransferTo)
	}
	if l.Severity != "normal" {
		parts = append(parts, l.Severity)
	}
	if l.Overdue {
		parts = append(parts, "overdue")
	}
	if l.ResponseOverdue {
		parts = append(parts, "not taken up")
	}
	if l.Handover {
		parts = append(parts, "to be handed over")
	}
	return strings.Join(parts, ", ")
}

type incidentShowCmd struct{ incidentRef }

// Run prints the incident.
func (c *incidentShowCmd) Run(ctx context.Context, all *cli) error { return c.read(ctx, all, "") }

type incidentEventsCmd struct{ incidentRef }

// Run prints its events.
func (c *incidentEventsCmd) Run(ctx context.Context, all *cli) error {
	return c.read(ctx, all, "/events")
}

type incidentSameCmd struct{ incidentRef }

// Run prints what may be the same.
func (c *incidentSameCmd) Run(ctx context.Context, all *cli) error {
	return c.read(ctx, all, "/duplicates")
}

func (i incidentRef) read(ctx context.Context, all *cli, rest string) error {
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	got, err := a.get(ctx, i.path(rest))
	if err != nil {
		return err
	}
	return show(got.body)
}

type incidentDoCmd struct {
	incidentRef
	Act          string   `arg:"" help:"What to do; wangge incident show lists what is possible now."`
	IfVersion    int      `help:"Do it only if the incident is at this version." placeholder:"N"`
	Unit         string   `help:"To whom, for assign, transfer and lead: grid:CODE, org:CODE or division:CODE."`
	Units        []string `help:"Who handles it too, for join."`
	Divisions    []string `help:"The divisions that it touches besides its own, for combine."`
	Into         string   `help:"The incident that it is the same as, for merge."`
	Reason       string   `help:"Why, in words."`
	Outcome      string   `help:"What came of it, for finish: resolved, unfounded …"`
	Satisfaction int      `help:"1 to 5, for feedback."`
	Supervision  string   `help:"circular, interview, supervise, listed or deadline, for supervise."`
	Deadline     string   `help:"Until when, for supervise."`
}

// Run does the step and says where the incident is then.
func (c *incidentDoCmd) Run(ctx context.Context, all *cli) error {
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	tag := fmt.Sprintf(`"%d"`, c.IfVersion)
	if c.IfVersion == 0 {
		got, err := a.get(ctx, c.path(""))
		if err != nil {
			return err
		}
		tag = got.tag
	}
	body := withoutEmpty(map[string]any{
		"act": c.Act, "unit": c.Unit, "units": c.Units, "divisions": c.Divisions, "into": c.Into, "reason": c.Reason, "outcome": c.Outcome,
		"supervision": c.Supervision, "deadline": c.Deadline,
	})
	if c.Satisfaction != 0 {
		body["satisfaction"] = c.Satisfaction
	}
	got, err := a.request(ctx, http.MethodPost, c.path("/acts"), tag, body)
	if err != nil {
		return err
	}
	var line incidentLine
	if err := json.Unmarshal(got.body, &line); err != nil {
		return err
	}
	fmt.Println(line)
	return nil
}
