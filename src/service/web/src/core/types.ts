// What the service says and hears: the JSON of /api/v1, as far as the pages use it.

export type Role = 'administrator' | 'manager' | 'engineer' | 'crew' | 'district' | 'city' | 'auditor';
export type Lang = 'zh' | 'en';

export interface User {
  id: string;
  name: string;
  role: Role;
  organisation?: string | null;
  district?: string | null;
  lang?: Lang | null;
  must_change?: boolean;
}
export interface Session { user: User; csrf: string }
export interface List<T> { items: T[]; next?: string | null }

export interface Term { code: string; en: string; zh: string }
export type Vocabulary = Record<string, Term[]>;

export interface Area {
  id: string;
  name: string;
  organisation?: string;
  district?: string;
  bounds?: [number, number, number, number] | null;
}

export interface Conditions { air_temp_c?: number | null; wind_m_s?: number | null; humidity_pct?: number | null }
export interface ScanFacts {
  area: string;
  crew: string;
  instrument: string;
  flown_on: string;
  conditions: Conditions;
  note?: string;
}
export interface ScanFile { path: string; size: number; sha256: string }
export type ScanState = 'open' | 'committed' | 'running' | 'done' | 'failed' | 'parked';
export interface Scan extends ScanFacts {
  id: string;
  state: ScanState;
  owner?: string;
  file_count?: number;
  files?: ScanFile[];
  bytes?: number;
  received?: { files: number; bytes: number };
  jobs?: string[];
  reason?: string | null;
}

export interface Quality {
  state: 'waiting' | 'running' | 'done' | 'failed';
  reason?: string | null;
  frames?: number | null;
  usable?: number | null;
  unusable?: { file: string; reason: string }[];
  marks?: Record<string, number>;
  blurred?: number | null;
  contrast_k?: number | null;
  coverage?: { pipe_m?: number | null; seen_m?: number | null; weak_m?: number | null } | null;
  refly?: GeoJson | null;
}

export interface GeoJson { type: 'FeatureCollection'; features: unknown[] }

export interface Run {
  scan: string;
  area?: string;
  flown_on?: string;
  candidates?: number;
  suspected?: number;
  finished_at?: string;
  has_mosaic?: boolean;
}
export interface MosaicFacts {
  extent_3857: [number, number, number, number];
  low_c?: number | null;
  high_c?: number | null;
}
/** Temperatures in °C; null where nothing was seen. */
export interface Profile { x_m: number[]; celsius: (number | null)[]; baseline_c?: (number | null)[] | null }
export interface ChipPicture {
  png: string;
  width_px: number;
  height_px: number;
  gsd_m?: number | null;
  low_c?: number | null;
  high_c?: number | null;
  spot_px?: [number, number] | null;
  pipes_px?: [number, number][][] | null;
  frame?: string | null;
}
export interface Evidence { chip?: ChipPicture | null; along?: Profile | null; across?: Profile | null }

/** id, lon, lat, score, state, kind, rise in K. */
export type HazardRow = [string, number, number, number | null, string, string, (number | null)?];

export interface Reason { code: string; contribution: number; text: string }
export interface Sighting {
  scan: string;
  candidate: string;
  date?: string | null;
  score?: number | null;
  delta_t_k?: number | null;
  views?: number | null;
}
export interface Place {
  lon?: number | null;
  lat?: number | null;
  sigma_major_m?: number | null;
  sigma_minor_m?: number | null;
  sigma_azimuth_deg?: number | null;
  pipe_id?: string | null;
  chainage_m?: number | null;
  offset_m?: number | null;
  address?: string | null;
  district?: string | null;
  unit?: string | null;
  dn_mm?: number | null;
  depth_m?: number | null;
  laying?: string | null;
}
export interface HistoryEvent {
  number: number;
  at?: string;
  on?: string;
  by?: string;
  role?: string;
  action: string;
  reason?: string | null;
  from?: string | null;
  to?: string | null;
}
export interface VerificationRecord { method: string; result: string; date?: string; by?: string; note?: string }
export interface Hazard extends Place {
  id: string;
  state: string;
  kind: string;
  season?: number;
  source?: string;
  score?: number | null;
  asset?: string | null;
  year_built?: number | null;
  delta_t_k?: number | null;
  delta_t_sigma_k?: number | null;
  heat_loss_w_p10?: number | null;
  heat_loss_w_p50?: number | null;
  heat_loss_w_p90?: number | null;
  length_m?: number | null;
  verified?: boolean;
  grade?: string | null;
  urgency?: string | null;
  reject_code?: string | null;
  merged_into?: string | null;
  work_order?: string | null;
  plan_item?: string | null;
  found_on?: string | null;
  reasons?: Reason[];
  sightings?: Sighting[];
  verifications?: VerificationRecord[];
  attachments?: { purpose: string; file: string; sha256: string; url?: string | null }[];
  history?: HistoryEvent[];
  transitions?: string[];
}
export interface ReviewRequest {
  decision: 'accept' | 'reject' | 'merge' | 'note';
  reason_code?: string;
  into?: string;
  note?: string;
}
export interface VerificationRequest {
  client_id: string;
  method: string;
  result: string;
  on: string;
  note: string;
  lon: number | null;
  lat: number | null;
}

