package grid_test

import (
	"slices"
	"testing"

	"github.com/wangge/wangge/grid"
)

func TestCollections(t *testing.T) {
	seen := map[string]bool{}
	for i := range grid.Collections {
		c := &grid.Collections[i]
		if seen[c.ID] {
			t.Errorf("%s is there twice", c.ID)
		}
		seen[c.ID] = true
		if found, ok := grid.CollectionByID(c.ID); !ok || found != c {
			t.Errorf("CollectionByID(%s) = %v, %v", c.ID, found, ok)
		}
		if c.Title == "" || c.TitleZH == "" || c.Description == "" || c.DescriptionZH == "" || c.Shape == "" || c.Shape == grid.NoShape {
			t.Errorf("%s: title %q, %q, description %q, shape %q", c.ID, c.Title, c.TitleZH, c.Description, c.Shape)
		}
		names := map[string]bool{}
		for k, f := range c.Fields {
			if names[f.Name] || f.Name == "geometry" || f.Name == "id" || f.Default != "" {
				t.Errorf("%s: field %+v", c.ID, f)
			}
			names[f.Name] = true
			if c.Index(f.Name) != k {
				t.Errorf("%s: %s is number %d, want %d", c.ID, f.Name, c.Index(f.Name), k)
			}
		}
		if !names["code"] || c.Index("no_such_field") != -1 {
			t.Errorf("%s: fields %v", c.ID, names)
		}
		if c.Time != "" {
			if k := c.Index(c.Time); k < 0 || c.Fields[k].Type != grid.Time && c.Fields[k].Type != grid.Date {
				t.Errorf("%s: datetime is about %q, which is no field that has a time", c.ID, c.Time)
			}
		}
	}
	for _, l := range grid.Layers {
		if l.Kind == "" && l.Name != "incidents" {
			continue
		}
		c, ok := grid.CollectionByID(l.Name)
		if !ok || c.Kind != l.Kind || c.Shape != l.Shape {
			t.Errorf("%s: collection %+v, %v", l.Name, c, ok)
			continue
		}
		for _, f := range l.Fields {
			if c.Index(f.Name) < 0 {
				t.Errorf("%s has no %s", c.ID, f.Name)
			}
		}
	}
	if _, ok := grid.CollectionByID("reporter_contact"); ok {
		t.Error("there is a collection reporter_contact")
	}
}

func TestBR63WhichCollectionsArePublic(t *testing.T) {
	var all, some []string
	for i := range grid.Collections {
		switch c := &grid.Collections[i]; {
		case c.Public:
			all = append(all, c.ID)
		case c.SomePublic:
			some = append(some, c.ID)
			if c.ForAnybody("source") || c.ForAnybody("external_refs") || !c.ForAnybody("name") {
				t.Errorf("%s: what anybody sees of it is wrong", c.ID)
			}
		}
	}
	if want := []string{"base", "dedicated", "divisions"}; !slices.Equal(all, want) {
		t.Errorf("public are %v, want %v", all, want)
	}
	if want := []string{"danger_zones", "shelters"}; !slices.Equal(some, want) {
		t.Errorf("public in part are %v, want %v", some, want)
	}
}

func TestBR61NoCollectionSaysWhoReported(t *testing.T) {
	for i := range grid.Collections {
		for _, f := range grid.Collections[i].Fields {
			switch f.Name {
			case "created_by", "updated_by", "reporter", "contact", "phone", "reporter_name", "reporter_phone":
				t.Errorf("%s has %s", grid.Collections[i].ID, f.Name)
			}
		}
	}
}
