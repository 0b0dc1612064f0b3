package ogc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/wangge/wangge/grid/live"
)

// request is a question whose parameters have been read.
type request struct {
	*http.Request
	w     http.ResponseWriter
	state *live.State
	query query
	html  bool // the answer is to be a page
	lang  language
	root  string // the landing page's address
	path  string // of the resource, below the landing page
}

// begin reads the parameters of a request for the resource of a path below the landing page; all take f and lang.
func (a *API) begin(w http.ResponseWriter, r *http.Request, state *live.State, path string, known ...string) (*request, error) {
	w.Header().Set("Vary", "Accept, Accept-Language, Accept-Encoding, Authorization")
	if w.Header().Get("Cache-Control") == "" { // what is not public has one already
		w.Header().Set("Cache-Control", "no-cache")
	}
	q, err := readQuery(r, append(known, formatParam, langParam)...)
	if err != nil {
		return nil, err
	}
	html, err := wantsHTML(r, q)
	if err != nil {
		return nil, err
	}
	if html {
		q.dropBlank()
	}
	lang, err := languageOf(r, q)
	if err != nil {
		return nil, err
	}
	w.Header().Set("Content-Language", lang.tag())
	return &request{Request: r, w: w, state: state, query: q, html: html, lang: lang, root: a.Base(r) + Root, path: path}, nil
}

// link is a link to another resource.
type link struct {
	Href      string `json:"href"`
	Rel       string `json:"rel"`
	Type      string `json:"type,omitempty"`
	Title     string `json:"title,omitempty"`
	Templated bool   `json:"templated,omitempty"`
}

// The relations that are URIs.
const (
	relSchema         = "http://www.opengis.net/def/rel/ogc/1.0/schema"
	relQueryables     = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
	relConformance    = "http://www.opengis.net/def/rel/ogc/1.0/conformance"
	relData           = "http://www.opengis.net/def/rel/ogc/1.0/data"
	relTilesets       = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
	relTileMatrixSet  = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
	relTileMatrixSets = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
)

// to returns a link to a path below the landing page.
func (q *request) to(path, rel, media, title string) link {
	return link{Href: q.at(path), Rel: rel, Type: media, Title: title}
}

// at returns the address of a path below the landing page, which keeps the language that was asked for by its parameter.
func (q *request) at(path string) string {
	if _, given := q.query[langParam]; !given {
		return q.root + path
	}
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return q.root + path + separator + langParam + "=" + string(q.lang)
}

// selves returns the links to the resource itself in the form that was asked for, with all its parameters, and in the other one.
func (q *request) selves(media string) []link {
	self := link{Href: q.here(q.query.values().Encode()), Rel: "self", Type: media, Title: q.lang.say("本文档", "This document")}
	other := q.query.values()
	other.Set(formatParam, formatHTML)
	alternate := link{Rel: "alternate", Type: typeHTML, Title: q.lang.say("本文档的网页", "This document as HTML")}
	if q.html {
		other.Set(formatParam, formatJSON)
		self.Type, alternate.Type, alternate.Title = typeHTML, media, q.lang.say("本文档的 JSON", "This document as JSON")
	}
	alternate.Href = q.here(other.Encode())
	return []link{self, alternate}
}

// here returns the address of the resource with a query string.
func (q *request) here(parameters string) string {
	if parameters == "" {
		return q.root + q.path
	}
	return q.root + q.path + "?" + parameters
}

// alike returns a link to another resource of which there are both forms.
func (q *request) alike(path, rel, media, title string) []link {
	return []link{q.to(path, rel, media, title), q.to(path+"?"+formatParam+"="+formatHTML, rel, typeHTML, title+q.lang.say("（网页）", " as HTML"))}
}

// headerLink is a link as a value of the header Link.
func (l link) header() string {
	var b strings.Builder
	fmt.Fprintf(&b, "<%s>; rel=%s", l.Href, strconv.Quote(l.Rel))
	if l.Type != "" {
		fmt.Fprintf(&b, "; type=%s", strconv.Quote(l.Type))
	}
	return b.String()
}

// send answers with a document, as JSON of a media type or as the page of a template.
func (a *API) send(q *request, media string, document any, p page) error {
	if q.html {
		p.Document = document
		return a.sendPage(q, p)
	}
	body, err := encode(document)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", q.path, err)
	}
	q.w.Header().Set("Content-Type", media)
	return a.Send(q.w, http.StatusOK, body)
}

// encode leaves <, > and & as they are: the media type says that it is no page, and may not be guessed.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}
