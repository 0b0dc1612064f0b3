package grid

import (
	"strings"
	"unicode"
)

// PersonalColumn reports whether a column or property of that name holds what no field may hold (BR-60): ID numbers,
// faces, plates of private cars, health, religion, ethnicity or tenants. what names it in English. Names are judged by
// their words, so that host_id, plate_code (of a house door), health_center or 病床数 pass.
func PersonalColumn(name string) (what string, personal bool) {
	for _, p := range personalChinese {
		if containsButNot(name, p.word, p.except) {
			return p.what, true
		}
	}
	words := nameWords(name)
	for _, p := range personalEnglish {
		if p.matches(words) {
			return p.what, true
		}
	}
	return "", false
}

// What BR-60 keeps out.
const (
	whatID        = "ID number"
	whatFace      = "face"
	whatPlate     = "plate of a private car"
	whatHealth    = "health"
	whatReligion  = "religion"
	whatEthnicity = "ethnicity"
	whatTenant    = "tenant"
)

// personalChinese are words that make a Chinese name personal, unless they stand in one of the excepted words.
var personalChinese = []struct {
	word   string
	what   string
	except []string
}{
	{"身份证", whatID, nil},
	{"身份号", whatID, nil},
	{"公民身份", whatID, nil},
	{"证件号", whatID, nil},
	{"护照", whatID, nil},
	{"人脸", whatFace, nil},
	{"面部", whatFace, nil},
	{"指纹", whatFace, nil},
	{"车牌", whatPlate, nil},
	{"号牌", whatPlate, []string{"门号牌", "楼号牌"}},
	{"民族", whatEthnicity, nil},
	{"宗教", whatReligion, []string{"宗教场所", "宗教活动场所", "宗教建筑"}},
	{"信仰", whatReligion, nil},
	{"租客", whatTenant, nil},
	{"租户", whatTenant, nil},
	{"承租", whatTenant, nil},
	{"房客", whatTenant, nil},
	{"租住人", whatTenant, nil},
	{"病", whatHealth, []string{"病害", "病虫", "病床", "病房", "病死"}},
	{"诊断", whatHealth, nil},
	{"残疾", whatHealth, nil},
	{"孕", whatHealth, nil},
	{"健康状", whatHealth, nil},
	{"健康情", whatHealth, nil},
	{"健康码", whatHealth, nil},
	{"健康档", whatHealth, nil},
}

// personalEnglish are words in a row that make a name personal; whole asks that the name has no other words.
var personalEnglish = []personalName{
	{words: []string{"id", "card"}, what: whatID},
	{words: []string{"idcard"}, what: whatID},
	{words: []string{"id", "number"}, whole: true, what: whatID},
	{words: []string{"id", "num"}, whole: true, what: whatID},
	{words: []string{"id", "no"}, whole: true, what: whatID},
	{words: []string{"idnumber"}, what: whatID},
	{words: []string{"idno"}, what: whatID},
	{words: []string{"citizen", "id"}, what: whatID},
	{words: []string{"person", "id"}, what: whatID},
	{words: []string{"personal", "id"}, what: whatID},
	{words: []string{"national", "id"}, what: whatID},
	{words: []string{"resident", "id"}, what: whatID},
	{words: []string{"identity", "card"}, what: whatID},
	{words: []string{"identity", "number"}, what: whatID},
	{words: []string{"identity", "no"}, what: whatID},
	{words: []string{"passport"}, what: whatID},
	{words: []string{"ssn"}, what: whatID},
	{words: []string{"social", "security"}, what: whatID},
	{words: []string{"sfz"}, what: whatID},
	{words: []string{"sfzh"}, what: whatID},
	{words: []string{"zjhm"}, what: whatID},
	{words: []string{"face"}, whole: true, what: whatFace},
	{words: []string{"face", "id"}, what: whatFace},
	{words: []string{"face", "image"}, what: whatFace},
	{words: []string{"face", "photo"}, what: whatFace},
	{words: []string{"face", "feature"}, what: whatFace},
	{words: []string{"facial"}, what: whatFace},
	{words: []string{"fingerprint"}, what: whatFace},
	{words: []string{"biometric"}, what: whatFace},
	{words: []string{"license", "plate"}, what: whatPlate},
	{words: []string{"licence", "plate"}, what: whatPlate},
	{words: []string{"plate", "number"}, what: whatPlate},
	{words: []string{"plate", "no"}, what: whatPlate},
	{words: []string{"number", "plate"}, what: whatPlate},
	{words: []string{"car", "plate"}, what: whatPlate},
	{words: []string{"vehicle", "plate"}, what: whatPlate},
	{words: []string{"ethnicity"}, what: whatEthnicity},
	{words: []string{"ethnic"}, what: whatEthnicity},
	{words: []string{"race"}, whole: true, what: whatEthnicity},
	{words: []string{"nationality"}, whole: true, what: whatEthnicity},
	{words: []string{"minzu"}, whole: true, what: whatEthnicity},
	{words: []string{"religion"}, what: whatReligion},
	{words: []string{"religious", "belief"}, what: whatReligion},
	{words: []string{"religious", "affiliation"}, what: whatReligion},
	{words: []string{"faith"}, whole: true, what: whatReligion},
	{words: []string{"tenant"}, what: whatTenant},
	{words: []string{"lessee"}, what: whatTenant},
	{words: []string{"renter"}, what: whatTenant},
	{words: []string{"lodger"}, what: whatTenant},
	{words: []string{"health"}, whole: true, what: whatHealth},
	{words: []string{"health", "status"}, what: whatHealth},
	{words: []string{"health", "condition"}, what: whatHealth},
	{words: []string{"health", "state"}, what: whatHealth},
	{words: []string{"health", "record"}, what: whatHealth},
	{words: []string{"health", "code"}, what: whatHealth},
	{words: []string{"health", "issue"}, what: whatHealth},
	{words: []string{"diagnosis"}, what: whatHealth},
	{words: []string{"disease"}, whole: true, what: whatHealth},
	{words: []string{"disease", "history"}, what: whatHealth},
	{words: []string{"disease", "name"}, what: whatHealth},
	{words: []string{"illness"}, what: whatHealth},
	{words: []string{"medical", "history"}, what: whatHealth},
	{words: []string{"medical", "record"}, what: whatHealth},
	{words: []string{"medical", "condition"}, what: whatHealth},
	{words: []string{"disability"}, what: whatHealth},
	{words: []string{"blood", "type"}, what: whatHealth},
	{words: []string{"hiv"}, what: whatHealth},
	{words: []string{"pregnant"}, what: whatHealth},
	{words: []string{"pregnancy"}, what: whatHealth},
}

