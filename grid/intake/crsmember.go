package intake

import (
	"encoding/json"
	"strings"
)

// foreignCRS returns the name in a crs member of GeoJSON (2008) that is not of longitude and latitude in degrees, "" when
// there is nothing to object to.
func foreignCRS(value string) string {
	var crs *struct {
		Type       string `json:"type"`
		Properties struct {
			Name string `json:"name"`
			Href string `json:"href"`
		} `json:"properties"`
	}
	if json.Unmarshal([]byte(value), &crs) != nil {
		return value
	}
	if crs == nil {
		return ""
	}
	name := crs.Properties.Name
	for _, good := range []string{"CRS84", "4326", "4490"} {
		if strings.HasSuffix(name, good) {
			return ""
		}
	}
	return strings.TrimSpace(crs.Type + " " + name + crs.Properties.Href)
}
