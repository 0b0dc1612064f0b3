package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// planCmd is how a division is adjusted from a terminal or a script. Acts print one line, what is read is printed as JSON.
type planCmd struct {
	Create   planCreateCmd   `cmd:"" help:"Make a draft over the editions in force, and print its code."`
	List     planListCmd     `cmd:"" help:"List plans."`
	Show     planShowCmd     `cmd:"" help:"Show a plan and what can be done with it."`
	Set      planSetCmd      `cmd:"" help:"Change title, reason, note or the time of effect."`
	Edit     planEditCmd     `cmd:"" help:"Change the draft: split, merge, shift, create, transfer, rename …"`
	Import   planImportCmd   `cmd:"" help:"Replace a whole county by files, cleaned with --clean: what a county takes that does not tile."`
	Changes  planChangesCmd  `cmd:"" help:"Show the changes of the draft, those undone included."`
	Undo     planUndoCmd     `cmd:"" help:"Take back the last change of the draft."`
	Redo     planRedoCmd     `cmd:"" help:"Make the change again that was taken back."`
	Draft    planDraftCmd    `cmd:"" help:"Show what differs, before and after, as GeoJSON."`
	Impact   planImpactCmd   `cmd:"" help:"Show what would change hands."`
	Check    planCheckCmd    `cmd:"" help:"Prove the draft and list what is wrong or worth a look."`
	Waive    planWaiveCmd    `cmd:"" help:"Accept a finding, with a reason."`
	Consult  planConsultCmd  `cmd:"" help:"Ask every street and community whose area or line changes."`
	Heard    planHeardCmd    `cmd:"" help:"Show who was asked and what they said."`
	Answer   planAnswerCmd   `cmd:"" help:"Record the opinion of a body that was asked."`
	Reply    planReplyCmd    `cmd:"" help:"Reply to the opinion of a body."`
	Submit   planSubmitCmd   `cmd:"" help:"Submit for decision; other plans can no longer change these grids."`
	Decide   planDecideCmd   `cmd:"" help:"Approve, return or reject a submitted plan."`
	Withdraw planWithdrawCmd `cmd:"" help:"End a plan that is not wanted any more."`
	Publish  planPublishCmd  `cmd:"" help:"Put a decided plan into force."`
	File     planFileCmd     `cmd:"" help:"Record that the plan was filed, the receipt, or why it came back."`
	Announce planAnnounceCmd `cmd:"" help:"Record where the plan was announced."`
	Rebase   planRebaseCmd   `cmd:"" help:"Bring a draft onto the editions in force."`
	Revert   planRevertCmd   `cmd:"" help:"Make a plan that restores what a published plan changed, and print its code."`
}

// planRef names a plan.
type planRef struct {
	Code string `arg:"" help:"Code of the plan, for instance 320211-2026-007."`
}

func (p planRef) path(rest string) string { return "/v1/plans/" + url.PathEscape(p.Code) + rest }

// planWrite is a plan that is written to. Without a version it is the one that is stored now, which in a script of one's own is right.
type planWrite struct {
	planRef
	IfVersion int  `help:"Do it only if the plan is at this version." placeholder:"N"`
	JSON      bool `help:"Print the whole answer as JSON." name:"json"`
}

// act asks for an act and prints the answer. Members that are "" or empty are left out of the body.
func (p planWrite) act(ctx context.Context, all *cli, path string, body map[string]any) error {
	return p.actAs(ctx, all, path, "", body)
}

// actAs is act that says what became of a change.
func (p planWrite) actAs(ctx context.Context, all *cli, path, became string, body map[string]any) error {
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	got, err := p.post(ctx, a, path, body)
	if err != nil {
		return err
	}
	return p.printAs(got.body, became)
}

func (p planWrite) post(ctx context.Context, a *asker, path string, body map[string]any) (answer, error) {
	tag, err := p.tag(ctx, a)
	if err != nil {
		return answer{}, err
	}
	var content any // not a nil map, which would be a body
	if body != nil {
		content = withoutEmpty(body)
	}
	return a.request(ctx, http.MethodPost, p.path(path), tag, content)
}

func (p planWrite) tag(ctx context.Context, a *asker) (string, error) {
	if p.IfVersion > 0 {
		return fmt.Sprintf(`"%d"`, p.IfVersion), nil
	}
	got, err := a.get(ctx, p.path(""))
	return got.tag, err
}

// print says in a line where the plan is now.
func (p planWrite) print(raw json.RawMessage) error { return p.printAs(raw, "") }

