package mvt

// Dirty reports whether projecting has made edges of s cross or turned a ring over.
func (s *Shape) Dirty() bool { return s.dirty }
