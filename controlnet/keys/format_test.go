package keys

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/proactive-resilience/wormhole/controlnet"
)

var (
	secretA = strings.Repeat("a1", controlnet.KeySize)
	secretB = strings.Repeat("B2", controlnet.KeySize)
	secretC = strings.Repeat("03", controlnet.KeySize)
)

func secret(b byte) (s [controlnet.KeySize]byte) {
	for i := range s {
		s[i] = b
	}
	return s
}

// TestParse reads good files.
func TestParse(t *testing.T) {
	for name, text := range map[string]string{
		"plain":    "cycle 200ms\nepoch 3 from 100 secret " + secretA + "\nepoch 7 from 4611686018 secret " + secretB + "\n",
		"comments": "# keys\n\n  cycle\t200ms # long\nepoch 3 from 100 secret " + secretA + "#\n#\nepoch  7 from 4611686018 secret " + secretB + "\n\n",
		"returns":  "cycle 0.2s\r\nepoch 3 from 100 secret " + secretA + "\r\nepoch 7 from 4611686018 secret " + secretB + "\r\n",
	} {
		got, err := Parse([]byte(text))
		want := Set{200 * time.Millisecond, []controlnet.Key{
			{Epoch: 3, From: 100, Secret: secret(0xa1)}, {Epoch: 7, From: 4611686018, Secret: secret(0xb2)},
		}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		again, err := Parse(got.Format())
		if err != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("%s: what is written is read as %v, %v", name, again, err)
		}
	}
}

// TestParseRefuses sees each mistake named with its line, and no secret in any message.
func TestParseRefuses(t *testing.T) {
	a, b := "epoch 1 from 5 secret "+secretA+"\n", "epoch 2 from 9 secret "+secretB+"\n"
	const cycle = "cycle 1s\n"
	rows := []struct{ text, want string }{
		{"", "has no `epoch` line"},
		{cycle, "has no `epoch` line"},
		{cycle + strings.TrimSuffix(a, "\n"), "does not end with a line's end"},
		{cycle + strings.Repeat("#\n", maxFile/2), "is longer than 8192 bytes"},
		{a, "line 1: the `cycle` line has to come before"},
		{cycle + cycle + a, "line 2: a second `cycle` line"},
		{"cycle\n" + a, "line 1: want `cycle LENGTH`"},
		{"cycle 1s 2s\n" + a, "line 1: want `cycle LENGTH`"},
		{"cycle 0s\n" + a, "line 1: the cycle is no length from 1ms to 1m0s"},
		{"cycle -1s\n" + a, "line 1: the cycle is no length"},
		{"cycle 2h\n" + a, "line 1: the cycle is no length"},
		{"cycle soon\n" + a, "line 1: the cycle is no length"},
		{cycle + a + secretB + "\n", "line 3: begins with neither"},
		{cycle + "\x00\n" + a, "line 2: begins with neither"},
		{cycle + "Epoch" + a[5:], "line 2: begins with neither"},
		{cycle + "epoch 1 from 5 " + secretA + "\n", "line 2: want `epoch NUMBER"},
		{cycle + "epoch 1 from 5 secret " + secretA + " x\n", "line 2: want `epoch NUMBER"},
		{cycle + "epoch 1 of 5 secret " + secretA + "\n", "line 2: want `epoch NUMBER"},
		{cycle + "epoch 0 from 5 secret " + secretA + "\n", "line 2: the epoch is no number"},
		{cycle + "epoch 4294967296 from 5 secret " + secretA + "\n", "line 2: the epoch is no number"},
		{cycle + "epoch -1 from 5 secret " + secretA + "\n", "line 2: the epoch is no number"},
		{cycle + "epoch 1 from x secret " + secretA + "\n", "line 2: the cycle behind `from`"},
		{cycle + "epoch 1 from 4611686019 secret " + secretA + "\n", "line 2: the cycle behind `from` is no number from 0 to 4611686018"},
		{cycle + "epoch 1 from 5 secret " + secretA[1:] + "\n", "line 2: the secret is not 64"},
		{cycle + "epoch 1 from 5 secret " + secretA + "a\n", "line 2: the secret is not 64"},
		{cycle + "epoch 1 from 5 secret " + secretA[1:] + "g\n", "line 2: the secret is not 64"},
		{cycle + "epoch 1 from 5 secret " + strings.Repeat("0", 64) + "\n", "line 2: the secret is all zero"},
		{cycle + a + "epoch 2 from 9 secret " + secretA + "\n", "line 3: the secret is that of epoch 1 as well"},
		{cycle + b + a, "line 3: epoch 1 comes after epoch 2"},
		{cycle + a + "epoch 1 from 9 secret " + secretB + "\n", "line 3: epoch 1 comes after epoch 1"},
		{cycle + a + "epoch 2 from 5 secret " + secretB + "\n", "line 3: epoch 2 begins in cycle 5, not after cycle 5"},
		{cycle + a + b + "epoch 3 from 10 secret " + secretC + "\nepoch 4 from 11 secret " + strings.Repeat("04", 32) +
			"\nepoch 5 from 12 secret " + strings.Repeat("05", 32) + "\n", "line 6: more than 4 epochs"},
	}
	for _, row := range rows {
		s, err := Parse([]byte(row.text))
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%q: %v does not say %q", row.text, err, row.want)
			continue
		}
		if len(s.Keys) > 0 {
			t.Errorf("%q: refused, and %d keys returned", row.text, len(s.Keys))
		}
		if strings.Contains(err.Error(), secretA[:8]) || strings.Contains(err.Error(), secretB[:8]) {
			t.Errorf("the message shows a secret: %v", err)
		}
	}
}

// FuzzParse sees that whatever is read can be written and read again, and is fit for the core.
func FuzzParse(f *testing.F) {
	f.Add([]byte("cycle 200ms\nepoch 3 from 100 secret " + secretA + "\nepoch 7 from 101 secret " + secretB + "\n"))
	f.Add([]byte("cycle 1s # x\nepoch 1 from 0 secret " + secretC + " # y\n"))
	f.Add([]byte("cycle 1s\nepoch 1 from 18446744073709551615 secret " + secretC + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if err != nil {
			if len(err.Error()) > 200 {
				t.Errorf("a message of %d bytes", len(err.Error()))
			}
			return
		}
		again, err := Parse(s.Format())
		if err != nil || !reflect.DeepEqual(s, again) {
			t.Fatalf("read %v, then %v, %v", s, again, err)
		}
		cfg := controlnet.Config{
			Hosts: 1, Cycle: time.Second, Delay: time.Millisecond, Process: time.Millisecond, Drift: 1e-4,
		}
		if _, err := controlnet.New(cfg, controlnet.Start{Keys: s.Keys}, &controlnet.Output{}); err != nil {
			t.Errorf("read keys that the core refuses: %v", err)
		}
	})
}
