package ogc

import (
	"strconv"
	"strings"
	"time"

	"github.com/wangge/wangge/grid/edition"
)

// interval is what datetime means: from its first to its last instant, zero for an open end.
type interval struct{ from, to time.Time }

// Period returns the first and the last instant of what the parameter datetime says, zero for an open end: an instant, or two around a slash
// of which either may be a duration or, for an open end, nothing or two dots. A date means its whole day in the zone of the city. The error is
// an *Error.
func Period(text string, city *edition.City) (from, to time.Time, err error) {
	zone, err := time.LoadLocation(city.Settings().TimeZone)
	if err != nil {
		zone = time.UTC
	}
	in, err := parsePeriod(text, zone)
	return in.from, in.to, err
}

func parsePeriod(text string, zone *time.Location) (interval, error) {
	first, second, isInterval := strings.Cut(text, "/")
	if !isInterval {
		begin, end, err := parseInstant(first, zone)
		return interval{begin, end}, err
	}
	return parseInterval(first, second, zone)
}

func parseInterval(first, second string, zone *time.Location) (interval, error) {
	open := func(s string) bool { return s == "" || s == ".." }
	if open(first) && open(second) {
		return interval{}, badTime()
	}
	var in interval
	var err error
	if !open(first) && !isDuration(first) {
		if in.from, _, err = parseInstant(first, zone); err != nil {
			return in, err
		}
	}
	if !open(second) && !isDuration(second) {
		if _, in.to, err = parseInstant(second, zone); err != nil {
			return in, err
		}
	}
	switch {
	case isDuration(first):
		if in.to.IsZero() {
			return in, badTime()
		}
		in.from, err = shifted(in.to, first, -1)
	case isDuration(second):
		if in.from.IsZero() {
			return in, badTime()
		}
		in.to, err = shifted(in.from, second, 1)
	}
	if err == nil && !in.from.IsZero() && !in.to.IsZero() && in.from.After(in.to) {
		err = badParam(datetimeParam, "datetime begins after its end.")
	}
	return in, err
}

func badTime() error {
	return badParam(datetimeParam, "datetime is to be an instant as 2026-03-01T08:00:00Z, a date, or an interval of such as 2026-03-01/2026-03-31, 2026-03-01/.. or 2026-03-01/P1M.")
}

// parseInstant reads an RFC 3339 instant, which begins and ends then, or a date. PostgreSQL and others count to the microsecond.
func parseInstant(text string, zone *time.Location) (begin, end time.Time, err error) {
	if t, err := time.Parse(time.RFC3339, strings.ToUpper(text)); err == nil && !t.IsZero() {
		return t, t, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil && day.Year() > 0 {
		return day, day.AddDate(0, 0, 1).Add(-time.Microsecond), nil
	}
	return begin, end, badTime()
}

func isDuration(s string) bool { return strings.HasPrefix(s, "P") }

// shifted returns t moved by an ISO 8601 duration such as P1Y2M10DT2H30M or P2W, forwards or backwards.
func shifted(t time.Time, duration string, sign int) (time.Time, error) {
	days, hours, timed := strings.Cut(duration[1:], "T")
	if days == "" && hours == "" || timed && hours == "" {
		return t, badTime()
	}
	count := map[byte]int{}
	for _, part := range []struct{ text, units, as string }{{days, "YMWD", "YMWD"}, {hours, "HMS", "hms"}} {
		rest := part.text
		for at := 0; rest != ""; {
			end := strings.IndexAny(rest, part.units)
			if end < 1 {
				return t, badTime()
			}
			n, err := strconv.ParseUint(rest[:end], 10, 16)
			unit := strings.IndexByte(part.units, rest[end])
			if err != nil || unit < at {
				return t, badTime()
			}
			count[part.as[unit]], rest, at = sign*int(n), rest[end+1:], unit+1
		}
	}
	t = t.AddDate(count['Y'], count['M'], 7*count['W']+count['D'])
	return t.Add(time.Duration(count['h'])*time.Hour + time.Duration(count['m'])*time.Minute + time.Duration(count['s'])*time.Second), nil
}
