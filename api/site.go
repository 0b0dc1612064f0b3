package api

import (
	"context"
	"fmt"
	"html"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/wangge/wangge/api/ogc"
	"github.com/wangge/wangge/grid/live"
)

// pageSecurity lets the page load nothing but its own files (L10).
const pageSecurity = "default-src 'self'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// servePage answers every path that is no route: the page's files, or 404.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return notFound("There is nothing at this path.")
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" {
		name = "index.html"
		if s.page == nil {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, err := io.WriteString(w, "The page was left out of this build (Node was missing); the interface is at /openapi.json.\n"+
				"构建时缺少 Node，未包含页面；接口说明见 /openapi.json。\n")
			return err
		}
	}
	if s.page == nil {
		return notFound("There is nothing at this path.")
	}
	file, err := s.page.Open(name)
	if err != nil {
		return notFound("There is nothing at this path.")
	}
	defer file.Close() //nolint:errcheck // read only
	info, err := file.Stat()
	seeker, ok := file.(io.ReadSeeker)
	if err != nil || !ok || info.IsDir() {
		return notFound("There is nothing at this path.")
	}
	w.Header().Set("Content-Security-Policy", pageSecurity)
	w.Header().Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") { // their names carry a hash
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if file, ok := s.packed[name]; ok && acceptsGzip(r) {
		w.Header().Set("ETag", file.tag)
		if ogc.Matches(r, file.tag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
		w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(file.gzip)))
		_, err := w.Write(file.gzip)
		return err
	}
	http.ServeContent(w, r, path.Base(name), s.started, seeker)
	return nil
}

// problemPages says what each type of problem means and what to do, for whoever follows its link.
var problemPages = map[string]string{
	"bad-request":         "A parameter or the body cannot be read. The member param names the parameter. 参数或请求体无法解析。",
	"unauthorized":        "What you ask for is not public: send a token. 此内容不公开，请提供令牌。",
	"forbidden":           "The token's role or division does not allow it. 令牌的角色或辖区不允许此操作。",
	"not-found":           "There is nothing of that code or path. 未找到。",
	"method-not-allowed":  "The path does not take this method; the header Allow lists those it takes. 不支持此方法。",
	"conflict":            "The state of things forbids it; the detail says what stands in the way. 与现有数据冲突。",
	"stale-version":       "It has changed since you read it: read it again. 数据已被他人修改，请重新读取。",
	"version-required":    "Send If-Match with the ETag that you read. 请在 If-Match 中给出读取时的 ETag。",
	"too-large":           "The body is over the limit. 请求体过大。",
	"unsupported-media":   "The body's media type is not taken here. 不支持的媒体类型。",
	"invalid":             "A value breaks a rule: rule and field name it. 数据不符合规则。",
	"invalid-geometry":    "The geometry breaks a rule: rule names it, at is the spot [lon, lat]. 几何图形无效。",
	"outside-area":        "The place is outside the city. 位置不在本市范围内。",
	"no-edition":          "No county had grids at that time. 该时间尚无网格版本。",
	"no-service":          "The place is in a void area that no grid serves; reason says why. 此处为无网格区域。",
	"timeout":             "The answer took too long. 处理超时。",
	"edition-not-reached": "This server has not seen the edition asked for yet. 本服务器尚未到达所要求的版本。",
	"basemap":             "The source of the basemap does not answer; everything else works without it. 底图来源没有应答，其他功能不受影响。",
	"busy":                "Too many batches are running, or the registers are still being loaded: try again in a few seconds. 批量请求过多，或登记数据仍在加载，请稍后重试。",
	"unavailable":         "The database cannot be reached; reads from memory go on. 数据库暂不可用。",
}

func (s *Server) problemPage(w http.ResponseWriter, r *http.Request) error {
	slug := pathVar(r, "slug")
	text, ok := problemPages[slug]
	if !ok {
		return notFound("There is no such type of problem.")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", pageSecurity)
	_, err := fmt.Fprintf(w, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>%[1]s</title><h1>%[1]s</h1><p>%[2]s</p></html>\n",
		html.EscapeString(slug), html.EscapeString(text))
	return err
}

func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	return sendJSON(w, map[string]string{"status": "ok"})
}

// pingIn is how long readyz waits for the database.
const pingIn = time.Second

// readyz stays 200 without the database, since locate and grid tiles go on from memory.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	editions := map[string]int{}
	for _, e := range s.live.Now().City.Editions() {
		editions[e.Info().CountyCode] = e.Info().Number
	}
	answer := map[string]any{"status": "ready", "writes": "available", "editions": editions}
	if lost := s.live.LostSince(); !lost.IsZero() {
		answer["writes"], answer["since"] = "unavailable", lost.UTC().Format(time.RFC3339)
		return sendJSON(w, answer)
	}
	ctx, cancel := context.WithTimeout(r.Context(), pingIn)
	defer cancel()
	if s.store.Ping(ctx) != nil {
		answer["writes"] = "unavailable"
	}
	return sendJSON(w, answer)
}

// session answers GET /v1/session: who asks, and what the page needs at its start.
func (s *Server) session(w http.ResponseWriter, r *http.Request, state *live.State) error {
	if _, err := params(r); err != nil {
		return err
	}
	actor, err := s.actor(r)
	if err != nil {
		return err
	}
	answer := map[string]any{
		"actor": nil, "role": nil, "scope": actor.Scope, "demo": s.readsAreOpen(r), "city": nil,
		"load_weights": state.City.Settings().LoadWeights, "basemap": nil,
	}
	if s.basemap != nil {
		answer["basemap"] = s.basemap.About()
	}
	if actor.Role != "" {
		answer["actor"], answer["role"] = actor.Name, actor.Role
	}
	for i, d := range state.City.Divisions() {
		if d.ParentCode == "" {
			j := newDivisionJSON(&state.City.Divisions()[i])
			answer["city"] = map[string]any{"code": j.Code, "name": j.Name, "bbox": j.BBox}
		}
	}
	return sendJSON(w, answer)
}

// codes answers GET /v1/codes: the enumerations with their Chinese and English names.
func (s *Server) codes(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	return sendJSON(w, s.live.Now().Codes)
}
