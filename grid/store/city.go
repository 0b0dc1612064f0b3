package store

import (
	"context"
	"maps"
	"slices"

	"github.com/wangge/wangge/grid/edition"
)

// City returns every county's edition in force, all divisions and the settings, of one moment. Inside a transaction it is
// what that transaction sees.
func (s *Store) City(ctx context.Context) (*edition.City, error) {
	var city *edition.City
	err := s.snapshot(ctx, func(db DB) error {
		var err error
		city, err = loadCity(ctx, db)
		return err
	})
	return city, err
}

func loadCity(ctx context.Context, db DB) (*edition.City, error) {
	s := New(db)
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	divisions, err := s.Divisions(ctx)
	if err != nil {
		return nil, err
	}
	numbers, err := s.Counties(ctx)
	if err != nil {
		return nil, err
	}
	var editions []*edition.Edition
	for _, county := range slices.Sorted(maps.Keys(numbers)) {
		if numbers[county] == 0 {
			continue
		}
		contents, err := loadEdition(ctx, db, county)
		if err != nil {
			return nil, err
		}
		e, err := edition.New(contents)
		if err != nil {
			return nil, err
		}
		editions = append(editions, e)
	}
	return edition.NewCity(divisions, editions, settings)
}
