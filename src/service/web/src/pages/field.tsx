// Field: what to look at today, nearest first, and what was found there. Works without a link.

import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { callKept, get } from '../core/api';
import { chance, clock, fixed, metres, shortId, withUnit } from '../core/format';
import { lang, t, word } from '../core/i18n';
import { linkTo, replaceRoute, route } from '../core/router';
import { mayOpen, user } from '../core/session';
import type { Area, GeoJson, List, Today, TodayItem } from '../core/types';
import { flush, outbox, remove, type OutEntry } from '../field/outbox';
import { RecordForm } from '../field/record_form';
import { bearingDeg, distanceM } from '../map/geometry';
import { MapView } from '../map/map_view';
import type { NetMap } from '../map/net_map';
import { groupOf } from '../review/table';
import { groupName } from '../review/detail';
import { useLoaded, useWide } from '../ui/hooks';
import { Icon } from '../ui/icons';
import { Busy, Dialog, Empty, Facts, Fault, Tabs } from '../ui/parts';

interface Here { lon: number; lat: number; accuracy: number }

/** Follows the device once the person has agreed; without TLS browsers refuse. */
function useHere(): { here: Here | null; denied: boolean; ask: () => void } {
  const [here, setHere] = useState<Here | null>(null);
  const [denied, setDenied] = useState(false);
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    // Whoever agreed before is not asked again.
    void navigator.permissions?.query({ name: 'geolocation' }).then((p) => { if (p.state === 'granted') setAsked(true); }, () => undefined);
  }, []);
  useEffect(() => {
    if (!asked) return undefined;
    if (!('geolocation' in navigator)) {
      setDenied(true);
      return undefined;
    }
    const watch = navigator.geolocation.watchPosition(
      ({ coords }) => { setHere({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy }); setDenied(false); },
      (fault) => { if (fault.code === fault.PERMISSION_DENIED) setDenied(true); },
      { enableHighAccuracy: true, maximumAge: 5000, timeout: 30000 });
    return () => navigator.geolocation.clearWatch(watch);
  }, [asked]);
  return { here, denied, ask: () => setAsked(true) };
}

export default function FieldPage(): JSX.Element {
  const today = useLoaded(() => callKept<Today>('/today'), [], 60000);
  if (today.error && !today.value) return <Fault error={today.error} onRetry={today.reload} />;
  if (!today.value) return <Busy />;
  return <Field today={today.value.value} keptAt={today.value.keptAt} />;
}

function stateOf(entry: OutEntry): string {
  switch (entry.state) {
    case 'sent': return t('outSent', clock(entry.sent_at));
    case 'sending': return t('outSending');
    case 'refused': return t('outRefused', entry.fault);
    default: return t('outWaiting');
  }
}

