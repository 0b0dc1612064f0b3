package api

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// uploadDirs begins the names of the directories of uploads.
const uploadDirs = "wangge-uploads-"

// lockName is the file in such a directory that its server holds a lock on. The system gives the lock back however the process ends. One
// without the file is being made, or of before there were locks, and is left alone.
const lockName = ".lock"

// lockDir locks a directory that was just made, until the file is closed.
func lockDir(dir string) (*os.File, error) {
	// Locked under another name first: what has the name is locked.
	made := filepath.Join(dir, lockName+"-new")
	file, err := os.OpenFile(made, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		err = os.Rename(made, filepath.Join(dir, lockName))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// removeAbandoned removes the directories of uploads in parent, "" for the system's temporary directory, that no living process holds:
// what a server that crashed has left.
func removeAbandoned(parent string) {
	if parent == "" {
		parent = os.TempDir()
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // making our own will say why
	}
	for _, e := range entries {
		// Links are not followed, and what others own is refused by the system.
		if !e.IsDir() || !strings.HasPrefix(e.Name(), uploadDirs) {
			continue
		}
		if err := removeIfAbandoned(filepath.Join(parent, e.Name())); err != nil {
			slog.Warn("files of an ended server stay", "dir", e.Name(), "error", err)
		}
	}
}

// removeIfAbandoned removes a directory of uploads of ours unless a process holds its lock.
func removeIfAbandoned(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return nil //nolint:nilerr // somebody else has just removed it
	}
	if of, known := info.Sys().(*syscall.Stat_t); !info.IsDir() || !known || int(of.Uid) != os.Geteuid() {
		return nil
	}
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil //nolint:nilerr // a living process holds it
	}
	return os.RemoveAll(dir)
}
