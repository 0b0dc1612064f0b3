package api

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// csvColumns are what a batch in CSV adds to its rows.
var csvColumns = []string{"outcome", "base_grid", "dedicated_grid", "responsible_grid", "community", "edition", "on_boundary", "error"}

// csv answers each row with its own columns and the answer's behind them.
func (b *batch) csv(body *stream) error {
	rows := &rowBudget{in: body, left: maxBatchLine}
	in := csv.NewReader(rows)
	in.ReuseRecord = true
	in.FieldsPerRecord = -1
	head, err := in.Read()
	var syntax *csv.ParseError
	switch {
	case errors.Is(err, io.EOF) || errors.As(err, &syntax):
		return badParam("", "The CSV has no header line: it needs the columns lon and lat.")
	case err != nil:
		return bodyFailed(err)
	}
	lon, lat := column(head, "lon", "lng", "longitude", "经度"), column(head, "lat", "latitude", "纬度")
	if lon < 0 || lat < 0 {
		return badParam("", "The CSV needs the columns lon and lat; it has "+strings.Join(head, ", ")+".")
	}
	width := len(head)
	out := csv.NewWriter(body)
	row := append(append([]string{}, head...), csvColumns...)
	if err := out.Write(row); err != nil {
		return err
	}
	for {
		if err := b.ctx.Err(); err != nil {
			return err
		}
		rows.left = maxBatchLine
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		row = row[:0]
		for i := range width {
			value := ""
			if err == nil && i < len(record) {
				value = record[i]
			}
			row = append(row, value)
		}
		row = append(row, b.csvAnswer(record, lon, lat, err)...)
		if writeErr := out.Write(row); writeErr != nil {
			return writeErr
		}
		if err != nil && !errors.As(err, &syntax) {
			break // the body itself has failed: the row says so
		}
	}
	out.Flush()
	return out.Error()
}

// rowBudget fails a row that is over its limit, so that one without an end does not fill the memory.
type rowBudget struct {
	in   io.Reader
	left int
}

// Read implements io.Reader.
func (b *rowBudget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, lineTooLong()
	}
	n, err := b.in.Read(p)
	b.left -= n
	return n, err
}

func (b *batch) csvAnswer(record []string, lon, lat int, err error) []string {
	if err == nil && (lon >= len(record) || lat >= len(record)) {
		err = badParam("", "The row has too few columns.")
	}
	var a *answer
	if err == nil {
		a, err = b.csvPoint(record[lon], record[lat])
	} else if errors.As(err, new(*csv.ParseError)) {
		err = badParam("", "The row is not CSV.")
	} else {
		err = bodyFailed(err)
	}
	if err != nil {
		p := problemOf(err)
		return []string{"", "", "", "", "", "", "", p.code + ": " + p.detail}
	}
	cells := []string{a.Outcome, "", "", "", "", "", strconv.FormatBool(a.OnBoundary), ""}
	if a.Base != nil {
		cells[1] = a.Base.Code
	}
	if a.Dedicated != nil {
		cells[2] = a.Dedicated.Code
	}
	if a.Responsible != nil {
		cells[3] = a.Responsible.Code
	}
	if len(a.Divisions) > 0 {
		cells[4] = a.Divisions[0].Code
	}
	if a.Edition != nil {
		cells[5] = a.Edition.CountyCode + "=" + strconv.Itoa(a.Edition.Number)
	}
	return cells
}

func (b *batch) csvPoint(lon, lat string) (*answer, error) {
	x, errX := parseNumber(strings.TrimSpace(lon))
	y, errY := parseNumber(strings.TrimSpace(lat))
	if errX != nil || errY != nil {
		return nil, badParam("lon", "lon and lat are to be numbers.")
	}
	return b.point(b.system, orb.Point{x, y})
}

// column returns the place of the first of the names in the header, -1 when it has none of them.
func column(head []string, names ...string) int {
	for _, name := range names {
		for i, h := range head {
			if strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")), name) {
				return i
			}
		}
	}
	return -1
}
