package sim

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/wormhole"
)

var update = flag.Bool("update", false, "write what the scenarios give into their files")

// scenario is a file under testdata/scenarios: comments, settings, faults, a line
// of dashes, and then every message and event of the run as it must be.
type scenario struct {
	head  []string
	cfg   wormhole.Config
	plan  Plan
	until time.Duration
	want  string
}

// TestScenarios runs every scenario file and compares all that happens in it. They
// show [W-5], [W-13], [W-14], [W-15], [W-16], [W-17], [W-12] and [W-26] at work.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.txt")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d scenario files, %v: there must be at least five", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			s, err := readScenario(file)
			if err != nil {
				t.Fatal(err)
			}
			got := s.run(t)
			if *update {
				if err := os.WriteFile(file, []byte(strings.Join(s.head, "\n")+"\n----\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != s.want {
				t.Errorf("what happens is not what %s says; look at\n%s", file, firstDifference(got, s.want))
			}
		})
	}
}

// run runs the scenario and returns its trace.
func (s *scenario) run(t *testing.T) string {
	trace := &Trace{Frames: true}
	w := newWorld(&s.cfg, s.plan, trace)
	w.end = min(w.end, s.until)
	w.run()
	if v := w.chk.violation; v != nil {
		t.Errorf("broken: %+v", v)
	}
	var b strings.Builder
	if _, err := trace.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, g[i], append(w, "(nothing)")[min(i, len(w))])
		}
	}
	return "the end: there is more than was got"
}

// readScenario reads a file.
func readScenario(file string) (*scenario, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	head, want, _ := strings.Cut(string(text), "\n----\n")
	s := &scenario{head: strings.Split(strings.TrimRight(head, "\n"), "\n"), cfg: Default(), want: want, until: time.Hour}
	s.plan = Plan{Profile: Beyond, Rounds: 1}
	for i, line := range s.head {
		if err := s.setting(line); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	return s, nil
}

// setting takes one line of the head.
func (s *scenario) setting(line string) error {
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	words := bufio.NewScanner(strings.NewReader(line))
	words.Split(bufio.ScanWords)
	var w []string
	for words.Scan() {
		w = append(w, words.Text())
	}
	var err error
	switch {
	case w[0] == "rounds" && len(w) == 2:
		s.plan.Rounds, err = strconv.Atoi(w[1])
	case w[0] == "until" && len(w) == 2:
		s.until, err = time.ParseDuration(w[1])
	case w[0] == "hasty" && len(w) == 1:
		s.plan.Hasty = true
	case w[0] == "fault" && len(w) == 6:
		err = s.fault(w[1:])
	default:
		err = fmt.Errorf("%q is no setting", line)
	}
	return err
}

// fault takes "KIND host AT FOR ARG".
func (s *scenario) fault(w []string) error {
	kind := slices.Index(faultNames[:], w[0])
	host, err1 := strconv.Atoi(w[1])
	at, err2 := time.ParseDuration(w[2])
	span, err3 := time.ParseDuration(w[3])
	arg, err4 := strconv.ParseInt(w[4], 10, 64)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			return err
		}
	}
	if kind < 0 {
		return fmt.Errorf("no fault is called %q", w[0])
	}
	s.plan.Faults = append(s.plan.Faults, Fault{Kind: FaultKind(kind), Host: host, At: at, For: span, Arg: arg})
	return nil
}
