package main_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestComments holds that each package says what it is for and each exported name what it is.
func TestComments(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		fset := token.NewFileSet()
		var files []*ast.File
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
		d, err := doc.NewFromFiles(fset, files, p.ImportPath)
		if err != nil {
			t.Fatal(err)
		}
		want := "Package " + d.Name
		if d.Name == "main" {
			want = "Command " + filepath.Base(p.Dir)
		}
		if !strings.HasPrefix(d.Doc, want) {
			t.Errorf("%s: its comment does not start with %q", p.ImportPath, want)
		}
		for _, name := range uncommented(d) {
			t.Errorf("%s: %s has no comment", p.ImportPath, name)
		}
	}
}

// uncommented lists the exported names of d without a comment. One comment is enough for a group of constants or
// variables.
func uncommented(d *doc.Package) []string {
	var names []string
	values := func(groups []*doc.Value) {
		for _, g := range groups {
			if g.Doc == "" && !eachCommented(g.Decl) {
				names = append(names, g.Names...)
			}
		}
	}
	funcs := func(prefix string, list []*doc.Func) {
		for _, f := range list {
			if f.Doc == "" {
				names = append(names, prefix+f.Name)
			}
		}
	}
	values(d.Consts)
	values(d.Vars)
	funcs("", d.Funcs)
	for _, typ := range d.Types {
		if typ.Doc == "" {
			names = append(names, typ.Name)
		}
		values(typ.Consts)
		values(typ.Vars)
		funcs("", typ.Funcs)
		funcs(typ.Name+".", typ.Methods)
	}
	return names
}

// eachCommented reports whether every name in a group has a comment of its own, above or beside it.
func eachCommented(group *ast.GenDecl) bool {
	for _, spec := range group.Specs {
		if v, ok := spec.(*ast.ValueSpec); ok && v.Doc == nil && v.Comment == nil {
			return false
		}
	}
	return true
}
