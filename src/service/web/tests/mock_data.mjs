// A small district that never was: pipes, candidates, a plan, jobs. The same for the same seed.
import { deflateSync } from 'node:zlib';

export function random(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let x = Math.imul(s ^ (s >>> 15), 1 | s);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

const lon0 = 123.4305;
const lat0 = 41.8007;
const perLat = 1 / 111195;
const perLon = perLat / Math.cos((lat0 * Math.PI) / 180);
export const at = (eastM, northM) => [+(lon0 + eastM * perLon).toFixed(7), +(lat0 + northM * perLat).toFixed(7)];

// --- pictures: the smallest PNG writer that does ---

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; ++k) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
function crc(bytes) {
  let c = 0xffffffff;
  for (const b of bytes) c = crcTable[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
function chunk(type, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}
/** pixel(x, y) gives [r, g, b, a]. */
export function png(width, height, pixel) {
  const raw = Buffer.alloc((width * 4 + 1) * height);
  for (let y = 0; y < height; ++y) {
    for (let x = 0; x < width; ++x) raw.set(pixel(x, y), y * (width * 4 + 1) + 1 + x * 4);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0))]);
}
const stops = [[0, 0, 4], [27, 12, 65], [74, 12, 107], [120, 28, 109], [165, 44, 96], [207, 68, 70], [237, 105, 37], [251, 155, 6], [247, 209, 61], [252, 255, 164]];
export function inferno(v) {
  const t = Math.max(0, Math.min(0.9999, v)) * (stops.length - 1);
  const i = Math.floor(t);
  return stops[i].map((c, k) => Math.round(c + (stops[i + 1][k] - c) * (t - i)));
}

// --- the network: a primary main with its return, streets off it, courtyards ---

const line = (props, ...points) => ({ type: 'Feature', geometry: { type: 'LineString', coordinates: points.map(([e, n]) => at(e, n)) }, properties: { layer: 'pipe', ...props } });

export const streets = ['文化路', '青年大街', '三好街', '南塔街', '五爱街', '北陵街', '黄河路', '崇山路', '塔湾街', '长江街', '昆山路', '惠工街'];

export function makeNetwork(blocks = 12) {
  const features = [];
  const width = 220;
  const half = (blocks * width) / 2;
  const pipes = [];
  const add = (id, dn, level, laying, depth, ...points) => {
    for (const [medium, shift] of [['supply', 0], ['return', 1.6]]) {
      const moved = points.map(([e, n], i) => (Math.abs((points[i + 1] ?? points[i - 1])[1] - n) < 1 ? [e, n - shift] : [e + shift, n]));
      features.push(line({ pipe_id: `${id}-${medium === 'supply' ? 'S' : 'R'}`, dn_mm: dn, medium, level, laying, depth_m: depth }, ...moved));
    }
    pipes.push({ id: `${id}-S`, dn, level, laying, depth, points });
  };
  for (let i = 0; i <= blocks; i += 3) add(`M${i}`, 600, 'primary', 'buried', 1.4, [-half, -half + i * width + 14], [0, -half + i * width], [half, -half + i * width - 10]);
  for (let i = 0; i <= blocks; ++i) add(`B${i}`, 250, 'primary', 'duct', 1.1, [-half + i * width, -half], [-half + i * width + 6, half]);
  for (let i = 0; i < blocks; ++i) {
    for (let j = 0; j < blocks; ++j) {
      const e = -half + i * width;
      const n = -half + j * width;
      add(`S${i}.${j}`, 100, 'secondary', 'buried', 0.9, [e, n + 90], [e + 120, n + 96], [e + 120, n + 170]);
      features.push({ type: 'Feature', geometry: { type: 'Point', coordinates: at(e, n + 90) }, properties: { layer: 'chamber', id: `J${i}.${j}` } });
    }
  }
  return { collection: { type: 'FeatureCollection', features }, pipes, half };
}

// --- hazards ---

