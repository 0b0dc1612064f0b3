package api

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/intake"
)

// TestProgressOfOneFile: several layers of one file are one way, and it is stored once the last has been read.
func TestProgressOfOneFile(t *testing.T) {
	t.Parallel()
	job := &importJob{total: 300}
	for i, layer := range []string{"base_grids", "dedicated_grids", "void_areas"} {
		before := int64(i)
		job.progress(intake.Progress{Layer: layer, File: "city.gpkg", Bytes: 50, Total: 100, Rows: 10, Rejected: 1})
		if job.now.Bytes != before*100+50 || job.now.Rows != before*20+10 || job.state != importReading {
			t.Errorf("%s half way: %+v, %s", layer, job.now, job.state)
		}
		job.progress(intake.Progress{Layer: layer, File: "city.gpkg", Bytes: 100, Total: 100, Rows: 20, Rejected: 2, Ended: true})
		if job.now.Bytes != before*100+100 || job.now.Rows != before*20+20 || job.now.Rejected != before*2+2 {
			t.Errorf("%s at its end: %+v", layer, job.now)
		}
		if last := i == 2; (job.state == importStoring) != last {
			t.Errorf("%s at its end: %s", layer, job.state)
		}
	}
}

// TestRemovedFilesTakeRoom: a file that an import still reads takes room until it is really gone, and nobody takes more than half.
func TestRemovedFilesTakeRoom(t *testing.T) {
	t.Parallel()
	u := newUploads(t.TempDir())
	send := func(bytes int64) (*upload, error) {
		one, file, err := u.begin(grid.Actor{Name: "importer"}, "a.csv", "", bytes)
		if err != nil {
			return nil, err
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		u.done(one, bytes, &intake.Contents{})
		return one, nil
	}
	one, err := send(maxUploadedBytes / 2)
	if err != nil {
		t.Fatal(err)
	}
	_, release, err := u.take(grid.Actor{Name: "importer"}, one.id)
	if err != nil {
		t.Fatal(err)
	}
	u.remove(one)
	if _, err := u.of(grid.Actor{Name: "importer"}, one.id); err == nil {
		t.Error("a file that was removed is still there")
	}
	if _, err := send(1); err == nil {
		t.Error("there is room, though the file is still there")
	}
	release()
	if _, err := send(1); err != nil {
		t.Errorf("there is no room, though the file is gone: %v", err)
	}
	if err := os.RemoveAll(u.dir); err != nil { // as cleaners of temporary directories do
		t.Fatal(err)
	}
	if _, err := send(1); err != nil {
		t.Errorf("after the directory was removed: %v", err)
	}
	if err := u.close(); err != nil {
		t.Error(err)
	}
}

// TestStrictBodies: what is wrong with a body is said in its own names.
func TestStrictBodies(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"sources": [{"upload": 7}]}`: "upload is not to be a JSON number",
		`{"sources": "all"}`:           "sources is not to be a JSON string",
		`{"mapping": {}}`:              `it has no member "mapping"`,
	} {
		r := httptest.NewRequest(http.MethodPost, "/v1/imports", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		err := readStrict(r, new(importRequest))
		if err == nil {
			t.Errorf("%s is taken", body)
			continue
		}
		said := problemOf(err).detail
		if !strings.Contains(said, want) || strings.Contains(said, "Go ") || strings.Contains(said, "importSource") {
			t.Errorf("%s: got %s, want %s", body, said, want)
		}
	}
}
