package lab

import (
	"fmt"
	"os"
	"os/exec"
)

// self is the command that runs this program in a role.
func self(role string) (*exec.Cmd, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program, to run it as %s: %w", role, err)
	}
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	return cmd, nil
}
