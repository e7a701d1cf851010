package policies

import "time"

// APIVersion is the version of every object that this package reads or makes.
const APIVersion = "wormhole/v1"

// Policy is what an operator promises and asks for. It has the right form (Parse made sure of that) but need not be feasible:
// Check says so.
type Policy struct {
	Name     string
	Replicas int // n
	KPrime   int // k': faults tolerated between rejuvenations (TR-05-17 section 3.3)
	K        int // k: replicas rejuvenated at once (TR-05-17 section 3.3)
	Engine   Engine

	Period   time.Duration // T_p (TR-05-17 definition 2.4); with a Schedule, the longest gap that it may have
	Schedule string        // cron expression in UTC, or empty: every Period
	Deadline time.Duration // T_d (TR-05-17 definition 2.4)

	Bounds    Bounds
	Exhaust   time.Duration // T_exhaust(k'+1) as stated; zero when the Adversary is given instead
	Adversary *Adversary    // the model that T_exhaust is computed from; nil when Exhaust is stated

	Control  Control
	FailSafe FailSafe
	Alerts   []Alert
}

// Engine names the rule by which the replicated service bounds its faults.
type Engine string

// The engines: the project's own, where rejuvenating replicas are known to be silent and not Byzantine; any classic Byzantine
// engine; and one that tolerates only crashes.
const (
	Hybrid  Engine = "hybrid"
	Classic Engine = "classic"
	Crash   Engine = "crash"
)

func (Engine) allowed() []string { return []string{string(Hybrid), string(Classic), string(Crash)} }

// Bounds are the worst execution times of the phases of Algorithm 1 (TR-05-17 section 3.2).
type Bounds struct {
	Shutdown    time.Duration `yaml:"shutdown"`    // T_shutdown
	CheckCode   time.Duration `yaml:"checkCode"`   // T_checkcode, spent twice: operating system and state machine
	RestoreCode time.Duration `yaml:"restoreCode"` // T_restorecode, spent twice
	Boot        time.Duration `yaml:"boot"`        // T_boot
	Transfer    time.Duration `yaml:"transfer"`    // T_transfer
}

// Control are the bounds of the control network (TR-05-17 section 2.3.1, properties P1 and P2).
type Control struct {
	Cycle     time.Duration `yaml:"cycle"`     // length of the repeating TDMA cycle
	Delay     time.Duration `yaml:"delay"`     // longest time of a frame on its way
	Process   time.Duration `yaml:"process"`   // T_proc_max
	Drift     float64       `yaml:"drift"`     // T_drift_max, seconds a second
	Omissions int           `yaml:"omissions"` // frames of one sender that may be lost in a row
}

// FailSafe says what the wormhole does when a promise cannot be kept (S_SMW, TR-05-17 section 3.2).
type FailSafe struct {
	Action Action `yaml:"action"`
	When   When   `yaml:"when,optional"`
}

// Action is what the fail-safe does to the payload.
type Action string

// The actions: stop every replica, cut the payload off its network, or only call the operator.
const (
	Shutdown  Action = "shutdown"
	Isolate   Action = "isolate"
	AlertOnly Action = "alert"
)

func (Action) allowed() []string {
	return []string{string(Shutdown), string(Isolate), string(AlertOnly)}
}

// When says at which miss the fail-safe latches.
type When string

// The instants: when more than k' replicas are fenced or a bound of the round is missed (the default), or at the first miss of
// any bound, as the paper has it.
const (
	AtBudget When = "budget"
	AtFirst  When = "first"
)

func (When) allowed() []string { return []string{string(AtBudget), string(AtFirst)} }

// Alert is one receiver of alerts: exactly one of its fields is given.
type Alert struct {
	Webhook      *Webhook      `yaml:"webhook,optional"`
	Alertmanager *Alertmanager `yaml:"alertmanager,optional"`
}

// Webhook is a receiver of signed CloudEvents. The secret stands in a file of its own, so that a policy can be shown to anybody.
type Webhook struct {
	URL        string `yaml:"url"`
	SecretFile string `yaml:"secretFile"`
}

// Alertmanager is a receiver that speaks the API v2 of Prometheus' Alertmanager.
type Alertmanager struct {
	URL string `yaml:"url"`
}
