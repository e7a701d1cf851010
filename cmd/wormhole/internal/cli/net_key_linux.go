package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/proactive-resilience/wormhole/controlnet/keys"
	"github.com/proactive-resilience/wormhole/policies"
)

// defaultLead is how long after now a new epoch begins where nothing else is said: time
// enough to bring a file to all hosts and to see that they have it.
const defaultLead = time.Hour

// newNetKey makes the group of commands for key files.
func newNetKey(e *env) *cobra.Command {
	c := group(&cobra.Command{
		Use:   "key",
		Short: "Make, change and show the keys of the control network",
		Long: `Frames of the control network are authenticated with keys from a file that is the same
on all hosts. Make it in one place, and bring it to the others in a way that keeps it
secret. Nobody but its owner may read it (mode 0600).`,
	})
	c.AddCommand(newNetKeyNew(e), newNetKeyRotate(e), newNetKeyShow(e))
	return c
}

func newNetKeyNew(e *env) *cobra.Command {
	var policy string
	c := &cobra.Command{
		Use:   "new FILE",
		Short: "Make the key file of a new network",
		Long: `Makes a key file with one key, drawn by chance, that is in use from the beginning. It
takes the length of a cycle from the policy: key changes are counted in cycles, so a
file is refused by a network with another one.`,
		Args: oneArg("FILE"),
	}
	c.Flags().StringVar(&policy, "policy", "", "policy of the network")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if policy == "" {
			return usageError(c, errors.New("--policy is missing: it gives the length of a cycle"))
		}
		p, err := e.readPolicy(policy)
		if err != nil {
			return err
		}
		if err := newKeys(args[0], p); err != nil {
			return err
		}
		return e.showKeys(args[0])
	}
	return c
}

// newKeys makes the key file of the network that a policy describes.
func newKeys(file string, p *policies.Policy) error {
	if _, err := netConfig(p, 0, p.Replicas, 0); err != nil {
		return err
	}
	return hintKeys(keys.Generate(file, p.Control.Cycle), file)
}

func newNetKeyRotate(e *env) *cobra.Command {
	from := &instant{}
	c := &cobra.Command{
		Use:   "rotate FILE",
		Short: "Add the next key to a key file, from a time on",
		Long: `Adds a key, drawn by chance, that all hosts change to at the same time, and takes out
those that have been over for an hour. Bring the file to all hosts before that time: a
host that has not got it by then loses contact until it has. Hosts notice a new file
by themselves.`,
		Args: oneArg("FILE"),
	}
	c.Flags().Var(from, "from", "time from which the key is used, as 2030-01-31T12:00:00Z (default in an hour)")
	c.RunE = func(_ *cobra.Command, args []string) error {
		now := e.now()
		start := from.or(now.Add(defaultLead))
		if start.Year() > 2115 || start.Year() < 1970 {
			return usageError(c, fmt.Errorf("--from is %s; use a time that is soon", stamp(start)))
		}
		if _, err := keys.Rotate(args[0], time.Duration(now.UnixNano()), start.Sub(now)); err != nil {
			return hintKeys(err, args[0])
		}
		return e.showKeys(args[0])
	}
	return c
}

func newNetKeyShow(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "show FILE",
		Short: "Show the epochs of a key file, without the keys",
		Args:  oneArg("FILE"),
		RunE:  func(_ *cobra.Command, args []string) error { return e.showKeys(args[0]) },
	}
}

// netKeys is what is shown of a key file. It has no secrets.
type netKeys struct {
	APIVersion string     `json:"apiVersion"`
	Kind       string     `json:"kind"`
	Cycle      string     `json:"cycle"`
	Epochs     []netEpoch `json:"epochs"`
}

// netEpoch is one key: its number, and from when on it is used.
type netEpoch struct {
	Epoch     uint32    `json:"epoch"`
	FromCycle uint64    `json:"fromCycle"`
	From      time.Time `json:"from"`
	State     string    `json:"state"` // over, in use or to come
}

// showKeys prints the epochs of a file.
func (e *env) showKeys(file string) error {
	set, err := keys.Read(file)
	if err != nil {
		return hintKeys(err, file)
	}
	shown := describeKeys(&set, e.now())
	return e.print(shown, func(w io.Writer) error { return writeKeys(w, shown) })
}

// describeKeys says of each epoch when it is used, as seen at an instant.
func describeKeys(set *keys.Set, now time.Time) *netKeys {
	shown := &netKeys{APIVersion: policies.APIVersion, Kind: "NetKeys", Cycle: set.Cycle.String()}
	for i := range set.Keys {
		k := &set.Keys[i]
		epoch := netEpoch{Epoch: k.Epoch, FromCycle: k.From, From: cycleStart(k.From, set.Cycle), State: "to come"}
		if !epoch.From.After(now) {
			epoch.State = "in use"
		}
		if i > 0 && epoch.State == "in use" {
			shown.Epochs[i-1].State = "over"
		}
		shown.Epochs = append(shown.Epochs, epoch)
	}
	return shown
}

// cycleStart is when a cycle begins, and the last instant there is for one that is too far.
func cycleStart(cycle uint64, length time.Duration) time.Time {
	if cycle > uint64(math.MaxInt64/length) {
		return time.Unix(0, math.MaxInt64).UTC()
	}
	return time.Unix(0, int64(cycle)*int64(length)).UTC()
}

func writeKeys(w io.Writer, k *netKeys) error {
	fmt.Fprintf(w, "cycle %s\n", k.Cycle)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, epoch := range k.Epochs {
		from := "the beginning"
		if epoch.FromCycle > 0 {
			from = stamp(epoch.From)
		}
		fmt.Fprintf(tw, "epoch %d\t%s\tfrom %s\n", epoch.Epoch, epoch.State, from)
	}
	return tw.Flush()
}

// hintKeys says what can be done about a key file that cannot be used.
func hintKeys(err error, file string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return withHint(err, "run 'wormhole net key rotate %s' to change its key", file)
	case errors.Is(err, fs.ErrNotExist):
		return withHint(err, "make one with 'wormhole net key new %s --policy FILE', and bring it to all hosts", file)
	case errors.Is(err, fs.ErrPermission):
		return withHint(err, "run as the user who owns it, or as root")
	}
	return err
}
