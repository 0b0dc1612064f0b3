package grid

import (
	"fmt"
	"slices"
)

// escalate gives it to the desk one level up, or straight to the level that its severity asks for (BR-51).
func (d *doing) escalate() error {
	chain := d.c.chainOf(Unit(d.in.LeadUnit), d.in)
	if kind := Unit(d.in.LeadUnit).Kind(); len(chain) > 0 && (kind == UnitOrg || kind == UnitDivision) {
		chain = chain[1:]
	}
	if len(chain) == 0 {
		return fmt.Errorf("BR-51: there is nothing above %q: transfer the incident instead: %w", d.in.LeadUnit, ErrConflict)
	}
	to := chain[0]
	if level, straight := d.c.Settings.StraightTo[d.in.Severity]; straight {
		i := slices.IndexFunc(chain, func(a *Division) bool { return a.Level == level })
		if i > 0 {
			to = chain[i]
			d.data["straight_to"] = level
		}
	}
	d.unit = NewUnit(UnitDivision, to.Code)
	return d.leadBy(d.unit)
}

// combine gives a case that touches several divisions to the desk of the lowest division above them all (BR-52). A division that holds
// another of them says nothing that this one does not: naming the city is no way to the top.
func (d *doing) combine() error {
	divisions := slices.Clone(d.order.Divisions)
	if own := d.in.Assignment.Division(); own != "" {
		divisions = append(divisions, own)
	}
	slices.Sort(divisions)
	divisions = slices.Compact(divisions)
	if _, err := d.c.above(divisions); err != nil { // one is unknown
		return err
	}
	divisions = d.c.lowest(divisions)
	if len(divisions) == 1 {
		return &RuleError{Rule: "BR-52", Field: "divisions", Detail: fmt.Sprintf("it touches only %s: there is nothing to combine", divisions[0])}
	}
	above, err := d.c.above(divisions)
	if err != nil {
		return err
	}
	d.unit = NewUnit(UnitDivision, above.Code)
	d.data["divisions"] = divisions
	return d.leadBy(d.unit)
}

// lowest returns those of the divisions that hold no other of them: none of them is above another.
func (c *IncidentCircumstances) lowest(divisions []string) []string {
	return slices.DeleteFunc(slices.Clone(divisions), func(code string) bool {
		return slices.ContainsFunc(divisions, func(other string) bool { return other != code && hasDivision(c.Chain(other), code) })
	})
}

// above returns the lowest division that holds all of them. The error is a *RuleError for one that is not there.
func (c *IncidentCircumstances) above(divisions []string) (*Division, error) {
	var common []*Division
	for n, code := range divisions {
		chain := c.Chain(code)
		if len(chain) == 0 {
			return nil, &RuleError{Rule: "unknown_code", Field: "divisions", Detail: fmt.Sprintf("there is no division %q", code)}
		}
		if n == 0 {
			common = slices.Clone(chain)
			continue
		}
		common = slices.DeleteFunc(common, func(d *Division) bool { return !hasDivision(chain, d.Code) })
	}
	if len(common) == 0 {
		return nil, &RuleError{Rule: "BR-52", Field: "divisions", Detail: "no division holds all of them"}
	}
	return common[0], nil
}

// join lets other units handle it too. Several departments have a set time to agree on who leads (BR-52).
func (d *doing) join() error {
	var joined []string
	for _, u := range d.order.Units {
		if err := d.c.known("units", u); err != nil {
			return err
		}
		if string(u) == d.in.LeadUnit || slices.Contains(d.in.HandlingUnits, string(u)) {
			continue
		}
		if u.Kind() == UnitGrid {
			if _, _, err := d.c.Gate(u); err != nil {
				return err
			}
		}
		joined = append(joined, string(u))
		d.in.HandlingUnits = append(d.in.HandlingUnits, string(u))
	}
	if len(joined) == 0 {
		return fmt.Errorf("all of them handle it already: %w", ErrConflict)
	}
	d.data["units"] = joined
	if d.in.JointDueAt == nil && d.departments() > 1 {
		until := d.c.Now.Add(hours(d.c.Settings.JointHours))
		d.in.JointDueAt = &until
	}
	return nil
}

// departments returns how many of the units that have it are organisations.
func (d *doing) departments() int {
	n := 0
	for _, u := range append([]string{d.in.LeadUnit}, d.in.HandlingUnits...) {
		if Unit(u).Kind() == UnitOrg {
			n++
		}
	}
	return n
}

// lead makes one of the units that handle it the leading one; the one that was goes on handling it. After the time for agreeing on that
// only the division above them all may (BR-52).
func (d *doing) lead() error {
	if !slices.Contains(d.in.HandlingUnits, string(d.order.Unit)) {
		return &RuleError{Rule: "BR-52", Field: "unit", Detail: fmt.Sprintf("%q does not handle it: let it join first", d.order.Unit)}
	}
	if due := d.in.JointDueAt; due != nil && d.c.Now.After(*due) {
		above, err := d.c.above(d.divisions())
		if err != nil {
			return err
		}
		if !d.c.covers(d.c.Chain(above.Code)) {
			return fmt.Errorf("BR-52: the departments did not agree in time: %s names who leads: %w", above.Code, ErrForbidden)
		}
	}
	before := d.in.LeadUnit
	d.unit = d.order.Unit
	if err := d.leadBy(d.order.Unit); err != nil {
		return err
	}
	if before != "" {
		d.in.HandlingUnits = append(d.in.HandlingUnits, before)
	}
	d.in.JointDueAt = nil
	return nil
}

// divisions returns where the units that have it are, those that nobody knows left out.
func (d *doing) divisions() []string {
	var divisions []string
	for _, u := range append([]string{d.in.LeadUnit}, d.in.HandlingUnits...) {
		if division := d.c.DivisionOf(Unit(u)); division != "" {
			divisions = append(divisions, division)
		}
	}
	return divisions
}
