package exposure

import "math"

// weibull with shape 1 is the exponential.
type weibull struct{ scale, shape float64 }

func (w weibull) hazard(t float64) float64 {
	if w.shape == 1 {
		return t / w.scale
	}
	return math.Pow(t/w.scale, w.shape)
}

func (w weibull) inverse(h float64) float64 {
	if w.shape == 1 {
		return w.scale * h
	}
	return w.scale * math.Pow(h, 1/w.shape)
}

// lognormal has the median mid.
type lognormal struct{ mid, sigma float64 }

// hazard takes the logarithm of the tail that is small, since the other one rounds to 1.
func (l lognormal) hazard(t float64) float64 {
	z := math.Log(t/l.mid) / (l.sigma * math.Sqrt2)
	if z < 0 {
		return -math.Log1p(-math.Erfc(-z) / 2)
	}
	return -math.Log(math.Erfc(z) / 2)
}

// inverse too starts from the tail that is small.
func (l lognormal) inverse(h float64) float64 {
	z := math.Erfcinv(2 * math.Exp(-h))
	if h < math.Ln2 {
		z = -math.Erfcinv(-2 * math.Expm1(-h))
	}
	return l.mid * math.Exp(l.sigma*math.Sqrt2*z)
}

// uniform lies between 0 and width.
type uniform struct{ width float64 }

func (u uniform) hazard(t float64) float64 {
	if t >= u.width {
		return math.Inf(1)
	}
	return -math.Log1p(-t / u.width)
}

func (u uniform) inverse(h float64) float64 { return -u.width * math.Expm1(-h) }
