package main

import (
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
		parser := kong.Must(&cli{}, kong.Name("wangge"))
		_, err := parser.Parse(tt.args)
		if err == nil {
			t.Errorf("%v was read", tt.args)
		} else if got := misused(err); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.args, got, tt.want)
		}
	}
}
