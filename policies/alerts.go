package policies

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// validateAlerts looks at every receiver of alerts.
func (d *decoder) validateAlerts(s *spec) {
	if len(s.Alerts) > MaxAlerts {
		d.report("spec.alerts", fmt.Sprintf("has %d entries, more than %d", len(s.Alerts), MaxAlerts), "let one receiver fan out")
		return
	}
	for i := range s.Alerts {
		d.validateAlert(&s.Alerts[i], fmt.Sprintf("spec.alerts[%d]", i))
	}
	if s.FailSafe.Action == AlertOnly && len(s.Alerts) == 0 && d.given("spec") {
		d.report("spec.failSafe.action", "is alert, and there is nobody to alert", "add alerts, or use shutdown or isolate")
	}
}

func (d *decoder) validateAlert(a *Alert, path string) {
	if d.problemUnder(path) {
		return
	}
	switch {
	case a.Webhook != nil && a.Alertmanager != nil:
		d.report(path, "has two receivers", "make two entries of them")
	case a.Webhook != nil:
		d.validateURL(a.Webhook.URL, path+".webhook.url")
		d.validateSecret(a.Webhook.SecretFile, path+".webhook.secretFile")
	case a.Alertmanager != nil:
		d.validateURL(a.Alertmanager.URL, path+".alertmanager.url")
	default:
		d.report(path, "has no receiver", "give webhook or alertmanager")
	}
}

func (d *decoder) validateURL(text, path string) {
	if message, fix := badURL(text); message != "" {
		d.report(path, message, fix)
	}
}

// badURL says what keeps an address from being one that alerts can be sent to. A password in it is refused because policies
// are shown to everybody, in reports and on the page.
func badURL(text string) (message, fix string) {
	u, err := url.Parse(text)
	switch {
	case len(text) > MaxURLBytes:
		return fmt.Sprintf("is %d bytes long, more than %d", len(text), MaxURLBytes), "shorten it"
	case err != nil:
		return "is not a URL", "write it as http://host:port/path"
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Sprintf("has the scheme %q", clip(u.Scheme)), "use http or https"
	case u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " \t\r\n"):
		return "names no host", "write it as http://host:port/path"
	case u.Port() != "" && !validPort(u.Port()):
		return fmt.Sprintf("has the port %s", clip(u.Port())), "use 1 to 65535"
	case u.User != nil:
		return "holds a user or a password", "policies are shown to everybody: use secretFile"
	case u.Fragment != "":
		return "has a fragment", "leave out the part from #: it is never sent"
	}
	return "", ""
}

func validPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0
}

func (d *decoder) validateSecret(name, path string) {
	if name == "" || len(name) > MaxPathBytes || strings.ContainsRune(name, 0) {
		d.report(path, fmt.Sprintf("is %q", clip(name)), "name the file that holds the key")
	}
}
