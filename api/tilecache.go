package api

import (
	"bytes"
	lru "container/list"
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/wangge/wangge/geo/mvt"
)

// tileCache holds the bodies of tiles under the tags of what they are made from, so that nothing in it is ever wrong, up to a number of bytes:
// who was asked for longest ago goes first. What many ask for at once is made once, for all of them.
type tileCache struct {
	most int64 // bytes
	// seats are for tiles that are being made: whoever asked may have gone. Those of the database have their own, so that they keep nobody
	// from what memory holds.
	memorySeats, storeSeats chan struct{}

	mu     sync.Mutex
	bytes  int64
	held   map[tileKey]*lru.Element // of heldTile
	recent *lru.List                // the last asked for in front
	making map[tileKey]*makingTile

	gzips sync.Pool // of *gzip.Writer
	zstd  *zstd.Encoder

	asked *prometheus.CounterVec
}

// tileKey names a body: tag is that of the tileset's tile without the coding, which is "" for none.
type tileKey struct {
	tag    string
	id     mvt.TileID
	coding string
}

type heldTile struct {
	key  tileKey
	body []byte
}

// makingTile is a body on its way; done is closed when it is there.
type makingTile struct {
	done chan struct{}
	body []byte
	err  error
}

// The codings of tiles, as Accept-Encoding names them.
const (
	codingGzip = "gzip"
	codingZstd = "zstd"
)

// maxStoreTiles is how many tiles the database makes at the same time; memory makes as many as there are processors.
const maxStoreTiles = 8

// heldOverhead is about what a held tile takes besides its body.
const heldOverhead = 256

func newTileCache(most int64, r prometheus.Registerer) *tileCache {
	c := &tileCache{
		most: most, memorySeats: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))), storeSeats: make(chan struct{}, maxStoreTiles),
		held: map[tileKey]*lru.Element{}, recent: lru.New(), making: map[tileKey]*makingTile{},
		asked: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wangge_tiles_total",
			Help: "Requests for tiles by what they came to: unchanged (the client has it), held (in memory), shared (others had asked) or made.",
		}, []string{"by"}),
	}
	c.gzips.New = func() any { return gzip.NewWriter(nil) }
	c.zstd, _ = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1)) // such options are never refused
	r.MustRegister(c.asked,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "wangge_tile_cache_bytes", Help: "Bytes of tiles held in memory."}, func() float64 {
			c.mu.Lock()
			defer c.mu.Unlock()
			return float64(c.bytes)
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "wangge_tile_cache_tiles", Help: "Tiles held in memory, one for each coding."}, func() float64 {
			c.mu.Lock()
			defer c.mu.Unlock()
			return float64(len(c.held))
		}))
	return c
}

// get returns the body of that key, which build makes unless it is held or on its way. Building goes on when those who asked have gone.
func (c *tileCache) get(ctx context.Context, key tileKey, build func(context.Context) ([]byte, error)) ([]byte, error) {
	c.mu.Lock()
	if e := c.held[key]; e != nil {
		c.recent.MoveToFront(e)
		body := e.Value.(*heldTile).body
		c.mu.Unlock()
		c.asked.WithLabelValues("held").Inc()
		return body, nil
	}
	m := c.making[key]
	if m != nil {
		c.asked.WithLabelValues("shared").Inc()
	} else {
		c.asked.WithLabelValues("made").Inc()
		m = &makingTile{done: make(chan struct{})}
		c.making[key] = m
		go c.build(context.WithoutCancel(ctx), key, m, build)
	}
	c.mu.Unlock()
	select {
	case <-m.done:
		return m.body, m.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// seated has build make a tile of the source once there is room for it.
func (c *tileCache) seated(ctx context.Context, source *tileSource, build func(context.Context) ([]byte, error)) ([]byte, error) {
	seats := c.memorySeats
	if source.stored {
		seats = c.storeSeats
	}
	select {
	case seats <- struct{}{}:
		defer func() { <-seats }()
		return build(ctx)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *tileCache) build(ctx context.Context, key tileKey, m *makingTile, build func(context.Context) ([]byte, error)) {
	ctx, cancel := context.WithTimeout(ctx, workIn)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			m.err = fmt.Errorf("making tile %s: panic: %v", key.id, cause)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.making, key)
		if m.err == nil {
			c.hold(key, m.body)
		}
		close(m.done)
	}()
	m.body, m.err = build(ctx)
}

// hold keeps a body, and as many of the others as there is room for.
func (c *tileCache) hold(key tileKey, body []byte) {
	size := int64(len(body)) + heldOverhead
	if size > c.most {
		return
	}
	c.held[key] = c.recent.PushFront(&heldTile{key, body})
	for c.bytes += size; c.bytes > c.most; {
		last := c.recent.Back()
		old := c.recent.Remove(last).(*heldTile)
		delete(c.held, old.key)
		c.bytes -= int64(len(old.body)) + heldOverhead
	}
}

// pack returns the body in a coding, if it is long enough for that to be worth its work, and the coding that it has then.
func (c *tileCache) pack(body []byte, coding string) ([]byte, error) {
	switch coding {
	case codingZstd:
		return c.zstd.EncodeAll(body, nil), nil
	case codingGzip:
		var packed bytes.Buffer
		z := c.gzips.Get().(*gzip.Writer)
		defer c.gzips.Put(z)
		z.Reset(&packed)
		if _, err := z.Write(body); err != nil {
			return nil, err
		}
		err := z.Close()
		return packed.Bytes(), err
	}
	return body, nil
}

// packed returns a tile in a coding; one that is too short to be worth it, which all know it by, has none.
func (c *tileCache) packed(ctx context.Context, source *tileSource, tag string, id mvt.TileID, coding string) ([]byte, string, error) {
	raw := func(ctx context.Context) ([]byte, error) { return source.make(ctx, id) }
	if coding == "" {
		body, err := raw(ctx)
		return body, "", err
	}
	body, err := c.get(ctx, tileKey{tag, id, coding}, func(ctx context.Context) ([]byte, error) {
		body, err := raw(ctx)
		if err != nil || len(body) < minGzip {
			return append([]byte{0}, body...), err
		}
		packed, err := c.pack(body, coding)
		return append([]byte{1}, packed...), err
	})
	if err != nil {
		return nil, "", err
	}
	if body[0] == 0 {
		coding = ""
	}
	return body[1:], coding, nil
}
