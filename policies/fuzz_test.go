package policies

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// [P-2] [P-11] Whatever the bytes are, Parse answers; whatever it accepts can be checked, planned and started from.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("examples/*.yaml")
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	for _, src := range hostile {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := Parse("fuzz.yaml", src)
		var found Problems
		switch {
		case err == nil:
			exercise(t, p)
		case !errors.As(err, &found) || len(found) == 0 || len(found) > MaxProblems+1:
			t.Errorf("not a list of problems: %v", err)
		case strings.Count(found.Error(), "\n") != len(found)-1 || !utf8.ValidString(found.Error()):
			t.Errorf("not one line a problem: %q", found)
		}
	})
}

// exercise does everything with a policy that can be done with one.
func exercise(t *testing.T, p *Policy) {
	r := Check(p, Inputs{From: from, Exhaust: p.Exhaust})
	if len(r.Conditions) != 6 {
		t.Errorf("%d conditions", len(r.Conditions))
	}
	for _, c := range r.Conditions {
		if c.Holds != (c.Fix == "") || c.Left == "" || c.Right == "" {
			t.Errorf("%+v", c)
		}
	}
	if s, err := p.Starts(); err == nil {
		round, start := s.Next(s.Cycle(from))
		if at, begun, ok := s.At(start); at != round || begun != start || !ok {
			t.Errorf("round %d at %d is round %d at %d there", round, start, at, begun)
		}
		if _, err := Plan(p, from, 2); err != nil {
			t.Error(err)
		}
	} else if r.Feasible {
		t.Errorf("feasible without round starts: %v", err)
	}
}

// hostile are files that cost careless readers much.
var hostile = []string{
	"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n",
	"a: &a {b: *a}",
	"a: &a [*a]",
	strings.Repeat("[", 60000),
	strings.Repeat("{", 60000),
	strings.Repeat("{a: ", 15000),
	strings.Repeat("- ", 30000),
	strings.Repeat("? ", 30000),
	strings.Repeat("-\n", 30000),
	strings.Repeat("a:\n", 20000),
	strings.Repeat("&a ", 20000),
	"a: \"" + strings.Repeat("\\x00", 15000) + "\"",
	strings.Repeat("#", 60000),
	strings.Repeat("---\n", 15000),
	"a: |\n" + strings.Repeat(" ", 60000),
	"!!binary a: b", "? [a]: b", "%YAML 1.2\n---\n", "a: !!int x", "\ufeffa: 1", "<<: *x", "*a : b", "\t", ": ", "- :", "!",
}

// [P-2] A hostile file is answered in about the time of reading it. The bound is generous for slow machines; what careless
// readers do takes minutes, or memory without end.
func TestParseOfHostileFilesIsQuick(t *testing.T) {
	for _, src := range hostile {
		began := time.Now()
		if _, err := Parse("hostile.yaml", []byte(src)); err == nil {
			t.Errorf("parsed %.40q", src)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%.40q took %v", src, took)
		}
	}
}
