package main_test

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "keep the pictures of the clients as those to compare with")

// TestClients runs docs/gis.md client by client: a section is a client. Its ```console blocks run in one shell, the demo of the first
// section lasting for all; a block with the name of a file, as ```python qgis.py, is written to $WORK first. What is printed is compared as in
// TestReadme, the pictures that the page shows with those that the clients have left in $WORK. make clients asks for it.
func TestClients(t *testing.T) {
	if os.Getenv("WANGGE_CLIENTS") == "" {
		t.Skip("run by make clients")
	}
	text, err := os.ReadFile(filepath.Join(root, "docs/gis.md"))
	if err != nil {
		t.Fatal(err)
	}
	work, address := t.TempDir(), freeAddress(t)
	t.Setenv("WORK", work)
	t.Setenv("WANGGE_LISTEN", address)
	t.Setenv("QT_QPA_PLATFORM", "offscreen")
	sh := startShell(t)
	for _, section := range strings.Split(strings.ReplaceAll(string(text), shownAt, address), "\n## ")[1:] {
		name, page, _ := strings.Cut(section, "\n")
		runSection := func(t *testing.T) {
			t.Helper()
			for file, content := range filesIn(page) {
				if err := os.WriteFile(filepath.Join(work, file), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, s := range steps(page) {
				got := sh.run(t, s)
				if err := same(s.want, got); err != nil {
					t.Errorf("$ %s\nprints\n%s\nthe page shows\n%s\n%v", s.command, got, s.want, err)
				}
			}
			for _, picture := range shownPictures.FindAllStringSubmatch(page, -1) {
				samePicture(t, filepath.Join(work, picture[1]), filepath.Join(root, "docs/images", picture[1]))
			}
		}
		if len(steps(page)) == 0 {
			continue
		}
		if strings.Contains(page, "\nready http") { // for all sections; the demo ends with its test
			runSection(t)
			continue
		}
		t.Run(name, runSection)
	}
}

// shownPictures are those that a page shows: ![…](images/NAME.png).
var shownPictures = regexp.MustCompile(`\]\(images/([\w-]+\.png)\)`)

// fileBlocks are the blocks that have the name of a file.
var fileBlocks = regexp.MustCompile("(?ms)^```\\w+ ([\\w.-]+)\n(.*?)^```$")

func filesIn(page string) map[string]string {
	files := map[string]string{}
	for _, block := range fileBlocks.FindAllStringSubmatch(page, -1) {
		files[block[1]] = block[2]
	}
	return files
}

// samePicture compares pictures as somebody would who looks at them from afar.
func samePicture(t *testing.T, gotFile, wantFile string) {
	t.Helper()
	if *update {
		raw, err := os.ReadFile(gotFile)
		if err == nil {
			err = os.WriteFile(wantFile, raw, 0o644)
		}
		if err != nil {
			t.Error(err)
		}
		return
	}
	got, err := readPicture(gotFile)
	if err != nil {
		t.Error(err)
		return
	}
	want, err := readPicture(wantFile)
	if err != nil {
		t.Error(err)
		return
	}
	if err := alike(want, got); err != nil {
		t.Errorf("%s: %v", filepath.Base(wantFile), err)
	}
}

func readPicture(file string) (image.Image, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return png.Decode(f)
}

// The bounds of what is alike. Other fonts, or smoother lines, differ by some 2 in the mean; a layer that is missing by more than that, or it
// takes its colours away.
const (
	maxDifference = 6.0 // of 255, in the mean of all cells
	minColours    = 0.5 // of those of the other picture
	cells         = 24  // a side
)

// alike compares the means of cells, and how many colours there are.
func alike(want, got image.Image) error {
	if want.Bounds().Size() != got.Bounds().Size() {
		return fmt.Errorf("it has %v pixels, want %v", got.Bounds().Size(), want.Bounds().Size())
	}
	w, g := shrunk(want), shrunk(got)
	total := 0.0
	for i := range w {
		total += max(w[i]-g[i], g[i]-w[i])
	}
	if mean := total / float64(len(w)); mean > maxDifference {
		return fmt.Errorf("it differs by %.1f of 255 in the mean, at most %.1f are alike", mean, maxDifference)
	}
	if few, many := colours(got), colours(want); float64(few) < minColours*float64(many) {
		return fmt.Errorf("it has %d colours, want about %d", few, many)
	}
	return nil
}

// shrunk returns the means of red, green and blue of each cell.
func shrunk(picture image.Image) []float64 {
	box := picture.Bounds()
	sums, counts := make([]float64, 3*cells*cells), make([]float64, cells*cells)
	for y := range box.Dy() {
		for x := range box.Dx() {
			cell := y*cells/box.Dy()*cells + x*cells/box.Dx()
			c := color.NRGBAModel.Convert(picture.At(box.Min.X+x, box.Min.Y+y)).(color.NRGBA)
			sums[3*cell] += float64(c.R)
			sums[3*cell+1] += float64(c.G)
			sums[3*cell+2] += float64(c.B)
			counts[cell]++
		}
	}
	for i := range sums {
		sums[i] /= max(counts[i/3], 1)
	}
	return sums
}

// colours counts the colours of a picture, those next to each other as one, that more than a few pixels have.
func colours(picture image.Image) int {
	counts, box := map[[3]uint8]int{}, picture.Bounds()
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			c := color.NRGBAModel.Convert(picture.At(x, y)).(color.NRGBA)
			counts[[3]uint8{c.R / 16, c.G / 16, c.B / 16}]++
		}
	}
	n := 0
	for _, count := range counts {
		if count >= 20 {
			n++
		}
	}
	return n
}

