package grid

// Why the base grid answers first inside a dedicated one.
const (
	BaseByKind           = "base_by_kind"           // incidents of that kind are the base grid's (BR-15)
	DedicatedWithoutPost = "dedicated_without_post" // nobody serves on the dedicated grid (BR-16)
)

// Responsible returns which of the grids of a spot answers first, and why where that is not the dedicated one although there is one: the
// dedicated grid before the base grid (BR-14), unless the base grid is to answer for the kind (BR-15), or nobody is posted to the
// dedicated one (BR-16). The zero G stands for no grid. It is the one place where this is decided (BR-28).
func Responsible[G comparable](base, dedicated G, baseFirst bool, posted func(G) bool) (first G, why string) {
	var none G
	switch {
	case dedicated == none:
		return base, ""
	case baseFirst && base != none:
		return base, BaseByKind
	case !posted(dedicated):
		return base, DedicatedWithoutPost
	}
	return dedicated, ""
}

// PostServes reports whether somebody with a post of that kind serves on the grid: leaders, advisers and liaisons do not, and a
// dedicated grid that has none but them counts as one to which nobody is posted (BR-16).
func PostServes(kind string) bool {
	return kind == "worker" || kind == "dedicated_contact" || kind == "deputy"
}
