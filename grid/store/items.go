package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

const itemListQuery = `
	SELECT l.id, l.county_code, l.version, l.state, coalesce(l.note, '') AS note, l.effective_from, l.retired_at, l.created_at, l.created_by
	FROM item_list l`

// itemList is a row of itemListQuery.
func itemList(row pgx.CollectableRow) (l grid.ItemList, err error) {
	err = row.Scan(&l.ID, &l.CountyCode, &l.Version, &l.State, &l.Note, &l.EffectiveFrom, &l.RetiredAt, &l.CreatedAt, &l.CreatedBy)
	return l, err
}

// ItemLists returns the versions of a county's list, newest first, without their items.
func (s *Store) ItemLists(ctx context.Context, county string) ([]grid.ItemList, error) {
	rows, err := s.db.Query(ctx, itemListQuery+` WHERE l.county_code = $1 ORDER BY l.version DESC LIMIT 1000`, county)
	if err != nil {
		return nil, translate(err)
	}
	lists, err := pgx.CollectRows(rows, itemList)
	return lists, translate(err)
}

// ItemList returns a version of a county's list with its items, grid.ErrNotFound when there is none.
func (s *Store) ItemList(ctx context.Context, county string, version int) (grid.ItemList, error) {
	var l grid.ItemList
	err := s.snapshot(ctx, func(db DB) (err error) {
		l, err = readItemList(ctx, db, itemListQuery+` WHERE l.county_code = $1 AND l.version = $2`, county, version)
		return err
	})
	return l, err
}

// ItemsAt returns the list that was, or is, in effect in a county at an instant; grid.ErrNotFound when none was.
func (s *Store) ItemsAt(ctx context.Context, county string, at time.Time) (grid.ItemList, error) {
	var l grid.ItemList
	err := s.snapshot(ctx, func(db DB) (err error) {
		l, err = readItemList(ctx, db, itemListQuery+`
			WHERE l.county_code = $1 AND l.effective_from <= $2 AND (l.retired_at IS NULL OR l.retired_at > $2)`, county, at)
		return err
	})
	return l, err
}

// itemsInEffect returns the list in effect in a county, nil for none.
func itemsInEffect(ctx context.Context, db DB, county string) (*grid.ItemList, error) {
	l, err := readItemList(ctx, db, itemListQuery+` WHERE l.county_code = $1 AND l.state = 'effective'`, county)
	if errors.Is(err, grid.ErrNotFound) {
		return nil, nil
	}
	return &l, err
}

func readItemList(ctx context.Context, db DB, query string, args ...any) (grid.ItemList, error) {
	rows, err := db.Query(ctx, query, args...)
	if err != nil {
		return grid.ItemList{}, err
	}
	l, err := pgx.CollectExactlyOneRow(rows, itemList)
	if err != nil {
		return l, fmt.Errorf("such a list of service items of county %s (GET /v1/item-lists/%s has its versions): %w", args[0], args[0], translate(err))
	}
	rows, err = db.Query(ctx, `
		SELECT i.code, i.name, i.incident_kinds, i.hazard_kinds, coalesce(i.department_org, ''), coalesce(i.legal_basis, ''), i.is_negative, i.is_public,
		       a.applicant_org, a.resources, a.legal_basis, a.state, a.requested_at, a.requested_by, coalesce(a.approved_body, ''),
		       coalesce(a.doc_no, ''), a.decided_at, coalesce(a.decided_by, '')
		FROM service_item i
		LEFT JOIN admission a ON a.item_id = i.id
		WHERE i.list_id = $1
		ORDER BY i.code COLLATE "C"`, l.ID)
	if err != nil {
		return l, err
	}
	l.Items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (grid.ServiceItem, error) {
		var i grid.ServiceItem
		var a grid.Admission
		var applicant, resources, basis, state, requestedBy *string
		var requestedAt *time.Time
		err := row.Scan(&i.Code, &i.Name, &i.IncidentKinds, &i.HazardKinds, &i.DepartmentOrg, &i.LegalBasis, &i.Negative, &i.Public,
			&applicant, &resources, &basis, &state, &requestedAt, &requestedBy, &a.ApprovedBody, &a.DocNo, &a.DecidedAt, &a.DecidedBy)
		if err == nil && state != nil {
			a.ApplicantOrg, a.Resources, a.LegalBasis, a.State, a.RequestedAt, a.RequestedBy = *applicant, *resources, *basis, *state, *requestedAt, *requestedBy
			i.Admission = &a
		}
		return i, err
	})
	return l, err
}