function Field({ today, keptAt }: { today: Today; keptAt: string | null }): JSX.Element {
  const wide = useWide();
  const { here, denied, ask } = useHere();
  const [view, setView] = useState<'list' | 'map'>('list');
  const [showOutbox, setShowOutbox] = useState(false);
  const [recording, setRecording] = useState('');
  const map = useRef<NetMap | null>(null);
  const chosen = route.value.rest[0] ?? '';
  const entries = outbox.value;
  const recorded = new Map(entries.map((e) => [e.hazard, e]));
  const waiting = entries.filter((e) => e.state !== 'sent').length;

  const away = (item: TodayItem): number | null =>
    (here && typeof item.lon === 'number' && typeof item.lat === 'number' ? distanceM(here.lon, here.lat, item.lon, item.lat) : null);
  // Re-sorting while somebody walks would move the row under the thumb: only every 25 m.
  const spot = here ? `${Math.round(here.lat * 4000)},${Math.round(here.lon * 4000)}` : '';
  const items = useMemo(() => {
    const sorted = [...today.items];
    sorted.sort((a, b) => {
      const doneA = recorded.has(a.hazard) ? 1 : 0;
      const doneB = recorded.has(b.hazard) ? 1 : 0;
      if (doneA !== doneB) return doneA - doneB;
      const [x, y] = [away(a), away(b)];
      return x !== null && y !== null ? x - y : (b.score ?? 0) - (a.score ?? 0);
    });
    return sorted;
  }, [today, spot, entries.length]);
  const item = items.find((i) => i.hazard === chosen);

  const select = (i: TodayItem | undefined, follow: 'zoom' | 'pan'): void => {
    const ellipse = i && i.sigma_major_m && typeof i.lon === 'number' && typeof i.lat === 'number'
      ? { lon: i.lon, lat: i.lat, major: i.sigma_major_m, minor: i.sigma_minor_m ?? i.sigma_major_m, azimuth: i.sigma_azimuth_deg ?? 0 } : null;
    map.current?.select(i?.lon, i?.lat, ellipse, follow, false);
  };
  const choose = (hazard: string): void => {
    replaceRoute('field', ...(hazard ? [hazard] : []));
    select(items.find((i) => i.hazard === hazard), 'zoom');
  };
  const marks = (): void => map.current?.setMarks(items.filter((i) => typeof i.lon === 'number').map((i, n) => ({
    id: i.hazard, lon: i.lon!, lat: i.lat!, label: String(n + 1), done: recorded.has(i.hazard), active: i.hazard === chosen,
  })));
  useEffect(marks, [items, chosen]);
  useEffect(() => { if (here) map.current?.setMe(here.lon, here.lat, here.accuracy); }, [here]);

  const ready = (made: NetMap): void => {
    map.current = made;
    made.onMark((id) => { choose(id); if (!wide) setView('list'); });
    marks();
    if (here) made.setMe(here.lon, here.lat, here.accuracy);
    if (item) select(item, 'zoom');
    void get<List<Area>>('/areas').then(async ({ items: areas }) => {
      const all: unknown[] = [];
      for (const area of areas) all.push(...(await get<GeoJson>(`/areas/${encodeURIComponent(area.id)}/network`)).features);
      made.setNetwork({ type: 'FeatureCollection', features: all });
    }).catch(() => undefined);
  };

  const list = items.length === 0 ? <Empty icon="check">{t('nothingToday')}</Empty> : (
    <ol class="today">
      {items.map((i, n) => {
        const d = away(i);
        const entry = recorded.get(i.hazard);
        return (
          <li key={i.hazard}>
            <button type="button" class={i.hazard === chosen ? 'task on' : 'task'} aria-pressed={i.hazard === chosen} onClick={() => choose(i.hazard)}>
              <span class={entry ? 'number done' : 'number'}>{n + 1}</span>
              <span class="grow">
                <b>{i.address || i.pipe_id || shortId(i.hazard)}</b>
                <small>{t(i.task === 'order' ? 'taskOrder' : 'taskVerify')} · {groupName(groupOf(i.state, i.kind, i.score ?? null), i.kind)}{groupOf(i.state, i.kind, i.score ?? null) < 2 ? ` · ${chance(i.score)}` : ''}</small>
                {entry && <small class={`out ${entry.state}`}>{word('results', entry.request.result)} · {stateOf(entry)}</small>}
              </span>
              {d !== null && <span class="num far">{d < Math.max(15, here?.accuracy ?? 0) ? t('here') : metres(d)}</span>}
            </button>
          </li>
        );
      })}
    </ol>
  );

  return (
    <div class={`field view-${view}`}>
      <div class="field-list">
        <header class="list-head">
          <div class="grow">
            <h1>{t('fieldTitle')} <small class="num">{today.day}</small></h1>
            <p class="help">{keptAt ? t('noLinkKept', clock(keptAt)) : here ? t('nearestFirst') : denied ? t('positionDenied') : t('noPosition')}</p>
          </div>
          {!here && !denied && <button type="button" onClick={ask}><Icon name="locate" />{t('allowPosition')}</button>}
        </header>
        {entries.length > 0 && (
          <button type="button" class={waiting > 0 ? 'outbox-line waiting' : 'outbox-line'} onClick={() => setShowOutbox(true)}>
            <Icon name={waiting > 0 ? 'upload' : 'check'} size={18} />{waiting > 0 ? t('outboxCount', waiting) : `${t('sentCount')}: ${entries.length}`}
          </button>
        )}
        {list}
      </div>
      <div class="field-map"><MapView onReady={ready}>
        {here && <button type="button" class="locate" aria-label={t('allowPosition')} onClick={() => map.current?.goTo(here.lon, here.lat, 18)}><Icon name="locate" /></button>}
      </MapView></div>
      {item && <TaskCard item={item} here={here} distance={away(item)} entry={recorded.get(item.hazard) ?? null} wide={wide} onClose={() => choose('')} onMap={() => { setView('map'); select(item, 'zoom'); }} onRecord={() => setRecording(item.hazard)} />}
      {!wide && <Tabs class="switch" label={t('fieldTitle')} value={view} onChange={setView} tabs={[{ value: 'list', text: t('list') }, { value: 'map', text: t('map') }]} />}
      {recording && <RecordForm hazard={recording} lon={here?.lon ?? null} lat={here?.lat ?? null} onClose={() => setRecording('')} />}
      {showOutbox && (
        <Dialog title={t('outbox')} onClose={() => setShowOutbox(false)}>
          <ul class="plain-list out-list">
            {entries.map((e) => (
              <li key={e.client_id} class={e.state}>
                <span><b>{shortId(e.hazard)}</b> {word('results', e.request.result)}{e.photos.length > 0 && ` · ${t('photo')} ${e.photos.filter((p) => p.sent).length}/${e.photos.length}`}</span>
                <small>{clock(e.recorded_at)} · {stateOf(e)}</small>
                {e.state === 'refused' && <button type="button" onClick={() => void remove(e.client_id)}>{t('removeEntry')}</button>}
              </li>
            ))}
          </ul>
          {waiting > 0 && <button type="button" class="primary block" onClick={() => void flush(true)}>{t('sendNow')}</button>}
        </Dialog>
      )}
    </div>
  );
}

