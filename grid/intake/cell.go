package intake

import (
	"encoding/json"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// cell is one value of a row before it is checked, as it is written in the file.
type cell struct {
	kind cellKind
	text string
}

type cellKind uint8

const (
	noCell     cellKind = iota // absent, null, or empty in a CSV
	textCell                   // text
	numberCell                 // a JSON number
	boolCell                   // true or false
	jsonCell                   // an object or array as JSON
)

// row is one row of a file under way: which cells there are is said by the layout.
type row struct {
	line     int64
	raw      string
	record   *grid.Record // instead of raw
	geometry orb.Geometry // in the declared system; nil for none
	cells    []cell
}

// parser turns the text of a row into its geometry and cells. It may be called at the same time for different rows. Its
// errors are those of rejectOf, or a *FileError.
type parser interface {
	parse(r *row) error
}

// cellOf takes a value of a grid.Record.
func cellOf(v any) cell {
	switch v := v.(type) {
	case nil:
		return cell{}
	case string:
		if v == "" {
			return cell{}
		}
		return cell{textCell, v}
	case json.Number:
		return cell{numberCell, v.String()}
	case float64:
		return cell{numberCell, strconv.FormatFloat(v, 'f', -1, 64)}
	case int:
		return cell{numberCell, strconv.Itoa(v)}
	case int64:
		return cell{numberCell, strconv.FormatInt(v, 10)}
	case bool:
		return cell{boolCell, strconv.FormatBool(v)}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return cell{textCell, err.Error()}
	}
	return cell{jsonCell, string(b)}
}

// faultf makes the error of a row that cannot be read.
func faultf(rule, field, detail string) error {
	return &grid.RuleError{Rule: rule, Field: field, Detail: detail}
}
