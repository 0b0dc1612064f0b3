package cluster

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// handleDir is the first inherited file as the child can name it, whatever lies above it.
const handleDir = "/proc/self/fd/3"

// dieWithUs has the kernel end the child when the thread that starts it ends. SIGQUIT is PostgreSQL's immediate
// shutdown: the server takes all its processes along.
func dieWithUs(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGQUIT }

// serves reports whether process pid is a server on the data directory: a server's working directory is its data.
func serves(pid int, data string) bool {
	cwd, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false
	}
	info, err := os.Stat(data)
	return err == nil && os.SameFile(cwd, info)
}

func removeStalePidFile(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
