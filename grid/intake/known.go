package intake

import (
	"context"
	"hash/maphash"
)

// known finds codes that are there twice in a file or are stored already, and organisations that are not there.
type known struct {
	s      *session
	layer  string
	seed   maphash.Seed
	seen   map[uint64]struct{} // hashes of the file's codes: eight bytes each, whatever they are
	stored map[string]bool     // of the batch
	orgs   map[string]bool
}

func newKnown(s *session, layer string) *known {
	return &known{s: s, layer: layer, seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}, orgs: map[string]bool{}}
}

// maxOrgs bounds how many organisations are remembered between batches.
const maxOrgs = 100_000

// codesIn are the codes and organisations of a batch.
type codesIn struct{ codes, orgs []string }

func codesOf[T any](outcomes []outcome[placed[T]]) (in codesIn) {
	for i := range outcomes {
		if outcomes[i].reject != nil {
			continue
		}
		if c := outcomes[i].value.code; c != "" {
			in.codes = append(in.codes, c)
		}
		if o := outcomes[i].value.org; o != "" {
			in.orgs = append(in.orgs, o)
		}
	}
	return in
}

// check asks the database about the codes of a batch.
func (k *known) check(ctx context.Context, in codesIn) error {
	k.stored = map[string]bool{}
	if len(in.codes) > 0 {
		there, err := k.s.Store.ExistingCodes(ctx, k.layer, in.codes)
		if err != nil {
			return err
		}
		for _, c := range there {
			k.stored[c] = true
		}
	}
	return k.checkOrgs(ctx, in.orgs)
}

func (k *known) checkOrgs(ctx context.Context, orgs []string) error {
	if len(k.orgs) > maxOrgs {
		clear(k.orgs)
	}
	var ask []string
	for _, o := range orgs {
		if _, asked := k.orgs[o]; !asked {
			k.orgs[o] = false
			ask = append(ask, o)
		}
	}
	if len(ask) == 0 {
		return nil
	}
	there, err := k.s.Store.ExistingCodes(ctx, "organizations", ask)
	if err != nil {
		return err
	}
	for _, o := range there {
		k.orgs[o] = true
	}
	return nil
}

// refuse returns why a row with that code and organisation cannot be stored, nil when it can.
func (k *known) refuse(code, org string, line int64, row string) *Reject {
	if org != "" && !k.orgs[org] {
		return &Reject{Line: line, Field: "supervising_org_code", Rule: "unknown", Reason: "there is no organization " + shown(org), Row: row}
	}
	if code == "" {
		return nil
	}
	if k.stored[code] {
		return &Reject{Line: line, Field: "code", Rule: "QC-11", Reason: shown(code) + " is stored already", Row: row}
	}
	h := maphash.String(k.seed, code)
	if _, twice := k.seen[h]; twice {
		return &Reject{Line: line, Field: "code", Rule: "QC-11", Reason: shown(code) + " is there twice in the file", Row: row}
	}
	k.seen[h] = struct{}{}
	return nil
}
