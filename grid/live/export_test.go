package live

// MostCities is how many cities of the past are kept.
const MostCities = mostCities

// Keeps reports whether the city of those editions is kept. It counts as asked for.
func (l *Live) Keeps(numbers map[string]int) bool {
	_, ok := l.cities.find(editionsKey(numbers) + " " + l.Now().marks.Frame())
	return ok
}

// SameRoster reports whether two states share a county's roster.
func SameRoster(a, b *State, county string) bool { return a.rosters[county] == b.rosters[county] }
