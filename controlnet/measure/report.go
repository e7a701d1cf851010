package measure

import (
	"fmt"
	"math"
	"time"
)

// The version and kind of a Report, as every object of the command line carries them.
const (
	APIVersion = "wormhole/v1"
	Kind       = "NetReport"
)

// driftName is the metric that has one sample a host.
const driftName = "drift"

// Report is the outcome of a check: the figures of all members against the policy. Its JSON
// is an outside interface; durations are strings, rates and counts numbers.
type Report struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Policy     string `json:"policy"`
	// Holds says that every bound of the policy held and every member was heard.
	Holds bool `json:"holds"`
	// Self is the host that reports; nil where the hosts are all on one machine.
	Self    *int     `json:"self"`
	Hosts   int      `json:"hosts"`
	Cycle   string   `json:"cycle"`
	Took    string   `json:"took"`    // cycles that were measured, as a time
	Missing []int    `json:"missing"` // hosts that were never heard
	Members []Row    `json:"members"`
	Metrics []Metric `json:"metrics"`
	// Recommended are bounds that the policy may state; nil if there are none.
	Recommended *Recommended `json:"recommended"`
	Notes       []string     `json:"notes"`

	results *Results
}

// Metric is one bound of the policy and what was measured of it, over all members.
type Metric struct {
	Name  string `json:"name"`
	Bound Value  `json:"bound"`
	// The quantiles are those of the member where they are largest, so those of all samples
	// are not above them.
	P50 Value `json:"p50"`
	P99 Value `json:"p99"`
	// P999 is the quantile 0.999.
	P999 Value `json:"p999"`
	Min  Value `json:"min"`
	Max  Value `json:"max"`
	// MaxUnseen says that there were larger ones than Max, which could not be measured.
	MaxUnseen bool   `json:"maxUnseen"`
	Samples   uint64 `json:"samples"`
	Beyond    uint64 `json:"beyond"`
	// Coverage is the share of samples within the bound; BeyondAtMost bounds, with 95 %
	// confidence, the share beyond it in the long run.
	Coverage     float64 `json:"coverage"`
	BeyondAtMost float64 `json:"beyondAtMost"`
	Holds        bool    `json:"holds"`
	// Recommended is a bound that the policy may state; nil where there is none to state.
	Recommended *Value `json:"recommended"`
}

// Row is one member.
type Row struct {
	Host     int    `json:"host"`
	Heard    bool   `json:"heard"`
	Cycles   uint64 `json:"cycles"`
	Unsynced uint64 `json:"unsynced"` // cycles in which it was not in sync
	// Delay is the largest of the frames that reached it, Process its largest lateness,
	// Clock the largest bound on its clock's error.
	Delay        Value  `json:"delay"`
	Process      Value  `json:"process"`
	Clock        Value  `json:"clock"`
	Drift        *Value `json:"drift"` // nil if it was too short to tell
	DriftError   *Value `json:"driftError"`
	Lost         uint64 `json:"lost"` // frames to it
	LostInARow   int    `json:"lostInARow"`
	LinkDelay    Value  `json:"linkDelay"`    // largest from it to this host
	LinkSentLate Value  `json:"linkSentLate"` // by how much it sent late at most, as it says
}

// Recommended are the bounds that a policy may state, in the form of spec.control.
type Recommended struct {
	Cycle     Value    `json:"cycle"`
	Delay     Value    `json:"delay"`
	Process   Value    `json:"process"`
	Drift     Value    `json:"drift"`
	Omissions Value    `json:"omissions"`
	Why       []string `json:"why"`
}

// NewReport holds the results against the policy of that name.
func NewReport(policy string, r *Results) *Report {
	rep := &Report{
		APIVersion: APIVersion, Kind: Kind, Policy: policy, Hosts: r.Config.Hosts,
		Cycle: r.Config.Cycle.String(), Missing: r.missing(), Notes: []string{}, results: r,
	}
	if !r.Everyone {
		self := int(r.Config.Self)
		rep.Self = &self
	}
	cycles := uint64(math.MaxUint64)
	for h := range r.Members {
		rep.Members = append(rep.Members, row(h, &r.Members[h]))
		if r.Members[h].Known {
			cycles = min(cycles, r.Members[h].Record.Cycles)
		}
	}
	rep.Took = (time.Duration(cycles) * r.Config.Cycle).String()
	rep.weigh(r)
	return rep
}

// weigh makes the metrics and the recommendation, and says whether all holds.
func (rep *Report) weigh(r *Results) {
	worst, clock := r.worst()
	rep.Metrics = []Metric{
		timed("delay", &worst.Delay, r.Config.Delay),
		timed("process", &worst.Process, r.Config.Process),
		r.driftMetric(&worst),
		r.lossMetric(&worst),
		timed("clock", &clock, r.Config.Limit()),
	}
	rep.Holds = len(rep.Missing) == 0
	for i := range rep.Metrics {
		rep.Holds = rep.Holds && rep.Metrics[i].Holds
	}
	rep.note(r, &worst)
	advice, err := Advise(r.Config, worst)
	if err != nil {
		rep.Notes = append(rep.Notes, "no bounds can be recommended: "+err.Error())
		return
	}
	rep.Recommended = &Recommended{
		durationOf(advice.Cycle), durationOf(advice.Delay), durationOf(advice.Process),
		rateOf(advice.Drift), countOf(advice.Omissions), advice.Why,
	}
	for i, v := range []*Value{&rep.Recommended.Delay, &rep.Recommended.Process, &rep.Recommended.Drift, &rep.Recommended.Omissions} {
		rep.Metrics[i].Recommended = v
	}
}

