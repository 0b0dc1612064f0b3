package cluster

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// CreateDatabase makes the database if there is none of that name, and PostGIS in it.
func (c *Cluster) CreateDatabase(ctx context.Context, name string) error {
	const create = `
		SELECT format('CREATE DATABASE %I', :'name')
		WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec`
	if err := c.psql(ctx, "postgres", create, name); err != nil {
		return fmt.Errorf("creating database %s: %w", name, err)
	}
	if err := c.psql(ctx, name, `CREATE EXTENSION IF NOT EXISTS postgis`, name); err != nil {
		if strings.Contains(err.Error(), "is not available") {
			return missing([]installation{c.home}, 0)
		}
		return fmt.Errorf("database %s: creating extension postgis: %w", name, err)
	}
	return nil
}

// psql runs a script in which :'name' stands for the string name. It keeps this package free of a database driver.
func (c *Cluster) psql(ctx context.Context, database, script, name string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(c.home.bin, "psql"),
		"-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "name="+name, "-d", c.URL(database))
	cmd.Env = environment()
	cmd.Stdin = strings.NewReader(script + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, lastLines(out))
	}
	return nil
}
