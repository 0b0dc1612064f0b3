package api

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
)

// packedFile is a file of the page, gzipped once at the start.
type packedFile struct {
	gzip []byte
	tag  string // of these bytes
}

// textFiles are the kinds of files that gzip makes smaller.
var textFiles = []string{".css", ".html", ".js", ".json", ".map", ".mjs", ".svg", ".txt", ".webmanifest"}

// packPage gzips the text files of the page by name. A file that cannot be read, or gets no smaller, is left out: it is
// answered as it is.
func packPage(page fs.FS) map[string]packedFile {
	packed := map[string]packedFile{}
	if page == nil {
		return packed
	}
	_ = fs.WalkDir(page, ".", func(name string, entry fs.DirEntry, err error) error { // what fails is left out
		if err != nil || entry.IsDir() || !slices.Contains(textFiles, path.Ext(name)) {
			return nil //nolint:nilerr // left out
		}
		raw, err := fs.ReadFile(page, name)
		if err != nil || len(raw) < minGzip {
			return nil //nolint:nilerr // left out
		}
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // a level that there is
		_, _ = z.Write(raw)                                   // a buffer takes everything
		_ = z.Close()
		if b.Len() < len(raw) {
			sum := sha256.Sum256(b.Bytes())
			packed[name] = packedFile{b.Bytes(), `"` + hex.EncodeToString(sum[:12]) + `"`}
		}
		return nil
	})
	return packed
}
