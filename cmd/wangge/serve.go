package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/api/basemap"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
	"github.com/wangge/wangge/migrations"
	"github.com/wangge/wangge/web"
)

type serveCmd struct {
	Listen       string        `help:"Address to listen on." default:"127.0.0.1:8080"`
	PublicURL    string        `help:"Address that links carry, when a proxy stands in front."`
	TileCache    int64         `help:"How many megabytes of tiles to hold in memory; 0 for none." default:"256"`
	UploadDir    string        `help:"Directory for files while they are imported over HTTP; by default the system's temporary directory." placeholder:"DIR"`
	Poll         time.Duration `help:"How often to look for new editions; while their commits are heard of, every fifth time." default:"1s"`
	basemapFlags `embed:""`
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(ctx context.Context, all *cli) error {
	under, err := c.open()
	if err != nil {
		return err
	}
	defer under.Close()     //nolint:errcheck // read only
	s, err := all.open(ctx) // first, since it says best when there is no database
	if err != nil {
		return err
	}
	defer s.Close()
	pending, err := migrations.PendingURL(ctx, all.DatabaseURL)
	if err != nil {
		return err
	}
	if pending > 0 {
		return errors.New("the database's schema is older than this program: run “wangge migrate” first")
	}
	if pending < 0 {
		return errors.New("the database's schema is newer than this program: use the newer one")
	}
	if !loopback(c.Listen) {
		found, err := s.AnyToken(ctx)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("refusing to listen on %s, which others can reach, without tokens: make one first with “wangge token create NAME --role administrator”", c.Listen)
		}
	}
	return serve(ctx, s, serving{listen: c.Listen, publicURL: c.PublicURL, tileCache: c.TileCache << 20, uploadDir: c.UploadDir, poll: c.Poll, basemap: under, ready: func(address string) {
		slog.InfoContext(ctx, "ready", "address", address)
	}})
}

// serving is how a server runs.
type serving struct {
	listen    string
	publicURL string
	tileCache int64  // bytes
	uploadDir string // "" for the system's temporary directory
	poll      time.Duration
	openReads bool
	basemap   *basemap.Basemap
	ready     func(address string)
}

// drain is how long requests under way may take to finish after the signal to stop.
const drain = 10 * time.Second

func serve(ctx context.Context, s *store.Store, c serving) error {
	city, err := live.Open(ctx, s)
	if err != nil {
		return fmt.Errorf("loading the city: %w", err)
	}
	listener, err := net.Listen("tcp", c.listen)
	if err != nil {
		return fmt.Errorf("%w: choose another address with --listen or WANGGE_LISTEN", err)
	}
	app := api.New(api.Config{Store: s, Live: city, Page: page(), OpenReads: c.openReads, PublicURL: c.publicURL, TileCache: c.tileCache, UploadDir: c.uploadDir, Basemap: c.basemap})
	defer func() {
		if err := app.Close(); err != nil {
			slog.WarnContext(ctx, "removing files that were sent", "error", err)
		}
	}()
	server := app.HTTP()
	server.RegisterOnShutdown(app.EndStreams)
	following, stopFollowing := context.WithCancel(ctx)
	var background sync.WaitGroup
	defer background.Wait()
	defer stopFollowing()
	background.Go(func() { city.Follow(following, c.poll) })
	background.Go(func() { city.PrepareTiles(following, c.poll) })
	background.Go(func() { publishDue(following, s, city, c.poll) })
	background.Go(func() { remindDue(following, s, city, time.Minute) })

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	c.ready("http://" + listener.Addr().String())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := server.Shutdown(draining); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

// page returns the built page, nil when it was left out of the build.
func page() fs.FS {
	if !web.Built() {
		return nil
	}
	return web.Files()
}

// loopback reports whether only this machine can reach the address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
