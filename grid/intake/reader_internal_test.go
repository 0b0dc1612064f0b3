package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	orbwkt "github.com/paulmach/orb/encoding/wkt"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
)

// codes are a few reference codes; with them a layer can be tried without a database.
var codes = grid.Codes{
	"incident_kind":     {{Code: "other"}, {Code: "gas"}},
	"incident_severity": {{Code: "normal"}, {Code: "serious"}},
	"incident_source":   {{Code: "import"}},
}

// readAll reads a file of incidents and returns a line for each row: where it begins, its shape, its title, or why it is
// rejected. The error is that of the file.
func readAll(t testing.TB, src Source) (got []string, err error) {
	t.Helper()
	layer, _ := grid.LayerByName("incidents")
	in, err := openInput(t.Context(), src, layer, codes, grid.DefaultSettings())
	if err != nil {
		return nil, err
	}
	defer in.close()
	title := 0
	for i, target := range in.layout.targets {
		if target.field.Name == "title" {
			title = i
		}
	}
	work := func(r *row) (string, error) {
		shape := "-"
		if r.geometry != nil {
			shape = orbwkt.MarshalString(r.geometry)
		}
		return shape + " " + r.cells[title].text, nil
	}
	for outcomes, err := range process(t.Context(), in, work, nil) {
		if err != nil {
			return got, err
		}
		for _, o := range outcomes {
			if o.reject != nil {
				got = append(got, fmt.Sprintf("%d reject %s %s: %s", o.line, o.reject.Rule, o.reject.Field, o.reject.Reason))
				continue
			}
			got = append(got, fmt.Sprintf("%d %s", o.line, o.value))
		}
	}
	return got, nil
}