export interface TodayItem extends Place {
  hazard: string;
  task: 'verify' | 'order';
  state: string;
  kind: string;
  score?: number | null;
  delta_t_k?: number | null;
  plan_item?: string | null;
  text?: { en: string; zh: string } | string | null;
  due?: string | null;
}
export interface Today { day: string; items: TodayItem[] }

export interface PlanItem extends Place {
  id: string;
  batch: string;
  state: string;
  hazard_ids: string[];
  asset: string;
  source: string;
  class: string;
  measure: string;
  text: { en: string; zh: string };
  quantity: number;
  quantity_unit: string;
  cost_yuan: number;
  urgency?: string;
  grade?: string | null;
  emergency?: boolean;
  no_start?: boolean;
  window_from: string;
  window_to: string;
  start?: string | null;
  end?: string | null;
  crew?: string;
  rule?: string;
  missing?: string[];
  courtyard?: string | null;
}
export interface ItemProgress {
  done: number;
  started?: string | null;
  finished?: string | null;
  accepted?: string | null;
  closed?: string | null;
}
export interface Plan {
  season: number;
  version: number;
  batch: string;
  date: string;
  stage_from: string;
  stage_to: string;
  items: PlanItem[];
  unplanned?: { hazard_id: string; why: string; detail?: { text: string } }[];
  progress?: Record<string, ItemProgress>;
}
export interface FileEntry { name: string; size: number }
export interface StatRow {
  name: string;
  items: number;
  started: number;
  finished: number;
  accepted: number;
  closed: number;
  overdue: number;
  planned_yuan: number;
  planned: Record<string, number>;
  done: Record<string, number>;
}
export interface Share { part: number; whole: number }
export interface Statistics {
  day: string;
  week_from?: string;
  rows: StatRow[];
  done_today?: Record<string, number>;
  done_this_week?: Record<string, number>;
  overdue?: string[];
  ledger?: {
    hazards: number;
    open: number;
    by_state?: Record<string, number>;
    verified?: Share;
    confirmed?: Share;
    dug?: Share;
    planned?: Share;
    closed?: Share;
    covered_km?: Share;
  } | null;
}

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'parked' | 'cancelled';
export interface Job {
  id: string;
  kind: string;
  scan?: string | null;
  state: JobState;
  tries?: number;
  percent?: number | null;
  stage?: string | null;
  queued_at?: string | null;
  started_at?: string | null;
  ended_at?: string | null;
  reason?: string | null;
}
export interface LogPiece { text: string; next: number; end: boolean }

export interface Account {
  id: string;
  name: string;
  role: Role;
  organisation?: string | null;
  district?: string | null;
  lang?: Lang | null;
  active: boolean;
  last_login_at?: string | null;
  password?: string;
}
export interface Token {
  id: string;
  name: string;
  token?: string;
  created_at?: string | null;
  last_used_at?: string | null;
  expires_at?: string | null;
}
export interface AuditEntry {
  number?: number;
  at: string;
  user?: string | null;
  address?: string | null;
  status?: number | null;
  action: string;
  object?: string | null;
  detail?: string | null;
}
