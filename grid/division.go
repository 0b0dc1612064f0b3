package grid

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/paulmach/orb"
)

// The levels of divisions; base grids hang under a community (BR-04).
const (
	LevelCity      = "city"
	LevelCounty    = "county"
	LevelStreet    = "street"
	LevelCommunity = "community"
)

// LevelRank returns 0 for the city … 3 for a community, -1 for no level.
func LevelRank(level string) int {
	for i, l := range levels {
		if l == level {
			return i
		}
	}
	return -1
}

// LevelAbove returns the level above, "" above the city.
func LevelAbove(level string) string {
	if i := LevelRank(level); i > 0 {
		return levels[i-1]
	}
	return ""
}

// Division is an administrative area.
type Division struct {
	ID         int64 // 0 before it is stored
	Code       string
	Level      string
	Name       string
	ParentCode string // "" for the city
	CountyCode string // its own code for a county, "" for the city
	Kind       string
	CodeSystem string
	Outline    orb.MultiPolygon // lon/lat degrees
	LabelPoint orb.Point
	AreaM2     float64
	Derived    bool // made for a missing level with its parent's outline
	Inferred   bool // the parent was found by the largest share, not named
	Households *int
	Residents  *int
	CountedOn  *time.Time
	SourceCRS  string

	UrbanRuralClass string
}

// CodeScheme says which codes a deployment takes (DOMAIN 14). The default is the statistical 12-digit division code and the
// 15-digit grid code; another scheme has patterns of its own and levels that the file or the command names.
type CodeScheme struct {
	Name string `json:"name"`
	// DivisionPattern, GridPattern and DedicatedPattern are regular expressions for whole codes.
	DivisionPattern  string `json:"division_pattern"`
	GridPattern      string `json:"grid_pattern"`
	DedicatedPattern string `json:"dedicated_pattern"`
	// CommunityPrefix demands that a grid code begins with its community's (QC-11).
	CommunityPrefix bool `json:"community_prefix"`
	// LevelFromZeros reads a division's level from the trailing zeros of its code.
	LevelFromZeros bool `json:"level_from_zeros"`
}

// StatisticalScheme is the default: 12 digits for divisions, 15 for grids, 001-799 base and 800-999 dedicated.
var StatisticalScheme = CodeScheme{
	Name:             "statistical",
	DivisionPattern:  `\d{12}`,
	GridPattern:      `\d{12}(00[1-9]|0[1-9]\d|[1-7]\d\d)`,
	DedicatedPattern: `\d{12}[89]\d\d`,
	CommunityPrefix:  true,
	LevelFromZeros:   true,
}

// UnmarshalJSON takes a whole scheme, or the name of one of the two that are built in: "statistical" or "free".
func (s *CodeScheme) UnmarshalJSON(raw []byte) error {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		for _, built := range []CodeScheme{StatisticalScheme, FreeScheme} {
			if built.Name == name {
				*s = built
				return nil
			}
		}
		return fmt.Errorf("there is no code scheme %q: name statistical or free, or give a scheme of your own", name)
	}
	type plain CodeScheme // without this method
	return json.Unmarshal(raw, (*plain)(s))
}

// FreeScheme takes any printable code, with levels and parents named by the file: for layers from elsewhere.
var FreeScheme = CodeScheme{Name: "free", DivisionPattern: `.+`, GridPattern: `.+`, DedicatedPattern: `.+`}

// safeCode bounds every code of every scheme: letters, digits and a few marks, no control characters, at most 64.
var safeCode = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} ._/()-]{0,63}$`)

// safeCountyCode is narrower, since county codes stand in the Wangge-Edition header.
var safeCountyCode = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$`)

// Check returns an error when the scheme's patterns do not compile.
func (s CodeScheme) Check() error {
	for _, p := range []string{s.DivisionPattern, s.GridPattern, s.DedicatedPattern} {
		if _, err := regexp.Compile("^(?:" + p + ")$"); err != nil {
			return &RuleError{Rule: "code_scheme", Detail: fmt.Sprintf("pattern %q: %v", p, err)}
		}
	}
	return nil
}

// CheckDivision returns a *RuleError when code does not fit the scheme at that level.
func (s CodeScheme) CheckDivision(code, level string) error {
	safe := safeCode
	if level == LevelCounty {
		safe = safeCountyCode
	}
	if !safe.MatchString(code) || !fits(s.DivisionPattern, code) {
		return &RuleError{Rule: "QC-11", Field: "code", Detail: fmt.Sprintf("%q is no %s code of the %s scheme", code, level, s.Name)}
	}
	if s.LevelFromZeros && levelFromZeros(code) != level {
		return &RuleError{Rule: "QC-11", Field: "code", Detail: fmt.Sprintf("the zeros of %s say %s, not %s", code, levelFromZeros(code), level)}
	}
	return nil
}

// Level returns the level that the code itself tells, "" when the scheme's codes do not.
func (s CodeScheme) Level(code string) string {
	if !s.LevelFromZeros || !fits(s.DivisionPattern, code) {
		return ""
	}
	return levelFromZeros(code)
}

// Parent returns the code of the division above that the code itself tells, "" when it does not or for the city.
func (s CodeScheme) Parent(code string) string {
	switch s.Level(code) {
	case LevelCounty:
		return code[:4] + "00000000"
	case LevelStreet:
		return code[:6] + "000000"
	case LevelCommunity:
		return code[:9] + "000"
	}
	return ""
}

// CheckGrid returns a *RuleError when code is none for a grid of that kind in that community (QC-11).
func (s CodeScheme) CheckGrid(code, kind, community string) error {
	pattern := s.GridPattern
	if kind == Dedicated {
		pattern = s.DedicatedPattern
	}
	if !safeCode.MatchString(code) || !fits(pattern, code) {
		return &RuleError{Rule: "QC-11", Field: "code", Detail: fmt.Sprintf("%q is no %s grid code of the %s scheme", code, kind, s.Name)}
	}
	if s.CommunityPrefix && !strings.HasPrefix(code, community) {
		return &RuleError{Rule: "QC-11", Field: "code", Detail: fmt.Sprintf("%s does not begin with its community %s", code, community)}
	}
	return nil
}

// CheckCode returns a *RuleError when code has characters or a length that no scheme takes.
func CheckCode(field, code string) error {
	if !plainCode(code) && !safeCode.MatchString(code) {
		return &RuleError{Rule: "code", Field: field, Detail: "a code has at most 64 letters, digits and marks . _ - / ( ) or spaces"}
	}
	return nil
}

// plainCode reports whether code is one of the usual kind, which needs no regular expression: codes come by the million.
func plainCode(code string) bool {
	for i := range len(code) {
		switch b := code[i]; {
		case b >= '0' && b <= '9', b >= 'A' && b <= 'Z', b >= 'a' && b <= 'z', b == '-' && i > 0:
		default:
			return false
		}
	}
	return len(code) > 0 && len(code) <= 64
}

func fits(pattern, code string) bool {
	ok, err := regexp.MatchString("^(?:"+pattern+")$", code)
	return err == nil && ok
}

func levelFromZeros(code string) string {
	switch {
	case strings.HasSuffix(code, "00000000"):
		return LevelCity
	case strings.HasSuffix(code, "000000"):
		return LevelCounty
	case strings.HasSuffix(code, "000"):
		return LevelStreet
	}
	return LevelCommunity
}
