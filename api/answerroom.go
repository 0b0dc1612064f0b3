package api

import (
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
)

// answerRoom is an answer with what it points to: an answer after the other is made in it without allocating.
type answerRoom struct {
	answer      answer
	location    lonLatJSON
	edition     editionJSON
	base        gridJSON
	dedicated   gridJSON
	responsible gridRef
	updatedAt   time.Time
	posts       []grid.Posting
	contacts    []live.Contact
}

// begin returns an answer that says nothing yet, in the place of the last one.
func (room *answerRoom) begin() *answer {
	a := &room.answer
	*a = answer{
		Chain: emptied(a.Chain), Workers: emptied(a.Workers), Divisions: emptied(a.Divisions),
		BoundaryWith: emptied(a.BoundaryWith), Near: emptied(a.Near), Warnings: emptied(a.Warnings),
	}
	return a
}

// emptied returns a list without entries, which JSON shows as such, with the room that it had.
func emptied[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list[:0]
}

func (room *answerRoom) lonLat(p geo.Point) *lonLatJSON {
	o := p.Orb()
	room.location = lonLatJSON{o[0], o[1]}
	return &room.location
}
