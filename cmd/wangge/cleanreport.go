package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/paulmach/orb/geojson"

	"github.com/wangge/wangge/grid"
)

// checkReportName refuses a report that could not be written, before anything is done.
func checkReportName(name string, clean bool) error {
	switch {
	case name == "":
		return nil
	case !clean:
		return fmt.Errorf("--clean-report %s: nothing is cleaned without --clean", name)
	case filepath.Ext(name) != ".json" && filepath.Ext(name) != ".geojson":
		return fmt.Errorf("--clean-report %s: the name must end in .json or .geojson", name)
	}
	return nil
}

// writeCleanReport writes the reports of all counties, in the form that the name tells.
func writeCleanReport(name string, reports []*grid.CleanReport) error {
	var document any = struct {
		Counties []*grid.CleanReport `json:"counties"`
	}{append([]*grid.CleanReport{}, reports...)}
	if filepath.Ext(name) == ".geojson" {
		all := geojson.NewFeatureCollection()
		for _, r := range reports {
			all.Features = append(all.Features, r.Features()...)
		}
		document = all
	}
	text, err := json.MarshalIndent(document, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o600)
}
