package exposure

// carriedOver is the probability that an attack on all replicas at once has x of them by t, when the share
// m.carried, between 0 and 1, carries over. The first falls at M; a replica that would have taken X falls at
// M + (1-s)(X-M). So x have fallen by t when x-1 others have X at most u = (t - s M)/(1-s). It sums over M and over which is the first.
// [E-8]
func (m *model) carriedOver(x int, t float64) float64 {
	from := m.earliest()
	if from >= t {
		return 0
	}
	from, to := from*(1-edgeOfStep), m.surelyFallen(t)
	count := m.quadratureCells(x)
	total := 0.0
	for j := range count {
		total += m.firstInCell(x, t, edge(from, to, j, count), edge(from, to, j+1, count))
	}
	return min(total, 1)
}

// surelyFallen is the time, at most t, at which only one adversary in exp(surely) has no replica yet; after it nothing is left to add up.
func (m *model) surelyFallen(t float64) float64 {
	someStand := func(at float64) bool {
		total := 0.0
		for _, l := range m.laws {
			total += l.hazard(at)
		}
		return total <= surely
	}
	return min(t, max(greatest(someStand, t*1e-12, t), t*1e-12)*(1+edgeOfStep))
}

// edgeOfStep widens the grid by a hair at both ends, so that a replica that falls at a certain time falls within a cell.
const edgeOfStep = 1e-9

// surely is a hazard that leaves less than the precision of a float64.
const surely = 40

// edge places the cells closer together at the beginning, where in a long time the first replica falls.
func edge(from, to float64, j, count int) float64 {
	share := float64(j) / float64(count)
	return from + (to-from)*share*share
}

// earliest is the time before which no replica can fall.
func (m *model) earliest() float64 {
	from := m.certainWorks()[0]
	for _, work := range m.certainWorks() {
		from = min(from, work)
	}
	return from
}

// quadratureCells coarsens the grid when there are so many replicas that it would take too long.
func (m *model) quadratureCells(x int) int {
	return min(cells, max(leastCells, quadratureWork/(m.n*m.n*x)))
}

// firstInCell is the part of the sum in which the first replica falls between a and b. A replica equal to one that was
// done already has the same part, so that it is done once.
func (m *model) firstInCell(x int, t, a, b float64) float64 {
	mid := (a + b) / 2
	until := (t - m.carried*mid) / (1 - m.carried)
	parts := map[law]float64{}
	total := 0.0
	for i, l := range m.laws {
		if _, done := parts[l]; !done {
			first := (1 - l.by(a)) * l.between(a, b)
			parts[l] = first * m.othersFollow(i, x-1, mid, until)
		}
		total += parts[l]
	}
	return total
}

// othersFollow is the probability that all replicas but the first stand at time from, and x of them would fall by until.
func (m *model) othersFollow(first, x int, from, until float64) float64 {
	stand := 1.0
	var ps []float64
	for i, l := range m.laws {
		if i != first {
			stand *= 1 - l.by(from)
			ps = append(ps, l.between(from, until))
		}
	}
	return stand * atLeast(ps, x)
}