type personalName struct {
	words []string
	whole bool
	what  string
}

func (p personalName) matches(words []string) bool {
	if p.whole && len(words) != len(p.words) {
		return false
	}
	for i := 0; i+len(p.words) <= len(words); i++ {
		same := true
		for k, w := range p.words {
			if words[i+k] != w && words[i+k] != w+"s" {
				same = false
				break
			}
		}
		if same {
			return true
		}
	}
	return false
}

// nameWords splits a name into words of lower-case letters and digits: at marks and blanks, and where a capital begins.
func nameWords(name string) []string {
	var words []string
	start, runes := 0, []rune(name)
	flush := func(end int) {
		if end > start {
			words = append(words, strings.ToLower(string(runes[start:end])))
		}
		start = end
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush(i)
			start = i + 1
		case i > 0 && unicode.IsUpper(r) && unicode.IsLower(runes[i-1]):
			flush(i)
		case i > start && i+1 < len(runes) && unicode.IsUpper(r) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1]):
			flush(i) // IDCard: before the C
		}
	}
	flush(len(runes))
	return words
}

func containsButNot(name, word string, except []string) bool {
	for _, e := range except {
		name = strings.ReplaceAll(name, e, "")
	}
	return strings.Contains(name, word)
}

// PersonalText reports whether free text holds an 18-digit Chinese ID number with a right check digit, or a mainland
// mobile phone number (BR-60), be its digits of full or half width. what names it in English.
func PersonalText(s string) (what string, personal bool) {
	s = strings.Map(halfWidth, s)
	for i := 0; i < len(s); {
		if s[i]-'0' > 9 {
			i++
			continue
		}
		end := i
		for end < len(s) && s[end]-'0' <= 9 {
			end++
		}
		run := s[i:end]
		switch {
		case len(run) == 18 && idNumber(run):
			return whatID, true
		case len(run) == 17 && end < len(s) && s[end]|0x20 == 'x' && idNumber(s[i:end+1]):
			return whatID, true
		case mobile(run):
			return "mobile phone number", true
		}
		i = end
	}
	return spacedMobile(s)
}

// halfWidth returns the ASCII character of which r is the full-width form, as input methods write it, and r where it is none.
func halfWidth(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '\u3000':
		return ' '
	}
	return r
}

// spacedMobile finds numbers written 138-0013-8000, 138 0013 8000 or 138.0013.8000.
func spacedMobile(s string) (string, bool) {
	for i := 0; i+13 <= len(s); i++ {
		sep := s[i+3]
		if sep != '-' && sep != ' ' && sep != '.' || s[i+8] != sep || i > 0 && s[i-1]-'0' <= 9 || i+13 < len(s) && s[i+13]-'0' <= 9 {
			continue
		}
		if mobile(s[i:i+3] + s[i+4:i+8] + s[i+9:i+13]) {
			return "mobile phone number", true
		}
	}
	return "", false
}

// mobile reports whether s, which may be led by the country's code, is a mainland mobile number.
func mobile(s string) bool {
	if len(s) == 13 && s[:2] == "86" {
		s = s[2:]
	}
	if len(s) != 11 || s[0] != '1' || s[1] < '3' {
		return false
	}
	for i := range len(s) {
		if s[i]-'0' > 9 {
			return false
		}
	}
	return true
}

// idNumber checks the check digit and the birth date of a resident identity number (GB 11643).
func idNumber(s string) bool {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	check := "10X98765432"[sum%11]
	if last := s[17]; last != check && !(check == 'X' && last == 'x') {
		return false
	}
	year, month, day := digits(s[6:10]), digits(s[10:12]), digits(s[12:14])
	return s[0] != '0' && year >= 1900 && year < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

func digits(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
