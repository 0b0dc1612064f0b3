package grid_test

import (
	"testing"

	"github.com/wangge/wangge/grid"
)

func TestL8PersonalColumn(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"身份证号": "ID number", "房主身份证": "ID number", "证件号码": "ID number", "id_card": "ID number", "IDCard": "ID number", "ID_CARD_NO": "ID number",
		"id_number": "ID number", "IDNumber": "ID number", "idCardNumber": "ID number", "passport_no": "ID number", "citizen-id": "ID number",
		"人脸照片": "face", "face_id": "face", "faces": "face", "车牌号": "plate of a private car", "号牌号码": "plate of a private car",
		"license_plate": "plate of a private car", "plateNumber": "plate of a private car",
		"民族": "ethnicity", "ethnicity": "ethnicity", "Ethnic Group": "ethnicity", "宗教信仰": "religion", "religion": "religion", "religious_belief": "religion",
		"租客姓名": "tenant", "承租人": "tenant", "tenant": "tenant", "TenantName": "tenant", "tenants": "tenant", "lessee": "tenant",
		"既往病史": "health", "健康状况": "health", "health": "health", "health_status": "health", "diagnosis": "health", "残疾等级": "health",

		"host_id": "", "name": "", "id": "", "plate_code": "", "门号牌": "", "门牌号": "", "health_center": "", "department_health": "", "病床数": "",
		"道路病害": "", "宗教活动场所": "", "tenancy": "", "facade": "", "face_area": "", "grid_id_number": "", "idle": "", "identity": "",
		"surface": "", "household": "", "population": "", "经度": "", "名称": "", "number": "", "race_track": "", "emergency": "", "candidate": "",
		"community_id": "", "objectid": "", "case_num": "", "facility_id": "", "resident_count": "", "": "",
	} {
		if what, personal := grid.PersonalColumn(name); what != want || personal != (want != "") {
			t.Errorf("PersonalColumn(%q) = %q, want %q", name, what, want)
		}
	}
	for _, layer := range grid.Layers {
		for _, f := range layer.Fields {
			if what, personal := grid.PersonalColumn(f.Name); personal {
				t.Errorf("our own field %s.%s counts as %s", layer.Name, f.Name, what)
			}
		}
	}
}

func TestL8PersonalText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"身份证11010519491231002X。": "ID number", "id 440308199901101512": "ID number", "11010519491231002x": "ID number",
		"电话13800138000，": "mobile phone number", "+8613800138000": "mobile phone number", "138-0013-8000": "mobile phone number",
		"call 138 0013 8000": "mobile phone number", "138.0013.8000": "mobile phone number", "１３８００１３８０００": "mobile phone number",
		"电话１３８－００１３－８０００。": "mobile phone number", "138００１３8000": "mobile phone number", "＋８６１３８００１３８０００": "mobile phone number",
		"138\u30000013\u30008000": "mobile phone number", "138．0013．8000": "mobile phone number", "１１０１０５１９４９１２３１００２Ｘ": "ID number",

		"110105194912310021": "", "440308199913101515": "", "320211001001003": "", "91320211MA1MABCD0X": "", "12345678901": "", "0510-85012345": "",
		"16-00579652": "", "1380013800": "", "138001380001": "", "400-820-8820": "", "138.0013-8000": "", "138.0013.80001": "", "2138.0013.8000": "",
		"１１０１０５１９４９１２３１００２１": "", "１３８００１３８０００１": "", "120.1234.567": "", "网格员 0001": "", "": "", "9138-0013-8000": "",
	} {
		if what, personal := grid.PersonalText(text); what != want || personal != (want != "") {
			t.Errorf("PersonalText(%q) = %q, want %q", text, what, want)
		}
	}
}
