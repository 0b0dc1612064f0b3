package edition

import (
	"strings"

	"github.com/wangge/wangge/grid"
)

// rename gives Grid, which may be a void area too, the name Name.
func (e *edit) rename() error {
	kinds := []string{grid.Base, grid.Dedicated, grid.Void}
	if e.change.Kind != "" {
		kinds = []string{e.change.Kind}
	}
	p, err := e.grid("grid", e.change.Grid, kinds...)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(e.change.Name)
	if name == "" {
		return &grid.RuleError{Rule: "required", Field: "name", Detail: "give the new name"}
	}
	if p.Void != nil {
		p.Void.Name = name
	} else {
		p.Grid.Name = name
	}
	e.put(p)
	return nil
}

// reclassify makes DedicatedKind the kind of the dedicated grid Grid.
func (e *edit) reclassify() error {
	p, err := e.grid("grid", e.change.Grid, grid.Dedicated)
	if err != nil {
		return err
	}
	if e.change.DedicatedKind == "" {
		return &grid.RuleError{Rule: "required", Field: "dedicated_kind", Detail: "give the new kind"}
	}
	p.Grid.DedicatedKind = e.change.DedicatedKind
	e.put(p)
	return nil
}

// changeHost makes HostOrg the host of the dedicated grid Grid, and SupervisingOrg, when it is given, who supervises it.
func (e *edit) changeHost() error {
	p, err := e.grid("grid", e.change.Grid, grid.Dedicated)
	if err != nil {
		return err
	}
	if e.change.HostOrg == "" && e.change.SupervisingOrg == "" {
		return &grid.RuleError{Rule: "required", Field: "host_org_code", Detail: "name the new host organisation"}
	}
	if e.change.HostOrg != "" {
		p.Grid.HostOrg = e.change.HostOrg
	}
	if e.change.SupervisingOrg != "" {
		p.Grid.SupervisingOrg = e.change.SupervisingOrg
	}
	e.put(p)
	return nil
}
