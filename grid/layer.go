package grid

import "slices"

// FieldType says how the value of a field is written in a file or JSON.
type FieldType string

// The field types. Dates are 2006-01-02, times RFC 3339 (a date, and a time without zone in the deployment's zone, are
// taken too); lists are JSON arrays, or separated by semicolons in CSV; codes and enumeration values are text.
const (
	Text    FieldType = "text"
	Code    FieldType = "code"
	Enum    FieldType = "enum" // a value of Field.Enumeration
	Integer FieldType = "integer"
	Number  FieldType = "number"
	Boolean FieldType = "boolean"
	Date    FieldType = "date"
	Time    FieldType = "time"
	List    FieldType = "list" // of text
	Object  FieldType = "object"
)

// Field is one attribute of a layer: the same entry drives the import's mapping, the API's validation, the columns that
// are written and the OpenAPI schema.
type Field struct {
	Name        string
	Type        FieldType
	Enumeration string   // of reference_code, for Enum
	Values      []string // of a fixed list, for Enum without Enumeration
	Required    bool
	Default     string // what an absent value becomes, "" for none
}

// Shape says which geometries a layer takes.
type Shape string

// The shapes of layers.
const (
	NoShape      Shape = "none"
	PointShape   Shape = "point"
	LineShape    Shape = "line"
	PolygonShape Shape = "polygon"
	AnyShape     Shape = "any" // point, line or polygon
)

// Layer is one kind of thing that is imported from a file and, for places and incidents, written by the API.
type Layer struct {
	Name      string // plural, as in file names and paths: "hazards"
	Kind      string // the place kind, "" for other layers
	Prefix    string // two letters of a place code (DOMAIN 14), "" for other layers
	Shape     Shape
	Located   bool // each row is assigned to grids
	Fields    []Field
	AfterRows []string // layers that must be there first; the import sorts by it
}

