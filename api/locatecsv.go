package api

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// csvColumns are what a batch in CSV adds to its rows.
var csvColumns = []string{"outcome", "base_grid", "dedicated_grid", "responsible_grid", "community", "edition", "on_boundary", "error"}

// csvBatch is a batch in CSV on its way through. It asks for a point's grids alone, and builds no answer of them: that is most of the
// time of a single locate.
type csvBatch struct {
	*batch
	lon, lat int // columns
	width    int

	baseFirst bool                // for the kind of incident that the batch asks for
	posted    map[*grid.Grid]bool // of dedicated grids: whether anybody is
	county    string              // the last one, and its edition as text, "" for none
	edition   string
	row       csvRow
	out       []byte
}

// csvChunk is how much is written at a time. Between two chunks the context is asked whether it has ended.
const csvChunk = 64 << 10

// csv answers each row with its own columns and the answer's behind them.
func (b *batch) csv(body *stream) error {
	in := newCSVRows(body)
	c := &csvBatch{batch: b, baseFirst: b.baseFirst(b.asked.kind), posted: map[*grid.Grid]bool{}, out: make([]byte, 0, csvChunk+csvChunk/8)}
	if err := c.head(in); err != nil {
		return err
	}
	for {
		if len(c.out) >= csvChunk {
			if _, err := body.Write(c.out); err != nil {
				return err
			}
			c.out = c.out[:0]
			if err := b.ctx.Err(); err != nil {
				return err
			}
		}
		failed := in.next(&c.row)
		if errors.Is(failed, io.EOF) {
			break
		}
		c.out = c.row.appendCells(c.out, c.width)
		c.out = append(c.answer(failed), '\n')
		if failed != nil && !errors.As(failed, new(*csv.ParseError)) {
			break // the body itself has failed: the row says so
		}
	}
	_, err := body.Write(c.out)
	return err
}

// head reads the header and writes that of the answer.
func (c *csvBatch) head(in *csvRows) error {
	err := in.next(&c.row)
	switch {
	case errors.Is(err, io.EOF) || errors.As(err, new(*csv.ParseError)):
		return badParam("", "The CSV has no header line: it needs the columns lon and lat.")
	case err != nil:
		return bodyFailed(err)
	}
	var head []string
	for _, cell := range c.row.cells {
		head = append(head, string(cell))
	}
	c.lon, c.lat = column(head, "lon", "lng", "longitude", "经度"), column(head, "lat", "latitude", "纬度")
	if c.lon < 0 || c.lat < 0 {
		return badParam("", "The CSV needs the columns lon and lat; it has "+strings.Join(head, ", ")+".")
	}
	c.width = len(head)
	c.out = c.row.appendCells(c.out, c.width)
	for _, name := range csvColumns {
		c.out = append(append(c.out, ','), name...)
	}
	c.out = append(c.out, '\n')
	return nil
}

// answer returns the output with the answer to the row, or with why there is none.
func (c *csvBatch) answer(failed error) []byte {
	err := failed
	switch {
	case err == nil:
		var found edition.Spot
		if found, err = c.find(); err == nil {
			return c.appendFound(found)
		}
	case errors.As(err, new(*csv.ParseError)):
		err = badParam("", "The row is not CSV.")
	default:
		err = bodyFailed(err)
	}
	p := problemOf(err)
	return appendCell(append(c.out, ",,,,,,,,"...), p.code+": "+p.detail)
}

// find locates the point of the row.
func (c *csvBatch) find() (edition.Spot, error) {
	if max(c.lon, c.lat) >= len(c.row.cells) {
		return edition.Spot{}, badParam("", "The row has too few columns.")
	}
	lon, lonRead := decimal(c.row.cells[c.lon])
	lat, latRead := decimal(c.row.cells[c.lat])
	if !lonRead || !latRead {
		return edition.Spot{}, badParam("lon", "lon and lat are to be numbers.")
	}
	p, err := c.snap(c.system, orb.Point{lon, lat})
	if err != nil {
		return edition.Spot{}, err
	}
	found := c.state.City.Spot(p)
	if found.Outcome == edition.Served || found.Outcome == edition.NoGrid {
		return found, nil
	}
	return found, missing(c.state, edition.Answer{Outcome: found.Outcome, Void: found.Void, Division: found.Division})
}

// appendFound appends the answer's columns for a point where somebody serves.
func (c *csvBatch) appendFound(found edition.Spot) []byte {
	out := append(append(c.out, ','), found.Outcome...)
	inForce := c.editionOf(found.Division)
	if out = append(out, ','); inForce != "" && found.Base != nil {
		out = appendCell(out, found.Base.Code)
	}
	if out = append(out, ','); inForce != "" && found.Dedicated != nil {
		out = appendCell(out, found.Dedicated.Code)
	}
	out = append(out, ',')
	if first := c.responsible(found); first != nil {
		out = appendCell(out, first.Code)
	}
	if out = append(out, ','); found.Division != nil {
		out = appendCell(out, found.Division.Code)
	}
	out = appendCell(append(out, ','), inForce)
	if found.OnBoundary {
		return append(out, ",true,"...)
	}
	return append(out, ",false,"...)
}

// responsible returns the grid that answers first, as in the answer of a single locate (BR-14 to BR-16).
func (c *csvBatch) responsible(found edition.Spot) *grid.Grid {
	first, _ := grid.Responsible(found.Base, found.Dedicated, c.baseFirst, c.postedTo)
	return first
}

// postedTo reports whether anybody is posted to a dedicated grid.
func (c *csvBatch) postedTo(g *grid.Grid) bool {
	posted, known := c.posted[g]
	if !known {
		posted = c.state.Posted(g, c.at)
		c.posted[g] = posted
	}
	return posted
}

// editionOf returns county=number of the edition in force in the county of a division, "" when there is none.
func (c *csvBatch) editionOf(d *grid.Division) string {
	if d == nil {
		return ""
	}
	if d.CountyCode != c.county {
		c.county, c.edition = d.CountyCode, ""
		if e := c.state.City.Edition(d.CountyCode); e != nil {
			c.edition = editionText([]grid.EditionInfo{e.Info()})
		}
	}
	return c.edition
}

// decimal reads a number with or without blanks around it, as parseNumber does.
func decimal(text []byte) (value float64, read bool) {
	if value, read = plainDecimal(text); read {
		return value, true
	}
	value, err := parseNumber(strings.TrimSpace(string(text)))
	return value, err == nil
}

// powers are those of ten that a float64 holds exactly, as far as they are wanted.
var powers = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17}

// plainDecimal reads digits with a point among them and perhaps a minus before them, up to 2^53 without the point. Such a number over
// a power of ten is one division of exact values: rounded once, it is what strconv.ParseFloat returns.
func plainDecimal(text []byte) (value float64, read bool) {
	digits := text
	if len(text) > 0 && text[0] == '-' {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > len(powers) {
		return 0, false
	}
	mantissa, decimals, pointed := int64(0), 0, false
	for _, c := range digits {
		switch {
		case '0' <= c && c <= '9':
			mantissa = 10*mantissa + int64(c-'0')
			if pointed {
				decimals++
			}
		case c == '.' && !pointed:
			pointed = true
		default:
			return 0, false
		}
	}
	if mantissa > 1<<53 || pointed && len(digits) == 1 {
		return 0, false
	}
	value = float64(mantissa) / powers[decimals]
	if len(digits) < len(text) {
		value = -value
	}
	return value, true
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
