package grid

// Same reports whether a and b say the same of a place: their grids and divisions are the same, and on a border both. In which
// edition they were made does not matter, only whether there was one: an assignment stands until an edition changes it.
func (a Assignment) Same(b Assignment) bool {
	if a.Edition != 0 && b.Edition != 0 {
		a.Edition = b.Edition
	}
	return a == b
}

// Division returns the code of the lowest division that a assigns to, "" outside every county.
func (a Assignment) Division() string {
	if a.CommunityCode != "" {
		return a.CommunityCode
	}
	return a.CountyCode
}
