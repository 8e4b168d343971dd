// Numbers, days and sizes as people read them. Unknown stays unknown: an en dash, never a nought.

import { lang, t, word } from './i18n';

export const dash = '–';

export function fixed(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined || !Number.isFinite(value) ? dash : value.toFixed(digits);
}

export function withUnit(value: number | null | undefined, unit: string, digits = 1): string {
  return value === null || value === undefined || !Number.isFinite(value) ? dash : `${value.toFixed(digits)} ${unit}`;
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? dash : value.toLocaleString('en-US').replace(/,/g, '\u202f');
}

export function percent(part: number, whole: number): string {
  return whole > 0 ? `${Math.round((100 * part) / whole)} %` : dash;
}

/** Of a probability: nothing is certain, and nothing impossible. */
export function chance(score: number | null | undefined): string {
  if (score === null || score === undefined || !(score >= 0)) return dash;
  if (score >= 0.995) return '>99 %';
  return score < 0.005 ? '<1 %' : `${Math.round(score * 100)} %`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let scaled = value / 1000;
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${scaled.toFixed(scaled < 10 ? 1 : 0)} ${units[unit]}`;
}

export function metres(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return dash;
  if (value < 10) return `${value.toFixed(1)} m`;
  if (value < 1000) return `${Math.round(value)} m`;
  return `${(value / 1000).toFixed(value < 10000 ? 2 : 1)} km`;
}

/** 1 spot, 2 spots, 3.5 m. */
export function amount(value: number, unit: string): string {
  const name = word('units', unit);
  return `${value} ${lang.value === 'en' && value === 1 ? name.replace(/(?<=..)s$/, '') : name}`;
}

/** 25.2 万元, or CNY 252,000 in short. */
export function money(yuan: number | null | undefined): string {
  if (yuan === null || yuan === undefined) return dash;
  if (lang.value === 'zh') return `${(yuan / 1e4).toFixed(yuan < 1e6 ? 1 : 0)} 万元`;
  return yuan < 1e6 ? `CNY ${Math.round(yuan / 1000)} k` : `CNY ${(yuan / 1e6).toFixed(2)} M`;
}

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return dash;
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

const two = (n: number): string => String(n).padStart(2, '0');

export function localDay(date = new Date()): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "05:12" today, "11-26 05:12" before. */
export function clock(at: string | null | undefined): string {
  if (!at) return dash;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return localDay(date) === localDay() ? time : `${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

export function ago(at: string | null | undefined): string {
  if (!at) return dash;
  const seconds = (Date.now() - new Date(at).getTime()) / 1000;
  return seconds < 45 ? t('justNow') : t('ago', duration(seconds));
}

/** The end of a hazard's id is what people say to each other. */
export function shortId(id: string): string {
  const parts = id.split('-');
  return parts.length > 3 ? `…${parts.slice(-3).join('-')}` : id;
}