interface TaskCardProps {
  item: TodayItem; here: Here | null; distance: number | null; entry: OutEntry | null; wide: boolean;
  onClose: () => void; onMap: () => void; onRecord: () => void;
}
function TaskCard({ item, here, distance, entry, wide, onClose, onMap, onRecord }: TaskCardProps): JSX.Element {
  const towards = here && typeof item.lon === 'number' && typeof item.lat === 'number' ? bearingDeg(here.lon, here.lat, item.lon, item.lat) : null;
  const facts: [string, JSX.Element | string][] = [
    [t('pipe'), [item.pipe_id, item.dn_mm ? `DN${item.dn_mm}` : '', item.laying ? word('layings', item.laying) : ''].filter(Boolean).join(' · ') || t('unknown')],
    [t('chainage'), withUnit(item.chainage_m, 'm', 0)],
    [t('depth'), item.depth_m === null || item.depth_m === undefined ? t('unknown') : withUnit(item.depth_m, 'm')],
    [t('rise'), withUnit(item.delta_t_k, 'K')],
    [t('position'), item.sigma_major_m ? `± ${fixed(2 * item.sigma_major_m)} × ${fixed(2 * (item.sigma_minor_m ?? item.sigma_major_m))} m` : t('unknown')],
  ];
  return (
    <section class="task-card" aria-label={t('detail')}>
      <header>
        <div class="grow"><h2>{item.address || item.pipe_id || shortId(item.hazard)}</h2><p class="help">{item.hazard}{item.text ? ` · ${typeof item.text === 'string' ? item.text : item.text[lang.value]}` : ''}</p></div>
        <button type="button" class="quiet square" aria-label={t('close')} onClick={onClose}><Icon name="close" /></button>
      </header>
      {distance !== null && towards !== null && (
        <p class="towards"><svg width="34" height="34" viewBox="0 0 24 24" role="img" aria-label={`${t('compass')} ${Math.round(towards)}°`} style={{ transform: `rotate(${towards}deg)` }}><path d="M12 3l6 17-6-4-6 4z" /></svg><b class="num">{t('away', metres(distance))}</b><span class="num help">{Math.round(towards)}°</span></p>
      )}
      <Facts rows={facts} />
      {entry && <p class={`out ${entry.state}`}>{word('methods', entry.request.method)}: {word('results', entry.request.result)} · {stateOf(entry)}</p>}
      <div class="actions">
        {!wide && <button type="button" onClick={onMap}><Icon name="review" />{t('map')}</button>}
        {item.task === 'order' && item.plan_item && user.value && mayOpen('plan', user.value.role)
          ? <a class="button primary large" href={linkTo('plan', item.plan_item)}>{t('progressEntry')}</a>
          : <button type="button" class="primary large" onClick={onRecord}><Icon name="check" />{t('record')}</button>}
      </div>
    </section>
  );
}