// CreateItemList stores the next version of a county's list as a draft. The error is a *grid.RuleError for the first item that is wrong.
func (s *Store) CreateItemList(ctx context.Context, actor grid.Actor, city *edition.City, l grid.ItemList) (grid.ItemList, error) {
	return s.onItemList(ctx, actor, city, l.CountyCode, 0, "create", func(tx pgx.Tx, _ *grid.ItemList) (int, error) {
		codes, err := New(tx).Codes(ctx)
		if err != nil {
			return 0, err
		}
		if err := l.Check(codes); err != nil {
			return 0, err
		}
		if err := checkItemTexts(&l); err != nil {
			return 0, err
		}
		var departments []string
		for i := range l.Items {
			if org := l.Items[i].DepartmentOrg; org != "" {
				departments = append(departments, org)
			}
		}
		if err := checkOrganizationCodes(ctx, tx, "department_org_code", departments...); err != nil {
			return 0, err
		}
		var version int
		err = tx.QueryRow(ctx, `
			INSERT INTO item_list (county_code, version, note, created_by)
			VALUES ($1, 1 + (SELECT coalesce(max(version), 0) FROM item_list WHERE county_code = $1), $2, $3)
			RETURNING id, version`, l.CountyCode, orNull(l.Note), actor.Name).Scan(&l.ID, &version)
		if err != nil {
			return 0, err
		}
		columns := []string{"list_id", "code", "name", "incident_kinds", "hazard_kinds", "department_org", "legal_basis", "is_negative", "is_public"}
		return version, copyRows(ctx, tx, "service_item", columns, l.Items, func(_ int, i *grid.ServiceItem) ([]any, error) {
			return []any{
				l.ID, i.Code, i.Name, listOrEmpty(i.IncidentKinds), listOrEmpty(i.HazardKinds), orNull(i.DepartmentOrg), orNull(i.LegalBasis), i.Negative, i.Public,
			}, nil
		})
	})
}

func checkItemTexts(l *grid.ItemList) error {
	if err := checkText("note", l.Note); err != nil {
		return err
	}
	for i := range l.Items {
		for _, text := range []string{l.Items[i].Name, l.Items[i].LegalBasis} {
			if err := checkText(fmt.Sprintf("items[%d]", i), text); err != nil {
				return err
			}
		}
	}
	return nil
}

// RequestAdmission records that a department asks for an item of a draft to be taken in, and what it brings along (W49, D56). It replaces
// a request that was rejected.
func (s *Store) RequestAdmission(ctx context.Context, actor grid.Actor, city *edition.City, county string, version int, item string, a grid.Admission) (grid.ItemList, error) {
	return s.onItemList(ctx, actor, city, county, version, "request_admission", func(tx pgx.Tx, l *grid.ItemList) (int, error) {
		i, err := draftItem(l, item)
		if err != nil {
			return 0, err
		}
		if i.Admission != nil && i.Admission.State != "rejected" {
			return 0, fmt.Errorf("the admission of item %s is %s: what was requested is decided next, and what was approved stays so: %w", item, i.Admission.State, grid.ErrConflict)
		}
		for _, required := range []struct{ field, text string }{{"applicant_org_code", a.ApplicantOrg}, {"resources", a.Resources}, {"legal_basis", a.LegalBasis}} {
			if required.text == "" {
				return 0, &grid.RuleError{Rule: "required", Field: required.field, Detail: "must be given"}
			}
			if err := checkText(required.field, required.text); err != nil {
				return 0, err
			}
		}
		if err := checkOrganizationCodes(ctx, tx, "applicant_org_code", a.ApplicantOrg); err != nil {
			return 0, err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO admission (item_id, applicant_org, resources, legal_basis, requested_by)
			SELECT id, $3, $4, $5, $6 FROM service_item WHERE list_id = $1 AND code = $2
			ON CONFLICT ON CONSTRAINT admission_pkey DO UPDATE
			SET applicant_org = $3, resources = $4, legal_basis = $5, requested_by = $6, requested_at = now(), state = 'requested', approved_body = NULL,
			    doc_no = NULL, decided_at = NULL, decided_by = NULL`, l.ID, item, a.ApplicantOrg, a.Resources, a.LegalBasis, actor.Name)
		return version, err
	})
}

// DecideAdmission records what party committee and government, named in words by body, made of a request.
func (s *Store) DecideAdmission(ctx context.Context, actor grid.Actor, city *edition.City, county string, version int, item string, approved bool, body, docNo string) (grid.ItemList, error) {
	return s.onItemList(ctx, actor, city, county, version, "decide_admission", func(tx pgx.Tx, l *grid.ItemList) (int, error) {
		i, err := draftItem(l, item)
		if err != nil {
			return 0, err
		}
		if i.Admission == nil || i.Admission.State != "requested" {
			return 0, fmt.Errorf("nobody has requested that item %s be taken in: %w", item, grid.ErrConflict)
		}
		state := "rejected"
		if approved {
			state = "approved"
		}
		if body == "" {
			return 0, &grid.RuleError{Rule: "required", Field: "approved_body", Detail: "say who has decided"}
		}
		if err := cmp.Or(checkText("approved_body", body), checkText("doc_no", docNo)); err != nil {
			return 0, err
		}
		_, err = tx.Exec(ctx, `
			UPDATE admission
			SET state = $3, approved_body = $4, doc_no = $5, decided_at = now(), decided_by = $6
			WHERE item_id = (SELECT id FROM service_item WHERE list_id = $1 AND code = $2)`, l.ID, item, state, body, orNull(docNo), actor.Name)
		return version, err
	})
}

// draftItem returns an item of a list that can still be changed.
func draftItem(l *grid.ItemList, code string) (*grid.ServiceItem, error) {
	if l.State != grid.ItemsDraft {
		return nil, fmt.Errorf("list %d is %s: only a draft's items are admitted: %w", l.Version, l.State, grid.ErrConflict)
	}
	i := slices.IndexFunc(l.Items, func(i grid.ServiceItem) bool { return i.Code == code })
	if i < 0 {
		return nil, fmt.Errorf("item %s of list %d: %w", code, l.Version, grid.ErrNotFound)
	}
	return &l.Items[i], nil
}

// PutItemsInEffect makes a draft the county's list from now on; the one until then is retired. Every item that asks something new of
// grids must have been approved (BR-47).
func (s *Store) PutItemsInEffect(ctx context.Context, actor grid.Actor, city *edition.City, county string, version int) (grid.ItemList, error) {
	return s.onItemList(ctx, actor, city, county, version, "effect", func(tx pgx.Tx, l *grid.ItemList) (int, error) {
		if l.State != grid.ItemsDraft {
			return 0, fmt.Errorf("list %d is %s: only a draft can take effect, and POST /v1/item-lists/%s makes one: %w", version, l.State, county, grid.ErrConflict)
		}
		until, err := itemsInEffect(ctx, tx, county)
		if err != nil {
			return 0, err
		}
		for i := range l.Items {
			item := &l.Items[i]
			if item.NeedsAdmission(until) && (item.Admission == nil || item.Admission.State != "approved") {
				return 0, fmt.Errorf("item %s (%s) has not been approved (BR-47): request its admission and have it decided: %w", item.Code, item.Name, grid.ErrConflict)
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE item_list SET state = 'retired', retired_at = now() WHERE county_code = $1 AND state = 'effective'`, county); err != nil {
			return 0, err
		}
		_, err = tx.Exec(ctx, `UPDATE item_list SET state = 'effective', effective_from = now() WHERE id = $1`, l.ID)
		return version, err
	})
}

