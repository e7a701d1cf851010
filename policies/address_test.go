package policies

import (
	"net/url"
	"strings"
	"testing"
)

// [P-9]
func TestAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"http://h":                  "",
		"https://h.example.net/a?b": "",
		"http://127.0.0.1:9093":     "",
		"http://[::1]:80/x":         "",
		"http://[::1]":              "",
		"http://h?q=a:b@c":          "",
		"http://h/%20":              "",
		"":                          "is not a URL",
		"h:80":                      "is not a URL",
		"/path":                     "is not a URL",
		"http://h/%2":               "is not a URL",
		"http://h x":                "is not a URL",
		"http://h\n":                "is not a URL",
		"http://é":                  "is not a URL",
		"HTTP://h":                  "has the scheme",
		"file:///etc/passwd":        "has the scheme",
		"http://":                   "names no host",
		"http:///x":                 "names no host",
		"http://[::1":               "names no host",
		"http://a,b":                "names no host",
		"http://[0]":                "names no host",
		"http://[1.2.3.4]":          "names no host",
		"http://:80":                "names no host",
		"http://h%41":               "names no host",
		"http://h:":                 "has the port",
		"http://h:0":                "has the port",
		"http://h:65536":            "has the port",
		"http://::1":                "names no host",
		"http://u:p@h":              "holds a user or a password",
		"http://u@h:80":             "holds a user or a password",
		"http://u:p@":               "holds a user or a password",
		"http://h/#x":               "has a fragment",
	} {
		if got, fix := badURL(text); got != want && (want == "" || !strings.HasPrefix(got, want)) || (got == "") != (fix == "") {
			t.Errorf("%q: %q (%s), want %q", text, got, fix, want)
		}
	}
}

// [P-9] Fast against naive: what is accepted here is a URL, and the sender of alerts goes to the host that was looked at.
func FuzzAddressesAreURLs(f *testing.F) {
	for _, text := range []string{"http://h:1/x?y", "https://[::1]:1", "http://a.b_c-d", "http://h/%20", "http://[0]", "http://u@h", "http://h#"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if message, _ := badURL(text); message != "" {
			return
		}
		u, err := url.Parse(text)
		if err != nil {
			t.Fatalf("%q is accepted and no URL: %v", text, err)
		}
		_, rest, _ := strings.Cut(text, "://")
		if u.User != nil || u.Fragment != "" || u.Host != authorityOf(rest) || u.Hostname() == "" {
			t.Errorf("%q is %+v", text, u)
		}
	})
}
