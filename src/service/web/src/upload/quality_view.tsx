// The quality check of a scan, while the crew is still on site: what was seen, how well, and what to fly again.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ApiError, get } from '../core/api';
import { count, fixed, metres, percent } from '../core/format';
import { t } from '../core/i18n';
import type { GeoJson, Quality, Scan } from '../core/types';
import { MapView } from '../map/map_view';
import type { NetMap } from '../map/net_map';
import { useLoaded } from '../ui/hooks';
import { Busy, Fault, Progress } from '../ui/parts';

interface ReflyFeature { geometry: { type: string; coordinates: unknown }; properties: { pipe_id?: string; from_m?: number; to_m?: number; reason?: string } | null }

/** Some point of the geometry: where the map goes. */
function anyPoint(coordinates: unknown): [number, number] | null {
  let at: unknown = coordinates;
  while (Array.isArray(at) && Array.isArray(at[0])) at = at[Math.floor(at.length / 2)];
  return Array.isArray(at) && typeof at[0] === 'number' && typeof at[1] === 'number' ? [at[0], at[1]] : null;
}

/** Not yet there is not a fault: the check waits for its turn. */
async function askQuality(scan: string, signal: AbortSignal): Promise<Quality> {
  try {
    return await get<Quality>(`/scans/${scan}/quality`, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { state: 'waiting' };
    throw error;
  }
}

export function QualityView({ scan }: { scan: Scan }): JSX.Element {
  const quality = useLoaded((signal) => askQuality(scan.id, signal), [scan.id], 3000);
  const map = useRef<NetMap | null>(null);
  const value = quality.value;
  const refly = (value?.refly?.features ?? []) as ReflyFeature[];
  const done = value?.state === 'done';
  const show = (made: NetMap): void => {
    map.current = made;
    made.setRefly(value?.refly ?? null);
    void get<GeoJson>(`/areas/${encodeURIComponent(scan.area)}/network`).then((network) => made.setNetwork(network), () => undefined);
  };
  useEffect(() => map.current?.setRefly(value?.refly ?? null), [refly.length]);
  if (!value) return quality.error ? <Fault error={quality.error} onRetry={quality.reload} /> : <Busy />;
  if (value.state === 'failed') return <Fault error={new Error(`${t('qualityFailed')}: ${value.reason ?? ''}`)} />;
  if (!done) return <section class="note"><h2>{t('qualityTitle')}</h2><p>{t('qualityWaiting')}</p><div class="progress endless"><i /></div></section>;
  const pipe = value.coverage?.pipe_m ?? 0;
  const seen = value.coverage?.seen_m ?? 0;
  const usable = value.usable ?? (value.frames ?? 0) - (value.unusable?.length ?? 0);
  const sharp = usable > 0 ? 1 - (value.marks?.blurred ?? value.blurred ?? 0) / usable : null;
  return (
    <section class="quality">
      <h2>{t('qualityTitle')}</h2>
      <p class={refly.length > 0 ? 'verdict warn' : 'verdict ok'}>{refly.length > 0 ? t('qualityRefly', refly.length) : t('qualityGood')}</p>
      <ul class="tiles">
        <li><b>{percent(seen, pipe)}</b><span>{t('coverage')}</span><Progress part={seen / (pipe || 1)} label={t('coverage')} /><small>{t('coverageOf', metres(seen), metres(pipe))}</small></li>
        <li><b>{sharp === null ? '–' : `${Math.round(sharp * 100)} %`}</b><span>{t('sharpness')}</span><Progress part={sharp ?? 0} label={t('sharpness')} /></li>
        <li><b>{fixed(value.contrast_k)} K</b><span>{t('contrast')}</span></li>
        <li><b>{count(usable)}</b><span>{t('usableFrames')}</span><small>/ {count(value.frames)}</small></li>
      </ul>
      <div class="split">
        <MapView onReady={show} class="tall" />
        <div>
          <h3>{t('reflyList')}</h3>
          {refly.length === 0 ? <p class="help">{t('none')}</p> : (
            <ol class="refly">
              {refly.map((f, i) => (
                <li key={i}><button type="button" class="row-button" onClick={() => {
                  const point = anyPoint(f.geometry.coordinates);
                  if (point) map.current?.goTo(point[0], point[1], 17);
                }}>
                  <b>{f.properties?.pipe_id ?? i + 1}</b>
                  <span>{f.properties?.from_m !== undefined && f.properties.to_m !== undefined ? `${Math.round(f.properties.from_m)}–${Math.round(f.properties.to_m)} m` : ''}</span>
                  <small>{f.properties?.reason ?? ''}</small>
                </button></li>
              ))}
            </ol>
          )}
          {(value.unusable?.length ?? 0) > 0 && (
            <details class="note-box">
              <summary>{t('unusable')}: {count(value.unusable?.length)}</summary>
              <ul class="plain-list">{value.unusable?.slice(0, 300).map((u) => <li key={u.file}><span>{u.file}</span><small>{u.reason}</small></li>)}</ul>
            </details>
          )}
        </div>
      </div>
    </section>
  );
}