const reasonsOf = (rise, r) => [
  { code: 'contrast', contribution: 1.54, text: { en: `${rise.toFixed(1)} ± 0.3 K above the pipe's own trace`, zh: `高出管道自身热影 ${rise.toFixed(1)} ± 0.3 K` } },
  { code: 'above_noise', contribution: 0.6, text: { en: `${Math.round(8 + r() * 20)} times the noise of this street`, zh: `为该街道噪声的 ${Math.round(8 + r() * 20)} 倍` } },
  { code: 'width_fits_depth', contribution: 0.4, text: { en: '2.0 m across fits the pipe\'s depth (about 1.9 m expected)', zh: '宽 2.0 m,与埋深相符(预期约 1.9 m)' } },
  { code: 'near_cover', contribution: -0.42, text: { en: 'a chamber 6 m away may be the cause', zh: '6 m 外有井室,可能为其散热' } },
];

export function makeHazards(n, network, seed = 7) {
  const r = random(seed);
  const hazards = new Map();
  for (let i = 1; i <= n; ++i) {
    const pipe = network.pipes[Math.floor(r() * network.pipes.length)];
    const k = Math.floor(r() * (pipe.points.length - 1));
    const t = r();
    const [a, b] = [pipe.points[k], pipe.points[k + 1]];
    const [lon, lat] = at(a[0] + (b[0] - a[0]) * t + (r() - 0.5) * 2, a[1] + (b[1] - a[1]) * t + (r() - 0.5) * 2);
    const score = +Math.pow(r(), 1.6).toFixed(4);
    const kind = score > 0.45 || r() < 0.35 ? 'leak' : r() < 0.6 ? 'insulation' : 'installation';
    const rise = +(0.8 + score * 7 + r()).toFixed(2);
    const state = i % 23 === 0 ? 'rejected' : i % 17 === 0 ? 'confirmed' : i % 11 === 0 ? 'to_verify' : 'new';
    const id = `SY-210104-U012-2026-1-${String(i).padStart(5, '0')}`;
    hazards.set(id, {
      id, season: 2026, source: 'operating', kind, state, lon, lat, score: kind === 'leak' ? Math.max(score, 0.12) : score, pipe_id: pipe.id,
      chainage_m: +(t * 120).toFixed(1), offset_m: +((r() - 0.5) * 2).toFixed(2), dn_mm: pipe.dn, depth_m: i % 9 === 0 ? null : pipe.depth, laying: pipe.laying,
      asset: pipe.level === 'primary' ? 'primary_pipe' : 'secondary_pipe', year_built: i % 5 === 0 ? null : 1988 + (i % 30),
      sigma_major_m: +(0.4 + r() * 1.4).toFixed(2), sigma_minor_m: +(0.3 + r() * 0.4).toFixed(2), sigma_azimuth_deg: Math.round(r() * 180),
      address: i % 4 === 0 ? null : `${streets[i % streets.length]} ${1 + (i % 88)} 号`, district: ['沈河区', '和平区', '大东区'][i % 3], unit: ['惠天热电', '东热', '国惠环保'][i % 3],
      delta_t_k: rise, delta_t_sigma_k: 0.35, heat_loss_w_p10: Math.round(rise * 120), heat_loss_w_p50: Math.round(rise * 230), heat_loss_w_p90: Math.round(rise * 420),
      length_m: 3, verified: state === 'confirmed', grade: null, urgency: null, reject_code: state === 'rejected' ? 'manhole' : null, found_on: '2026-01-15',
      reasons: reasonsOf(rise, r),
      sightings: [{ scan: '20260115-a1b2c3d4', candidate: `${pipe.id}@${String(Math.round(t * 120)).padStart(4, '0')}`, date: '2026-01-15', score, delta_t_k: rise, views: 3 + (i % 5) }],
      verifications: [], attachments: [],
      history: [{ number: i, at: '2026-01-16T00:41:00Z', on: '2026-01-15', by: 'thermoleak', role: 'engineer', action: 'import', from: null, to: 'new' }],
      transitions: ['to_verify', 'rejected', 'merged'],
    });
  }
  return hazards;
}

