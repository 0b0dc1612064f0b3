//go:build faults

package store

import (
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// fault makes the server fail here when WANGGE_FAULT names the place: name or name:kill ends the process as SIGKILL does, name:cut
// cuts the connection to the database, name:sleep stands still for a minute, in which others may do either.
func fault(tx pgx.Tx, name string) {
	at, how, _ := strings.Cut(os.Getenv("WANGGE_FAULT"), ":")
	if at != name {
		return
	}
	switch how {
	case "", "kill":
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until it has arrived
	case "cut":
		if tx == nil { // after the commit
			return
		}
		_ = tx.Conn().PgConn().Conn().Close()
	case "sleep":
		time.Sleep(time.Minute)
	}
}
