package store

// Happened is happened, for tests of what becomes of its rows.
var Happened = happened

// ResponseDueSQL is responseDueSQL, for tests of what it reads.
const ResponseDueSQL = responseDueSQL

// RowValues is rowValues, for tests of what it reads.
var RowValues = rowValues
