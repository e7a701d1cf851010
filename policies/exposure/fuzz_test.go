package exposure

import (
	"math"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/policies"
)

// FuzzAnyAdversary builds a policy from whatever numbers come; if the adversary is valid, all results are probabilities and times
// in their order, and nothing panics. [E-17]
func FuzzAnyAdversary(f *testing.F) {
	for kind := range uint8(6) {
		f.Add(kind, int64(time.Hour), int64(30*time.Minute), 1.5, 0.5, 1e-6, uint8(6), uint8(1), uint8(0), int64(8760*time.Hour), int64(10*time.Minute))
	}
	f.Add(uint8(2), int64(1), int64(0), 0.05, 1.0, 1e-300, uint8(9), uint8(3), uint8(2), int64(math.MaxInt64), int64(2))
	f.Add(uint8(3), int64(math.MaxInt64), int64(1), 50.0, 0.999999999, 0.5, uint8(20), uint8(5), uint8(1), int64(1), int64(time.Hour))
	f.Fuzz(func(t *testing.T, kind uint8, a, b int64, shape, similarity, target float64, n, kPrime, power uint8, mission, period int64) {
		p := anyPolicy(kind, a, b, shape, similarity, target, n, kPrime, power, mission, period)
		if described(p) != nil || playable(p) != nil || p.Replicas > 24 {
			return
		}
		r, err := Analyse(p, Options{Runs: 4})
		if err != nil {
			t.Fatal(err)
		}
		checkNumbers(t, r)
	})
}

func anyPolicy(kind uint8, a, b int64, shape, similarity, target float64, n, kPrime, power uint8, mission, period int64) *policies.Policy {
	first, second := time.Duration(a), time.Duration(b)
	var c policies.Compromise
	switch kind % 6 {
	case 0:
		c.Least = first
	case 1:
		c.Exponential = &policies.Exponential{Mean: first}
	case 2:
		c.Weibull = &policies.Weibull{Scale: first, Shape: shape}
	case 3:
		c.Lognormal = &policies.Lognormal{Median: first, Sigma: shape}
	case 4:
		c.Uniform = &policies.Uniform{Least: second, Most: first}
	case 5:
		c.Least, c.Exponential = second, &policies.Exponential{Mean: first}
	}
	adv := policies.Adversary{Attack: policies.Parallel, Replicas: policies.Similar, Similarity: similarity, Power: int(power),
		Compromise: &c, Mission: time.Duration(mission), Target: target}
	if kind >= 128 {
		adv.Each, adv.Compromise = make([]policies.Compromise, n), nil
		for i := range adv.Each {
			adv.Each[i] = c
			adv.Each[i].Least += time.Duration(i) * time.Second
		}
	}
	return &policies.Policy{Name: "any", Replicas: int(n), K: 1 + int(kPrime)/2, KPrime: int(kPrime), Period: time.Duration(period),
		Deadline: time.Duration(period) / 2, Bounds: policies.Bounds{Boot: time.Duration(period) / 40}, Adversary: &adv}
}

func checkNumbers(t *testing.T, r *Report) {
	t.Helper()
	ps := []float64{r.OneWindow.Probability}
	for _, o := range []Outcome{r.With, r.Without} {
		e := o.Simulated
		ps = append(ps, o.Computed.Probability, e.Probability, e.Low, e.High)
		if e.Low > e.Probability || e.Probability > e.High {
			t.Errorf("interval %+v", e)
		}
	}
	for _, point := range r.Curve {
		ps = append(ps, point.Probability)
	}
	for _, p := range ps {
		if !(p >= 0 && p <= 1) {
			t.Errorf("%v is no probability: %+v", p, r)
		}
	}
	if r.Exhaust.Time < 0 || r.GreatestPeriod != nil && *r.GreatestPeriod < 0 {
		t.Errorf("times %v and %v", r.Exhaust.Time, r.GreatestPeriod)
	}
	everything(t, r)
}
