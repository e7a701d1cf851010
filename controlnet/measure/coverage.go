package measure

import "math"

// Coverage is the share of the samples that were within the bound; 0 if there is none.
func Coverage(samples, beyond uint64) float64 {
	if samples == 0 || beyond > samples {
		return 0
	}
	return float64(samples-beyond) / float64(samples)
}

// AtMost is the largest share of samples beyond the bound in the long run that is still to be
// believed, with Confidence, after `beyond` of `samples` were: the one-sided limit of Clopper
// and Pearson, which is never too low. With none beyond it is 3/N (2.996/N, the "rule of
// three"). It holds as far as the samples are independent of one another.
func AtMost(samples, beyond uint64) float64 {
	switch {
	case samples == 0 || beyond >= samples:
		return 1
	case beyond == 0:
		return -math.Expm1(math.Log(1-Confidence) / float64(samples))
	}
	// The chance to see no more than x beyond of n falls as the share p grows; where it
	// comes to 1 - Confidence is the limit.
	n, x := float64(samples), float64(beyond)
	low, high := x/n, 1.0
	for range 100 {
		p := (low + high) / 2
		if betaShare(n-x, x+1, 1-p) > 1-Confidence {
			low = p
		} else {
			high = p
		}
	}
	return high
}

// betaShare is the regularised incomplete beta function I_x(a, b): the chance that of a+b-1
// tries with the chance x at least a succeed.
func betaShare(a, b, x float64) float64 {
	if x > (a+1)/(a+b+2) { // the fraction below converges fast on the other side only
		return 1 - betaShare(b, a, 1-x)
	}
	front := math.Exp(logGamma(a+b) - logGamma(a) - logGamma(b) + a*math.Log(x) + b*math.Log1p(-x))
	return front * betaFraction(a, b, x) / a
}

func logGamma(x float64) float64 {
	v, _ := math.Lgamma(x) // the sign is plus for every x above 0
	return v
}

// betaFraction is the continued fraction of the incomplete beta function, by Lentz's method
// (Abramowitz and Stegun 26.5.8). It needs some multiple of the root of a + b steps.
func betaFraction(a, b, x float64) float64 {
	const tiny = 1e-300
	away := func(v float64) float64 { // from zero, through which the method cannot divide
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/away(1-(a+b)*x/(a+1))
	f := d
	steps := 200 + 20*int(math.Sqrt(a+b))
	for m := 1.0; m < float64(steps); m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/away(1+even*d), away(1+even/c)
		f *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/away(1+odd*d), away(1+odd/c)
		f *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return f
}