// printAs is print that says what became of a change, such as undone.
func (p planWrite) printAs(raw json.RawMessage, became string) error {
	if p.JSON {
		return show(raw)
	}
	line, err := planLine(raw, became)
	if err != nil {
		return err
	}
	fmt.Println(line)
	return nil
}

// planLine sums up an answer that is a plan or has one, with what became of the change that it is about ("" when it was made).
func planLine(raw json.RawMessage, became string) (string, error) {
	type plan struct {
		Code     string
		State    string
		Version  int
		Counties []struct {
			CountyCode       string `json:"county_code"`
			PublishedEdition *int   `json:"published_edition"`
		}
	}
	var all struct {
		plan
		Plan     *plan
		Seq      int
		Changed  struct{ Features []changedPart }
		Findings []struct {
			Class    string
			WaivedBy *string `json:"waived_by"`
		}
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		return "", err
	}
	shown := all.plan
	if all.Plan != nil {
		shown = *all.Plan
	}
	line := fmt.Sprintf("%s %s, version %d", shown.Code, shown.State, shown.Version)
	if all.Seq > 0 {
		line += fmt.Sprintf("; change %d", all.Seq)
		if became != "" {
			line += " " + became
		}
		line += ": " + partNames(all.Changed.Features)
	}
	if all.Findings != nil {
		errors, notices := 0, 0
		for _, f := range all.Findings {
			switch {
			case f.Class != "error":
				notices++
			case f.WaivedBy == nil:
				errors++
			}
		}
		line += fmt.Sprintf("; %d errors, %d notices", errors, notices)
	}
	for _, c := range shown.Counties {
		if c.PublishedEdition != nil {
			line += fmt.Sprintf("; %s=%d", c.CountyCode, *c.PublishedEdition)
		}
	}
	return line, nil
}

// changedPart is a grid or void area that a change is about.
type changedPart struct{ Properties struct{ Code string } }

// partNames names the parts, the first few by code.
func partNames(parts []changedPart) string {
	codes := make([]string, len(parts))
	for i, p := range parts {
		codes[i] = p.Properties.Code
	}
	return codeNames(codes)
}

// codeNames lists the first few codes and counts the rest.
func codeNames(codes []string) string {
	const most = 8
	switch {
	case len(codes) == 0:
		return "nothing differs"
	case len(codes) > most:
		return fmt.Sprintf("%s and %d more", strings.Join(codes[:most], ", "), len(codes)-most)
	}
	return strings.Join(codes, ", ")
}

func withoutEmpty(body map[string]any) map[string]any {
	out := map[string]any{}
	for name, value := range body {
		switch v := value.(type) {
		case string:
			if v != "" {
				out[name] = v
			}
		case []string:
			if len(v) > 0 {
				out[name] = v
			}
		case []int:
			if len(v) > 0 {
				out[name] = v
			}
		case bool:
			if v {
				out[name] = v
			}
		default:
			out[name] = value
		}
	}
	return out
}

// read prints what the path of a plan answers.
func (p planRef) read(ctx context.Context, all *cli, rest string) error {
	return readPath(ctx, all, p.path(rest))
}

func readPath(ctx context.Context, all *cli, path string) error {
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	got, err := a.get(ctx, path)
	if err != nil {
		return err
	}
	return show(got.body)
}

type planCreateCmd struct {
	County      []string `help:"Code of the county; several for a plan of both sides of a county border." required:""`
	Title       string   `help:"What it is about." required:""`
	Reason      string   `help:"community_changed, demolition, population_change, workload, boundary_error, host_request or other." required:""`
	Note        string   `help:"More about it."`
	EffectiveAt string   `help:"When it is to take effect, as 2026-12-01T00:00:00+08:00, or 2026-12-01 for the beginning of that day; without it, when it is published."`
	Kind        string   `help:"adjustment, or import for a whole county from files." enum:"adjustment,import" default:"adjustment"`
	JSON        bool     `help:"Print the whole answer as JSON." name:"json"`
}

// Run makes the plan.
func (c *planCreateCmd) Run(ctx context.Context, all *cli) error {
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	got, err := a.request(ctx, http.MethodPost, "/v1/plans", "", withoutEmpty(map[string]any{
		"counties": c.County, "title": c.Title, "reason": c.Reason, "note": c.Note, "effective_at": c.EffectiveAt, "kind": c.Kind,
	}))
	if err != nil {
		return err
	}
	return printCode(got.body, c.JSON)
}

