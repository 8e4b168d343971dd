// A temperature profile: the measured curve, the pipe's own trace below it, and what lies between filled.

import type { JSX } from 'preact';
import { t } from '../core/i18n';
import type { Profile } from '../core/types';

export function niceTicks(low: number, high: number, wanted: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const raw = span / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= raw) ?? raw;
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-6; ++i) ticks.push(+(i * step).toPrecision(12));
  return ticks;
}

type Values = (number | null | undefined)[];
const isKnown = (v: number | null | undefined): v is number => typeof v === 'number' && Number.isFinite(v);

/** An SVG path that breaks where nothing was measured. */
export function linePath(xs: number[], ys: Values, x: (v: number) => number, y: (v: number) => number): string {
  let path = '';
  let pen = false;
  for (let i = 0; i < xs.length; ++i) {
    const value = ys[i];
    if (!isKnown(value)) {
      pen = false;
      continue;
    }
    path += `${pen ? 'L' : 'M'}${x(xs[i]!).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = true;
  }
  return path;
}

/** Closed areas between two curves, one for each stretch where both are known. */
export function areaPath(xs: number[], upper: Values, lower: Values, x: (v: number) => number, y: (v: number) => number): string {
  let path = '';
  let from = 0;
  for (let i = 0; i <= xs.length; ++i) {
    if (i < xs.length && isKnown(upper[i]) && isKnown(lower[i])) continue;
    if (i - from > 1) {
      const there = linePath(xs.slice(from, i), upper.slice(from, i), x, y);
      const back = linePath(xs.slice(from, i).reverse(), lower.slice(from, i).reverse(), x, y);
      path += `${there}${back.replace('M', 'L')}Z`;
    }
    from = i + 1;
  }
  return path;
}

export function ProfilePlot({ profile, title }: { profile: Profile; title: string }): JSX.Element | null {
  const values = profile.celsius.filter(isKnown);
  if (profile.x_m.length < 2 || values.length < 2) return null;
  const base = profile.baseline_c ?? [];
  const all = [...values, ...base.filter(isKnown)];
  const low = Math.min(...all);
  const high = Math.max(...all, low + 1);
  const width = 340;
  const height = 150;
  const edge = { left: 34, right: 10, top: 14, bottom: 24 };
  const x0 = profile.x_m[0]!;
  const x1 = profile.x_m[profile.x_m.length - 1]!;
  const x = (v: number): number => edge.left + ((v - x0) / (x1 - x0 || 1)) * (width - edge.left - edge.right);
  const y = (v: number): number => height - edge.bottom - ((v - low) / (high - low)) * (height - edge.top - edge.bottom);
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}: ${Math.min(...values).toFixed(1)} – ${Math.max(...values).toFixed(1)} °C`}>
        {niceTicks(low, high, 4).map((v) => (
          <g key={v}>
            <path class="grid" d={`M${edge.left} ${y(v)}H${width - edge.right}`} />
            <text x={edge.left - 5} y={y(v) + 4} class="ty">{v}</text>
          </g>
        ))}
        {niceTicks(x0, x1, 6).map((v) => <text key={v} x={x(v)} y={height - 8} class="tx">{v}</text>)}
        <path class="excess" d={areaPath(profile.x_m, profile.celsius, base, x, y)} />
        <path class="base" d={linePath(profile.x_m, base, x, y)} />
        <path class="curve" d={linePath(profile.x_m, profile.celsius, x, y)} />
        <text x={edge.left - 5} y={9} class="ty">°C</text>
      </svg>
      <p class="legend"><i class="l-curve" />{t('measured')} <i class="l-base" />{t('ownTrace')}</p>
    </figure>
  );
}
