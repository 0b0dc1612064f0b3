package api

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are counted per route template, never per raw path.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	gaps     *prometheus.CounterVec // see locator.count
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wangge_http_requests_total", Help: "Requests by route, method and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "wangge_http_request_seconds", Help: "Time to answer by route.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
		gaps: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wangge_locate_gaps_total",
			Help: "Answers for places inside the city where no grid is, by county and by what was answered: the nearest grid or none.",
		}, []string{"county", "answer"}),
	}
	r.MustRegister(m.requests, m.seconds, m.gaps)
	return m
}

// noRoute is the label of what no route takes.
const noRoute = "other"

// routeMetrics are those of one route. What is counted most is looked up once, when it is first counted: until then it is not shown.
type routeMetrics struct {
	all     *metrics
	route   string
	seconds func() prometheus.Observer
	served  func() prometheus.Counter // GET with 200
}

func (m *metrics) of(route string) *routeMetrics {
	return &routeMetrics{
		all: m, route: route,
		seconds: sync.OnceValue(func() prometheus.Observer { return m.seconds.WithLabelValues(route) }),
		served:  sync.OnceValue(func() prometheus.Counter { return m.requests.WithLabelValues(route, http.MethodGet, "200") }),
	}
}

func (m *routeMetrics) count(method string, status int, took time.Duration) {
	m.seconds().Observe(took.Seconds())
	if method == http.MethodGet && status == http.StatusOK {
		m.served().Inc()
		return
	}
	if !slices.Contains(methods, method) {
		method = "other" // what a client makes up is no label
	}
	m.all.requests.WithLabelValues(m.route, method, strconv.Itoa(status)).Inc()
}
