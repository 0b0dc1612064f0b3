package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wangge/wangge/grid/edition"
)

// get asks without a token, and returns the answer with its body read.
func (o *outage) get(target string) (*http.Response, []byte) {
	answer, err := http.Get(o.server.URL + target)
	if err != nil {
		o.Error(err)
		return nil, nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		o.Error(err)
	}
	return answer, body
}

// locates asks who is responsible all over the town until ctx ends. Each answer is of the grids that have been there all the time, and says
// so when it is of memory alone.
func (o *outage) locates(ctx context.Context, rng *rand.Rand) {
	for ; ctx.Err() == nil; time.Sleep(time.Millisecond) {
		x, y := 4*rng.Float64(), 2*rng.Float64()
		lon, lat := at(x, y)
		answer, body := o.get(fmt.Sprintf("/v1/locate?lon=%.7f&lat=%.7f", lon, lat))
		if answer == nil {
			continue
		}
		var got soakAnswer
		_ = json.Unmarshal(body, &got)
		want := o.city.Locate(box(x, y, 1, 1)[0][0][0], 0)
		status := http.StatusOK
		if want.Outcome == edition.NoService {
			status = http.StatusNotFound
		}
		if answer.StatusCode != status || codeIn(got.Base) != codeOfGrid(want.Base) || codeIn(got.Dedicated) != codeOfGrid(want.Dedicated) {
			o.Errorf("locate at %v, %v: %s %s, want %v", lon, lat, answer.Status, body, want.Outcome)
		}
		o.answered.Add(1)
	}
}

// tiles asks for the tiles of grids until ctx ends.
func (o *outage) tiles(ctx context.Context) {
	for z := 0; ctx.Err() == nil; z = (z + 1) % 12 {
		answer, body := o.get(fmt.Sprintf("/tiles/grids/%d/%d/%d.mvt", z, (1<<z)*3003/3600, (1<<z)*418/1000))
		if answer != nil && answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusNoContent {
			o.Errorf("tile: %s %s", answer.Status, body)
		}
		o.answered.Add(1)
		time.Sleep(5 * time.Millisecond)
	}
}

// writes reports incidents and makes places until ctx ends. Each is made or refused for now, nothing else.
func (o *outage) writes(ctx context.Context, name string, rng *rand.Rand) {
	for n := 0; ctx.Err() == nil; n++ {
		lon, lat := at(1.9*rng.Float64(), 0.9*rng.Float64())
		at := fmt.Sprintf(`"geometry":{"type":"Point","coordinates":[%.7f,%.7f]},"crs":"wgs84"`, lon, lat)
		target, code := "/v1/places", fmt.Sprintf("P-%s-%d", name, n)
		body := fmt.Sprintf(`{"code":%q,"kind":"hazard","name":"隐患",%s,"detail":{"hazard_kind":"gas","level":"general","found_at":"2026-11-20T08:30:00+08:00"}}`, code, at)
		if n%2 == 0 {
			target, code = "/v1/incidents", fmt.Sprintf("I-%s-%d", name, n)
			body = fmt.Sprintf(`{"code":%q,"kind":"gas","source":"patrol","title":"燃气味","reported_at":"2026-11-22T09:00:00+08:00",%s}`, code, at)
		}
		answer := o.server.do(o.T, exchange{method: http.MethodPost, target: target, as: "city", header: asJSON, body: body})
		text, err := io.ReadAll(answer.Body)
		switch {
		case err != nil:
			o.Error(err)
		case answer.StatusCode == http.StatusCreated:
			o.mu.Lock()
			o.written[code] = true
			o.mu.Unlock()
		case answer.StatusCode == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") != "":
			o.refused.Add(1)
			time.Sleep(50 * time.Millisecond) // less than it is asked to wait
		default:
			o.Errorf("POST %s: %s %s", target, answer.Status, text)
		}
	}
}

// resumes listens until ctx ends, over and over: after some events it goes, and comes back with the id that it had.
func (o *outage) resumes(ctx context.Context) (heard []int64) {
	for last := int64(0); ctx.Err() == nil; {
		numbers := o.hears(ctx, last, 50)
		if heard = append(heard, numbers...); len(numbers) > 0 {
			last = numbers[len(numbers)-1]
		}
	}
	return heard
}

// hears listens until it has heard so many events, or ctx ends, and returns their numbers.
func (o *outage) hears(ctx context.Context, after int64, most int) (numbers []int64) {
	listening, leave := context.WithCancel(ctx)
	defer leave()
	request, err := http.NewRequestWithContext(listening, http.MethodGet, o.server.URL+"/v1/events", nil)
	if err != nil {
		o.Error(err)
		return nil
	}
	request.Header.Set("Authorization", "Bearer "+o.server.secrets["city"])
	request.Header.Set("Last-Event-ID", fmt.Sprint(after))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		if ctx.Err() == nil {
			o.Error(err)
		}
		return nil
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		if answer.StatusCode != http.StatusServiceUnavailable {
			o.Errorf("listening again: %s", answer.Status)
		}
		time.Sleep(100 * time.Millisecond)
		return nil
	}
	var id int64
	topic := false
	for lines := bufio.NewScanner(answer.Body); len(numbers) < most && lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch {
		case name == "id":
			id, _ = strconv.ParseInt(value, 10, 64)
		case name == "event":
			topic = true
		case lines.Text() == "" && topic:
			numbers, topic = append(numbers, id), false
			o.resumed.Store(id)
		}
	}
	return numbers
}
