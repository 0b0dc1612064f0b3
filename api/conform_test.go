package api_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/oasdiff/yaml"
)

// strict is the document with every object closed: an answer may hold nothing that its schema does not name.
var strict = sync.OnceValues(func() (routers.Router, error) {
	source, err := os.ReadFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	raw, err := yaml.YAMLToJSON(source)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	for _, s := range doc.Components.Schemas {
		closeObjects(s.Value, map[*openapi3.Schema]bool{})
	}
	return gorillamux.NewRouter(doc)
})

func closeObjects(s *openapi3.Schema, seen map[*openapi3.Schema]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	no := false
	if len(s.Properties) > 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
		s.AdditionalProperties.Has = &no
	}
	next := func(r *openapi3.SchemaRef) {
		if r != nil {
			closeObjects(r.Value, seen)
		}
	}
	for _, p := range s.Properties {
		next(p)
	}
	for _, list := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, p := range list {
			next(p)
		}
	}
	next(s.Items)
	next(s.AdditionalProperties.Schema)
}

// conforms fails unless the document has the route, the answer's status and media type, and the schema of its body.
func conforms(t *testing.T, answer *http.Response, body []byte) {
	t.Helper()
	router, err := strict()
	if err != nil {
		t.Fatal(err)
	}
	route, values, err := router.FindRoute(&http.Request{
		Method: strings.Replace(answer.Request.Method, http.MethodHead, http.MethodGet, 1),
		URL:    &url.URL{Path: answer.Request.URL.Path},
	})
	asJSON := strings.Contains(answer.Header.Get("Content-Type"), "json") && !strings.Contains(answer.Header.Get("Content-Type"), "ndjson")
	if errors.Is(err, routers.ErrPathNotFound) && (answer.StatusCode == http.StatusNotFound || !asJSON) {
		return // the page
	}
	if errors.Is(err, routers.ErrMethodNotAllowed) && (answer.StatusCode == http.StatusMethodNotAllowed || answer.Request.Method == http.MethodOptions) {
		return
	}
	if err != nil {
		t.Errorf("%s %s: %v", answer.Request.Method, answer.Request.URL.Path, err)
		return
	}
	input := &openapi3filter.RequestValidationInput{Request: answer.Request, PathParams: values, Route: route}
	options := &openapi3filter.Options{
		IncludeResponseStatus: true,
		ExcludeResponseBody:   answer.Request.Method == http.MethodHead || !asJSON,
		AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
	}
	input.Options = options
	if answer.StatusCode < 300 {
		understood(t, input)
	}
	err = openapi3filter.ValidateResponse(answer.Request.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input,
		Status:                 answer.StatusCode,
		Header:                 answer.Header,
		Body:                   io.NopCloser(bytes.NewReader(body)),
		Options:                options,
	})
	if err != nil {
		t.Errorf("the answer is not as openapi.yaml says: %v", err)
	}
}

// understood fails unless a request that was answered well is one that the document allows.
func understood(t *testing.T, input *openapi3filter.RequestValidationInput) {
	t.Helper()
	request := input.Request.Clone(input.Request.Context())
	if request.GetBody != nil {
		body, err := request.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		request.Body = body
	}
	media := request.Header.Get("Content-Type")
	options := &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeRequestBody: media == "application/x-ndjson" || media == "text/csv",
	}
	err := openapi3filter.ValidateRequest(request.Context(), &openapi3filter.RequestValidationInput{
		Request: request, PathParams: input.PathParams, Route: input.Route, Options: options,
	})
	if err != nil {
		t.Errorf("answered well, but openapi.yaml does not allow the question: %v", err)
	}
}