// Field returns the field of that name.
func (l *Layer) Field(name string) (Field, bool) {
	for _, f := range l.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// OfDivisions reports whether each row tells by where it lies which division it is of, so that an administrator of one may import those
// of its own. The other layers are the whole city's: what their rows say holds beyond a division, or nobody could tell of which they are.
func (l *Layer) OfDivisions() bool {
	return l.Located || slices.Contains([]string{"base_grids", "dedicated_grids", "void_areas"}, l.Name)
}

// Detail returns the fields of a place layer that its kind adds to the common ones.
func (l *Layer) Detail() []Field {
	if l.Kind == "" {
		return nil
	}
	return l.Fields[len(commonPlaceFields):]
}

// LayerByName returns the layer, false when there is none of that name.
func LayerByName(name string) (*Layer, bool) {
	for i := range Layers {
		if Layers[i].Name == name {
			return &Layers[i], true
		}
	}
	return nil, false
}

// PlaceLayer returns the layer of a place kind, false when there is none.
func PlaceLayer(kind string) (*Layer, bool) {
	for i := range Layers {
		if Layers[i].Kind == kind && kind != "" {
			return &Layers[i], true
		}
	}
	return nil, false
}

// Levels of divisions, from the city down.
var levels = []string{LevelCity, LevelCounty, LevelStreet, LevelCommunity}

func text(name string) Field    { return Field{Name: name, Type: Text} }
func code(name string) Field    { return Field{Name: name, Type: Code} }
func integer(name string) Field { return Field{Name: name, Type: Integer} }
func number(name string) Field  { return Field{Name: name, Type: Number} }
func boolean(name string) Field { return Field{Name: name, Type: Boolean} }
func date(name string) Field    { return Field{Name: name, Type: Date} }
func instant(name string) Field { return Field{Name: name, Type: Time} }
func enum(name, enumeration string) Field {
	return Field{Name: name, Type: Enum, Enumeration: enumeration}
}

func oneOf(name string, values ...string) Field {
	return Field{Name: name, Type: Enum, Values: values}
}

func (f Field) required() Field       { f.Required = true; return f }
func (f Field) or(value string) Field { f.Default = value; return f }
func fields(lists ...[]Field) (all []Field) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// commonPlaceFields are the attributes that every place has (DOMAIN 11.4); geometry and assignment are not fields.
var commonPlaceFields = []Field{
	code("code"),
	text("name"),
	text("address"),
	{Name: "address_parts", Type: Object},
	text("plate_code"),
	number("position_accuracy_m"),
	text("operator_org"),
	code("supervising_org_code"),
	text("source"),
	oneOf("state", "active", "suspended", "closed").or("active"),
	boolean("public").or("false"),
	{Name: "external_refs", Type: Object},
}

func placeLayer(name, kind, prefix string, shape Shape, detail ...Field) Layer {
	return Layer{
		Name: name, Kind: kind, Prefix: prefix, Shape: shape, Located: true,
		Fields:    fields(commonPlaceFields, detail),
		AfterRows: []string{"base_grids", "organizations"},
	}
}

// Layers is every kind of thing that can be imported, in an order in which each finds what it refers to.
var Layers = []Layer{
	{
		Name: "divisions", Shape: PolygonShape,
		Fields: []Field{
			code("code").required(), text("name").required(), oneOf("level", levels...), code("parent_code"),
			enum("kind", "division_kind"), text("urban_rural_class"), oneOf("code_system", "statistical", "civil", "local"),
			integer("households"), integer("residents"), date("counted_on"),
		},
	},
	{
		Name: "organizations", Shape: NoShape, AfterRows: []string{"divisions"},
		Fields: []Field{
			code("code").required(), text("name").required(), enum("kind", "organization_kind").required(), oneOf("level", levels...).required(),
			enum("department", "department"), code("division_code").required(), code("parent_code"), text("public_phone"), boolean("is_public").or("false"),
		},
	},
	{
		Name: "base_grids", Shape: PolygonShape, AfterRows: []string{"divisions"},
		Fields: []Field{
			code("code").required(), text("name").required(), code("community_code"), integer("households"), integer("residents"),
			integer("buildings"), text("bounds_text"), text("note"),
		},
	},
	{
		Name: "void_areas", Shape: PolygonShape, AfterRows: []string{"divisions"},
		Fields: []Field{code("code").required(), text("name"), code("community_code"), enum("reason", "void_reason").required()},
	},
	{
		Name: "dedicated_grids", Shape: PolygonShape, AfterRows: []string{"divisions", "organizations"},
		Fields: []Field{
			code("code").required(), text("name").required(), code("community_code"), enum("dedicated_kind", "dedicated_kind").required(),
			code("host_org_code").required(), code("supervising_org_code"), integer("households"), integer("residents"), integer("buildings"),
			text("bounds_text"), text("note"),
		},
	},
	{
		Name: "household_points", Shape: PointShape, Located: true, AfterRows: []string{"base_grids"},
		Fields: []Field{text("name"), text("address"), integer("households").required(), integer("residents")},
	},
	{
		Name: "networks", Shape: NoShape, AfterRows: []string{"organizations"},
		Fields: []Field{
			code("code").required(), text("name").required(), enum("kind", "network").required(), code("owner_org_code"), boolean("has_full_cover").or("false"),
		},
	},
	{
		Name: "service_units", Shape: PolygonShape, AfterRows: []string{"networks", "organizations"},
		Fields: []Field{code("network_code").required(), code("external_code").required(), text("name").required(), code("org_code"), text("phone")},
	},
	{
		Name: "workers", Shape: NoShape, AfterRows: []string{"organizations"},
		Fields: []Field{
			code("code").required(), text("name").required(), oneOf("role_type", "full_time", "part_time").required(), enum("origin", "worker_origin"),
			text("grade"), code("managing_org_code").required(), text("work_phone"), boolean("active").or("true"),
		},
	},
	{
		Name: "posts", Shape: NoShape, AfterRows: []string{"workers", "base_grids", "dedicated_grids"},
		Fields: []Field{
			code("worker_code").required(), code("grid_code").required(), enum("post_kind", "post_kind").required(), instant("valid_from").required(),
			instant("valid_to"), boolean("is_public").or("true"),
		},
	},
	{
		Name: "duty", Shape: NoShape, AfterRows: []string{"posts"},
		Fields: []Field{
			code("worker_code").required(), code("grid_code").required(), enum("post_kind", "post_kind"), instant("on_from").required(),
			instant("on_to").required(), code("stand_in_worker_code"), boolean("absent").or("false"),
		},
	},
	placeLayer("hazards", "hazard", "HZ", AnyShape,
		enum("hazard_kind", "hazard_kind").required(), enum("level", "hazard_level").required(), enum("cause_class", "cause_class"),
		instant("found_at").required(), text("found_by_source"), code("site_code"), text("responsible_org"), instant("order_deadline"),
		text("measure"), instant("recheck_at"),
		oneOf("hazard_state", "found", "registered", "ordered", "rectifying", "recheck", "closed", "escalated", "listed", "invalid").or("found"),
		instant("closed_at")),
	placeLayer("hazard_sources", "hazard_source", "HS", AnyShape,
		enum("source_kind", "hazard_source_kind").required(), boolean("is_major").or("false"), date("declared_at"), text("registered_no"),
		date("registered_at"), text("assessment"), date("published_at"), date("next_inspection_at")),
	placeLayer("danger_zones", "danger_zone", "DZ", PolygonShape,
		enum("zone_kind", "zone_kind").required(), enum("risk_level", "risk_level").required(), text("season"), text("registered_no"),
		date("published_at"), text("warning_text")),
	placeLayer("rental_premises", "rental_premises", "RP", AnyShape,
		enum("rental_kind", "rental_kind").required(), integer("rooms"), integer("beds"), integer("storeys"), boolean("below_ground"),
		boolean("converted"), enum("owner_kind", "rental_owner_kind"), text("manager_org"), enum("risk_level", "rental_risk_level").or("green"),
		integer("patrol_interval_days"), date("last_patrol_at"), date("next_due_at")),
	placeLayer("key_sites", "key_site", "KS", AnyShape,
		enum("site_class", "site_class").required(), enum("site_kind", "site_kind").required(), boolean("crowded").or("false"),
		integer("capacity"), enum("risk_level", "risk_level"), date("assessed_at"), date("valid_until"), date("last_drill_at"),
		text("plan_doc_ref"), boolean("converted")),
	placeLayer("shelters", "shelter", "SH", AnyShape,
		enum("shelter_level", "shelter_level").required(), enum("host_kind", "shelter_host_kind").required(), enum("space_type", "shelter_space_type"),
		enum("duration_class", "shelter_duration_class"), integer("capacity"), number("effective_area_m2"), number("service_radius_m"),
		text("dual_use"), enum("status", "shelter_status").or("open")),
	placeLayer("response_points", "response_point", "PT", PointShape,
		enum("point_kind", "response_point_kind").required(), code("org_code"), text("hours"), text("ring_set")),
	{
		Name: "incidents", Shape: AnyShape, Located: true, AfterRows: []string{"base_grids"},
		Fields: []Field{
			code("code"), enum("kind", "incident_kind").required(), enum("severity", "incident_severity").or("normal"),
			enum("source", "incident_source").or("import"), text("external_case_no"), text("title").required(), text("description"), text("address"),
			number("position_accuracy_m"), instant("occurred_at"), instant("reported_at").required(), code("place_code"), text("first_receiver"),
			text("lead_unit"),
			{Name: "handling_units", Type: List},
			code("item_code"),
			oneOf("state", IncidentStates...).or("reported"), oneOf("phase", "intake", "handling", "follow_up", "feedback"),
			instant("due_at"), instant("response_due_at"), boolean("supervised").or("false"), instant("closed_at"), enum("outcome", "incident_outcome"),
			integer("satisfaction"),
			{Name: "external_refs", Type: Object},
		},
	},
	referenceLayer("roads", "road", LineShape),
	referenceLayer("railways", "railway", LineShape),
	referenceLayer("rivers", "river", LineShape),
	referenceLayer("buildings", "building", PolygonShape),
	referenceLayer("waters", "water", PolygonShape),
	referenceLayer("greens", "green", PolygonShape),
}

func referenceLayer(name, kind string, shape Shape) Layer {
	enumeration := "reference_line_kind"
	if shape == PolygonShape {
		enumeration = "reference_polygon_kind"
	}
	return Layer{Name: name, Shape: shape, Fields: []Field{text("name"), text("class"), enum("kind", enumeration).or(kind)}}
}

// IncidentStates are the states of an incident (S15, A38, H51); the last four are ends.
var IncidentStates = []string{
	"reported", "accepted", "assigned", "handling", "transferred", "escalated", "waiting_check", "rework",
	"closed", "rejected", "merged", "cancelled",
}
