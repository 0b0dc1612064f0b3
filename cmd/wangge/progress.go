package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress shows how far long work has come: a bar on a terminal, a plain line every few seconds elsewhere.
type progress struct {
	what  string
	bar   bool
	every time.Duration
	last  time.Time
	shown bool
}

func newProgress(what string) *progress {
	bar := term.IsTerminal(int(os.Stderr.Fd()))
	p := &progress{what: what, bar: bar, every: 5 * time.Second, last: time.Now()}
	if bar {
		p.every, p.last = 100*time.Millisecond, time.Time{}
	}
	return p
}

// step says that done of total have been worked off; a total of 0 is not known.
func (p *progress) step(what string, done, total int64) {
	if time.Since(p.last) < p.every {
		return
	}
	p.last, p.shown = time.Now(), true
	share := "   "
	if total > 0 {
		share = fmt.Sprintf("%3d %%", 100*done/total)
	}
	if !p.bar {
		fmt.Fprintf(os.Stderr, "%s: %s %s\n", p.what, what, share)
		return
	}
	const width = 30
	filled := 0
	if total > 0 {
		filled = int(min(done*width/total, width))
	}
	fmt.Fprintf(os.Stderr, "\r\x1b[K%s [%s%s] %s %s", p.what, strings.Repeat("#", filled), strings.Repeat("-", width-filled), share, what)
}

// done clears the bar.
func (p *progress) done() {
	if p.bar && p.shown {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
}
