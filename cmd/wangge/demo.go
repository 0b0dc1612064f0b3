package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/cluster"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/store"
	"github.com/wangge/wangge/grid/synth"
	"github.com/wangge/wangge/migrations"
)

type demoCmd struct {
	Listen       string `help:"Address to listen on; loopback only, since everybody may read the demo." default:"127.0.0.1:8080"`
	TileCache    int64  `help:"How many megabytes of tiles to hold in memory; 0 for none." default:"256"`
	Size         string `help:"small: 500 grids and 20,000 places; city: 5,000 and 1,000,000; empty: an empty database for your own files." enum:"small,city,empty" default:"small"`
	Data         string `help:"Folder to keep the database in; the next start goes on from there. Without it nothing is left behind." type:"path" placeholder:"DIR"`
	Seed         uint64 `help:"The same seed gives the same city." default:"1"`
	basemapFlags `embed:""`
}

// demoSizes are the cities of --size.
var demoSizes = map[string]synth.Config{
	"small": {Grids: 500, Places: 20_000},
	"city":  {Grids: 5_000, Places: 1_000_000},
}

// Run brings everything up and waits for the signal to stop.
func (c *demoCmd) Run(ctx context.Context) (err error) {
	if !loopback(c.Listen) {
		return fmt.Errorf("the demo lets everybody read, so it listens on loopback only, not on %s: use “wangge serve” with tokens for others", c.Listen)
	}
	under, err := c.open()
	if err != nil {
		return err
	}
	defer under.Close() //nolint:errcheck // read only
	begun := time.Now()
	config := cluster.Config{}
	made := ""
	if c.Data != "" {
		config.Dir, made = filepath.Join(c.Data, "postgres"), filepath.Join(c.Data, "city-made")
		if err := discardUnfinished(config.Dir, made); err != nil {
			return err
		}
	}
	say("starting a private PostgreSQL with PostGIS")
	db, err := cluster.Start(ctx, config)
	if err != nil {
		return err
	}
	defer func() {
		// Said when all is done: whoever read it may be gone, and writing to a closed pipe ends the program.
		if err = errors.Join(err, db.Stop()); err == nil {
			c.sayEnded()
		}
	}()
	if err := db.CreateDatabase(ctx, "wangge"); err != nil {
		return err
	}
	if _, err := migrations.UpURL(ctx, db.URL("wangge")); err != nil {
		return err
	}
	s, err := store.Open(ctx, db.URL("wangge"))
	if err != nil {
		return err
	}
	defer s.Close()
	if err := c.nameDatabase(db.URL("wangge")); err != nil {
		return err
	}
	if err := c.fill(ctx, s, made); err != nil {
		return err
	}
	if err := printTokens(ctx, s); err != nil {
		return err
	}
	say("with one of these tokens the page lets you plan, dispatch or administer: enter it at the top right")
	return serve(ctx, s, serving{listen: c.Listen, tileCache: c.TileCache << 20, poll: time.Second, openReads: true, basemap: under, ready: func(address string) {
		say("up in %.1f s; Ctrl-C ends it", time.Since(begun).Seconds())
		fmt.Println("ready", address)
	}})
}

// sayEnded says what is left.
func (c *demoCmd) sayEnded() {
	if c.Data == "" {
		say("ended; its database is removed")
		return
	}
	size := ""
	if _, filled := demoSizes[c.Size]; !filled {
		size = "--size " + c.Size + " " // else an empty city would be filled
	}
	say("ended; its database is kept in %s, and demo %s--data %s starts it again", c.Data, size, c.Data)
}

// nameDatabase says how other commands reach the database and, where it is kept, leaves that in a file beside it.
func (c *demoCmd) nameDatabase(url string) error {
	say("export DATABASE_URL='%s'", url)
	if c.Data == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(c.Data, "database-url"), []byte(url+"\n"), 0o600)
}

// discardUnfinished removes a kept cluster whose city was never finished, so that the next start begins anew.
func discardUnfinished(cluster, made string) error {
	if _, err := os.Stat(made); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(cluster), 0o755); err != nil {
		return err
	}
	return os.RemoveAll(cluster)
}

// fill makes the city in an empty database.
func (c *demoCmd) fill(ctx context.Context, s *store.Store, made string) error {
	config, filled := demoSizes[c.Size]
	if !filled {
		return finish(made)
	}
	divisions, err := s.Divisions(ctx)
	if err != nil || len(divisions) > 0 {
		return err
	}
	config.Seed = c.Seed
	say("making a synthetic city of %d grids and %d places", config.Grids, config.Places)
	bar := newProgress("demo")
	_, err = importSynthetic(ctx, s, config, func(p intake.Progress) { bar.step(fmt.Sprintf("%s, %d rows", p.Layer, p.Rows), 0, 0) })
	bar.done()
	if err != nil {
		return err
	}
	return finish(made)
}

// finish marks a kept folder as complete.
func finish(made string) error {
	if made == "" {
		return nil
	}
	return os.WriteFile(made, []byte("The city in this folder is complete.\n"), 0o644)
}

// printTokens makes a token for each kind of user and prints them; those of earlier starts end.
func printTokens(ctx context.Context, s *store.Store) error {
	actor := grid.Actor{Name: "demo", Role: grid.RoleAdministrator}
	err := s.EachToken(ctx, func(t store.Token) error {
		if t.CreatedBy != actor.Name || t.RevokedAt != nil {
			return nil
		}
		return s.RevokeToken(ctx, actor, t.ID)
	})
	if err != nil {
		return err
	}
	for _, role := range []string{grid.RolePlanner, grid.RoleDispatcher, grid.RoleAdministrator} {
		secret, _, err := s.CreateToken(ctx, actor, store.Token{User: "demo-" + role, Role: role})
		if err != nil {
			return err
		}
		fmt.Printf("token %-13s %s\n", role, secret)
	}
	return nil
}

func say(format string, args ...any) { fmt.Printf("demo: "+format+"\n", args...) }
