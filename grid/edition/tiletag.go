package edition

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"sync"

	"golang.org/x/sync/singleflight"

	"github.com/wangge/wangge/geo/mvt"
)

// TileTag names what GridTile makes a tile from, without making it: tiles with different bytes have different tags, and a tag does not
// change with what lies beyond the tile and its buffer. It is made of ids, codes, names, label points and the borders as the zoom shows
// them, so that every server with the same data has the same tags, and so has the city of another time where nothing differs.
type TileTag [16]byte

// mostTileTags is how many tags of tiles a city holds, at some 60 bytes each; when they are too many it begins anew.
const mostTileTags = 200_000

// tileTags holds the tags that were asked for.
type tileTags struct {
	mu   sync.RWMutex
	made map[taggedTile]TileTag
	busy singleflight.Group
}

type taggedTile struct {
	id     mvt.TileID
	marked bool
}

// GridTileTag returns the tag of a tile as GridTile makes it, and its errors.
func (c *City) GridTileTag(id mvt.TileID) (TileTag, error) { return c.MarkedTileTag(id, nil) }

// MarkedTileTag is GridTileTag for MarkedTile. All of a city's marks are to be the same, since it holds tags.
func (c *City) MarkedTileTag(id mvt.TileID, changed func(layer, code string) string) (TileTag, error) {
	key := taggedTile{id, changed != nil}
	held := &c.tiling().tags
	held.mu.RLock()
	tag, ok := held.made[key]
	held.mu.RUnlock()
	if ok {
		return tag, nil
	}
	made, err, _ := held.busy.Do(fmt.Sprint(key), func() (any, error) {
		tag, err := c.tileTag(id, changed)
		if err != nil {
			return tag, err
		}
		held.mu.Lock()
		defer held.mu.Unlock()
		if held.made == nil || len(held.made) >= mostTileTags {
			held.made = map[taggedTile]TileTag{}
		}
		held.made[key] = tag
		return tag, nil
	})
	return made.(TileTag), err
}

func (c *City) tileTag(id mvt.TileID, changed func(layer, code string) string) (TileTag, error) {
	if err := checkTile(id); err != nil {
		return TileTag{}, err
	}
	t := c.tiling()
	sum := tileSum{h: sha256.New(), id: id}
	features := t.featuresAt(id)
	for i, shape := range t.shapesOf(id.Z, features) {
		sum.feature(&features[i], shape, features[i].marked(changed))
	}
	return TileTag(sum.h.Sum(nil)[:len(TileTag{})]), nil
}

// tileSum sums up what a tile shows.
type tileSum struct {
	h   hash.Hash
	id  mvt.TileID
	buf []byte
}

// feature adds a feature, unless the tile shows nothing of it.
func (s *tileSum) feature(f *feature, shape *mvt.Shape, tags []mvt.Tag) {
	labelled, shown := s.id.Contains(f.label), false
	s.buf, shown = shape.AppendShown(s.buf[:0], s.id, tileBuffer)
	if !shown && !labelled {
		return
	}
	s.number(f.id)
	s.text(f.layer)
	for _, t := range tags {
		s.text(t.Key)
		s.buf = t.Value.Append(s.buf)
	}
	if labelled { // its caption is among the tags
		s.number(uint64(f.label.X), uint64(f.label.Y))
	}
	s.h.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(s.buf))))
	s.h.Write(s.buf)
}

func (s *tileSum) number(numbers ...uint64) {
	for _, n := range numbers {
		s.buf = binary.LittleEndian.AppendUint64(s.buf, n)
	}
}

func (s *tileSum) text(text string) {
	s.number(uint64(len(text)))
	s.buf = append(s.buf, text...)
}
