package api

import (
	"net/http/httptest"
	"testing"
)

func TestAcceptsGzip(t *testing.T) {
	t.Parallel()
	for accepts, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "gzip;Q=0": false, "gzip; q=0.000": false, "*": true, "br": false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", accepts)
		if got := acceptsGzip(r); got != want {
			t.Errorf("%q: %v, want %v", accepts, got, want)
		}
	}
}