export function makeEvidence(hazard) {
  const r = random(hazard.id.length * 131 + hazard.chainage_m * 10);
  const [w, h] = [200, 160];
  const spot = [96 + r() * 10, 78 + r() * 6];
  const noise = Float32Array.from({ length: w * h }, () => r());
  const chip = png(w, h, (x, y) => {
    const pipe = 0.32 * Math.exp(-(((y - 80 - (x - 100) * 0.06) / 11) ** 2));
    const leak = (0.25 + 0.06 * hazard.delta_t_k) * Math.exp(-(((x - spot[0]) / 15) ** 2 + ((y - spot[1]) / 12) ** 2));
    const road = y > 120 ? 0.12 : 0;
    return [...inferno(0.1 + pipe + leak + road + 0.06 * noise[y * w + x]), 255];
  });
  const profile = (from, to, width) => {
    const x_m = Array.from({ length: 81 }, (_, i) => +(from + ((to - from) * i) / 80).toFixed(2));
    const mid = (from + to) / 2;
    return {
      x_m,
      baseline_c: x_m.map((x) => +(-8.2 + (width > 2 ? 0.15 * Math.sin(x / 7) : 1.1 * Math.exp(-((x / 2.4) ** 2)))).toFixed(2)),
      celsius: x_m.map((x, i) => (i > 70 && i < 74 && width > 2 ? null : +(-8.2 + (width > 2 ? 0.15 * Math.sin(x / 7) : 1.1 * Math.exp(-((x / 2.4) ** 2))) + hazard.delta_t_k * Math.exp(-(((x - mid) / width) ** 2)) + (r() - 0.5) * 0.4).toFixed(2))),
    };
  };
  return {
    chip: {
      png: `data:image/png;base64,${chip.toString('base64')}`, width_px: w, height_px: h, gsd_m: 0.08, low_c: -9.6, high_c: 2.1, spot_px: spot,
      pipes_px: [[[0, 74], [200, 86]], [[0, 94], [200, 106]]], frame: 'DJI_0003_R.JPG',
    },
    along: profile(hazard.chainage_m - 15, hazard.chainage_m + 15, 2.2),
    across: profile(-8, 8, 1.4),
  };
}

export function makeMosaic(network) {
  const [w, h] = [700, 700];
  const r = random(3);
  const rough = Float32Array.from({ length: 60 * 60 }, () => r());
  const picture = png(w, h, (x, y) => {
    const [u, v] = [x / w - 0.5, y / h - 0.5];
    // Turned a little against north, as a metric grid is.
    const [a, b] = [u * 0.999 + v * 0.04, v * 0.999 - u * 0.04];
    if (Math.abs(a) > 0.47 || Math.abs(b) > 0.47) return [0, 0, 0, 0];
    const noise = rough[Math.floor((y / h) * 59) * 60 + Math.floor((x / w) * 59)];
    const street = Math.min(Math.abs(((a + 0.5) * 6) % 1 - 0.5), Math.abs(((b + 0.5) * 6) % 1 - 0.5));
    return [...inferno(0.18 + 0.16 * noise + 0.3 * Math.exp(-((street / 0.05) ** 2))), 255];
  });
  const size = network.half * 0.55;
  const mercator = ([lon, lat]) => [(lon * 20037508.342789244) / 180, (Math.log(Math.tan(((90 + lat) * Math.PI) / 360)) / Math.PI) * 20037508.342789244];
  const [sw, ne] = [mercator(at(-size, -size)), mercator(at(size, size))];
  return { picture, facts: { width_px: w, height_px: h, extent_3857: [...sw, ...ne], corners: [at(-size, size), at(size, size), at(size, -size), at(-size, -size)], low_c: -12, high_c: 4 } };
}

// --- the plan ---

