package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestMisused: a command line that cannot be read is answered with what is wrong and where help is, not with all of the help.
func TestMisused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--frob"}, "unknown flag --frob\nsee “wangge --help”"},
		{[]string{"plan", "edit", "320211-2026-001", "--bogus"}, "unknown flag --bogus\nsee “wangge plan edit --help”"},
		{[]string{"plan", "waive", "320211-2026-001", "7"}, "missing flags: --reason=STRING\nsee “wangge plan waive --help”"},
	} {
		_, err := parserOf(&cli{}).Parse(tt.args)
		if err == nil {
			t.Errorf("%v was read", tt.args)
		} else if got := misused(err); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.args, got, tt.want)
		}
	}
}

// TestFlagsHaveTwins: each flag of each command is read from the environment too, as WANGGE_ and its name, and the command line wins.
func TestFlagsHaveTwins(t *testing.T) {
	var all func(n *kong.Node)
	all = func(n *kong.Node) {
		for _, flag := range n.Flags {
			if twin := "WANGGE_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_")); flag.Name != "help" && !slices.Contains(flag.Envs, twin) {
				t.Errorf("%s --%s has no twin %s but %v", n.FullPath(), flag.Name, twin, flag.Envs)
			}
		}
		for _, child := range n.Children {
			all(child)
		}
	}
	all(parserOf(&cli{}).Model.Node)
	t.Setenv("WANGGE_TILE_CACHE", "7")
	for want, args := range map[int64][]string{7: {"serve"}, 9: {"serve", "--tile-cache", "9"}} {
		var c cli
		if _, err := parserOf(&c).Parse(args); err != nil || c.Serve.TileCache != want {
			t.Errorf("%v: %d MB of tiles (%v), want %d", args, c.Serve.TileCache, err, want)
		}
	}
}
