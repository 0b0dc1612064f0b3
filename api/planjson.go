package api

import (
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// planJSON is a plan as every answer shows it.
type planJSON struct {
	Code          string           `json:"code"`
	Kind          string           `json:"kind"`
	Counties      []planCountyJSON `json:"counties"`
	BaseCurrent   bool             `json:"base_current"`
	Title         string           `json:"title"`
	Reason        string           `json:"reason"`
	Note          *string          `json:"note"`
	DecidingLevel string           `json:"deciding_level"`
	State         grid.PlanState   `json:"state"`
	Acts          []grid.PlanAct   `json:"acts"`
	Version       int              `json:"version"`
	Position      int              `json:"position"`
	LastChange    int              `json:"last_change"`
	DrawnAt       *time.Time       `json:"drawn_at"`
	CheckedAt     *int             `json:"checked_position"`
	EffectiveAt   *time.Time       `json:"effective_at"`
	DecidedAt     *time.Time       `json:"decided_at"`
	DecidedBy     *string          `json:"decided_by"`
	DecisionDocNo *string          `json:"decision_doc_no"`
	EndedReason   *string          `json:"ended_reason"`
	PublishedAt   *time.Time       `json:"published_at"`
	Undoes        *string          `json:"undoes"`
	Trouble       *string          `json:"trouble"`
	Filing        *planFilingJSON  `json:"filing"`
	Consultations consultedJSON    `json:"consultations"`
	CreatedAt     time.Time        `json:"created_at"`
	CreatedBy     string           `json:"created_by"`
	UpdatedAt     time.Time        `json:"updated_at"`
}

// planCountyJSON is a county of a plan: the edition that it is drawn over, the one in force, and the one that it has become.
type planCountyJSON struct {
	CountyCode       string `json:"county_code"`
	BaseEdition      int    `json:"base_edition"`
	CurrentEdition   *int   `json:"current_edition"`
	PublishedEdition *int   `json:"published_edition"`
}

type planFilingJSON struct {
	DueAt   time.Time  `json:"due_at"`
	FiledAt *time.Time `json:"filed_at"`
	Overdue bool       `json:"overdue"`
}

type consultedJSON struct {
	Asked    int `json:"asked"`
	Answered int `json:"answered"`
}

func newPlanJSON(state *live.State, p *grid.Plan) planJSON {
	j := planJSON{
		Code: p.Code, Kind: p.Kind, Counties: []planCountyJSON{}, BaseCurrent: true, Title: p.Title, Reason: p.Reason, Note: orNull(p.Note),
		DecidingLevel: p.DecidingLevel, State: p.State, Acts: append([]grid.PlanAct{}, p.State.Acts()...), Version: p.Version,
		Position: p.Position, LastChange: p.LastChange, DrawnAt: utc(p.DrawnAt), CheckedAt: p.CheckedAt, EffectiveAt: utc(p.EffectiveAt), DecidedAt: utc(p.DecidedAt),
		DecidedBy: orNull(p.DecidedBy), DecisionDocNo: orNull(p.DecisionDocNo), EndedReason: orNull(p.EndedReason),
		PublishedAt: utc(p.PublishedAt), Undoes: orNull(p.Undoes), Trouble: orNull(p.Trouble),
		Consultations: consultedJSON{p.ConsultedCount, p.AnsweredCount},
		CreatedAt:     p.CreatedAt.UTC(), CreatedBy: p.CreatedBy, UpdatedAt: p.UpdatedAt.UTC(),
	}
	for i, county := range p.Counties {
		c := planCountyJSON{CountyCode: county}
		if i < len(p.BaseEditions) {
			c.BaseEdition = p.BaseEditions[i]
		}
		if e := state.City.Edition(county); e != nil {
			c.CurrentEdition = orNull(e.Info().Number)
		}
		if i < len(p.PublishedAs) {
			c.PublishedEdition = orNull(p.PublishedAs[i])
		}
		j.BaseCurrent = j.BaseCurrent && c.CurrentEdition != nil && *c.CurrentEdition == c.BaseEdition
		j.Counties = append(j.Counties, c)
	}
	if p.FilingDueAt != nil {
		j.Filing = &planFilingJSON{DueAt: p.FilingDueAt.UTC(), FiledAt: utc(p.FiledAt), Overdue: p.FiledAt == nil && time.Now().After(*p.FilingDueAt)}
	}
	return j
}
