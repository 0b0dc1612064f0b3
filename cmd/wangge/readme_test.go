package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wangge/wangge/geo/geotest"
)

const (
	root     = "../.."
	shownAt  = "127.0.0.1:8080" // the address in the pages; a free one is put in its place
	ellipsis = "…"
)

// TestReadme runs the ```console blocks of the pages in order, in one shell, and compares what they print with what
// the page shows. make readme-check asks for it; it starts the demo, so make test leaves it out.
func TestReadme(t *testing.T) {
	if os.Getenv("WANGGE_README_CHECK") == "" {
		t.Skip("run by make readme-check")
	}
	for _, page := range []string{"README.md", "README.zh.md", "docs/api.md", "docs/adjustment.md", "docs/incidents.md", "docs/walkthrough.md"} {
		t.Run(page, func(t *testing.T) {
			if page == "docs/walkthrough.md" {
				t.Setenv("DATA", geotest.Data(t, "washington-dc"))
			}
			t.Setenv("WORK", t.TempDir())
			text, err := os.ReadFile(filepath.Join(root, page))
			if err != nil {
				t.Fatal(err)
			}
			address := freeAddress(t)
			t.Setenv("WANGGE_LISTEN", address)
			sh := startShell(t)
			commands := steps(strings.ReplaceAll(string(text), shownAt, address))
			if len(commands) == 0 {
				t.Error("the page has no ```console block")
			}
			for _, s := range commands {
				got := sh.run(t, s)
				if err := same(s.want, got); err != nil {
					t.Errorf("$ %s\nprints\n%s\nthe page shows\n%s\n%v", s.command, got, s.want, err)
				}
			}
		})
	}
}

// step is a command of a page and the output shown below it.
type step struct{ command, want string }

// serves reports whether the command goes on after it has printed what the page shows.
func (s step) serves() bool { return strings.Contains("\n"+s.want, "\nready http") }

// steps reads the ```console blocks of a page: "$ " starts a command, a line that ends in a backslash goes on.
func steps(page string) []step {
	var list []step
	inBlock, goesOn := false, false
	for line := range strings.Lines(page) {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inBlock, goesOn = strings.TrimSpace(line) == "```console", false
		case !inBlock:
		case goesOn:
			list[len(list)-1].command += line
			goesOn = strings.HasSuffix(line, "\\\n")
		case isCommand:
			list = append(list, step{command: command})
			goesOn = strings.HasSuffix(line, "\\\n")
		case len(list) > 0:
			list[len(list)-1].want += line
		}
	}
	return list
}

// same compares what a page shows with what a command printed. "…" on the page stands for any text. JSON is compared
// by value; there the string "…" stands for any value, as a key for any further members, as an item for any further
// items.
func same(want, got string) error {
	var w, g any
	if json.Unmarshal([]byte(want), &w) == nil && json.Unmarshal([]byte(got), &g) == nil {
		return sameJSON("", w, g)
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(want)), ellipsis, `.*`)
	if !regexp.MustCompile(`(?s)^` + pattern + `$`).MatchString(strings.TrimSpace(got)) {
		return fmt.Errorf("the texts differ")
	}
	return nil
}