export function makePlan(n, hazards) {
  const r = random(11);
  const confirmed = Array.from(hazards.values()).filter((h) => h.kind === 'leak');
  const items = [];
  const progress = {};
  const day = (from, days) => new Date(Date.parse(`${from}T00:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
  for (let i = 0; i < n; ++i) {
    const hazard = confirmed[i % confirmed.length];
    const kind = ['minor', 'medium', 'major'][Math.floor(r() * 3)];
    const start = day('2026-04-16', Math.floor(r() * 120));
    const days = { minor: 2, medium: 6, major: 18 }[kind];
    const quantity = kind === 'minor' ? 1 : Math.round(10 + r() * 90);
    const id = `P-${hazard.id}${i < confirmed.length ? '' : `-${i}`}`;
    items.push({
      id, season: 2026, batch: i % 6 === 5 ? 'supplement' : 'first', state: 'submitted', version: 4, hazard_ids: [hazard.id], unit: hazard.unit, district: hazard.district,
      address: hazard.address, pipe_id: hazard.pipe_id, asset: hazard.asset, source: 'operating', dn_mm: hazard.dn_mm, year_built: hazard.year_built, depth_m: hazard.depth_m,
      laying: hazard.laying, lon_deg: hazard.lon, lat_deg: hazard.lat, class: kind, measure: { minor: 'verify', medium: 'repair', major: 'replace' }[kind],
      text: { minor: { en: 'dig to verify', zh: '开挖验证' }, medium: { en: 'cut out and weld in a piece', zh: '换管焊补' }, major: { en: 'replace the section', zh: '整段更换' } }[kind],
      quantity, quantity_unit: kind === 'minor' ? 'spot' : 'm', cost_yuan: { minor: 6000, medium: 68000, major: 252000 }[kind] * (0.7 + r() * 0.6), urgency: 'soon', grade: 'larger',
      emergency: i % 29 === 7, no_start: false, window_from: '2026-04-16', window_to: kind === 'major' ? '2026-08-31' : '2026-06-30', start, end: day(start, days), crew: '1', rule: 'P3',
      missing: i % 3 ? [] : ['collapse', 'households'],
    });
    if (i % 3 !== 2) {
      const share = i % 3 === 0 ? 1 : r() * 0.8;
      progress[id] = { done: Math.round(quantity * share), started: start, finished: share === 1 ? day(start, days) : null, accepted: i % 6 === 0 ? day(start, days + 3) : null, closed: i % 12 === 0 ? day(start, days + 5) : null };
    }
  }
  return { schema: 1, season: 2026, version: 4, batch: 'supplement', date: '2026-04-15', stage_from: '2026-04-16', stage_to: '2026-09-30', items, unplanned: [{ hazard_id: items[0]?.hazard_ids[0], why: 'missing_facts' }], progress };
}

export function statisticsOf(plan, hazards, by, day) {
  const rows = new Map();
  for (const item of plan.items) {
    const name = by === 'city' ? '' : item[by] ?? '';
    const row = rows.get(name) ?? { name, items: 0, started: 0, finished: 0, accepted: 0, closed: 0, overdue: 0, planned_yuan: 0, planned: {}, done: {} };
    const p = plan.progress[item.id];
    row.items += 1;
    row.planned_yuan += item.cost_yuan;
    row.planned[item.quantity_unit] = (row.planned[item.quantity_unit] ?? 0) + item.quantity;
    row.done[item.quantity_unit] = (row.done[item.quantity_unit] ?? 0) + (p?.done ?? 0);
    for (const key of ['started', 'finished', 'accepted', 'closed']) if (p?.[key]) row[key] += 1;
    if (item.end < day && !p?.finished) row.overdue += 1;
    rows.set(name, row);
  }
  const all = Array.from(hazards.values());
  return {
    day, week_from: day, rows: Array.from(rows.values()).sort((a, b) => (a.name < b.name ? -1 : 1)), done_today: { m: 46 }, done_this_week: { m: 310, spot: 7 },
    overdue: plan.items.filter((i) => i.end < day && !plan.progress[i.id]?.finished).map((i) => i.id),
    ledger: {
      hazards: all.length, open: all.filter((h) => !['rejected', 'merged', 'closed'].includes(h.state)).length, verified: { part: 64, whole: 210 }, confirmed: { part: 41, whole: 64 },
      dug: { part: 23, whole: 29 }, planned: { part: 38, whole: 41 }, closed: { part: 12, whole: 41 }, covered_km: { part: 31.4, whole: 36.2 },
    },
  };
}
