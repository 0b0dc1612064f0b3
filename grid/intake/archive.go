package intake

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// The bounds of archives.
const (
	// maxDirectory is how many bytes the list of an archive's files may have: a program that reads it takes several times as much memory.
	maxDirectory = 4 << 20
	// maxUnpacked is how large one file of an archive may be.
	maxUnpacked = 4 << 30
)

// archive is a ZIP file that is being read.
type archive struct {
	*zip.Reader
	read *atomic.Int64 // packed bytes
}

// countedAt counts what is read.
type countedAt struct {
	r    io.ReaderAt
	read *atomic.Int64
}

func (c countedAt) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.r.ReadAt(p, at)
	c.read.Add(int64(n))
	return n, err
}

// openArchive opens a workbook or an archive of shapefiles.
func openArchive(ctx context.Context, file *os.File, size int64, src Source) (container, format, error) {
	if err := checkDirectory(file, size); err != nil {
		return nil, 0, err
	}
	a := archive{read: new(atomic.Int64)}
	var err error
	if a.Reader, err = zip.NewReader(countedAt{file, a.read}, size); err != nil {
		return nil, 0, fileErrorf(0, "the ZIP archive is damaged or cut off")
	}
	shapes := false
	for _, f := range a.File {
		if f.Flags&1 != 0 {
			return nil, 0, fileErrorf(0, "the archive has a password: pack it without one")
		}
		switch name := strings.ToLower(f.Name); {
		case name == "xl/workbook.xml":
			w, err := openWorkbook(ctx, a)
			return w, formatXLSX, err
		case name == "xl/workbook.bin":
			return nil, 0, fileErrorf(0, "this is an XLSB workbook: save it as XLSX")
		case name == "content.xml":
			return nil, 0, fileErrorf(0, "this is an OpenDocument file: save it as XLSX or CSV")
		case name == "doc.kml":
			return nil, 0, fileErrorf(0, "this is a KMZ; read are %s", Formats)
		case path.Ext(name) == ".shp":
			shapes = true
		}
	}
	if !shapes {
		return nil, 0, fileErrorf(0, "there is no shapefile and no workbook in the ZIP archive; read are %s", Formats)
	}
	s, err := openShapefiles(a, src.Encoding)
	return s, formatShapefile, err
}

// checkDirectory refuses an archive whose list of files is too long, before it is read: what the end of the archive says of it, and how
// much lies before that end.
func checkDirectory(r io.ReaderAt, size int64) error {
	const endBytes, longestComment = 22, 1<<16 - 1
	tail := make([]byte, min(size, endBytes+longestComment))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return err
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < endBytes {
		return fileErrorf(0, "the ZIP archive is damaged or cut off")
	}
	end := tail[i:]
	count, length, from := binary.LittleEndian.Uint16(end[10:]), binary.LittleEndian.Uint32(end[12:]), binary.LittleEndian.Uint32(end[16:])
	before := size - int64(len(tail)) + int64(i) - int64(from)
	if count == 1<<16-1 || length > maxDirectory || before > maxDirectory+1<<10 {
		return fileErrorf(0, "the ZIP archive has too many files, or is over 4 GiB: pack what is to be imported by itself")
	}
	return nil
}

// unpacked is a file of an archive that is being read.
type unpacked struct {
	io.ReadCloser
	ctx  context.Context
	name string
	left int64
}

func (a archive) unpack(ctx context.Context, f *zip.File) (*unpacked, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fileErrorf(0, "%s in the ZIP archive is packed in a way that is not read", shown(entryName(f)))
	}
	return &unpacked{r, ctx, entryName(f), maxUnpacked}, nil
}

// Read implements io.Reader; the faults of packing come as a *FileError.
func (u *unpacked) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := u.ReadCloser.Read(p)
	if u.left -= int64(n); u.left < 0 {
		return 0, fileErrorf(0, "%s in the ZIP archive is too large when unpacked", shown(u.name))
	}
	if err != nil && err != io.EOF {
		err = fileErrorf(0, "%s in the ZIP archive is damaged", shown(u.name))
	}
	return n, err
}

// entryName is the name of a file in the archive, which old programs write in GBK.
func entryName(f *zip.File) string {
	if utf8.ValidString(f.Name) {
		return f.Name
	}
	if name, err := simplifiedchinese.GBK.NewDecoder().String(f.Name); err == nil {
		return name
	}
	return strings.ToValidUTF8(f.Name, "\ufffd")
}
