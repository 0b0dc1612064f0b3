package ogc

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the pages
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/wangge/wangge/grid"
)

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

// pages are the templates with what goes with them.
type pages struct {
	templates map[language]*template.Template
	security  string // Content-Security-Policy: nothing but the style that stands in the page
}

func newPages() (*pages, error) {
	templates := map[language]*template.Template{}
	for _, l := range []language{chinese, english} {
		t, err := template.New("").Funcs(template.FuncMap{"say": l.say, "lang": l.tag}).Parse(pageSource)
		if err != nil {
			return nil, err
		}
		templates[l] = t
	}
	sum := sha256.Sum256([]byte(pageStyle))
	return &pages{templates: templates, security: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}, nil
}

// page is what a template shows. What is below the line sendPage fills in.
type page struct {
	Template   string
	Title      string
	Collection *grid.Collection // that the page is below of, nil for none
	Document   any
	Items      *itemsView
	Rows       []schemaRow
	Links      []link

	Root       string
	Site       string
	Crumbs     []link
	Alternates []link
	Style      template.CSS
	Other      link // to the page in the other language
	Content    template.HTML
	request    *request
}

// At returns the address of a path below the landing page.
func (p page) At(path string) string { return p.request.at(path) }

// sendPage answers with the page of a template.
func (a *API) sendPage(q *request, p page) error {
	shown, err := a.pages()
	if err != nil {
		return fmt.Errorf("reading the pages: %w", err)
	}
	p.Root, p.Alternates, p.Style = q.root, q.selves(p.media()), template.CSS(pageStyle) //nolint:gosec // our own
	p.Site, p.Other, p.request = q.lang.say(titleZH, titleEN), q.inOtherLanguage(), q
	if strings.HasPrefix(q.path, "/collections/") {
		p.Crumbs = append(p.Crumbs, q.to("/collections?f=html", "", "", q.lang.say("数据集", "Collections")))
	}
	if p.Collection != nil && p.Template != "collection" {
		p.Crumbs = append(p.Crumbs, q.to("/collections/"+p.Collection.ID+"?f=html", "", "", titleOf(p.Collection, q.lang)))
	}
	var b bytes.Buffer
	templates := shown.templates[q.lang]
	if err := templates.ExecuteTemplate(&b, p.Template, p); err != nil {
		return fmt.Errorf("page %s: %w", p.Template, err)
	}
	p.Content = template.HTML(b.String()) //nolint:gosec // a template's
	b.Reset()
	if err := templates.ExecuteTemplate(&b, "page", p); err != nil {
		return fmt.Errorf("page %s: %w", p.Template, err)
	}
	q.w.Header().Set("Content-Type", typeHTML+"; charset=utf-8")
	q.w.Header().Set("Content-Security-Policy", shown.security)
	return a.Send(q.w, http.StatusOK, b.Bytes())
}

// inOtherLanguage returns a link to the same page in the other language.
func (q *request) inOtherLanguage() link {
	values := q.query.values()
	values.Set(formatParam, formatHTML)
	values.Set(langParam, string(q.lang.other()))
	return link{Href: q.here(values.Encode()), Type: q.lang.other().tag(), Title: q.lang.other().say("中文", "English")}
}

// media is the type of the page's other form.
func (p *page) media() string {
	switch p.Template {
	case "items", "item":
		return typeGeoJSON
	case "schema":
		return typeSchema
	case "api":
		return typeOpenAPI
	}
	return typeJSON
}
