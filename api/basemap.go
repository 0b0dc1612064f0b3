package api

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/wangge/wangge/api/basemap"
)

// basemapAge is how long a tile of the basemap may be kept: maps of the ground change seldom. That there is none may be the source's
// passing trouble.
const (
	basemapAge   = "public, max-age=86400"
	noBasemapAge = "public, max-age=300"
)

// basemapTile answers GET /basemap/{z}/{x}/{y}: a tile as its source has it, 204 where it has none.
func (s *Server) basemapTile(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	if s.basemap == nil {
		return noBasemap()
	}
	var numbers [3]int
	for i, name := range []string{"z", "x", "y"} {
		n, err := strconv.ParseUint(pathVar(r, name), 10, 31)
		if err != nil {
			return badParam(name, "z, x and y are whole numbers.")
		}
		numbers[i] = int(n)
	}
	tile, err := s.basemap.Tile(r.Context(), numbers[0], numbers[1], numbers[2])
	switch {
	case errors.Is(err, basemap.ErrNone):
		w.Header().Set("Cache-Control", noBasemapAge)
		w.WriteHeader(http.StatusNoContent)
		return nil
	case err != nil && r.Context().Err() == nil:
		slog.WarnContext(r.Context(), "basemap", "tile", fmt.Sprint(numbers), "cause", err)
		return &problem{
			status: http.StatusBadGateway, slug: "basemap", code: "basemap_failed",
			detail: "The source of the basemap did not answer with this tile. Everything else works without it.",
		}
	case err != nil:
		return err
	}
	w.Header().Set("Cache-Control", basemapAge)
	w.Header().Set("Content-Type", tile.Type)
	w.Header().Set("Content-Length", strconv.Itoa(len(tile.Bytes)))
	_, err = w.Write(tile.Bytes)
	return err
}

// basemapFile answers GET /basemap.pmtiles: the file as it is, whole or by ranges.
func (s *Server) basemapFile(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	if s.basemap == nil {
		return noBasemap()
	}
	file, size, written := s.basemap.File()
	if file == nil {
		return notFound("The basemap of this server is no file: its tiles are at /basemap/{z}/{x}/{y}.")
	}
	w.Header().Set("Content-Type", "application/vnd.pmtiles")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", fmt.Sprintf(`"%x-%x"`, size, written.UnixNano()))
	http.ServeContent(w, r, "", written, io.NewSectionReader(file, 0, size))
	return nil
}

func noBasemap() error {
	return notFound("This server has no basemap: “wangge serve --basemap” names one.")
}
