package main

import (
	"context"
	"fmt"

	"github.com/wangge/wangge/migrations"
)

type migrateCmd struct{}

// Run applies what is missing.
func (migrateCmd) Run(ctx context.Context, all *cli) error {
	applied, err := migrations.UpURL(ctx, all.DatabaseURL)
	for _, name := range applied {
		fmt.Println("applied", name)
	}
	if err == nil && len(applied) == 0 {
		fmt.Println("nothing to do: the schema is this version's")
	}
	return err
}
