package ogc

import (
	"net/http"
	"strings"
)

// language is what an answer's texts are in: those that people read, never names of properties or codes.
type language string

// The languages, the usual one first.
const (
	chinese language = "zh"
	english language = "en"
)

// say returns one of the two texts.
func (l language) say(zh, en string) string {
	if l == english {
		return en
	}
	return zh
}

// tag is the language as HTML and Content-Language name it (RFC 5646).
func (l language) tag() string { return l.say("zh-CN", "en") }

// other is the language that the answer is not in.
func (l language) other() language {
	if l == english {
		return chinese
	}
	return english
}

// languageOf returns the language of an answer: by the parameter lang, and without it by what the client likes better, Chinese of equals.
func languageOf(r *http.Request, q query) (language, error) {
	switch l, given := q[langParam]; {
	case !given:
		return likedLanguage(strings.Join(r.Header.Values("Accept-Language"), ",")), nil
	case l == string(chinese) || l == string(english):
		return language(l), nil
	}
	return "", badParam(langParam, "lang is to be zh or en.")
}

// likedLanguage reads an Accept-Language header (RFC 9110, 12.5.4), in which a range such as en-GB stands for its language.
func likedLanguage(accept string) language {
	weights := map[string]float64{}
	for one := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(one, ";")
		name, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(name)), "-")
		weights[name] = max(weights[name], weightOf(parameters))
	}
	weight := func(l language) float64 {
		if w, named := weights[string(l)]; named {
			return w
		}
		return weights["*"]
	}
	if weight(english) > weight(chinese) {
		return english
	}
	return chinese
}