func gz(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

func utf16(s string, mark bool) string {
	var b []byte
	if mark {
		b = append(b, 0xff, 0xfe)
	}
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}

func TestRead(t *testing.T) {
	t.Parallel()
	const point = `{"type":"Point","coordinates":[120.3,31.5]}`
	feature := func(title string) string {
		return `{"type":"Feature","properties":{"title":"` + title + `"},"geometry":` + point + `}`
	}
	long := strings.Repeat(feature("a")+",\n", 3000)
	for name, tc := range map[string]struct {
		file string
		text string
		src  Source
		want []string
		err  string
	}{
		"feature collection": {
			text: "{\"type\":\"FeatureCollection\",\"name\":\"x\",\n\"features\":[" + feature("a") + ",\n" + feature("b") + "]}\n",
			want: []string{"2 POINT(120.3 31.5) a", "3 POINT(120.3 31.5) b"},
		},
		"features before type": {
			text: `{"features":[` + feature("a") + `], "type":"FeatureCollection"}`,
			want: []string{"1 POINT(120.3 31.5) a"},
		},
		"one feature":            {text: feature("a"), want: []string{"1 POINT(120.3 31.5) a"}},
		"pretty feature":         {text: strings.ReplaceAll(feature("a"), ",", ",\n"), want: []string{"1 POINT(120.3 31.5) a"}},
		"bare geometry":          {text: point, want: []string{"1 POINT(120.3 31.5) "}},
		"array":                  {text: "[" + feature("a") + "," + feature("b") + "]", want: []string{"1 POINT(120.3 31.5) a", "1 POINT(120.3 31.5) b"}},
		"empty collection":       {text: `{"type":"FeatureCollection","features":[]}`},
		"byte order mark":        {text: "\xef\xbb\xbf" + feature("网格"), want: []string{"1 POINT(120.3 31.5) 网格"}},
		"utf-16 marked":          {text: utf16(feature("网格"), true), want: []string{"1 POINT(120.3 31.5) 网格"}},
		"utf-16 declared":        {text: utf16(feature("网格"), false), src: Source{Encoding: "utf-16le"}, want: []string{"1 POINT(120.3 31.5) 网格"}},
		"gbk declared":           {text: strings.ReplaceAll(feature("T"), "T", "\xcd\xf8\xb8\xf1"), src: Source{Encoding: "gb18030"}, want: []string{"1 POINT(120.3 31.5) 网格"}},
		"gzip":                   {text: gz(feature("a")), want: []string{"1 POINT(120.3 31.5) a"}},
		"escapes":                {text: feature(`\u7f51\n\"x\"`), want: []string{"1 POINT(120.3 31.5) 网\n\"x\""}},
		"height is dropped":      {text: strings.ReplaceAll(feature("a"), "31.5]", "31.5,7]"), want: []string{"1 POINT(120.3 31.5) a"}},
		"type after coordinates": {text: `{"type":"Feature","properties":null,"geometry":{"coordinates":[1,2],"type":"Point"}}`, want: []string{"1 POINT(1 2) "}},
		"null geometry":          {text: `{"type":"Feature","properties":{"title":"a"},"geometry":null}`, want: []string{"1 - a"}},
		"id as a field": {
			text: `{"type":"Feature","id":"x7","properties":{},"geometry":null}`,
			src:  Source{Mapping: Mapping{Columns: map[string]string{"title": "id"}}},
			want: []string{"1 - x7"},
		},
		"lines": {
			file: "a.ndjson", text: feature("a") + "\n\n" + `{"type":"Feature",` + "\r\n" + feature("c") + "\n",
			want: []string{"1 POINT(120.3 31.5) a", "3 reject json : a text in quotes is expected", "4 POINT(120.3 31.5) c"},
		},
		"lines told by their look": {text: feature("a") + "\n" + feature("b"), want: []string{"1 POINT(120.3 31.5) a", "2 POINT(120.3 31.5) b"}},
		"record separators": {
			text: "\x1e" + strings.ReplaceAll(feature("a"), ",", ",\n") + "\n\x1e" + feature("b") + "\n",
			want: []string{"1 POINT(120.3 31.5) a", "6 POINT(120.3 31.5) b"},
		},
		"bad features are rejects": {
			text: `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[NaN,1]}},` +
				`null,{"type":"Feature","properties":{"title":1,"title":2},"geometry":null},` + feature("d") + `]}`,
			want: []string{
				`1 reject geojson geometry: a position holds numbers, not "NaN,1]}}"`,
				`1 reject geojson : a Feature is expected, not "null"`,
				"1 reject geojson title: the property is there twice",
				"1 POINT(120.3 31.5) d",
			},
		},
		"geometry collection": {
			text: `{"type":"GeometryCollection","geometries":[]}`,
			want: []string{"1 reject geometry_type_not_allowed geometry: the layer does not take this type of geometry"},
		},
		"too deep": {
			text: `{"type":"Feature","properties":{"title":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}}`,
			want: []string{"1 reject json : the JSON nests too deep"},
		},
		"cut off":           {text: `{"type":"FeatureCollection","features":[` + feature("a") + `,{"type":`, want: []string{"1 POINT(120.3 31.5) a"}, err: "line 1: the JSON text ends too early: the file is cut off"},
		"cut off gzip":      {text: gz(long)[:300], err: "the gzip stream ends too early: the file is cut off"},
		"something follows": {text: point + "x", want: []string{"1 POINT(120.3 31.5) "}, err: "line 1: something follows the end of the JSON text"},
		"no comma":          {text: "[" + feature("a") + feature("b") + "]", want: []string{"1 POINT(120.3 31.5) a"}, err: "line 1: not JSON: a comma is missing between features"},
		"no features":       {text: `{"type":"FeatureCollection"}`, err: "line 1: the FeatureCollection has no features"},
		"features no array": {text: `{"features":{}}`, err: "line 1: the member features is not an array"},
		"projected":         {text: `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}},"features":[]}`, err: `line 1: the file's crs member says "name urn:ogc:def:crs:EPSG::3857"; coordinates have to be longitude and latitude in degrees`},
		"topojson":          {text: `{"type":"Topology","arcs":[]}`, err: "line 1: this is TopoJSON; read are " + Formats},
		"html":              {file: "a.csv", text: "<!DOCTYPE html><html>", err: "line 1: this is HTML or XML; read are " + Formats},
		"zip":               {text: "PK\x03\x04 …", err: "this is a ZIP archive, which has to be a file by itself, neither gzipped nor through a pipe; read are " + Formats},
		"geopackage":        {text: "SQLite format 3\x00", err: "this is a GeoPackage or another SQLite database, which has to be a file by itself, neither gzipped nor through a pipe; read are " + Formats},
		"word":              {file: "a.geojson", text: "null", err: `line 1: this is not GeoJSON: it begins with "null"; read are ` + Formats},
		"empty":             {text: "", err: "the file is empty"},
		"not utf-8":         {text: feature("a\n\xcd\xf8"), err: "line 2: byte 0xcd is not UTF-8; if the file is in GBK, declare the encoding gb18030"},
		"not gbk":           {text: feature("\xff\xff"), src: Source{Encoding: "gb18030"}, err: "line 1: bytes that are not in the declared encoding"},
		"utf-16 unmarked":   {text: utf16(feature("a"), false), err: "line 1: a zero byte: this is no text, or UTF-16 without a byte order mark (then declare the encoding utf-16le)"},
		"no such encoding":  {text: feature("a"), src: Source{Encoding: "ebcdic"}, err: `there is no encoding "ebcdic"; known are utf-8, utf-16le, utf-16be, gbk, gb18030`},
		"personal property": {text: `[` + feature("a") + `,{"type":"Feature","properties":{"身份证号":"x"},"geometry":null}]`, want: []string{"1 POINT(120.3 31.5) a"}, err: `line 1: BR-60: the column "身份证号" is for personal data (ID number), which no field may hold; take it out of the file`},
		"csv": {
			text: "title,lon,lat\na,120.3,31.5\n\n\"b, \"\"x\"\"\nand y\",120.4,31.5\r\n\"c\",1e1,-2\n",
			want: []string{"2 POINT(120.3 31.5) a", "4 POINT(120.4 31.5) b, \"x\"\nand y", "6 POINT(10 -2) c"},
		},
		"csv in chinese with semicolons": {text: "经度;纬度;title\n120.3;31.5;a\n", want: []string{"2 POINT(120.3 31.5) a"}},
		"csv with tabs":                  {text: "TITLE\tLongitude\tLatitude\na\t120.3\t31.5", want: []string{"2 POINT(120.3 31.5) a"}},
		"csv with wkt": {
			text: "title,wkt\na,\"SRID=4326;POLYGON Z((0 0 1,1 0 1,1 1 1,0 0 1))\"\nb,POINT EMPTY\nc,\"POLYGON((0 0\"\nd,\ne,010100\nf,SRID=3857;POINT(1 2)\n",
			want: []string{
				"2 POLYGON((0 0,1 0,1 1,0 0)) a", "3 reject geometry_empty geometry: the geometry is missing or empty",
				"4 reject wkt geometry: this is no well-known text of a geometry", "5 - d", "6 reject wkt geometry: this is no well-known text of a geometry",
				"7 reject wkt geometry: its SRID is not 4326 or 4490: coordinates have to be longitude and latitude in degrees",
			},
		},
		"csv mapped": {
			text: "x,y,what\n120.3,31.5,a\n",
			src:  Source{Mapping: Mapping{Columns: map[string]string{"lon": "x", "lat": "y", "title": "what"}}},
			want: []string{"2 POINT(120.3 31.5) a"},
		},
		"csv bad rows": {
			text: "title,lon,lat\na,120.3\n\"b\"x,1,2\nc,east,2\nd,,\n",
			want: []string{
				"2 reject csv : 2 fields, the header has 3", "3 reject csv : something stands between a closing quote and the next delimiter",
				`4 reject number lon: the longitude "east" is no number`, "5 - d",
			},
		},
		"csv open quote":      {text: "title,lon,lat\na,1,2\n\"b,1,2\nc,1,2\n", want: []string{"2 POINT(1 2) a"}, err: "line 3: a quote that opens in this row is never closed"},
		"csv column twice":    {text: "lon,lat,lon\n", err: `line 1: the column "lon" is there twice`},
		"csv no coordinates":  {text: "title,a\nx,y\n", err: "line 1: no coordinates: map the fields lon and lat, or wkt, to columns; the columns are title, a"},
		"csv no such column":  {text: "lon,lat\n", src: Source{Mapping: Mapping{Columns: map[string]string{"title": "what"}}}, err: `line 1: there is no column "what"; the columns are "lon, lat"`},
		"csv personal column": {text: "lon,lat,id_card\n", err: `BR-60: the column "id_card" is for personal data (ID number), which no field may hold; take it out of the file`},
		"mapping to no field": {text: feature("a"), src: Source{Mapping: Mapping{Fixed: map[string]string{"colour": "red"}}}, err: `layer incidents has no field "colour"; it has`},
		"mapping a personal column": {
			text: feature("a"), src: Source{Mapping: Mapping{Columns: map[string]string{"title": "tenant_name"}}},
			err: `BR-60: the column "tenant_name" is for personal data (tenant)`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := tc.src
			src.Name, src.Reader = tc.file, strings.NewReader(tc.text)
			got, err := readAll(t, src)
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.HasPrefix(err.Error(), tc.err)) {
				t.Errorf("error %v, want %s", err, tc.err)
			}
			if err != nil && !errors.Is(err, grid.ErrInvalid) {
				t.Errorf("error %v is no ErrInvalid", err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// endless gives a head and then one byte for ever, up to a size: a file that nobody has to store.
type endless struct {
	head string
	fill byte
	left int64
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.left)
	at := copy(p[:n], e.head)
	e.head = e.head[at:]
	for i := at; i < int(n); i++ {
		p[i] = e.fill
	}
	e.left -= n
	return int(n), nil
}

// TestLongLine gives rows of 200 MB: each is refused naming the limit, and memory stays bounded.
func TestLongLine(t *testing.T) {
	for name, head := range map[string]string{
		"a.geojson": `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"title":"`,
		"b.ndjson":  `{"type":"Feature","properties":{"title":"`,
		"c.csv":     "title,lon,lat\n\"",
		"d.csv":     "title,lon,lat\n",
		"e.csv":     "",
		"f.geojson": `{"type":"Feature","name":"`,
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			_, err := readAll(t, Source{Name: name, Reader: &endless{head: head, fill: 'x', left: 200 << 20}})
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), "the limit of 16 MiB") {
				t.Errorf("error %v, want the limit of 16 MiB", err)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 150<<20 {
				t.Errorf("%d MiB were allocated in all", grown>>20)
			}
		})
	}
}

// data returns the folder of shared test data, or skips.
func data(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("WANGGE_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no test data: %v (set WANGGE_DATA to the folder that holds %s)", err, name)
	}
	return dir
}

