package intake

import (
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// covers returns a *grid.RuleError unless the one who imports may do so in the division, or below it; "" is outside every division. Role
// and scope are looked at by grid.Actor.May alone; without a scope the caller has made sure of the role.
func (s *session) covers(division string) error { return s.coversIn(s.city, division) }

// coversIn is covers in another city than the one that the import began with.
func (s *session) coversIn(city *edition.City, division string) error {
	scope := s.Actor.Scope
	if scope == "" || s.Actor.May(grid.Administer, city.ChainCodes(division)) {
		return nil
	}
	return faultf("scope", "geometry", "it does not lie in "+shown(scope)+", which your token is for")
}
