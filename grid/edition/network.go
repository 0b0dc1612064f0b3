package edition

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
	"github.com/wangge/wangge/grid"
)

// Network is another service's division of the city with its units, as an immutable value: police, fire, urban management. Its
// units need not tile anything. Make it with NewNetwork.
type Network struct {
	info  grid.Network
	units []grid.ServiceUnit // by code
	index *index.Index
}

// NewNetwork indexes the units of a network. The error is an *geo.InvalidError, wrapped with the unit's code, when a boundary is not
// valid.
func NewNetwork(info grid.Network, units []grid.ServiceUnit) (*Network, error) {
	n := &Network{info: info, units: slices.Clone(units)}
	slices.SortFunc(n.units, func(a, b grid.ServiceUnit) int { return cmp.Compare(a.ExternalCode, b.ExternalCode) })
	areas := make([]geo.MultiPolygon, len(n.units))
	for i := range n.units {
		var err error
		if areas[i], err = geo.FromOrb(n.units[i].Boundary); err != nil {
			return nil, fmt.Errorf("unit %s of network %s: %w", n.units[i].ExternalCode, info.Code, err)
		}
	}
	n.index = index.Build(areas)
	return n, nil
}

// Info returns what the network is.
func (n *Network) Info() grid.Network { return n.info }

// Units returns the units by code. The slice must not be changed.
func (n *Network) Units() []grid.ServiceUnit { return n.units }

// At returns the units that cover p, inside or on their borders, by code: the first one answers, as of grids the one with the lowest
// code does (BR-22). onBorder reports whether p lies on the border of a unit.
func (n *Network) At(p geo.Point) (units []*grid.ServiceUnit, onBorder bool) {
	part, onBorder := n.index.Find(p)
	if part < 0 {
		return nil, onBorder
	}
	var buf [16]int32
	for _, k := range n.index.All(p, buf[:0]) {
		units = append(units, &n.units[k])
	}
	return units, onBorder
}