func TestAlike(t *testing.T) {
	t.Parallel()
	paint := func(of func(x, y int) color.NRGBA) image.Image {
		picture := image.NewNRGBA(image.Rect(0, 0, 400, 300))
		for y := range 300 {
			for x := range 400 {
				picture.SetNRGBA(x, y, of(x, y))
			}
		}
		return picture
	}
	white := color.NRGBA{255, 255, 255, 255}
	fields := func(shift int, line uint8) func(x, y int) color.NRGBA {
		return func(x, y int) color.NRGBA {
			if (x+shift)%50 < 2 || y%50 < 2 {
				return color.NRGBA{line, line, line, 255}
			}
			return color.NRGBA{uint8(200 + x/50*5), uint8(220 + y/50*5), 210, 255}
		}
	}
	whole := paint(fields(0, 80))
	for _, test := range []struct {
		name string
		got  image.Image
		same bool
	}{
		{"itself", whole, true},
		{"lines a little lighter", paint(fields(0, 100)), true},
		{"lines a pixel beside", paint(fields(1, 80)), true},
		{"nothing at all", paint(func(int, int) color.NRGBA { return white }), false},
		{"no lines", paint(func(int, int) color.NRGBA { return color.NRGBA{215, 230, 210, 255} }), false},
		{"half of it", paint(func(x, y int) color.NRGBA {
			if x < 200 {
				return fields(0, 80)(x, y)
			}
			return white
		}), false},
		{"other size", image.NewNRGBA(image.Rect(0, 0, 300, 300)), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if err := alike(whole, test.got); (err == nil) != test.same {
				t.Errorf("got %v, want alike %v", err, test.same)
			}
		})
	}
}

func TestFilesIn(t *testing.T) {
	t.Parallel()
	page := "text\n```python a.py\nprint(1)\n```\n\n```console\n$ python3 a.py\n1\n```\n\n```js\nno file\n```\n\n```js b.js\nlet b\n```\n"
	if got := filesIn(page); len(got) != 2 || got["a.py"] != "print(1)\n" || got["b.js"] != "let b\n" {
		t.Errorf("got %q", got)
	}
}
