package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// The bounds of a stream of events. What a client is slow to read is never kept for it: it reads on from where it was, or is cut off.
const (
	maxListeners  = 1000
	maxStrangers  = maxListeners / 2 // of them without a token: they leave room for those with one
	beatEvery     = 15 * time.Second // so that whatever stands between does not take the stream for dead
	writeEventsIn = 10 * time.Second // for all that is written at once
	lookAgain     = time.Minute      // at the token
	eventRetry    = time.Second      // while the database does not answer
	askActorIn    = 5 * time.Second
)

// topicActions are the topics and what somebody has to be allowed for each; "" for nothing.
var topicActions = map[string]grid.Action{
	grid.TopicEdition: "", grid.TopicRoster: "",
	grid.TopicIncident: grid.ReadPlaces, grid.TopicPlace: grid.ReadPlaces, grid.TopicImport: grid.ReadPlaces,
	grid.TopicPlan: grid.ReadPlans,
}

// events answers GET /v1/events: what happens from now on, or since Last-Event-ID, as server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html) until the client goes, reads too slowly, or the server ends.
func (s *Server) events(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "topics", "division", "last_event_id")
	if err != nil {
		return err
	}
	a, err := s.audienceOf(w, r, state, q)
	if err != nil {
		return err
	}
	after, err := lastEventID(r, q)
	if err != nil {
		return err
	}
	if r.Body != nil && r.Body != http.NoBody { // which net/http would wait for before the first event
		return badParam("", "There is nothing to send here: leave the body out.")
	}
	leave, err := s.seat(&a)
	if err != nil {
		return err
	}
	defer leave()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would keep the events back
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.streams, cancel)()
	stream := &eventStream{server: s, audience: a, w: w, control: http.NewResponseController(w), request: r, looked: time.Now()}
	return stream.run(ctx, after)
}

// seat takes one of the places of those who listen, until leave is called.
func (s *Server) seat(a *audience) (leave func(), err error) {
	seats := []chan struct{}{s.listeners}
	if a.actor.Role == "" {
		seats = append(seats, s.strangers)
	}
	var taken []chan struct{}
	leave = func() {
		for _, seat := range taken {
			<-seat
		}
	}
	for _, seat := range seats {
		select {
		case seat <- struct{}{}:
			taken = append(taken, seat)
		default:
			leave()
			p := &problem{
				status: http.StatusServiceUnavailable, slug: "busy", code: "busy",
				detail: fmt.Sprintf("%d listen to this server already: try again in a while, or another server.", cap(seat)),
			}
			return nil, p.withHeader("Retry-After", "30")
		}
	}
	return leave, nil
}

// lastEventID returns after which number to go on, -1 for from now on. A browser that connects again sends the header, while its address
// stays the one that it began with.
func lastEventID(r *http.Request, q query) (int64, error) {
	name, text := "Last-Event-ID", r.Header.Get("Last-Event-ID")
	if text == "" {
		name, text = "last_event_id", q.text("last_event_id")
	}
	if text == "" {
		return -1, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, badParam(name, name+" is to be the id of an event, which is a whole number.")
	}
	return n, nil
}

// audience says what somebody gets to hear.
type audience struct {
	actor    grid.Actor // without a role for anybody
	topics   []string
	division string // "" for all
}

// audienceOf returns who listens and to what. Anybody may hear what is public, from pages of other sites too; what is not public is
// for tokens, and for everybody on the open demo.
func (s *Server) audienceOf(w http.ResponseWriter, r *http.Request, state *live.State, q query) (audience, error) {
	ctx, cancel := context.WithTimeout(r.Context(), askActorIn)
	defer cancel()
	a := audience{division: q.text("division")}
	var err error
	if !s.isAnybody(r) || s.readsAreOpen(r) {
		tokenOrigin(w, r)
		if a.actor, err = s.authorizeSome(r.WithContext(ctx), state, grid.ReadPlaces); err != nil {
			return a, err
		}
	}
	if err := knownDivision(state, "division", a.division); err != nil {
		return a, err
	}
	if text := q.text("topics"); text != "" {
		a.topics = strings.Split(text, ",")
	}
	for _, topic := range a.topics {
		action, known := topicActions[topic]
		switch {
		case !known:
			return a, badParam("topics", "topics is to be some of edition, import, incident, place, plan, roster, comma-separated.")
		case action != "" && a.actor.Role == "":
			return a, notPublic()
		}
	}
	return a, nil
}

// hears reports whether the audience is to hear of h: of what is not public when its scope covers one of the areas, those that a thing has
// left among them. A plan is for all whose scope has a part in its county, as reading it is.
func (a *audience) hears(state *live.State, h *grid.Happening) bool {
	if len(a.topics) > 0 && !slices.Contains(a.topics, h.Topic) {
		return false
	}
	action, known := topicActions[h.Topic]
	if !known || action != "" && !a.may(state, action, h) {
		return false
	}
	return a.division == "" || slices.ContainsFunc(areasOf(h), func(area string) bool {
		return slices.Contains(state.City.ChainCodes(area), a.division) || isWide(h) && slices.Contains(state.City.ChainCodes(a.division), area)
	})
}

func (a *audience) may(state *live.State, action grid.Action, h *grid.Happening) bool {
	if len(h.Areas) == 0 {
		return a.actor.May(action, nil)
	}
	own := state.City.ChainCodes(a.actor.Scope)
	return slices.ContainsFunc(h.Areas, func(area string) bool {
		return a.actor.May(action, state.City.ChainCodes(area)) || isWide(h) && a.actor.May(action, own) && slices.Contains(own, area)
	})
}

