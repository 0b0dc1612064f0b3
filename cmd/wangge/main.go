// Command wangge is the grid service: the server, the demo, and the tools that feed and prove a database. It wires rooms
// together and holds no logic of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/store"
)

const description = `网格: a service for the areas that a city divides itself into.

Examples:
  wangge demo                                   a synthetic city, everything on, nothing left behind
  wangge migrate                                bring a database to this version's schema
  wangge import --crs wgs84 base_grids=smd.geojson.gz --map code=SMD_ID
  wangge locate --lon 120.31 --lat 31.49        who is responsible here
  wangge search 文坊                            what is called so, or lies there
  wangge get '/v1/divisions?level=county'       what the API answers; more in its help
  wangge export base -o base.gpkg               a file for GIS tools; more in its help
  wangge serve --listen 127.0.0.1:8080
  wangge check                                  prove the tiling, the lattice and every assignment
  wangge plan create --county 320211000000 --title 分网格 --reason workload
  wangge token create ming --role planner --scope 320211000000

The database is the one of --database-url, DATABASE_URL, or the standard PG* variables.`

// cli is every command; a flag's environment twin is WANGGE_ and its name.
type cli struct {
	DatabaseURL string `help:"PostgreSQL connection string." env:"WANGGE_DATABASE_URL,DATABASE_URL" placeholder:"URL"`
	LogLevel    string `help:"debug, info, warn or error; info for serve, warn for the rest." enum:",debug,info,warn,error" default:"" env:"WANGGE_LOG_LEVEL"`

	Demo     demoCmd     `cmd:"" help:"Run everything on a private database with a synthetic city."`
	Serve    serveCmd    `cmd:"" help:"Answer HTTP requests."`
	Migrate  migrateCmd  `cmd:"" help:"Bring the database to this version's schema."`
	Import   importCmd   `cmd:"" help:"Read files into the database."`
	Export   exportCmd   `cmd:"" help:"Write a collection, or the tiles of a tileset, into a file."`
	Locate   locateCmd   `cmd:"" help:"Say who is responsible at a place."`
	Duty     dutyCmd     `cmd:"" help:"Say who is on duty on a grid, and whom to contact otherwise."`
	Get      getCmd      `cmd:"" help:"Print what the API answers to GET PATH: counties, grids, workers, codes."`
	Events   eventsCmd   `cmd:"" help:"Print what happens, as it happens."`
	Search   searchCmd   `cmd:"" help:"Find things by a part of their code, name or address."`
	Check    checkCmd    `cmd:"" help:"Prove laws L1 to L3 on the whole database."`
	Incident incidentCmd `cmd:"" help:"Report incidents and take them to their end."`
	Plan     planCmd     `cmd:"" help:"Adjust a division: draft, impact, consultation, decision, effect, filing."`
	Edition  editionCmd  `cmd:"" help:"List the editions of a county and show what differs between them."`
	History  historyCmd  `cmd:"" help:"Show what became of a grid, a place or a division, and by which plan."`
	Synth    synthCmd    `cmd:"" help:"Write a synthetic city as files that import reads."`
	Token    tokenCmd    `cmd:"" help:"Make, list and revoke access tokens."`
	Setting  settingCmd  `cmd:"" help:"Show and change the deployment's settings."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// version is set by the build.
var version = "development"

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run() error {
	fmt.Println("wangge", version)
	return nil
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	var c cli
	parser := parserOf(&c)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "wangge: "+misused(err))
		return statusMisused
	}
	if c.LogLevel == "" {
		c.LogLevel = "warn"
		if command.Command() == "serve" {
			c.LogLevel = "info"
		}
	}
	defer logTo(c.LogLevel)()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	if err := command.Run(&c); err != nil {
		if errors.Is(err, errSaid) {
			return 1
		}
		fmt.Fprintln(os.Stderr, "wangge: "+sentence(err))
		return 1
	}
	return 0
}

func parserOf(c *cli) *kong.Kong {
	return kong.Must(c, kong.Name("wangge"), kong.Description(description), kong.DefaultEnvars("WANGGE"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, Summary: false}))
}

// statusMisused is the status of a command line that cannot be read.
const statusMisused = 2

// misused says what is wrong with a command line, and where help is.
func misused(err error) string {
	command := "wangge"
	var parse *kong.ParseError
	if errors.As(err, &parse) {
		if chosen := parse.Context.Selected(); chosen != nil {
			command = chosen.FullPath()
		}
	}
	return fmt.Sprintf("%v\nsee “%s --help”", err, command)
}

// errSaid ends a command with status 1 when it has said why itself.
var errSaid = errors.New("said")

// sentence is what a person reads of an error.
func sentence(err error) string {
	if errors.Is(err, context.Canceled) {
		return "stopped; nothing was changed by what was not finished"
	}
	if errors.Is(err, grid.ErrUnavailable) {
		return err.Error() + "\nname the database with --database-url or DATABASE_URL, or run “wangge demo”, which brings its own"
	}
	return err.Error()
}

// logTo sets up the log on stderr. What is returned writes the lines that it still holds back.
func logTo(level string) (flush func()) {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // the flag's enum allows only levels
	log := api.NewLog(os.Stderr)
	handler := log.JSONHandler(l)
	if term.IsTerminal(int(os.Stderr.Fd())) {
		handler = log.Handler(func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, &slog.HandlerOptions{Level: l}) })
	}
	slog.SetDefault(slog.New(handler))
	return func() { _ = log.Flush() }
}

// operator is who acts when a command runs: the person at the terminal, who has the database's password.
func operator() grid.Actor {
	name := os.Getenv("USER")
	if name == "" {
		name = "operator"
	}
	return grid.Actor{Name: "cli:" + name, Role: grid.RoleAdministrator}
}

func (c *cli) open(ctx context.Context) (*store.Store, error) { return store.Open(ctx, c.DatabaseURL) }