func sameJSON(at string, want, got any) error {
	if want == ellipsis {
		return nil
	}
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		_, open := w[ellipsis]
		if !ok || !open && len(w) != len(g) || open && len(w)-1 > len(g) {
			return fmt.Errorf("at %s/: got %v, want the members of %v", at, got, want)
		}
		for key := range w {
			if value, there := g[key]; key != ellipsis && !there {
				return fmt.Errorf("at %s/%s: missing", at, key)
			} else if err := sameJSON(at+"/"+key, w[key], value); err != nil && key != ellipsis {
				return err
			}
		}
		return nil
	case []any:
		g, ok := got.([]any)
		if open := len(w) > 0 && w[len(w)-1] == ellipsis; ok && open {
			w = w[:len(w)-1]
			g = g[:min(len(w), len(g))]
		}
		if !ok || len(w) != len(g) {
			return fmt.Errorf("at %s/: got %v, want the items of %v", at, got, want)
		}
		for i := range w {
			if err := sameJSON(fmt.Sprintf("%s/%d", at, i), w[i], g[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("at %s: got %v, want %v", at, got, want)
	}
	return nil
}

// shell is one bash for a whole page, so that variables last.
type shell struct {
	in  io.Writer
	out *bufio.Reader
}

const endMark = "-- end of command --"

func startShell(t *testing.T) *shell {
	t.Helper()
	in, out := start(t, exec.Command("bash"))
	fmt.Fprintln(in, "exec 2>&1")
	return &shell{in: in, out: out}
}

// run runs the command and returns what it printed, for a server up to its ready line.
func (sh *shell) run(t *testing.T, s step) string {
	t.Helper()
	if s.serves() {
		_, out := start(t, exec.Command("bash", "-c", s.command))
		printed := readUntil(t, out, "ready http")
		go io.Copy(io.Discard, out) // a full pipe would stop the server
		return printed
	}
	fmt.Fprintf(sh.in, "{ %s\n} </dev/null\necho; echo '%s'\n", s.command, endMark)
	printed, _, _ := strings.Cut(readUntil(t, sh.out, endMark), endMark)
	return printed
}

// start starts a program in the repository's root, in a process group that ends with the test.
func start(t *testing.T, cmd *exec.Cmd) (io.Writer, *bufio.Reader) {
	t.Helper()
	cmd.Dir = root
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) // gone already, perhaps
		_ = cmd.Wait()                                      // ended by the signal
	})
	return in, bufio.NewReader(out)
}

// readUntil returns what is read up to and with the first line that starts with prefix. A command that says nothing
// for five minutes has failed.
func readUntil(t *testing.T, r *bufio.Reader, prefix string) string {
	t.Helper()
	var text bytes.Buffer
	found := make(chan error, 1)
	go func() {
		for {
			line, err := r.ReadString('\n')
			text.WriteString(line)
			if err != nil || strings.HasPrefix(line, prefix) {
				found <- err
				return
			}
		}
	}()
	select {
	case err := <-found:
		if err != nil {
			t.Fatalf("%v before a line %q:\n%s", err, prefix, text.String())
		}
	case <-time.After(5 * time.Minute):
		t.Fatalf("no line %q in five minutes", prefix)
	}
	return text.String()
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestSame(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want, got string
		same            bool
	}{
		{"text", "a (b)\n", "a (b)\n\n", true},
		{"other_text", "a", "b", false},
		{"text_with_gap", "from … to\n…\nend", "from 1 to\n2\n3\nend", true},
		{"json_by_value", "{\n  \"a\": 1\n}", `{"a":1}`, true},
		{"json_other_value", `{"a": 1}`, `{"a": 2}`, false},
		{"json_any_value", `{"a": "…"}`, `{"a": [2]}`, true},
		{"json_missing", `{"a": "…"}`, `{"b": 1}`, false},
		{"json_further", `{"a": 1}`, `{"a": 1, "b": 2}`, false},
		{"json_further_shown", `{"a": 1, "…": "…"}`, `{"a": 1, "b": 2, "c": 3}`, true},
		{"json_missing_besides_further", `{"a": 1, "…": "…"}`, `{"b": 2, "c": 3}`, false},
		{"json_items", `[1, "…"]`, `[1, 2, 3]`, true},
		{"json_too_few_items", `[1, 2, "…"]`, `[1]`, false},
		{"json_for_text", `{"a": 1}`, `<html>`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if err := same(test.want, test.got); (err == nil) != test.same {
				t.Errorf("got %v, want same = %v", err, test.same)
			}
		})
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	page := "text\n```sh\n$ not run\n```\n```console\n$ one \\\n  more\nout\n$ two\n```\n```console\n$ serve\nready http://x\n```\n"
	want := []step{{"one \\\n  more\n", "out\n"}, {"two\n", ""}, {"serve\n", "ready http://x\n"}}
	got := steps(page)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got[0].serves() || !got[2].serves() {
		t.Error("the third command, and only that, goes on")
	}
}

func TestShell(t *testing.T) {
	t.Parallel()
	sh := startShell(t)
	for _, s := range []step{{"X=1\n", ""}, {"echo $X; echo e >&2; cat\n", "1\ne\n"}, {"(exit 3)", ""}} {
		if err := same(s.want, sh.run(t, s)); err != nil {
			t.Error(err)
		}
	}
	server := step{"echo ready http://x; sleep 100\n", "ready http://x\n"}
	if got := sh.run(t, server); got != server.want {
		t.Errorf("got %q, want %q", got, server.want)
	}
}
