package mvt

// Distorted reports whether projecting has made edges of s cross or turned a ring over.
func (s *Shape) Distorted() bool { return len(s.crossings) > 0 || s.turnedOver() }
