package store

import "context"

// The channels on which a commit tells connected servers what to read again.
const (
	editionChannel  = "edition"  // payload: county code
	rosterChannel   = "roster"   // payload: county code
	settingsChannel = "settings" // payload: key
	FeedChannel     = "feed"     // payload: nothing; something has happened that has no number yet
	probeChannel    = "probe"    // payload: of the listener that sends it to itself; see listen.go
)

// notify sends to a channel when the transaction commits; the same payload twice in one is sent once.
func notify(ctx context.Context, tx DB, channel, payload string) error {
	_, err := tx.Exec(ctx, `SELECT pg_notify($1, $2)`, channel, payload)
	return err
}
