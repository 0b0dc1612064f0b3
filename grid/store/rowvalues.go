package store

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// rowValues returns what row.Values does. Nulls, numbers, texts, times and bytes are read by their types, without looking for a codec each time.
func rowValues(row pgx.CollectableRow) ([]any, error) {
	if values, ok := plainValues(row); ok {
		return values, nil
	}
	return row.Values()
}

// plainValues reads a row that has nothing but values which plainValue reads; not ok for another.
func plainValues(row pgx.CollectableRow) (values []any, ok bool) {
	fields, raw := row.FieldDescriptions(), row.RawValues()
	values = make([]any, len(raw))
	for i := range raw {
		if raw[i] == nil {
			continue
		}
		if values[i], ok = plainValue(&fields[i], raw[i]); !ok {
			return nil, false
		}
	}
	return values, true
}

// plainValue reads a value in the form that pgx asks for by its type: binary, but for texts; not ok for a type that it leaves to others.
func plainValue(f *pgconn.FieldDescription, raw []byte) (v any, ok bool) {
	switch f.DataTypeOID {
	case pgtype.TextOID, pgtype.VarcharOID: // alike in both forms
		return string(raw), true
	}
	if f.Format != pgtype.BinaryFormatCode {
		return nil, false
	}
	switch f.DataTypeOID {
	case pgtype.ByteaOID:
		return append(make([]byte, 0, len(raw)), raw...), true
	}
	switch {
	case f.DataTypeOID == pgtype.BoolOID && len(raw) == 1:
		return raw[0] != 0, true
	case f.DataTypeOID == pgtype.Int2OID && len(raw) == 2:
		return int16(binary.BigEndian.Uint16(raw)), true
	case f.DataTypeOID == pgtype.Int4OID && len(raw) == 4:
		return int32(binary.BigEndian.Uint32(raw)), true
	case f.DataTypeOID == pgtype.Int8OID && len(raw) == 8:
		return int64(binary.BigEndian.Uint64(raw)), true
	case f.DataTypeOID == pgtype.Float8OID && len(raw) == 8:
		return math.Float64frombits(binary.BigEndian.Uint64(raw)), true
	case f.DataTypeOID == pgtype.TimestamptzOID && len(raw) == 8:
		return plainTime(int64(binary.BigEndian.Uint64(raw)))
	}
	return nil, false
}

// plainTime reads microseconds since the year 2000; not ok for infinity.
func plainTime(micros int64) (v any, ok bool) {
	const epoch = 946_684_800 // 2000-01-01 in Unix time
	if micros == math.MaxInt64 || micros == math.MinInt64 {
		return nil, false
	}
	return time.Unix(epoch+micros/1_000_000, micros%1_000_000*1000), true
}
