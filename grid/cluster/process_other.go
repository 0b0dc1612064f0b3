//go:build !linux

package cluster

import "syscall"

// Without /proc a server can be reached by its path only, lives until Stop, and judges an old pid file by itself.
const handleDir = ""

func dieWithUs(*syscall.SysProcAttr) {}

func serves(int, string) bool { return false }

func removeStalePidFile(string) error { return nil }