// printCode prints the code of a plan alone, for a script to keep.
func printCode(raw json.RawMessage, whole bool) error {
	if whole {
		return show(raw)
	}
	var plan struct{ Code string }
	if err := json.Unmarshal(raw, &plan); err != nil {
		return err
	}
	fmt.Println(plan.Code)
	return nil
}

type planListCmd struct {
	County  string `help:"Of this county only."`
	State   string `help:"In this state only; open for all that are not at their end."`
	Overdue bool   `help:"Only those whose filing is overdue."`
}

// Run prints the plans.
func (c *planListCmd) Run(ctx context.Context, all *cli) error {
	q := url.Values{}
	for name, value := range map[string]string{"county": c.County, "state": c.State} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if c.Overdue {
		q.Set("overdue", "true")
	}
	return readPath(ctx, all, "/v1/plans?"+q.Encode())
}

type planShowCmd struct{ planRef }

// Run prints the plan.
func (c *planShowCmd) Run(ctx context.Context, all *cli) error { return c.read(ctx, all, "") }

type planEditCmd struct {
	planWrite
	Change []string `arg:"" help:"Operations, each a JSON object as POST /v1/plans/{code}/changes takes it, the name of a file with one behind @, or - for standard input, one a line."`
}

// Help shows an operation of each common form.
func (planEditCmd) Help() string {
	return `Examples, with … for the coordinates of a ring or line, each [longitude, latitude]:
  split             '{"op":"split","grid":"320211001001001","crs":"wgs84","line":{"type":"LineString","coordinates":[…]}}'
  shift by a line   '{"op":"shift","grid":"320211001001001","crs":"wgs84","line":{"type":"LineString","coordinates":[…]}}'
  shift by an area  '{"op":"shift","into":"320211001001001","crs":"wgs84","area":{"type":"Polygon","coordinates":[[…]]}}'
  create dedicated  '{"op":"create","kind":"dedicated","name":"水秀小学","dedicated_kind":"school","host_org_code":"ORG","post_worker_code":"WORKER",
                     "crs":"wgs84","area":{"type":"Polygon","coordinates":[[…]]}}'
  void area         '{"op":"carve_void","reason":"water","crs":"wgs84","area":{"type":"Polygon","coordinates":[[…]]}}'
  rename            '{"op":"rename","grid":"320211001001001","name":"水秀社区第1网格"}'

“wangge get '/v1/grids?division=320211000000'” lists the codes of grids, '/v1/workers?…' those of workers, '/v1/organizations' those of hosts, '/v1/codes' the kinds and reasons.`
}

// Run makes the changes, one after the other; the first that cannot be made ends it.
func (c *planEditCmd) Run(ctx context.Context, all *cli) error {
	changes, err := readChanges(c.Change, os.Stdin)
	if err != nil {
		return err
	}
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	for i, change := range changes {
		tag, err := c.tag(ctx, a)
		var got answer
		if err == nil {
			got, err = a.request(ctx, http.MethodPost, c.path("/changes"), tag, change)
		}
		if err != nil {
			return fmt.Errorf("change %d of %d: %w%s", i+1, len(changes), err, keptChanges(i))
		}
		c.IfVersion = 0 // it was of the first
		if err := c.print(got.body); err != nil {
			return err
		}
	}
	return nil
}

// keptChanges says what stays when a change is refused after n that were made.
func keptChanges(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "\nthe change before it is kept: “wangge plan undo” takes it back"
	}
	return fmt.Sprintf("\nthe %d changes before it are kept: “wangge plan undo” takes them back one by one", n)
}

// readChanges returns the operations that the arguments name.
func readChanges(args []string, stdin io.Reader) ([]json.RawMessage, error) {
	var changes []json.RawMessage
	for _, arg := range args {
		var from io.Reader = strings.NewReader(arg)
		if name, isFile := strings.CutPrefix(arg, "@"); isFile {
			file, err := os.Open(name)
			if err != nil {
				return nil, err
			}
			defer file.Close() //nolint:errcheck // read only
			from = file
		} else if arg == "-" {
			from = stdin
		}
		decode := json.NewDecoder(from)
		for {
			var change json.RawMessage
			err := decode.Decode(&change)
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("a change is one JSON object such as {\"op\":\"rename\",\"grid\":\"…\",\"name\":\"…\"}: %w", err)
			}
			changes = append(changes, change)
		}
	}
	return changes, nil
}
