package geo

import "math"

// DistanceM returns the geodesic distance from a to b in metres on the WGS 84 ellipsoid, the short way around.
//
// It is accurate to 1e-7 of itself up to 6 km (Gauss's mid-latitude formula) and to a millimetre beyond (Vincenty).
// Between points nearly opposite each other on the globe, where Vincenty's iteration does not converge, it is the
// distance on a sphere and accurate to 0.6 %. It is never NaN.
//
// Source: T. Vincenty, Direct and inverse solutions of geodesics on the ellipsoid, Survey Review 23 (1975), 88-93,
// doi:10.1179/sre.1975.23.176.88.
func DistanceM(a, b Point) float64 {
	return distanceM(float64(a.X)*radPerUnit, float64(a.Y)*radPerUnit, float64(b.X)*radPerUnit, float64(b.Y)*radPerUnit)
}

// distanceM is DistanceM for positions in radians.
func distanceM(lon1, lat1, lon2, lat2 float64) float64 {
	dLon := math.Abs(lon2 - lon1)
	if dLon > math.Pi {
		dLon = 2*math.Pi - dLon
	}
	dLat := lat2 - lat1
	if midLat := (lat1 + lat2) / 2; math.Abs(dLat)+dLon < 0.001 && math.Abs(midLat) < 1.4 {
		return midLatitudeM(midLat, dLat, dLon)
	}
	if d, ok := vincentyM(lat1, lat2, dLon); ok {
		return d
	}
	return haversineM(lat1, lat2, dLon)
}

// midLatitudeM is Gauss's formula for short lines: the chord in the plane of the radii of curvature at the middle
// latitude, with the terms of second order.
func midLatitudeM(lat, dLat, dLon float64) float64 {
	meridian, parallel, cos := radiiM(lat)
	s := math.Sin(lat)
	y := meridian * dLat * (1 - dLon*dLon*(2*cos*cos+s*s)/24)
	x := parallel * dLon * (1 - (dLon*dLon*s*s-dLat*dLat)/24)
	return math.Hypot(x, y)
}

// radiiM returns the metres per radian along the meridian and along the parallel at latitude lat (radians), and the
// cosine of lat.
func radiiM(lat float64) (meridian, parallel, cos float64) {
	s, cos := math.Sincos(lat)
	w := 1 - eccSquared*s*s
	n := semiMajorM / math.Sqrt(w)
	return n * (1 - eccSquared) / w, n * cos, cos
}

// vincentyM is Vincenty's inverse formula, with his symbols. It reports false when it does not converge.
func vincentyM(lat1, lat2, dLon float64) (float64, bool) {
	const f, maxRounds = flattening, 100
	sinU1, cosU1 := math.Sincos(math.Atan((1 - f) * math.Tan(lat1)))
	sinU2, cosU2 := math.Sincos(math.Atan((1 - f) * math.Tan(lat2)))
	lambda := dLon
	for range maxRounds {
		sinL, cosL := math.Sincos(lambda)
		sinSigma := math.Hypot(cosU2*sinL, cosU1*sinU2-sinU1*cosU2*cosL)
		if sinSigma == 0 {
			return 0, dLon < 1 // both points are one; or they are opposite, which is the other case
		}
		cosSigma := sinU1*sinU2 + cosU1*cosU2*cosL
		sigma := math.Atan2(sinSigma, cosSigma)
		sinAlpha := cosU1 * cosU2 * sinL / sinSigma
		cos2Alpha := 1 - sinAlpha*sinAlpha
		cos2SigmaM := 0.0 // along the equator
		if cos2Alpha > 1e-12 {
			cos2SigmaM = cosSigma - 2*sinU1*sinU2/cos2Alpha
		}
		c := f / 16 * cos2Alpha * (4 + f*(4-3*cos2Alpha))
		before := lambda
		lambda = dLon + (1-c)*f*sinAlpha*
			(sigma+c*sinSigma*(cos2SigmaM+c*cosSigma*(2*cos2SigmaM*cos2SigmaM-1)))
		if math.Abs(lambda) > math.Pi {
			return 0, false
		}
		if math.Abs(lambda-before) < 1e-12 {
			return vincentySeriesM(cos2Alpha, sigma, sinSigma, cosSigma, cos2SigmaM), true
		}
	}
	return 0, false
}

// vincentySeriesM is the distance that the converged iteration leads to.
func vincentySeriesM(cos2Alpha, sigma, sinSigma, cosSigma, cos2SigmaM float64) float64 {
	u2 := cos2Alpha * (semiMajorM*semiMajorM/(semiMinorM*semiMinorM) - 1)
	a := 1 + u2/16384*(4096+u2*(-768+u2*(320-175*u2)))
	b := u2 / 1024 * (256 + u2*(-128+u2*(74-47*u2)))
	q := 2*cos2SigmaM*cos2SigmaM - 1
	dSigma := b * sinSigma * (cos2SigmaM + b/4*(cosSigma*q-
		b/6*cos2SigmaM*(4*sinSigma*sinSigma-3)*(2*q-1)))
	return semiMinorM * a * (sigma - dSigma)
}

// haversineM is the distance on the sphere of the ellipsoid's mean radius.
func haversineM(lat1, lat2, dLon float64) float64 {
	const radius = (2*semiMajorM + semiMinorM) / 3
	sLat, sLon := math.Sin((lat2-lat1)/2), math.Sin(dLon/2)
	h := sLat*sLat + math.Cos(lat1)*math.Cos(lat2)*sLon*sLon
	return 2 * radius * math.Asin(math.Sqrt(min(1, h)))
}

// DistanceToSegmentM returns the distance in metres from p to the nearest point of the segment from a to b, which is
// straight in lon/lat. It is measured in a plane that is true to scale at p, and so accurate to about 1e-4 of itself
// up to 1 km and 1e-3 up to 10 km, below 60 degrees of latitude; farther off it only ranks.
func DistanceToSegmentM(p, a, b Point) float64 {
	meridian, parallel, _ := radiiM(float64(p.Y) * radPerUnit)
	kx, ky := parallel*radPerUnit, meridian*radPerUnit
	ax, ay := float64(int64(a.X)-int64(p.X))*kx, float64(int64(a.Y)-int64(p.Y))*ky
	dx, dy := float64(int64(b.X)-int64(a.X))*kx, float64(int64(b.Y)-int64(a.Y))*ky
	if d2 := dx*dx + dy*dy; d2 > 0 {
		t := max(0, min(1, -(ax*dx+ay*dy)/d2))
		ax, ay = ax+t*dx, ay+t*dy
	}
	return math.Hypot(ax, ay)
}
