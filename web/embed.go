// Package web holds the built map page: the files that Vite writes to dist, embedded in the binary.
//
// A checkout without Node has only dist/about.txt, so that the server builds all the same and can say that the page was
// left out. Assets under /assets carry a hash of their content in their name and may be cached for ever; index.html may not.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built page as a file tree whose root holds index.html. It is read-only and safe for concurrent use.
// Without a build (see [Built]) it holds no index.html.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path, so this cannot happen
	}
	return files
}

// Built says whether the page was built into this binary.
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}