// itemsLockClass is the first key of the locks on a county's lists; the second is the hash of its code.
const itemsLockClass = 0x6974656d // "item"

// onItemList does something to a county's lists, one at a time: do gets the version, with 0 an empty one, and returns the version that the
// caller gets back. The actor must be allowed to write items in the county.
func (s *Store) onItemList(ctx context.Context, actor grid.Actor, city *edition.City, county string, version int, action string, do func(tx pgx.Tx, l *grid.ItemList) (int, error)) (grid.ItemList, error) {
	var made grid.ItemList
	if d := city.Division(county); d == nil || d.Level != grid.LevelCounty {
		return made, &grid.RuleError{Rule: "unknown_code", Field: "county_code", Detail: fmt.Sprintf("there is no county %q", county)}
	}
	if !actor.May(grid.WriteItems, city.ChainCodes(county)) {
		return made, grid.ErrForbidden
	}
	err := s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, hashtext($2))`, itemsLockClass, county); err != nil {
			return err
		}
		byVersion := itemListQuery + ` WHERE l.county_code = $1 AND l.version = $2`
		var before grid.ItemList
		var err error
		if version > 0 {
			if before, err = readItemList(ctx, tx, byVersion, county, version); err != nil {
				return err
			}
		}
		number, err := do(tx, &before)
		if err != nil {
			return err
		}
		if made, err = readItemList(ctx, tx, byVersion, county, number); err != nil {
			return err
		}
		e := AuditEntry{
			Actor: actor.Name, Action: action, ObjectType: "item_list", ObjectCode: fmt.Sprintf("%s/%d", county, number), After: unlike(made, &before),
		}
		if version > 0 {
			e.Before = unlike(before, &made)
		}
		return audit(ctx, tx, e)
	})
	return made, err
}

// unlike returns a list with only those items that the other one does not have as they are, so that what one act leaves behind is no
// larger than what it changes.
func unlike(l grid.ItemList, other *grid.ItemList) grid.ItemList {
	l.Items = slices.DeleteFunc(slices.Clone(l.Items), func(i grid.ServiceItem) bool {
		return slices.ContainsFunc(other.Items, func(o grid.ServiceItem) bool { return o.Code == i.Code && reflect.DeepEqual(o, i) })
	})
	return l
}
