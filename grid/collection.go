package grid

import (
	"slices"

	"github.com/paulmach/orb"
)

// Collection is a set of features of one kind, as GIS tools read it: by OGC API, in tiles and in files.
type Collection struct {
	ID            string // "base", "dedicated", "divisions", "incidents", or the name of a place layer as "hazards"
	Kind          string // Place.Kind, "" for what are no places
	Title         string
	TitleZH       string
	Description   string
	DescriptionZH string
	Public        bool // anybody reads all of it (BR-63)
	SomePublic    bool // anybody reads some of it, by Place.IsPublic
	Shape         Shape
	Fields        []Field // the properties, in order; the geometry is not among them
	Time          string  // the field that datetime is about, of type Time or Date; "" for none
}

// The collections that are no place layers.
const (
	CollectionBase      = "base"
	CollectionDedicated = "dedicated"
	CollectionDivisions = "divisions"
	CollectionIncidents = "incidents"
)

// Feature is one feature of a collection.
type Feature struct {
	ID       int64        // of the row, above 0; it stays as long as the feature does
	Code     string       // stable and unique in the collection
	Geometry orb.Geometry // on the lattice, lon/lat degrees on WGS 84: MultiPolygon of grids and divisions, otherwise Point, MultiLineString or MultiPolygon
	Values   []any        // of Collection.Fields, by their types: nil, string, int64, float64, bool, time.Time (of a Date midnight UTC), []string, map[string]any
}

// CollectionByID returns the collection, false when there is none of that id.
func CollectionByID(id string) (*Collection, bool) {
	for i := range Collections {
		if Collections[i].ID == id {
			return &Collections[i], true
		}
	}
	return nil, false
}

// Index returns the number of a field in Fields and Feature.Values, -1 when there is none of that name.
func (c *Collection) Index(field string) int {
	return slices.IndexFunc(c.Fields, func(f Field) bool { return f.Name == field })
}

// ForAnybody reports whether the property is for everybody who may read the feature, not only for who has a token: where a public
// place came from is nobody's business.
func (c *Collection) ForAnybody(field string) bool {
	return !c.SomePublic || field != "source" && field != "external_refs"
}

// Collections is every collection. What is asked for by BR-60 and BR-61 is in none, nor is who wrote what.
var Collections = []Collection{
	{
		ID: CollectionBase, Title: "Base grids", TitleZH: "基础网格", Public: true, Shape: PolygonShape, Fields: gridFields, Time: "valid_from",
		Description: "The grids that tile the communities, each with one team.", DescriptionZH: "无缝覆盖各社区的网格，每个网格配一支网格员队伍。",
	},
	{
		ID: CollectionDedicated, Title: "Dedicated grids", TitleZH: "专属网格", Public: true, Shape: PolygonShape, Fields: gridFields, Time: "valid_from",
		Description: "The grids of units as schools, parks and markets, which lie over the base grids.", DescriptionZH: "学校、园区、市场等单位的网格，叠加在基础网格之上。",
	},
	{
		ID: CollectionDivisions, Title: "Divisions", TitleZH: "行政区划", Public: true, Shape: PolygonShape,
		Description: "The city, its counties, streets and communities.", DescriptionZH: "市、县（区）、街道（镇）和社区（村）。",
		Fields: []Field{
			code("code").required(), text("name").required(), oneOf("level", levels...).required(), code("parent_code"), code("county_code"),
			enum("kind", "division_kind"), text("urban_rural_class"), oneOf("code_system", "statistical", "civil", "local"),
			integer("households"), integer("residents"), date("counted_on"), number("area_m2").required(),
		},
	},
	placeCollection("hazards", "found_at", "Hazards", "事故隐患", "Dangers that were found and have to be put right.", "发现的、需要整改的隐患。"),
	placeCollection("hazard_sources", "declared_at", "Hazard sources", "危险源", "What is dangerous by its nature and is watched: stores, works, plants.", "本身具有危险、需要看护的仓库、装置和厂房。"),
	placeCollection("danger_zones", "published_at", "Danger zones", "危险区域", "Areas that floods, slides or fires threaten. Anybody reads those that have been published.", "受洪水、滑坡、火灾等威胁的区域；已公布的对公众开放。"),
	placeCollection("rental_premises", "last_patrol_at", "Rental premises", "出租房屋", "Buildings and rooms that are let, never who lives there.", "出租的房屋和房间，不含住户信息。"),
	placeCollection("key_sites", "assessed_at", "Key sites", "重点场所", "Sites that need care: crowded, with many to protect, or with much to lose.", "需要重点关注的场所：人员密集、保护对象多或损失重大。"),
	placeCollection("shelters", "", "Shelters", "避难场所", "Places of refuge. Anybody reads those that are marked public.", "避难场所；标为公开的对公众开放。"),
	placeCollection("response_points", "", "Response points", "应急力量点", "Where those who respond start from: stations, posts, stores.", "应急力量出发的站点、哨点和仓库。"),
	{
		ID: CollectionIncidents, Title: "Incidents", TitleZH: "事件", Shape: AnyShape, Time: "reported_at",
		Description: "What was reported at a location and has to be handled.", DescriptionZH: "在某处上报、需要处置的事情。",
		Fields: incidentFields(),
	},
}