// isWide reports whether h is of everything within its areas.
func isWide(h *grid.Happening) bool {
	return h.Topic == grid.TopicEdition || h.Topic == grid.TopicRoster || h.Topic == grid.TopicPlan
}

// areasOf returns the areas of h; editions and rosters are of the county that is their code.
func areasOf(h *grid.Happening) []string {
	if h.Topic == grid.TopicEdition || h.Topic == grid.TopicRoster {
		return append(slices.Clone(h.Areas), h.Code)
	}
	return h.Areas
}

// text returns the event as it is sent to the audience. Of a roster nobody without a token hears more than whose it is.
func (a *audience) text(e *live.Event) []byte {
	if e.Topic == grid.TopicRoster && a.actor.Role == "" {
		bare := e.Happening
		bare.Data = nil
		return eventText(&bare)
	}
	return e.Text(eventText)
}

// eventText returns an event with its data: what it tells and, over that, what it is.
func eventText(h *grid.Happening) []byte {
	data := map[string]any{}
	var told map[string]json.RawMessage
	if json.Unmarshal(h.Data, &told) == nil { // which the store wrote
		for name, value := range told {
			data[name] = value
		}
	}
	data["number"], data["at"], data["topic"], data["action"], data["code"] = h.Number, h.At.UTC().Format(time.RFC3339Nano), h.Topic, h.Action, h.Code
	body, err := encodeJSON(data)
	if err != nil {
		body = []byte("{}\n")
	}
	return fmt.Appendf(nil, "id: %d\nevent: %s\ndata: %s\n\n", h.Number, h.Topic, bytes.TrimSuffix(body, []byte("\n")))
}

// eventStream is one listener's connection.
type eventStream struct {
	server   *Server
	audience audience
	w        http.ResponseWriter
	control  *http.ResponseController
	request  *http.Request
	cursor   *live.Cursor
	written  time.Time // when something was written last
	looked   time.Time // at the token
}

// run sends what comes after a number until ctx ends; the error is why it cannot.
func (st *eventStream) run(ctx context.Context, after int64) error {
	feed := st.server.live.Feed()
	if after < 0 {
		after = feed.Last()
	}
	st.cursor = feed.After(after)
	err := st.send(fmt.Appendf(nil, ": what happens from here on\nretry: 2000\nid: %d\n\n", after))
	for ctx.Err() == nil && err == nil {
		waiting, cancel := context.WithDeadline(ctx, st.written.Add(beatEvery))
		events, failed := st.cursor.Next(waiting)
		switch {
		case failed == nil:
			err = st.tell(events)
		case errors.Is(failed, live.ErrMissed):
			err = st.reset(feed)
		default: // it is time for a beat, or the database does not answer
			select {
			case <-time.After(eventRetry):
			case <-waiting.Done():
			}
		}
		cancel()
		if err == nil && time.Since(st.written) >= beatEvery {
			err = st.send(fmt.Appendf(nil, ": keep-alive\nid: %d\n\n", st.cursor.Number()))
		}
		if err == nil && time.Since(st.looked) >= lookAgain && !st.stillMay() {
			break
		}
	}
	if ctx.Err() != nil {
		err = nil // the client has gone, or the server ends
	}
	_ = st.control.SetWriteDeadline(time.Now().Add(writeEventsIn)) // for the end of the answer
	return err
}

// tell sends those of the events that are for the audience.
func (st *eventStream) tell(events []*live.Event) error {
	state := st.server.live.Now()
	var frames [][]byte
	for _, e := range events {
		if st.audience.hears(state, &e.Happening) {
			frames = append(frames, st.audience.text(e))
		}
	}
	if len(frames) == 0 {
		return nil
	}
	return st.send(frames...)
}

// reset tells a client that it has missed something, so that it has to read anew what it shows, and goes on from now.
func (st *eventStream) reset(feed *live.Feed) error {
	last := feed.Last()
	st.cursor = feed.After(last)
	return st.send(fmt.Appendf(nil, "id: %d\nevent: reset\ndata: {\"number\":%d,\"topic\":\"reset\"}\n\n", last, last))
}

// send writes and flushes. The client has to take it in time.
func (st *eventStream) send(frames ...[]byte) error {
	st.written = time.Now()
	_ = st.control.SetWriteDeadline(st.written.Add(writeEventsIn))
	for _, frame := range frames {
		if _, err := st.w.Write(frame); err != nil {
			return fmt.Errorf("a listener does not read: %w", err)
		}
	}
	if err := st.control.Flush(); err != nil {
		return fmt.Errorf("a listener does not read: %w", err)
	}
	return nil
}

// stillMay looks at the token again. A database that cannot say leaves things as they are.
func (st *eventStream) stillMay() bool {
	st.looked = time.Now()
	if st.audience.actor.Role == "" || st.server.isAnybody(st.request) {
		return true
	}
	ctx, cancel := context.WithTimeout(st.request.Context(), askActorIn)
	defer cancel()
	actor, err := st.server.authorizeSome(st.request.WithContext(ctx), st.server.live.Now(), grid.ReadPlaces)
	if err == nil {
		st.audience.actor = actor
		return true
	}
	status := problemOf(err).status
	return status != http.StatusUnauthorized && status != http.StatusForbidden
}

// EndStreams ends what would never end by itself, so that the server can: streams of events. Who listens connects again, elsewhere.
func (s *Server) EndStreams() { s.endStreams() }
