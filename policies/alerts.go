package policies

import (
	"fmt"
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

func (d *decoder) validateSecret(name, path string) {
	if name == "" || len(name) > MaxPathBytes || strings.ContainsRune(name, 0) {
		d.report(path, fmt.Sprintf("is %q", clip(name)), "name the file that holds the key")
	}
}
