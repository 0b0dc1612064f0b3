package grid

// Same reports whether a and b say the same of a place: their grids and divisions are the same, and on a border both. In which
// edition they were made does not matter, only whether there was one: an assignment stands until an edition changes it.
func (a Assignment) Same(b Assignment) bool {
	if a.Edition != 0 && b.Edition != 0 {
		a.Edition = b.Edition
	}
	return a == b
}
