package main

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/wangge/wangge/grid/gridtest"
)

func TestMain(m *testing.M) { os.Exit(gridtest.Main(m)) }

// TestNobodyListensInTheOpen refuses addresses that others can reach: the server while there is no token, the demo always.
func TestNobodyListensInTheOpen(t *testing.T) {
	c := gridtest.Pool(t).Config().ConnConfig
	t.Setenv("PGHOST", c.Host)
	t.Setenv("PGPORT", strconv.Itoa(int(c.Port)))
	t.Setenv("PGUSER", c.User)
	t.Setenv("PGPASSWORD", c.Password)
	t.Setenv("PGDATABASE", c.Database)
	err := (&serveCmd{Listen: "0.0.0.0:0"}).Run(t.Context(), &cli{})
	if err == nil || !strings.Contains(err.Error(), "wangge token create") {
		t.Errorf("serve without a token: %v", err)
	}
	if err := (&demoCmd{Listen: "0.0.0.0:0", Size: "empty"}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "loopback only") {
		t.Errorf("demo: %v", err)
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1:8080": true, "127.9.9.9:1": true, "[::1]:8080": true, "localhost:8080": true,
		"0.0.0.0:8080": false, ":8080": false, "[::]:8080": false, "192.168.1.1:8080": false, "8080": false,
	} {
		if got := loopback(address); got != want {
			t.Errorf("loopback(%q) is %t", address, got)
		}
	}
}
