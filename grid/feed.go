package grid

import (
	"encoding/json"
	"time"
)

// The topics of what has happened.
const (
	TopicIncident = "incident"
	TopicPlace    = "place"
	TopicEdition  = "edition"
	TopicRoster   = "roster"
	TopicImport   = "import"
	TopicPlan     = "plan"
)

// Happening is something that has been committed, for whoever listens.
type Happening struct {
	Number int64 // 0 until it is numbered; numbers become visible in their order
	At     time.Time
	Topic  string
	Action string // of an incident the act, else create, update, publish, import …
	Code   string // of the incident, place, county, layer or plan
	// Areas are the codes of the lowest divisions that it concerns, before and after: who may read in one of them may hear of it.
	Areas []string
	Data  json.RawMessage // a JSON object, nil for none
}
