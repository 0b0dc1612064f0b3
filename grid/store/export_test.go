package store

// Happened is happened, for tests of what becomes of its rows.
var Happened = happened
