package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"hash"
	"io"
	"iter"
	"sync/atomic"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
)

// Source is one file, or rows that a generator makes.
type Source struct {
	Layer string // grid.Layer.Name
	Name  string // the file's name: shown, stored, and its extension tells newline-delimited GeoJSON

	// Reader is the file. Workbooks, GeoPackages and archives of shapefiles are read from an *os.File only.
	Reader   io.Reader
	Size     int64  // of the file in bytes, for the progress; 0 when not known
	Encoding string // one of Encodings; "" for what the file says itself, or UTF-8
	Table    string // the sheet, table or shapefile in the file; "" for the only one, or the one of the layer's name

	Records iter.Seq[grid.Record] // instead of Reader

	CRS     crs.System // of its coordinates; "" for the one that the Config says
	Mapping Mapping
	Level   string // of divisions, where neither the codes nor a field tell it
}

// Progress is how far a file is.
type Progress struct {
	Layer, File  string
	Bytes, Total int64 // of the file as it lies on the disk; Total 0 when not known
	Rows         int64
	Rejected     int64
	Ended        bool // all rows have been read; what is left is to store them
}

// input is a source that is being read.
type input struct {
	rows   rows // nil for records
	table  *table
	stop   func()
	pull   func() (grid.Record, bool)
	parser parser
	layout *layout
	raw    *hashed
}

// openInput opens a source. Its error is a *FileError without the name, or one of the reader.
func openInput(ctx context.Context, src Source, layer *grid.Layer, codes grid.Codes, settings grid.Settings) (*input, error) {
	l, err := newLayout(layer, src.Mapping, codes, settings)
	if err != nil {
		return nil, err
	}
	in := &input{layout: l, raw: &hashed{ctx: ctx, r: src.Reader, sum: sha256.New()}}
	if src.Records != nil {
		in.raw.r = bytes.NewReader(nil)
		in.pull, in.stop = iter.Pull(src.Records)
		in.parser = &recordsParser{l}
		return in, nil
	}
	if in.table, err = openTable(ctx, src, in.raw); err != nil {
		return nil, err
	}
	in.rows, in.stop = in.table.rows, in.table.close
	if in.parser, err = newParser(l, in.table, src.Mapping); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

// newParser returns what makes cells of the rows of a table. Its error is a *FileError.
func newParser(l *layout, t *table, m Mapping) (parser, error) {
	if t.delimiter != 0 {
		return newRecordParser(l, t.header, t.delimiter, m)
	}
	if t.header != nil {
		if _, err := l.columns(t.header, m); err != nil {
			return nil, err
		}
	}
	return &featureParser{l}, nil
}

// bytes returns how much of the file has been read.
func (in *input) bytes() int64 {
	if in.table != nil && in.table.read != nil {
		return in.table.read()
	}
	return in.raw.bytes.Load()
}

// close ends a generator, or what was opened to read a table; a reader is the caller's.
func (in *input) close() {
	if in.stop != nil {
		in.stop()
	}
}

// hashed counts and hashes what is read, and stops when the context is done.
type hashed struct {
	ctx   context.Context
	r     io.Reader
	sum   hash.Hash
	bytes atomic.Int64
}

func (h *hashed) Read(p []byte) (int, error) {
	if err := h.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := h.r.Read(p)
	h.sum.Write(p[:n])
	h.bytes.Add(int64(n))
	return n, err
}

// rest reads what is left of the file, such as blanks after its end, and returns the hash of all of it.
func (h *hashed) rest() (sum [32]byte, err error) {
	_, err = io.Copy(io.Discard, h)
	h.sum.Sum(sum[:0])
	return sum, err
}

// recordsParser takes rows that are records already.
type recordsParser struct{ layout *layout }

func (p *recordsParser) parse(r *row) error {
	r.geometry = r.record.Geometry
	for name, v := range r.record.Fields {
		for _, slot := range p.layout.byKey[name] {
			r.cells[slot] = cellOf(v)
		}
	}
	return nil
}

// text is the row as it goes into the rejects file.
func (r *row) text() string {
	switch {
	case r.record == nil:
		return r.raw
	case r.record.Raw != nil:
		return string(r.record.Raw)
	}
	b, err := json.Marshal(r.record.Fields)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
