// Metres on the ground near a place, and what is drawn from them.

const earthRadiusM = 6371008.8;
const rad = Math.PI / 180;

export function distanceM(lon1: number, lat1: number, lon2: number, lat2: number): number {
  const dLat = (lat2 - lat1) * rad;
  const dLon = (lon2 - lon1) * rad;
  const a = Math.sin(dLat / 2) ** 2 + Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * earthRadiusM * Math.asin(Math.min(1, Math.sqrt(a)));
}

/** Clockwise from north, 0 .. 360. */
export function bearingDeg(lon1: number, lat1: number, lon2: number, lat2: number): number {
  const dLon = (lon2 - lon1) * rad;
  const y = Math.sin(dLon) * Math.cos(lat2 * rad);
  const x = Math.cos(lat1 * rad) * Math.sin(lat2 * rad) - Math.sin(lat1 * rad) * Math.cos(lat2 * rad) * Math.cos(dLon);
  return (Math.atan2(y, x) / rad + 360) % 360;
}

/** Longitude and latitude of a point that lies so many metres east and north. Good to millimetres over a kilometre. */
export function moved(lon: number, lat: number, eastM: number, northM: number): [number, number] {
  return [lon + eastM / (earthRadiusM * Math.cos(lat * rad)) / rad, lat + northM / earthRadiusM / rad];
}

/** Ring of an ellipse; the azimuth of its major axis is clockwise from north. */
export function ellipseRing(lon: number, lat: number, majorM: number, minorM: number, azimuthDeg: number, steps = 48): [number, number][] {
  const s = Math.sin(azimuthDeg * rad);
  const c = Math.cos(azimuthDeg * rad);
  const ring: [number, number][] = [];
  for (let i = 0; i <= steps; ++i) {
    const angle = (2 * Math.PI * (i % steps)) / steps;
    const along = majorM * Math.cos(angle);
    const beside = minorM * Math.sin(angle);
    ring.push(moved(lon, lat, along * s + beside * c, along * c - beside * s));
  }
  return ring;
}
