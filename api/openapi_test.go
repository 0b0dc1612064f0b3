package api

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"

	"github.com/wangge/wangge/api/ogc"
	"github.com/wangge/wangge/grid"
)

func loadDocument(t testing.TB) *openapi3.T {
	t.Helper()
	raw, err := openAPIDocument()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	if err := loadDocument(t).Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
}

func TestDocumentHasEveryRoute(t *testing.T) {
	t.Parallel()
	var routes, documented []string
	err := New(Config{}).router().Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path, err := route.GetPathTemplate()
		if err != nil {
			return err
		}
		if path == ogc.Root || strings.HasPrefix(path, ogc.Root+"/") {
			return nil // TestOGCDocumentHasEveryRoute
		}
		methods, err := route.GetMethods()
		if err != nil {
			return err
		}
		for _, m := range methods {
			if m != http.MethodHead && m != http.MethodOptions {
				routes = append(routes, m+" "+path)
			}
		}
		if slices.Contains(methods, http.MethodGet) && !slices.Contains(methods, http.MethodHead) {
			t.Errorf("%s takes GET but not HEAD", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range loadDocument(t).Paths.Map() {
		for method := range item.Operations() {
			documented = append(documented, method+" "+path)
		}
	}
	slices.Sort(routes)
	slices.Sort(documented)
	if diff := cmp.Diff(routes, documented); diff != "" {
		t.Errorf("routes and openapi.yaml differ (-routes +document):\n%s", diff)
	}
}

// TestDocumentHasEveryField holds the schemas of places and incidents to the tables that the import and the checks go by.
// atIntake are the fields of an incident that a new one may have and that only acts change afterwards.
var atIntake = []string{"code", "state", "first_receiver", "due_at", "response_due_at"}

func TestDocumentHasEveryField(t *testing.T) {
	t.Parallel()
	schemas := loadDocument(t).Components.Schemas
	codes := referenceCodes(t)
	kinds := schemas["PlaceKind"].Value.Enum
	for _, layer := range grid.Layers {
		if layer.Kind == "" {
			continue
		}
		if !slices.Contains(kinds, any(layer.Kind)) {
			t.Errorf("PlaceKind lacks %s", layer.Kind)
		}
		name := ""
		for _, word := range strings.Split(layer.Kind, "_") {
			name += strings.ToUpper(word[:1]) + word[1:]
		}
		detail := schemas[name+"Detail"].Value
		if len(detail.Properties) != len(layer.Detail()) {
			t.Errorf("%sDetail has %d properties, the layer %d fields", name, len(detail.Properties), len(layer.Detail()))
		}
		for _, f := range layer.Detail() {
			sameField(t, name+"Detail", detail, f, codes)
		}
		for _, whole := range []string{"Place", "PlaceNew", "PlacePatch"} {
			for _, f := range layer.Fields[:len(layer.Fields)-len(layer.Detail())] {
				if f.Name != "code" || whole == "PlaceNew" {
					sameField(t, whole, schemas[whole].Value, f, codes)
				}
			}
		}
	}
	incidents, _ := grid.LayerByName("incidents")
	for _, whole := range []string{"Incident", "IncidentNew", "IncidentPatch"} {
		for _, f := range incidents.Fields {
			byAct := slices.Contains(grid.IncidentActFields, f.Name)
			switch {
			case whole == "IncidentNew" && byAct, whole == "IncidentPatch" && (byAct || slices.Contains(atIntake, f.Name)):
				if schemas[whole].Value.Properties[f.Name] != nil {
					t.Errorf("%s has %s, which it must not", whole, f.Name)
				}
			case whole == "IncidentNew" && (f.Name == "state" || f.Name == "reported_at"): // not as an import has them
			default:
				sameField(t, whole, schemas[whole].Value, f, codes)
			}
		}
	}
	if len(kinds) != len(placeKinds()) {
		t.Errorf("PlaceKind has %v, there are %v", kinds, placeKinds())
	}
}

// sameField compares a property with the field of its name.
func sameField(t *testing.T, schema string, s *openapi3.Schema, f grid.Field, codes string) {
	t.Helper()
	ref := s.Properties[f.Name]
	if ref == nil {
		t.Errorf("%s lacks %s", schema, f.Name)
		return
	}
	p := ref.Value
	for len(p.AllOf) == 1 {
		p = p.AllOf[0].Value
	}
	types := map[grid.FieldType]string{
		grid.Integer: "integer", grid.Number: "number", grid.Boolean: "boolean", grid.List: "array", grid.Object: "object",
	}
	want := types[f.Type]
	if want == "" {
		want = "string"
	}
	if !p.Type.Is(want) {
		t.Errorf("%s.%s is of type %v, want %s", schema, f.Name, p.Type, want)
	}
	format := map[grid.FieldType]string{grid.Date: "date", grid.Time: "date-time"}[f.Type]
	if want == "string" && p.Format != format {
		t.Errorf("%s.%s has the format %q, want %q", schema, f.Name, p.Format, format)
	}
	if enumeration, _ := p.Extensions["x-enumeration"].(string); enumeration != f.Enumeration {
		t.Errorf("%s.%s is of the enumeration %q, want %q", schema, f.Name, enumeration, f.Enumeration)
	} else if f.Enumeration != "" && !strings.Contains(codes, "'"+f.Enumeration+"'") {
		t.Errorf("%s.%s: there is no enumeration %s", schema, f.Name, f.Enumeration)
	}
	if len(f.Values) > 0 {
		var values []string
		for _, v := range p.Enum {
			values = append(values, v.(string))
		}
		if diff := cmp.Diff(f.Values, values); diff != "" {
			t.Errorf("%s.%s has other values (-layer +document):\n%s", schema, f.Name, diff)
		}
	}
	writes := strings.HasSuffix(schema, "New") || strings.HasSuffix(schema, "Detail")
	if writes && f.Required && !slices.Contains(s.Required, f.Name) {
		t.Errorf("%s.%s is required", schema, f.Name)
	}
}

// referenceCodes is the migration that fills the enumerations.
func referenceCodes(t *testing.T) string {
	t.Helper()
	sql, err := os.ReadFile("../migrations/0003_codes.sql")
	if err != nil {
		t.Fatal(err)
	}
	return string(sql)
}
