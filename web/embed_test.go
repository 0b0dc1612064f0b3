package web_test

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/wangge/wangge/web"
)

func TestFilesHoldThePlaceholder(t *testing.T) {
	t.Parallel()
	if _, err := fs.Stat(web.Files(), "about.txt"); err != nil {
		t.Fatalf("the tree must never be empty: %v", err)
	}
}

func TestBuiltMeansIndex(t *testing.T) {
	t.Parallel()
	_, err := fs.Stat(web.Files(), "index.html")
	if got, want := web.Built(), err == nil; got != want {
		t.Errorf("Built() = %v, want %v", got, want)
	}
}

// A content security policy of default-src 'self' must hold for the built page: nothing inline, nothing from another host.
func TestIndexNeedsNothingInlineOrForeign(t *testing.T) {
	t.Parallel()
	if !web.Built() {
		t.Skip("the page is not built; `make build` builds it where Node is installed")
	}
	index, err := fs.ReadFile(web.Files(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{`<style`, `style=`, `onload=`, `://`} {
		if strings.Contains(string(index), bad) {
			t.Errorf("index.html contains %q", bad)
		}
	}
	for _, m := range regexp.MustCompile(`<script[^>]*>([^<]*)`).FindAllStringSubmatch(string(index), -1) {
		if strings.TrimSpace(m[1]) != "" {
			t.Errorf("index.html has an inline script: %.60q", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="/([^"]+)"`).FindAllStringSubmatch(string(index), -1) {
		if _, err := fs.Stat(web.Files(), path.Clean(m[1])); err != nil {
			t.Errorf("index.html names %s, which is not in the tree", m[1])
		}
	}
}
