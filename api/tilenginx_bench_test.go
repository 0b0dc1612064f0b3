package api_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// freeAddress returns an address on loopback that nobody listens on.
func freeAddress(b *testing.B) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// nginx serves a configuration's locations until the benchmark ends; "" when it is not installed.
func nginx(b *testing.B, upstream, locations string) (address string) {
	b.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		b.Log("nginx is not installed: left out")
		return ""
	}
	address = freeAddress(b)
	dir := b.TempDir()
	config := fmt.Sprintf(`daemon off; worker_processes 2; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 256; }
http {
	access_log off; keepalive_requests 1000000; default_type application/vnd.mapbox-vector-tile;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	%[3]s
	server { listen %[2]s; %[4]s }
}`, dir, address, upstream, locations)
	name := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(name, []byte("user root;\n"+config), 0o644); err != nil {
		b.Fatal(err)
	}
	startProcess(b, exec.Command(program, "-p", dir, "-c", name))
	waitFor(b, address)
	return address
}

// startProcess starts a command and ends it when the benchmark does.
func startProcess(b *testing.B, command *exec.Cmd) {
	b.Helper()
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
}

func waitFor(b *testing.B, address string) {
	b.Helper()
	for range 100 {
		if connection, err := net.Dial("tcp", address); err == nil {
			_ = connection.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.Fatalf("nothing listens at %s", address)
}

// mapServer starts MapServer's CGI as two FastCGI processes behind nginx, which holds an answer until it is whole; "" when it is not installed.
func mapServer(b *testing.B, pool *pgxpool.Pool) (address string) {
	b.Helper()
	program, err := exec.LookPath("mapserv")
	if err != nil {
		b.Log("mapserv is not installed: left out")
		return ""
	}
	database := pool.Config().ConnConfig
	layer := func(name, table, kind, columns string) string {
		return fmt.Sprintf(`LAYER
	NAME "%s" TYPE %s STATUS ON CONNECTIONTYPE POSTGIS PROCESSING "CLOSE_CONNECTION=DEFER"
	CONNECTION "host=%s port=%d dbname=%s user=%s"
	DATA "geom FROM (SELECT id, %s, geom FROM %s) AS t USING UNIQUE id USING SRID=4326"
	PROJECTION "init=epsg:4326" END
	METADATA "gml_include_items" "all" END
END
`, name, kind, database.Host, database.Port, database.Database, database.User, columns, table)
	}
	mapFile := filepath.Join(b.TempDir(), "peers.map")
	text := `MAP
NAME "peers" SIZE 256 256 EXTENT -20037508 -20037508 20037508 20037508 UNITS METERS
PROJECTION "init=epsg:3857" END
OUTPUTFORMAT NAME "mvt" DRIVER MVT FORMATOPTION "EDGE_BUFFER=20" END
WEB METADATA "ows_enable_request" "*" END END
` + layer("grids", "peer_grid", "POLYGON", "code, name, kind, community_code") + layer("places", "peer_place", "POINT", "code, kind, name, state") + "END\n"
	if err := os.WriteFile(mapFile, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	config := filepath.Join(b.TempDir(), "mapserver.conf")
	if err := os.WriteFile(config, []byte("CONFIG\nENV\n\"MS_MAP_PATTERN\" \".\"\nEND\nEND\n"), 0o644); err != nil {
		b.Fatal(err)
	}
	servers := ""
	for range 2 { // one for each processor of the machine on which this is measured
		at := freeAddress(b)
		host, port, err := net.SplitHostPort(at)
		if err != nil {
			b.Fatal(err)
		}
		spawn := exec.Command("spawn-fcgi", "-n", "-a", host, "-p", port, "--", program)
		spawn.Env = append(os.Environ(), "MAPSERVER_CONFIG_FILE="+config, "PGPASSWORD="+database.Password)
		startProcess(b, spawn)
		waitFor(b, at)
		servers += "server " + at + "; "
	}
	return nginx(b, "upstream mapserver { "+servers+"}", fmt.Sprintf(`location / {
		fastcgi_pass mapserver; fastcgi_buffering on; fastcgi_buffers 64 256k; gzip on; gzip_types application/vnd.mapbox-vector-tile;
		fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method; fastcgi_param MS_MAPFILE %s;
	}`, mapFile))
}

// mapServerRequests asks for the same tiles.
func (p *tilePeers) mapServerRequests(round int, least, most uint8, layer string) [][]byte {
	ids, requests := p.requests(round, least, most, "/%d/%d/%d")
	for i, id := range ids {
		requests[i] = fmt.Appendf(nil, "GET /?mode=tile&tilemode=gmap&map.imagetype=mvt&layers=%s&tile=%d+%d+%d HTTP/1.1\r\nHost: localhost\r\n\r\n", layer, id.X, id.Y, id.Z)
	}
	return requests
}

// BenchmarkTilesCached compares tiles that the product has in memory with nginx serving the same as files: the goal is half its requests
// per second.
func BenchmarkTilesCached(b *testing.B) {
	p := newTilePeers(b)
	product := p.server(b, 256<<20)
	dir := b.TempDir()
	ids, requests := p.requests(mixedRound, 10, 16, "/tiles/grids/%d/%d/%d.mvt")
	for _, id := range ids {
		answer, err := http.Get(fmt.Sprintf("http://%s/tiles/grids/%d/%d/%d.mvt", product, id.Z, id.X, id.Y))
		if err != nil {
			b.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			b.Fatal(answer.Status, err)
		}
		name := filepath.Join(dir, "tiles/grids", strconv.Itoa(int(id.Z)), strconv.Itoa(int(id.X)), strconv.Itoa(int(id.Y))+".mvt.gz")
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		_, _ = zip.Write(body)
		_ = zip.Close()
		if err := os.WriteFile(name, packed.Bytes(), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	files := nginx(b, "", "location / { root "+dir+"; gzip_static always; }")
	if files == "" {
		b.Skip("needs nginx")
	}
	pass(b, product, 8, requests)
	compareLoads(b, 8, [2]string{"nginx", "cached"}, [2]string{files, product}, [2][][]byte{requests, requests})
}
