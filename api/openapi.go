package api

import (
	_ "embed" // the document
	"net/http"

	"github.com/oasdiff/yaml"
)

//go:embed openapi.yaml
var openAPISource []byte

func openAPIDocument() ([]byte, error) { return yaml.YAMLToJSON(openAPISource) }

// openAPI answers GET /openapi.json: openapi.yaml as JSON.
func (s *Server) openAPI(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	document, err := s.document()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return sendBody(w, http.StatusOK, document)
}
