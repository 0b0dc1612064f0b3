package intake

import (
	"context"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

// register is what a layer of things without a place of their own needs to be imported: organisations, networks and their
// units, workers, posts and duty.
type register[T any] struct {
	read func(v fields, at shaped) (T, error)
	// key tells rows apart, "" when they cannot be the same; asked says under which layer it may be stored already.
	key func(*T) string
	// refers lists what the row refers to: layer, field and code.
	refers func(*T) []reference
	write  func(context.Context, *store.Import, []T) error
	// settle fills in what the rows refer to and says what is wrong with each; nil where refers says it all. Unless it is about rows of this
	// layer alone, a dry run does not ask: what it would ask about may be in the same run.
	settle func(context.Context, []*T) ([]error, error)
	alone  bool
}

// reference is a code that has to be there already.
type reference struct{ layer, field, code string }

// registers imports such a layer.
func (s *session) registers(ctx context.Context, f file) error {
	switch f.Layer {
	case "organizations":
		return importRegister(ctx, s, f, register[grid.Organization]{read: readOrganization, key: func(o *grid.Organization) string { return o.Code }, refers: organizationRefers, write: s.Store.ImportOrganizations})
	case "networks":
		return importRegister(ctx, s, f, register[grid.Network]{read: readNetwork, key: func(n *grid.Network) string { return n.Code }, refers: networkRefers, write: s.Store.ImportNetworks})
	case "service_units":
		return importRegister(ctx, s, f, register[grid.ServiceUnit]{read: readServiceUnit, key: func(u *grid.ServiceUnit) string { return u.NetworkCode + "/" + u.ExternalCode }, refers: serviceUnitRefers, write: s.Store.ImportServiceUnits})
	case "workers":
		return importRegister(ctx, s, f, register[grid.Worker]{read: readWorker, key: func(w *grid.Worker) string { return w.Code }, refers: workerRefers, write: s.Store.ImportWorkers})
	case "posts":
		return importRegister(ctx, s, f, register[grid.Post]{
			read: readPost, key: func(*grid.Post) string { return "" }, refers: postRefers, write: s.Store.ImportPosts,
			settle: s.Store.SettlePosts, alone: true,
		})
	case "duty":
		return importRegister(ctx, s, f, register[grid.Duty]{
			read: readDuty, key: func(*grid.Duty) string { return "" }, refers: dutyRefers, write: s.Store.ImportDuty, settle: s.Store.SettleDuty,
		})
	}
	return fileErrorf(0, "layer %s cannot be imported", f.Layer)
}

func importRegister[T any](ctx context.Context, s *session, f file, reg register[T]) error {
	if err := s.needDivisions(); err != nil {
		return err
	}
	r, rows, err := collect(ctx, s, f, func(l *layout, row *row) (value T, err error) {
		var at shaped
		if f.layer.Shape != grid.NoShape {
			if at, err = shape(f.CRS, row.geometry, f.layer.Shape); err != nil {
				return value, err
			}
		}
		v, err := l.fields(row)
		if err != nil {
			return value, err
		}
		return reg.read(v, at)
	})
	if err != nil {
		return err
	}
	if rows, err = checkRegister(ctx, s, f, reg, rows); err != nil {
		return err
	}
	if reg.settle != nil && (reg.alone || !s.DryRun) {
		if rows, err = settleRegister(ctx, reg, rows); err != nil {
			return err
		}
	}
	imp, err := r.done(f, len(rows))
	if err != nil {
		return err
	}
	if !s.DryRun {
		values := make([]T, len(rows))
		for i := range rows {
			values[i] = rows[i].value
		}
		if err := reg.write(ctx, imp, values); err != nil {
			return err
		}
	}
	s.summary.Files = append(s.summary.Files, r.FileSummary)
	return nil
}

// settleRegister rejects rows with which settle finds something wrong.
func settleRegister[T any](ctx context.Context, reg register[T], rows []pending[T]) ([]pending[T], error) {
	values := make([]*T, len(rows))
	for i := range rows {
		values[i] = &rows[i].value
	}
	wrong, err := reg.settle(ctx, values)
	if err != nil {
		return nil, err
	}
	i := -1
	return each(rows, func(*pending[T]) error {
		i++
		return wrong[i]
	})
}

// checkRegister rejects rows that are there twice or refer to what is not there. A row may refer to another of the file,
// before or after it, unless that one is rejected itself.
func checkRegister[T any](ctx context.Context, s *session, f file, reg register[T], rows []pending[T]) ([]pending[T], error) {
	ask := map[string][]string{}
	own := map[string]bool{}
	for i := range rows {
		if key := reg.key(&rows[i].value); key != "" {
			ask[f.Layer] = append(ask[f.Layer], key)
			own[key] = true
		}
		for _, ref := range reg.refers(&rows[i].value) {
			if ref.code != "" {
				ask[ref.layer] = append(ask[ref.layer], ref.code)
			}
		}
	}
	there := map[string]map[string]bool{}
	for layer, codes := range ask {
		found, err := s.existing(ctx, layer, codes)
		if err != nil {
			return nil, err
		}
		there[layer] = found
	}
	seen := map[string]bool{}
	for {
		before := len(rows)
		var err error
		rows, err = each(rows, func(p *pending[T]) error {
			key := reg.key(&p.value)
			if there[f.Layer][key] && key != "" {
				return faultf("QC-11", "code", shown(key)+" is stored already")
			}
			if seen[key] && key != "" {
				return faultf("QC-11", "code", shown(key)+" is there twice in the file")
			}
			for _, ref := range reg.refers(&p.value) {
				if ref.code == "" || there[ref.layer][ref.code] || ref.layer == f.Layer && own[ref.code] {
					continue
				}
				return faultf("unknown", ref.field, "there is none of "+ref.layer+" with the code "+shown(ref.code))
			}
			seen[key] = true
			return nil
		})
		if err != nil || len(rows) == before {
			return rows, err
		}
		// What was rejected just now may have been referred to.
		clear(own)
		clear(seen)
		for i := range rows {
			own[reg.key(&rows[i].value)] = true
		}
	}
}

func readOrganization(v fields, _ shaped) (grid.Organization, error) {
	return grid.Organization{
		Code: v.text("code"), Name: v.text("name"), Kind: v.text("kind"), Level: v.text("level"), Department: v.text("department"),
		DivisionCode: v.text("division_code"), ParentCode: v.text("parent_code"), PublicPhone: v.text("public_phone"), Public: v.bool("is_public"),
	}, nil
}

func organizationRefers(o *grid.Organization) []reference {
	return []reference{{"divisions", "division_code", o.DivisionCode}, {"organizations", "parent_code", o.ParentCode}}
}

func readNetwork(v fields, _ shaped) (grid.Network, error) {
	return grid.Network{
		Code: v.text("code"), Name: v.text("name"), Kind: v.text("kind"), OwnerOrg: v.text("owner_org_code"), HasFullCover: v.bool("has_full_cover"),
	}, nil
}

func networkRefers(n *grid.Network) []reference {
	return []reference{{"organizations", "owner_org_code", n.OwnerOrg}}
}

func readServiceUnit(v fields, at shaped) (grid.ServiceUnit, error) {
	return grid.ServiceUnit{
		NetworkCode: v.text("network_code"), ExternalCode: v.text("external_code"), Name: v.text("name"), Org: v.text("org_code"),
		Phone: v.text("phone"), Boundary: at.area.Orb(),
	}, nil
}

func serviceUnitRefers(u *grid.ServiceUnit) []reference {
	return []reference{{"networks", "network_code", u.NetworkCode}, {"organizations", "org_code", u.Org}}
}

func readWorker(v fields, _ shaped) (grid.Worker, error) {
	return grid.Worker{
		Code: v.text("code"), Name: v.text("name"), RoleType: v.text("role_type"), Origin: v.text("origin"), Grade: v.text("grade"),
		ManagingOrg: v.text("managing_org_code"), WorkPhone: v.text("work_phone"), Active: v.bool("active"),
	}, nil
}

func workerRefers(w *grid.Worker) []reference {
	return []reference{{"organizations", "managing_org_code", w.ManagingOrg}}
}

func readPost(v fields, _ shaped) (grid.Post, error) {
	p := grid.Post{
		WorkerCode: v.text("worker_code"), GridCode: v.text("grid_code"), PostKind: v.text("post_kind"), Public: v.bool("is_public"),
	}
	p.ValidFrom, _ = v["valid_from"].(time.Time)
	if to, ok := v["valid_to"].(time.Time); ok {
		p.ValidTo = &to
		if !to.After(p.ValidFrom) {
			return p, faultf("range", "valid_to", "the post ends before it begins")
		}
	}
	return p, nil
}

func postRefers(p *grid.Post) []reference {
	return []reference{{"workers", "worker_code", p.WorkerCode}, {"base_grids", "grid_code", p.GridCode}}
}

func readDuty(v fields, _ shaped) (grid.Duty, error) {
	d := grid.Duty{
		WorkerCode: v.text("worker_code"), GridCode: v.text("grid_code"), PostKind: v.text("post_kind"), StandInWorker: v.text("stand_in_worker_code"),
		Absent: v.bool("absent"),
	}
	d.OnFrom, _ = v["on_from"].(time.Time)
	d.OnTo, _ = v["on_to"].(time.Time)
	return d, d.Check()
}

func dutyRefers(d *grid.Duty) []reference {
	return []reference{
		{"workers", "worker_code", d.WorkerCode},
		{"base_grids", "grid_code", d.GridCode},
		{"workers", "stand_in_worker_code", d.StandInWorker},
	}
}
