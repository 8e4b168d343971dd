// Candidates as columns: a hundred thousand rows are filtered and sorted in a few milliseconds.

import type { HazardRow } from '../core/types';
import { distanceM } from '../map/geometry';

/** 0 thermal anomaly, 1 suspected leak, 2 confirmed leak, 3 dealt with. Software never makes one of the other. */
export type Group = 0 | 1 | 2 | 3;

const confirmed = new Set(['confirmed', 'emergency', 'planned', 'rectifying', 'to_accept', 'carried']);
const over = new Set(['rejected', 'merged', 'closed']);
const toReview = new Set(['new', 'reopened']);

export function groupOf(state: string, kind: string, score: number | null): Group {
  if (over.has(state)) return 3;
  if (confirmed.has(state)) return 2;
  return (kind === 'leak' || kind === 'unknown') && (score ?? 0) >= 0.5 ? 1 : 0;
}

export interface Filter {
  text: string;
  /** 'review': nobody decided yet; 'open': not over; 'all'; or a state's code. */
  state: string;
  kind: string;
  minScore: number;
  box: [number, number, number, number] | null;
}
export const allOpen: Filter = { text: '', state: 'review', kind: '', minScore: 0, box: null };

export class Table {
  readonly ids: string[];
  readonly lon: Float64Array;
  readonly lat: Float64Array;
  readonly score: Float32Array;  // -1: unknown
  readonly rise: Float32Array;  // NaN: unknown
  readonly states: string[];
  readonly kinds: string[];
  readonly groups: Uint8Array;
  private readonly lower: string[];
  private readonly byId = new Map<string, number>();
  /** All rows, most probable first. */
  private readonly ranked: Uint32Array;

  constructor(rows: HazardRow[]) {
    const n = rows.length;
    this.ids = new Array<string>(n);
    this.lower = new Array<string>(n);
    this.states = new Array<string>(n);
    this.kinds = new Array<string>(n);
    this.lon = new Float64Array(n);
    this.lat = new Float64Array(n);
    this.score = new Float32Array(n);
    this.rise = new Float32Array(n);
    this.groups = new Uint8Array(n);
    rows.forEach(([id, lon, lat, score, state, kind, rise], i) => {
      this.ids[i] = id;
      this.lower[i] = id.toLowerCase();
      this.byId.set(id, i);
      this.lon[i] = lon;
      this.lat[i] = lat;
      this.score[i] = score ?? -1;
      this.rise[i] = rise ?? NaN;
      this.states[i] = state;
      this.kinds[i] = kind;
      this.groups[i] = groupOf(state, kind, score);
    });
    this.ranked = Uint32Array.from({ length: n }, (_, i) => i);
    this.ranked.sort((a, b) => this.score[b]! - this.score[a]! || a - b);
  }

  get length(): number {
    return this.ids.length;
  }
  indexOf(id: string): number {
    return this.byId.get(id) ?? -1;
  }
  setState(index: number, state: string): void {
    this.states[index] = state;
    this.groups[index] = groupOf(state, this.kinds[index]!, this.score[index]! < 0 ? null : this.score[index]!);
  }

  matches(i: number, filter: Filter, text = filter.text.trim().toLowerCase()): boolean {
    const state = this.states[i]!;
    if (filter.state === 'review' ? !toReview.has(state) : filter.state === 'open' ? over.has(state) : filter.state !== 'all' && filter.state !== state) return false;
    if (filter.kind && filter.kind !== this.kinds[i]) return false;
    if (filter.minScore > 0 && this.score[i]! < filter.minScore) return false;
    if (text && !this.lower[i]!.includes(text)) return false;
    if (filter.box) {
      const [w, s, e, n] = filter.box;
      if (this.lon[i]! < w || this.lon[i]! > e || this.lat[i]! < s || this.lat[i]! > n) return false;
    }
    return true;
  }

  /** Rows that fit, most probable first. */
  select(filter: Filter): Uint32Array {
    const found = new Uint32Array(this.length);
    let n = 0;
    const text = filter.text.trim().toLowerCase();
    for (const i of this.ranked) {
      if (!this.matches(i, filter, text)) continue;
      found[n++] = i;
    }
    return found.subarray(0, n);
  }

  /** Others that are not over, nearest first. */
  near(index: number, withinM: number): { index: number; distance: number }[] {
    const lon = this.lon[index]!;
    const lat = this.lat[index]!;
    const dLat = withinM / 111000;
    const dLon = dLat / Math.max(0.05, Math.cos((lat * Math.PI) / 180));
    const found: { index: number; distance: number }[] = [];
    for (let i = 0; i < this.length; ++i) {
      if (i === index || Math.abs(this.lat[i]! - lat) > dLat || Math.abs(this.lon[i]! - lon) > dLon) continue;
      if (this.states[i] === 'rejected' || this.states[i] === 'merged') continue;
      const distance = distanceM(lon, lat, this.lon[i]!, this.lat[i]!);
      if (distance <= withinM) found.push({ index: i, distance });
    }
    return found.sort((a, b) => a.distance - b.distance).slice(0, 20);
  }
}
