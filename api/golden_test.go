package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// server is the town behind a real HTTP server.
type server struct {
	*httptest.Server
	store   *store.Store
	live    *live.Live
	secrets map[string]string // tokens by the names that cases give
}

func serve(t *testing.T, change ...func(*api.Config)) *server {
	t.Helper()
	s, l := newTown(t)
	config := api.Config{Store: s, Live: l, PublicURL: "https://grid.example.cn"}
	for _, c := range change {
		c(&config)
	}
	front := httptest.NewServer(api.New(config).Handler())
	t.Cleanup(front.Close)
	return &server{Server: front, store: s, live: l, secrets: map[string]string{}}
}

// exchange is one request of a table; its answer is compared with testdata/TEST/name.txt, and with the schema of the
// OpenAPI document.
type exchange struct {
	name   string
	method string // "" for GET
	target string
	header string // lines “Name: value”
	as     string // the name of a token, "" for none
	body   string
}

func (s *server) check(t *testing.T, e exchange) {
	t.Helper()
	t.Run(strings.ReplaceAll(e.name, " ", "_"), func(t *testing.T) {
		t.Helper()
		answer := s.do(t, e)
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		conforms(t, answer, body)
		compare(t, e, show(answer, body))
	})
}

// do sends the request; the answer is not followed or unpacked.
func (s *server) do(t *testing.T, e exchange) *http.Response {
	t.Helper()
	method := e.method
	if method == "" {
		method = http.MethodGet
	}
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+e.target, strings.NewReader(e.body))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(e.header) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		request.Header.Add(name, value)
	}
	if e.as != "" {
		request.Header.Set("Authorization", "Bearer "+s.secrets[e.as])
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// shown are the headers that golden files hold.
var shown = []string{
	"Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin", "Allow", "Cache-Control",
	"Content-Encoding", "Content-Type", "ETag", "Location", "Retry-After", "Wangge-Edition", "Www-Authenticate",
}

func show(answer *http.Response, body []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", answer.Status)
	for _, name := range shown {
		for _, value := range answer.Header.Values(name) {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	b.WriteString("\n")
	var pretty bytes.Buffer
	if json.Indent(&pretty, body, "", "  ") == nil {
		body = pretty.Bytes()
	}
	b.WriteString(lateness.ReplaceAllString(volatile.ReplaceAllString(string(body), `$1$2"…"`), `$1"…"$2"…"`))
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// volatile are members whose values differ from run to run.
var volatile = regexp.MustCompile(`("(?:in_force_from|valid_from|created_at|updated_at|instance|asked_at|due_at|answered_at|decided_at|published_at|drawn_at|` +
	`withdrawn_at|filed_at|receipt_at|requested_at|response_due_at|responded_at|issued_at|joint_due_at|effective_from|retired_at|at|from|until)": ?)"(?:[^"]*T[^"]*|[0-9a-f]{16})"|("closed_at": ?)"[^"]*\.[0-9]+Z"`)

// lateness is whether an incident is late: that of the cases, which have fixed dates, will be one day.
var lateness = regexp.MustCompile(`("overdue": ?)(?:true|false)(,\s*"response_overdue": ?)(?:true|false)`)

// yearOfPlan is in the code of a plan.
var yearOfPlan = regexp.MustCompile(`\b(\d{6})-20\d\d-(\d{3})\b`)

func compare(t *testing.T, e exchange, got string) {
	t.Helper()
	method := e.method
	if method == "" {
		method = http.MethodGet
	}
	question := method + " " + e.target + "\n"
	if e.header != "" {
		question += strings.TrimSpace(e.header) + "\n"
	}
	if e.as != "" {
		question += "Authorization: Bearer (" + e.as + ")\n"
	}
	if e.body != "" {
		question += "\n" + strings.TrimRight(e.body, "\n") + "\n"
	}
	got = yearOfPlan.ReplaceAllString(question+"\n"+got, "$1-YEAR-$2")
	path := filepath.Join("testdata", filepath.FromSlash(strings.ReplaceAll(t.Name(), "/", "/"))+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: write it with go test ./api -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// goldens fails for golden files that no case has any more.
func goldens(t *testing.T, cases []exchange) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", t.Name(), "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		if !slices.ContainsFunc(cases, func(e exchange) bool { return strings.ReplaceAll(e.name, " ", "_") == name }) {
			if *update {
				_ = os.Remove(file) // another run tells
				continue
			}
			t.Errorf("%s has no case", file)
		}
	}
}

// all checks a table.
func (s *server) all(t *testing.T, cases []exchange) {
	t.Helper()
	for _, e := range cases {
		s.check(t, e)
	}
	goldens(t, cases)
}
