package synth

import "fmt"

// The words of invented names. Those of the city and its counties are chosen so that no city or county in China has one;
// streets and roads have the kind of names that occur everywhere.
var (
	cityWords    = [2][]rune{[]rune("云澜霁岚栖"), []rune("岫矶濑汀渚")}
	countyWords  = [2][]rune{[]rune("岚汀澜棠栖霁荻蓼藜芷杳"), []rune("浦渚岫墅坞堰屿矶濑")}
	commonWords  = [2][]rune{[]rune("青松桂枫兰竹梅柳荷榆槐杏桃棠桐云霞晴雪月星岚溪泉澜渡汀泽石玉锦瑞和安康永景嘉文书德仁信新古碧翠丹金银紫"), []rune("桥湖山溪泉塘浦洲岭坡坊亭台园林河湾津港井陵庄集堰滩岗谷屏峰堂")}
	estateWords  = []string{"花园", "苑", "家园", "新村", "小区", "雅居", "名邸", "公寓", "里"}
	roadWords    = []string{"路", "街", "路", "巷"}
	arteryWords  = []string{"大道", "路", "路"}
	directionsZh = []string{"东", "南", "西", "北"}
)

// word returns the k-th name of a set that key stands for: different for different k as long as there are enough.
func word(words [2][]rune, key uint64, k int) string {
	n := len(words[0]) * len(words[1])
	const stride = 997 // a prime that divides no number of names
	i := (int(mix(key)%uint64(n)) + k*stride) % n
	return string(words[0][i/len(words[1])]) + string(words[1][i%len(words[1])])
}

// Name returns the city's name, for instance 云岫市.
func (c *City) Name() string { return word(cityWords, c.seed, 0) + "市" }

// roadName returns the name of a road.
func (c *City) roadName(road int32) string {
	k := mix(c.seed ^ mix(uint64(streamNames)+uint64(road)))
	name := word(commonWords, k, 0)
	switch first := c.class[c.roads.of(road)[0]>>1]; {
	case first == shore:
		return "滨河" + directionsZh[k%4] + "路"
	case first == arterial || first == bridge:
		return name + arteryWords[k%uint64(len(arteryWords))]
	}
	return name + roadWords[k%uint64(len(roadWords))]
}

// estate returns the name of the compound in a block.
func (c *City) estate(f int32) string {
	k := mix(c.seed ^ mix(uint64(streamNames)<<32+uint64(f)))
	return word(commonWords, k, 1) + estateWords[k%uint64(len(estateWords))]
}

// address returns an address on a road of a block, from large to small.
func (c *City) address(f int32, house uint64) string {
	community := c.communities[c.ofSuper[c.super[f]]]
	street := c.streets[community.parent]
	return fmt.Sprintf("%s%s%s%s%d号", c.Name(), c.counties[street.parent].name, street.name, c.roadName(c.roadBy(f, house)), 1+house%398)
}

// roadBy returns one of the roads around a block.
func (c *City) roadBy(f int32, k uint64) int32 {
	hs := c.loop(f, nil)
	for i := range hs {
		if r := c.roadOf[hs[(int(k%uint64(len(hs)))+i)%len(hs)]>>1]; r >= 0 {
			return r
		}
	}
	return 0
}

func (c *City) riverName() string {
	return fmt.Sprintf("%c江", []rune(word(commonWords, c.seed, 5))[0])
}

func (c *City) lakeName(i int) string {
	return fmt.Sprintf("%c湖", []rune(word(commonWords, c.seed, 80+i))[0])
}
