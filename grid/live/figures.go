package live

// RosterFigures is how much of a county's roster is in memory.
type RosterFigures struct {
	Posts  int
	Duties int // of the days around now
}

// RosterFigures returns how much of a county's roster the state has.
func (s *State) RosterFigures(county string) RosterFigures {
	r := s.rosters[county]
	if r == nil {
		return RosterFigures{}
	}
	return RosterFigures{Posts: len(r.posts), Duties: len(r.duties)}
}
