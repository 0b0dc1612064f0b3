package intake

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// recordParser parses the records of a CSV.
type recordParser struct {
	delimiter     byte
	slots         [][]int // by column: where its value goes
	lon, lat, wkt int     // columns, -1 for none
}

func (p *recordParser) parse(r *row) error {
	var few [64]string
	fields, err := split(r.raw, p.delimiter, few[:0])
	if err != nil {
		return faultf("csv", "", err.Error())
	}
	if len(fields) != len(p.slots) {
		return faultf("csv", "", strconv.Itoa(len(fields))+" fields, the header has "+strconv.Itoa(len(p.slots)))
	}
	for i, slots := range p.slots {
		for _, slot := range slots {
			if fields[i] != "" {
				r.cells[slot] = cell{textCell, fields[i]}
			}
		}
	}
	r.geometry, err = p.geometry(fields)
	return err
}

func (p *recordParser) geometry(fields []string) (orb.Geometry, error) {
	if p.wkt >= 0 {
		if strings.TrimSpace(fields[p.wkt]) == "" {
			return nil, nil
		}
		return parseWKT(fields[p.wkt])
	}
	if p.lon < 0 {
		return nil, nil
	}
	lon, lat := strings.TrimSpace(fields[p.lon]), strings.TrimSpace(fields[p.lat])
	if lon == "" && lat == "" {
		return nil, nil
	}
	x, err := strconv.ParseFloat(lon, 64)
	if err != nil {
		return nil, faultf("number", "lon", "the longitude "+shown(lon)+" is no number")
	}
	y, err := strconv.ParseFloat(lat, 64)
	if err != nil {
		return nil, faultf("number", "lat", "the latitude "+shown(lat)+" is no number")
	}
	return orb.Point{x, y}, nil
}