// worst puts the records of all members together.
func (r *Results) worst() (w Worst, clock Figures) {
	for h := range r.Members {
		rec := &r.Members[h].Record
		if !r.Members[h].Known {
			continue
		}
		w.Delay.Merge(rec.Delay)
		w.Process.Merge(rec.Process)
		clock.Merge(rec.Clock)
		w.Expected += rec.Losses.Expected
		w.Lost += rec.Losses.Lost
		w.LostBeyond += rec.Losses.Beyond
		w.Longest = max(w.Longest, rec.Losses.Longest)
		if v := math.Abs(rec.Rate.Rate) + rec.Rate.Error; rec.RateKnown && v >= w.Drift {
			w.Drift, w.DriftOver = v, rec.Rate.Over
		}
	}
	return w, clock
}

// timed is the metric of a duration. A bound of which there is no sample does not hold: it
// was not measured.
func timed(name string, f *Figures, bound time.Duration) Metric {
	return Metric{
		Name: name, Bound: durationOf(bound), Min: durationOf(f.Min), Max: durationOf(f.Max), MaxUnseen: f.Unseen,
		P50: durationOf(f.P50), P99: durationOf(f.P99), P999: durationOf(f.P999),
		Samples: f.Samples, Beyond: f.Beyond,
		Coverage: Coverage(f.Samples, f.Beyond), BeyondAtMost: AtMost(f.Samples, f.Beyond),
		Holds: f.Samples > 0 && f.Beyond == 0,
	}
}

// row is a member for the report.
func row(h int, m *Member) Row {
	rec := &m.Record
	r := Row{
		Host: h, Heard: m.Known, Cycles: rec.Cycles, Unsynced: rec.Unsynced,
		Delay: durationOf(rec.Delay.Max), Process: durationOf(rec.Process.Max), Clock: durationOf(rec.Clock.Max),
		Lost: rec.Losses.Lost, LostInARow: rec.Losses.Longest,
		LinkDelay: durationOf(m.LinkDelay), LinkSentLate: durationOf(m.LinkSentLate),
	}
	if rec.RateKnown {
		rate, off := rateOf(rec.Rate.Rate), rateOf(rec.Rate.Error)
		r.Drift, r.DriftError = &rate, &off
	}
	return r
}

// note says what a reader of the figures must know beside them.
func (rep *Report) note(r *Results, w *Worst) {
	add := func(format string, args ...any) { rep.Notes = append(rep.Notes, fmt.Sprintf(format, args...)) }
	for _, h := range rep.Missing {
		add("host %d was never heard: start the check there at the same time, with the same policy and keys", h)
	}
	if w.Delay.Unseen || w.Process.Unseen {
		add("some samples were beyond the bound and could not be measured; --stretch 2 on all hosts shows how far")
	}
	if bound := r.Config.Drift; w.Drift > bound && rep.Metrics[2].Holds {
		add("the error of a clock's rate is larger than what is left to the bound of %s: measure for longer", asStated(bound))
	}
	if r.Everyone {
		add("all hosts share this machine's clock, processors and stalls: drift says nothing of other clocks, and delay nothing of cables and switches")
	}
	if r.Unreadable > 0 {
		add("%d frames carried no figures of this version: run the same build on all hosts", r.Unreadable)
	}
	for h := range r.Members {
		if rec := &r.Members[h].Record; rec.Unsynced > 0 {
			add("host %d was out of sync for %d of %d cycles", h, rec.Unsynced, rec.Cycles)
		}
	}
}

// driftMetric has one sample a member: the rate of its clock.
func (r *Results) driftMetric(w *Worst) Metric {
	var h Histogram // of rates in units of 1e-12, for which a duration has digits enough
	const scale = 1e-12
	m := Metric{Name: driftName, Bound: rateOf(r.Config.Drift)}
	for i := range r.Members {
		if rec := &r.Members[i].Record; r.Members[i].Known && rec.RateKnown {
			h.Add(time.Duration(math.Abs(rec.Rate.Rate) / scale))
			m.Samples++
			if math.Abs(rec.Rate.Rate) > r.Config.Drift {
				m.Beyond++
			}
		}
	}
	at := func(d time.Duration) Value { return rateOf(float64(d) * scale) }
	m.Min, m.Max = at(h.Min()), at(h.Max())
	m.P50, m.P99, m.P999 = at(h.Quantile(0.5)), at(h.Quantile(0.99)), at(h.Quantile(0.999))
	m.Coverage, m.BeyondAtMost = Coverage(m.Samples, m.Beyond), AtMost(m.Samples, m.Beyond)
	m.Holds = m.Samples > 0 && m.Beyond == 0
	return m
}

// lossMetric has one sample a link and cycle: how many frames in a row are lost by then.
// Only the longest run is known of every member, so where more than a share is lost the
// quantile is given as that.
func (r *Results) lossMetric(w *Worst) Metric {
	at := func(q float64) Value {
		if float64(w.Lost) <= (1-q)*float64(w.Expected) {
			return countOf(0)
		}
		return countOf(w.Longest)
	}
	return Metric{
		Name: "omissions", Bound: countOf(r.Config.Omissions), Samples: w.Expected, Beyond: w.LostBeyond,
		Min: countOf(0), P50: at(0.5), P99: at(0.99), P999: at(0.999), Max: countOf(w.Longest),
		Coverage: Coverage(w.Expected, w.LostBeyond), BeyondAtMost: AtMost(w.Expected, w.LostBeyond),
		Holds: w.Expected > 0 && w.LostBeyond == 0,
	}
}
