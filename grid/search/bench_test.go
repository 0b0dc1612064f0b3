package search_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid/search"
)

// aCity returns so many places of one county, with names and addresses as a city of 12 streets, 200 communities and 3,000 roads has them.
func aCity(n int) []search.Entry {
	r := rand.New(rand.NewPCG(1, 2))
	first, second := []rune("青松桂枫兰竹梅柳荷榆槐杏桃棠桐云霞晴雪月星岚溪泉澜渡汀泽石玉锦瑞和安康永景嘉文书德仁信新古碧翠丹金银紫"), []rune("桥湖山溪泉塘浦洲岭坡坊亭台园林河湾津港井陵庄集堰滩岗谷屏峰堂")
	word := func(k int) string { return string(first[k%len(first)]) + string(second[k/len(first)%len(second)]) }
	tails := []string{"出租房", "养老院", "幼儿园", "便利店", "加油站", "仓库", "小区", "消防栓", "楼道堆物", "电动自行车充电点", "Hotel", "KTV"}
	kinds := []string{"hazard", "hazard_source", "key_site", "rental_premises", "response_point", "shelter"}
	prefix := []string{"HZ", "HS", "KS", "RP", "PT", "SH"}
	entries := make([]search.Entry, n)
	for i := range entries {
		community := r.IntN(200)
		road := community*15 + r.IntN(15)
		kind := r.IntN(len(kinds))
		entries[i] = search.Entry{
			Type: search.Place, Kind: kinds[kind], Code: fmt.Sprintf("320211-%s-%08d", prefix[kind], i),
			Name:    word(r.IntN(1600)) + tails[r.IntN(len(tails))] + strconv.Itoa(r.IntN(300)) + "号",
			Address: fmt.Sprintf("云岫市岚浦区%s街道%s社区%s%s%d号%d幢%d室", word(community%12*131), word(community*7), word(road*3), []string{"路", "街", "巷"}[road%3], 1+r.IntN(398), 1+r.IntN(30), 101+r.IntN(20)),
			Owner:   fmt.Sprintf("320211%03d%03d", community%12, community), At: geo.Point{X: 1200000000 + r.Int32N(1000000), Y: 310000000 + r.Int32N(1000000)},
		}
	}
	return entries
}

// BenchmarkSearch1M asks an index of 1,000,000 places (WANGGE_BENCH_PLACES says otherwise) what is typed, key by key, and what costs most.
func BenchmarkSearch1M(b *testing.B) {
	n := 1_000_000
	if given, err := strconv.Atoi(os.Getenv("WANGGE_BENCH_PLACES")); err == nil {
		n = given
	}
	entries := aCity(n)
	began := time.Now()
	ix, err := search.NewIndex(entries)
	if err != nil {
		b.Fatal(err)
	}
	built := time.Since(began)
	texts := entries[n/2]
	b.Run("Scan", func(b *testing.B) { // what it costs to look at every text
		found := 0
		for b.Loop() {
			for i := range entries {
				if strings.Contains(entries[i].Name, "养老院") || strings.Contains(entries[i].Address, "养老院") {
					found++
				}
			}
		}
	})
	entries = nil
	runtime.GC()
	size := ix.Bytes()
	typed := []string{}
	for _, whole := range []string{texts.Name, texts.Address, "便利店 12号", "320211-HZ-0001", "青桥养老院"} {
		runes := []rune(whole)
		for i := range runes {
			typed = append(typed, string(runes[:i+1]))
		}
	}
	for _, group := range []struct {
		name  string
		owner func(string) bool
		typed []string
	}{
		{"AsYouType", nil, typed},
		{"AsYouTypeOfAStreet", func(owner string) bool { return owner[:9] == "320211003" }, typed},
		{"OneCharacter", nil, []string{"市", "路", "号", "1", "3", "h", "k", "桥", "青"}},
		{"Initials", nil, []string{"qqyly", "qq", "bld", "bld 12h", "l12h", "1z", "h1", "sl sh", "lsq"}},
		{"Worst", nil, []string{"1号 2号", "路 号 市 区 街 道 社 1 2 3", "11号1", "幢1", "室", "1 2 3 4 5 6 7 8 9 0", "号1幢10", "1号1幢1 2号2幢2"}},
	} {
		b.Run(group.name, func(b *testing.B) {
			var took []time.Duration
			worst, slowest := time.Duration(0), ""
			for i := 0; b.Loop(); i++ {
				text := group.typed[i%len(group.typed)]
				began := time.Now()
				q, err := search.Parse(text)
				if err != nil {
					b.Fatal(text, err)
				}
				found := ix.Find(q, search.Want{Most: 10, Owner: group.owner, Looks: search.MostLooks})
				lasted := time.Since(began)
				took = append(took, lasted)
				if lasted > worst {
					worst, slowest = lasted, fmt.Sprintf("%s: %d", text, len(found.Hits))
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			b.ReportMetric(float64(size)/float64(n), "B/entry")
			b.ReportMetric(built.Seconds(), "build-s")
			b.Log("slowest:", slowest, worst)
		})
	}
}
