package grid

import (
	"fmt"
	"strings"
)

// LayerTables returns Layers for a reader, as Markdown: of each layer its shape, what must be there before it, and its fields with their
// types, what is required and what an absent value becomes.
func LayerTables() string {
	var b strings.Builder
	for i := range Layers {
		l := &Layers[i]
		fmt.Fprintf(&b, "### %s\n\n%s\n\n", l.Name, l.sentence())
		b.WriteString("| field | meaning | type | if absent |\n|---|---|---|---|\n")
		for _, f := range l.Fields {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Name, f.meaning(), f.typeText(), f.absentText())
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (l *Layer) sentence() string {
	shapes := map[Shape]string{
		NoShape: "No geometry.", PointShape: "Points.", LineShape: "Lines.", PolygonShape: "Polygons.", AnyShape: "Points, lines or polygons.",
	}
	s := shapes[l.Shape]
	if len(l.AfterRows) > 0 {
		s += " After " + strings.Join(l.AfterRows, " and ") + "."
	}
	return s
}

// meaning is what the field is called in both languages.
func (f Field) meaning() string {
	l := f.Label()
	return strings.TrimSpace(l.EN + " " + l.ZH)
}

func (f Field) typeText() string {
	switch {
	case len(f.Values) > 0:
		return "one of `" + strings.Join(f.Values, "`, `") + "`"
	case f.Enumeration != "":
		return "a code of `" + f.Enumeration + "`"
	}
	return string(f.Type)
}

func (f Field) absentText() string {
	switch {
	case f.Required:
		return "refused"
	case f.Default != "":
		return "`" + f.Default + "`"
	}
	return ""
}
