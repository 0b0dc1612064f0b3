package live

import (
	"context"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/store"
)

// organizations are all bodies, by what they are looked for.
type organizations struct {
	byCode     map[string]*grid.Organization
	byDivision map[string][]*grid.Organization // by code
}

func newOrganizations(all []grid.Organization) *organizations {
	o := &organizations{byCode: make(map[string]*grid.Organization, len(all)), byDivision: map[string][]*grid.Organization{}}
	for i := range all {
		one := &all[i]
		o.byCode[one.Code] = one
		o.byDivision[one.DivisionCode] = append(o.byDivision[one.DivisionCode], one)
	}
	return o
}

// Organization returns the organisation of that code, nil when there is none. It may not be public.
func (s *State) Organization(code string) *grid.Organization {
	if s.organizations == nil {
		return nil
	}
	return s.organizations.byCode[code]
}

// OrganizationsOf returns the organisations of a division (not of those below it), by code, those that are not public as well. The slice
// must not be changed.
func (s *State) OrganizationsOf(division string) []*grid.Organization {
	if s.organizations == nil {
		return nil
	}
	return s.organizations.byDivision[division]
}

// Networks returns the networks of other services, by code. The slice must not be changed.
func (s *State) Networks() []*edition.Network { return s.networks }

// Network returns the network of that code, nil when there is none.
func (s *State) Network(code string) *edition.Network {
	for _, n := range s.networks { // a handful
		if n.Info().Code == code {
			return n
		}
	}
	return nil
}

// loadRegisters reads organisations and networks, those that have had an import since old.
func (s *State) loadRegisters(ctx context.Context, from *store.Store, old *State) error {
	if old != nil {
		s.organizations, s.networks = old.organizations, old.networks
	}
	if old == nil || old.marks.Organizations != s.marks.Organizations {
		all, err := from.AllOrganizations(ctx)
		if err != nil {
			return err
		}
		s.organizations = newOrganizations(all)
	}
	if old == nil || old.marks.Networks != s.marks.Networks {
		var err error
		if s.networks, err = loadNetworks(ctx, from); err != nil {
			return err
		}
	}
	return nil
}

func loadNetworks(ctx context.Context, from *store.Store) ([]*edition.Network, error) {
	infos, err := from.Networks(ctx)
	if err != nil {
		return nil, err
	}
	networks := make([]*edition.Network, 0, len(infos))
	for _, info := range infos {
		units, err := from.ServiceUnits(ctx, info.Code)
		if err != nil {
			return nil, err
		}
		n, err := edition.NewNetwork(info, units)
		if err != nil {
			return nil, err
		}
		networks = append(networks, n)
	}
	return networks, nil
}
