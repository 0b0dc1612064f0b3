package export

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/geo/pmtiles"
)

// Tileset is what an archive of tiles is made from.
type Tileset struct {
	Name, Description string
	Editions          string  // as in Info
	Layers            any     // what TileJSON has as vector_layers, marshalled as JSON
	Box               geo.Box // outside of it there is nothing
	MinZoom, MaxZoom  uint8
	// Nested says that there is nothing below an empty tile, so that nobody looks there.
	Nested bool
	// Make makes a tile, empty where there is nothing. Up to Workers calls run at the same time; 1 where it is not for several.
	Make    func(ctx context.Context, id mvt.TileID) ([]byte, error)
	Workers int
	// Progress is told how many tiles of about how many have been made; nil for nobody.
	Progress func(done, total int64)
}

// Archive is a finished archive in a temporary file, until Close.
type Archive struct {
	*pmtiles.Archive
	writer io.Closer
}

// Close removes the temporary file.
func (a *Archive) Close() error { return a.writer.Close() }

// tileBuffer is how far beyond their edges tiles may show something, in tile units.
const tileBuffer = 128

// Tiles makes an archive of a tileset, zoom by zoom; each tile is the one that Make makes. What stays in memory is some forty bytes a tile that is not empty.
func Tiles(ctx context.Context, set Tileset) (*Archive, error) {
	w, err := pmtiles.NewWriter("")
	if err != nil {
		return nil, err
	}
	a, err := tiles(ctx, set, w)
	if err != nil {
		_ = w.Close() // the error is why
		return nil, err
	}
	return &Archive{a, w}, nil
}

func tiles(ctx context.Context, set Tileset, w *pmtiles.Writer) (*pmtiles.Archive, error) {
	if set.MinZoom > set.MaxZoom || set.MaxZoom > mvt.MaxZoom {
		return nil, fmt.Errorf("zooms %d to %d: the deepest is %d", set.MinZoom, set.MaxZoom, mvt.MaxZoom)
	}
	m := maker{Tileset: set, out: w, total: set.Most()}
	for zoom := set.MinZoom; zoom <= set.MaxZoom; zoom++ {
		if err := m.zoom(ctx, zoom); err != nil {
			return nil, err
		}
	}
	metadata, err := json.Marshal(struct {
		Name         string `json:"name"`
		Description  string `json:"description,omitempty"`
		Type         string `json:"type"`
		VectorLayers any    `json:"vector_layers"`
		Editions     string `json:"wangge_editions,omitempty"`
	}{set.Name, set.Description, "overlay", set.Layers, set.Editions})
	if err != nil {
		return nil, err
	}
	info := pmtiles.Info{Metadata: metadata, CenterZoom: min(max(10, set.MinZoom), set.MaxZoom)}
	if !set.Box.Empty() {
		info.Bounds = set.Box
		low, high := set.Box.Min, set.Box.Max
		info.Center = geo.Point{X: middle(low.X, high.X), Y: middle(low.Y, high.Y)}
	}
	return w.Finish(info)
}

func middle(a, b int32) int32 { return int32((int64(a) + int64(b)) / 2) }

// Most returns about how many tiles there are at most, empty ones counted.
func (set *Tileset) Most() (n int64) {
	for zoom := set.MinZoom; zoom <= set.MaxZoom; zoom++ {
		n += tilesIn(set.Box, zoom)
	}
	return n
}

// tilesIn returns how many tiles of a zoom meet a box.
func tilesIn(box geo.Box, zoom uint8) int64 {
	if box.Empty() {
		return 0
	}
	low, high := mvt.Project(box.Min).Tile(zoom), mvt.Project(box.Max).Tile(zoom) // rows count from the north
	return (int64(high.X) - int64(low.X) + 1) * (int64(low.Y) - int64(high.Y) + 1)
}

// maker makes the tiles of a tileset in the order of an archive.
type maker struct {
	Tileset
	out         *pmtiles.Writer
	done, total int64
	full        []uint64 // positions of the tiles of the last zoom that are not empty, where the tileset is nested
}

// chunk is how many tiles are made before they are written, in their order.
const chunk = 64

// zoom makes the tiles of a zoom.
func (m *maker) zoom(ctx context.Context, zoom uint8) error {
	above, first := m.full, zoom == m.MinZoom
	m.full = nil
	var waiting []uint64
	take := func(position uint64) error {
		if waiting = append(waiting, position); len(waiting) < chunk {
			return nil
		}
		err := m.make(ctx, zoom, waiting)
		waiting = waiting[:0]
		return err
	}
	var err error
	if m.Nested && !first {
		err = m.below(above, zoom, take)
	} else {
		err = m.within(0, 0, zoom, take)
	}
	if err != nil {
		return err
	}
	return m.make(ctx, zoom, waiting)
}

// below gives out the children of the tiles at positions above.
func (m *maker) below(above []uint64, zoom uint8, take func(uint64) error) error {
	for _, position := range above {
		for child := range uint64(4) {
			if p := position<<2 | child; m.meets(zoom, p) {
				if err := take(p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// within gives out the tiles of zoom that lie in the tile at a position of zoom at and meet the box.
func (m *maker) within(at uint8, position uint64, zoom uint8, take func(uint64) error) error {
	if !m.meets(at, position) {
		return nil
	}
	if at == zoom {
		return take(position)
	}
	for child := range uint64(4) {
		if err := m.within(at+1, position<<2|child, zoom, take); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) meets(zoom uint8, position uint64) bool {
	return !m.Box.Empty() && pmtiles.At(zoom, position).Box(tileBuffer).Intersects(m.Box)
}

// make makes the tiles at the positions and writes them.
func (m *maker) make(ctx context.Context, zoom uint8, positions []uint64) error {
	made := make([][]byte, len(positions))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(max(1, m.Workers))
	for i, position := range positions {
		group.Go(func() (err error) {
			if err := inner.Err(); err != nil {
				return err
			}
			made[i], err = m.one(inner, pmtiles.At(zoom, position))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, position := range positions {
		if err := m.out.Add(pmtiles.At(zoom, position), made[i]); err != nil {
			return err
		}
		if m.Nested && len(made[i]) > 0 {
			m.full = append(m.full, position)
		}
	}
	m.done += int64(len(positions))
	if m.Progress != nil {
		m.Progress(min(m.done, m.total), m.total)
	}
	return ctx.Err()
}

// one makes a tile. A panic is an error, as it would be of a single tile that somebody asks for: out of a goroutine of its own it would end
// the process.
func (m *maker) one(ctx context.Context, id mvt.TileID) (tile []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("making tile %s: panic: %v", id, cause)
		}
	}()
	return m.Make(ctx, id)
}
