package store

// Happened is happened, for tests of what becomes of its rows.
var Happened = happened

// ResponseDueSQL is responseDueSQL, for tests of what it reads.
const ResponseDueSQL = responseDueSQL

// RowValues is rowValues, and PlainValues plainValues, for tests of what they read.
var (
	RowValues   = rowValues
	PlainValues = plainValues
)