// AllPlaces is the places of every kind together, as their tiles show them: the properties are the kind, what all kinds have, and what one
// or several have, null in the others. It is not among Collections. Each kind has its own Time.
var AllPlaces = Collection{
	ID: "places", Title: "Places", TitleZH: "场所", Description: "The places of every kind.", DescriptionZH: "各类场所。", Shape: AnyShape,
	Fields: allPlaceFields(),
}

func allPlaceFields() []Field {
	all := fields([]Field{code("kind").required()}, commonPlaceFields)
	for i := range Layers {
		for _, f := range Layers[i].Detail() {
			f.Required = false
			if !slices.ContainsFunc(all, func(have Field) bool { return have.Name == f.Name }) {
				all = append(all, f)
			}
		}
	}
	all = fields(all, locatedFields)
	for i := range all {
		all[i].Default = ""
	}
	return all
}

// gridFields are the attributes of base and dedicated grids; those of units are null in base grids.
var gridFields = []Field{
	code("code").required(), text("name").required(), oneOf("kind", Base, Dedicated).required(), code("community_code").required(),
	code("street_code"), code("county_code").required(), integer("households"), integer("residents"), integer("buildings"),
	number("area_m2").required(), number("perimeter_m").required(), number("compactness").required(), enum("dedicated_kind", "dedicated_kind"),
	code("host_org"), text("bounds_text"), instant("valid_from"), integer("edition").required(), boolean("proven").required(),
}

// locatedFields are what places and incidents have besides the fields of their layers.
var locatedFields = []Field{
	code("base_grid"), code("dedicated_grid"), code("community_code"), code("county_code"), boolean("on_boundary").required(),
	integer("version").required(), instant("updated_at").required(),
}

// alwaysThere are fields of places and incidents that are never null in what is stored, though nobody has to bring them.
var alwaysThere = []string{"code", "name", "phase"}

// layerFields are the fields of a layer as they are read: Required says that the value is never null.
func layerFields(layer *Layer) []Field {
	own := slices.Clone(layer.Fields)
	for k := range own {
		own[k].Required = own[k].Required || own[k].Default != "" || slices.Contains(alwaysThere, own[k].Name)
		own[k].Default = ""
	}
	return own
}

func placeCollection(id, about, title, titleZH, description, descriptionZH string) Collection {
	layer, _ := LayerByName(id) // TestCollections has each
	return Collection{
		ID: id, Kind: layer.Kind, Title: title, TitleZH: titleZH, Description: description, DescriptionZH: descriptionZH, Shape: layer.Shape,
		SomePublic: layer.Kind == "shelter" || layer.Kind == "danger_zone",
		Fields:     fields(layerFields(layer), locatedFields), Time: about,
	}
}

func incidentFields() []Field {
	layer, _ := LayerByName(CollectionIncidents)
	return fields(layerFields(layer), locatedFields)
}
