package edition

import "github.com/wangge/wangge/grid"

// Restore is Replace by parts as they were at some time before. One that has ended since, so that the draft does not have it, comes
// back under a new code: codes are never used again (DOMAIN 14). used is as for Apply.
func (d *Draft) Restore(parts []grid.PlanPart, used func(community, kind string) []string) (*Draft, grid.ChangeResult, error) {
	e := &edit{draft: d, used: used, parts: map[partKey]*draftPart{}, given: map[partKey]bool{}}
	for _, in := range parts {
		if !in.Removed && d.part(partKey{in.Kind, in.Code}) == nil {
			community := ""
			switch {
			case in.Grid != nil:
				community = in.Grid.CommunityCode
			case in.Void != nil:
				community = in.Void.CommunityCode
			}
			var err error
			if in.Code, err = e.newCode(in.Kind, community, in.Code); err != nil {
				return nil, grid.ChangeResult{}, err
			}
		}
		p, err := d.newPart(in)
		if err != nil {
			return nil, grid.ChangeResult{}, err
		}
		e.put(p)
	}
	return e.done()
}