// TestSharedData walks hard and broken files of other projects: every one is refused as a file with a clear error, or
// each of its rows is read or rejected.
func TestSharedData(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nasty-geometry", "text-encodings"} {
		dir := data(t, name)
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, _ := filepath.Rel(dir, path)
			t.Run(name+"/"+rel, func(t *testing.T) {
				f, err := os.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				rows, err := readAll(t, Source{Name: path, Reader: f})
				if err != nil && !errors.Is(err, grid.ErrInvalid) {
					t.Errorf("error %v is no ErrInvalid", err)
				}
				if err == nil && len(rows) == 0 && !strings.Contains(path, ".result") { // some of those are empty arrays
					t.Error("neither rows nor an error")
				}
				binary := strings.Contains(".shp .dbf .shx .xml", filepath.Ext(path)) && filepath.Ext(path) != ""
				if binary && (err == nil || !strings.Contains(err.Error(), Formats) && !strings.Contains(err.Error(), "no text")) {
					t.Errorf("error %v, want one that names the formats that are read", err)
				}
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// acceptable are files of geojsonhint's bad ones that hold nothing an import has to object to, and why.
var acceptable = map[string]string{
	"bad-polygon-interiorring-rhr.geojson":        "winding is normalised",
	"polygon_winding_order.geojson":               "winding is normalised",
	"bbox-4or6elements.geojson":                   "a bbox is not used",
	"bbox-contains-string.geojson":                "a bbox is not used",
	"bbox-string.geojson":                         "a bbox is not used",
	"excessive_precision_truncated.geojson":       "coordinates are snapped",
	"featurecollection_changed_semantics.geojson": "its features are whole",
	"different-first-size.geojson":                "heights are dropped",
}

// TestBadGeoJSON holds that each bad file of geojsonhint has at least one row rejected, or is refused.
func TestBadGeoJSON(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(data(t, "nasty-geometry"), "geojsonhint/bad/*.geojson"))
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	layer, _ := grid.LayerByName("incidents")
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		in, err := openInput(t.Context(), Source{Name: path, Reader: bytes.NewReader(text)}, layer, codes, grid.DefaultSettings())
		bad := err != nil
		if err == nil {
			work := func(r *row) (shaped, error) { return shape(crs.WGS84, r.geometry, grid.AnyShape) }
			for outcomes, err := range process(t.Context(), in, work, nil) {
				bad = bad || err != nil
				for _, o := range outcomes {
					bad = bad || o.reject != nil
				}
			}
		}
		if _, fine := acceptable[filepath.Base(path)]; bad == fine {
			t.Errorf("%s: bad %v: %.100s", filepath.Base(path), bad, text)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"title":"a"},"geometry":{"type":"Point","coordinates":[1,2]}}]}`,
		"title,lon,lat\n\"a\"\"b\",1,2\n", "title;wkt\na;POLYGON((0 0,1 0,1 1,0 0))", "\x1e{}\n\x1e[]", "[1,{},\"\\u12\"]", gz("[{}]"), "{\"a\":}", "[}", "{\"features\":[],\"features\":[]}",
	} {
		f.Add(seed, "")
		f.Add(utf16(seed, true), "")
		f.Add(seed, "gb18030")
	}
	f.Fuzz(func(t *testing.T, text, encoding string) {
		for _, name := range []string{"", "a.ndjson", "a.csv"} {
			_, err := readAll(t, Source{Name: name, Reader: strings.NewReader(text), Encoding: encoding})
			if err != nil && !errors.Is(err, grid.ErrInvalid) {
				t.Errorf("%q: error %v is no ErrInvalid", text, err)
			}
		}
	})
}

func FuzzWKT(f *testing.F) {
	for _, seed := range []string{"POINT(1 2)", "SRID=4326;POINT Z (1 2 3)", "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", "LINESTRING EMPTY", "MULTIPOINT((1 2),3 4)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		g, err := parseWKT(s)
		if (g == nil) == (err == nil) {
			t.Errorf("%q gives %v and %v", s, g, err)
		}
		if _, fatal := rejectOf(err); err != nil && fatal != nil {
			t.Errorf("%q gives an error that is no reject: %v", s, err)
		}
	})
}
