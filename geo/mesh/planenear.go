package mesh

import "github.com/wangge/wangge/geo"

// Near returns the faces in use whose bounding boxes meet box, ascending. It looks at the boxes of all faces.
func (p *Plane) Near(box geo.Box) []int32 {
	var out []int32
	for k, b := range p.boxes {
		if b.Intersects(box) && len(p.faces[k]) > 0 {
			out = append(out, int32(k))
		}
	}
	return out
}
