// Review: candidates by probability, the map, the evidence, and a decision with one key.

import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { get, getAll, post } from '../core/api';
import { chance, count, fixed, shortId } from '../core/format';
import { lang, t, termsOf, word } from '../core/i18n';
import { replaceRoute, route } from '../core/router';
import { mayReview, user } from '../core/session';
import type { Area, GeoJson, Hazard, HazardRow, List, MosaicFacts, ReviewRequest, Run } from '../core/types';
import { MapView } from '../map/map_view';
import type { NetMap } from '../map/net_map';
import { HazardDetail } from '../review/detail';
import { KeysDialog, MergeDialog, NoteDialog, RejectDialog } from '../review/dialogs';
import { allOpen, Table, type Filter } from '../review/table';
import { useLoaded, useWide } from '../ui/hooks';
import { Icon } from '../ui/icons';
import { Busy, Empty, Fault, say, sayFault, Tabs } from '../ui/parts';
import { VirtualList } from '../ui/virtual_list';

type View = 'list' | 'map' | 'detail';
type Asking = 'reject' | 'merge' | 'note' | 'keys' | null;

async function loadTable(signal: AbortSignal): Promise<Table> {
  return new Table(await getAll<HazardRow>('/hazards?fields=map', 100000, signal));
}

export default function ReviewPage(): JSX.Element {
  const loaded = useLoaded(loadTable, []);
  const runs = useLoaded((signal) => get<List<Run>>('/runs', signal), []);
  if (loaded.error && !loaded.value) return <Fault error={loaded.error} onRetry={loaded.reload} />;
  if (!loaded.value) return <Busy />;
  if (loaded.value.length === 0) return <Empty icon="review">{t('nothingYet')}</Empty>;
  return <Review table={loaded.value} runs={runs.value?.items ?? []} />;
}

function Review({ table, runs }: { table: Table; runs: Run[] }): JSX.Element {
  const wide = useWide();
  const [filter, setFilter] = useState<Filter>(allOpen);
  const [view, setView] = useState<View>('list');
  const [asking, setAsking] = useState<Asking>(null);
  const [showFilters, setShowFilters] = useState(false);
  const [changes, setChanges] = useState(0);  // decisions made: what fits may differ
  const [selected, setSelected] = useState(() => table.indexOf(route.value.rest[0] ?? ''));
  const [mosaic, setMosaic] = useState('');
  const map = useRef<NetMap | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const found = useMemo(() => table.select(filter), [table, filter, changes]);
  const place = useMemo(() => found.indexOf(selected), [found, selected]);
  const allowed = user.value ? mayReview(user.value.role) : false;

  // Keys come quicker than frames are drawn: whatever a key does, it does to what was chosen by the key before it.
  const now = useRef({ selected, found });
  now.current.found = found;

  const choose = useCallback((index: number, follow: 'pan' | 'none' = 'pan') => {
    now.current.selected = index;
    setSelected(index);
    if (index < 0) return;
    replaceRoute('review', table.ids[index]!);
    const [lon, lat] = [table.lon[index]!, table.lat[index]!];
    map.current?.select(lon, lat, null, follow);
  }, [table]);

  /** The detail has come: where it lies, and how surely. */
  const showEllipse = useCallback((h: Hazard) => {
    const index = now.current.selected;
    if (!h.sigma_major_m || index < 0 || table.ids[index] !== h.id) return;
    const [lon, lat] = [table.lon[index]!, table.lat[index]!];
    map.current?.select(lon, lat, { lon, lat, major: h.sigma_major_m, minor: h.sigma_minor_m ?? h.sigma_major_m, azimuth: h.sigma_azimuth_deg ?? 0 }, 'none');
  }, [table]);

  const step = useCallback((by: number) => {
    const { selected: from, found: list } = now.current;
    if (list.length === 0) return;
    const place = list.indexOf(from);
    choose(list[place < 0 ? 0 : Math.max(0, Math.min(list.length - 1, place + by))]!);
  }, [choose]);

  // The first one is what the engineer came for.
  useEffect(() => {
    if (selected < 0 && found.length > 0 && wide) choose(found[0]!, 'none');
  }, [found.length > 0]);

  useEffect(() => {
    const timer = setTimeout(() => map.current?.showPoints(found, table.groups), 30);
    return () => clearTimeout(timer);
  }, [found, table]);

  const may = useCallback((decision: ReviewRequest['decision']): boolean => {
    const index = now.current.selected;
    if (!allowed || index < 0) return false;
    const state = table.states[index]!;
    if (decision === 'note') return true;
    if (decision === 'accept') return ['new', 'reopened', 'watch'].includes(state);
    return !['rejected', 'merged', 'closed'].includes(state);
  }, [allowed, table]);

  const decide = useCallback(async (request: ReviewRequest): Promise<void> => {
    setAsking(null);
    if (!may(request.decision)) return;
    const { selected: index, found: list } = now.current;
    const id = table.ids[index]!;
    const before = table.states[index]!;
    const after: Record<string, string> = { accept: 'to_verify', reject: 'rejected', merge: 'merged', note: before };
    // At once on the screen; taken back if the server refuses.
    table.setState(index, after[request.decision]!);
    if (request.decision !== 'note') {
      const place = list.indexOf(index);
      const next = list[place + 1] ?? list[place - 1];
      if (next !== undefined) choose(next);
    }
    setChanges((n) => n + 1);
    try {
      const answer = await post<{ state: string }>(`/hazards/${encodeURIComponent(id)}/review`, request);
      table.setState(index, answer.state);
      say(request.decision === 'accept' ? t('accepted') : request.decision === 'reject' ? t('rejected', word('reject_codes', request.reason_code))
        : request.decision === 'merge' ? t('merged', shortId(request.into ?? '')) : t('noted'));
    } catch (error) {
      table.setState(index, before);
      sayFault(error);
    }
    setChanges((n) => n + 1);
  }, [table, choose, may]);

  const ask = useCallback((what: 'reject' | 'merge' | 'note') => {
    if (may(what)) setAsking(what);
  }, [may]);

  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
      if (target.matches('input:not([type=checkbox]):not([type=range]), textarea, select')) {
        if (event.key === 'Escape') target.blur();
        return;
      }
      const actions: Record<string, () => void> = {
        j: () => step(1),
        k: () => step(-1),
        a: () => void decide({ decision: 'accept' }),
        r: () => ask('reject'),
        m: () => ask('merge'),
        n: () => ask('note'),
        '/': () => { setShowFilters(true); setTimeout(() => search.current?.focus(), 0); },
        '?': () => setAsking('keys'),
      };
      const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [step, decide, ask]);
  const mayDecide = may('reject');
  const mayAccept = may('accept');

  const ready = (made: NetMap): void => {
    map.current = made;
    made.onPick((index) => {
      choose(index, 'none');
      if (!wide) setView('detail');
    });
    made.setPoints(table);
    made.showPoints(now.current.found, table.groups);
    if (selected >= 0) made.select(table.lon[selected], table.lat[selected], null, 'zoom');
    void get<List<Area>>('/areas').then(async ({ items }) => {
      const all: unknown[] = [];
      for (const area of items) all.push(...(await get<GeoJson>(`/areas/${encodeURIComponent(area.id)}/network`)).features);
      made.setNetwork({ type: 'FeatureCollection', features: all });
    }).catch(() => undefined);
  };

  useEffect(() => {
    let gone = false;
    void (async () => {
      if (!mosaic) {
        map.current?.setMosaic(null, null);
        map.current?.setTraces(null);
        return;
      }
      const root = `/runs/${encodeURIComponent(mosaic)}`;
      try {
        const facts = await get<MosaicFacts>(`${root}/mosaic.json`);
        if (!gone) map.current?.setMosaic(`/api/v1${root}/mosaic`, facts);
        const traces = await get<GeoJson>(`${root}/traces`).catch(() => null);
        if (!gone) map.current?.setTraces(traces);
      } catch (error) {
        sayFault(error);
      }
    })();
    return () => { gone = true; };
  }, [mosaic]);

  const fitsNow = found.length;
  const list = fitsNow === 0 ? <Empty icon="filter">{t('nothingFits')}</Empty> : (
    <VirtualList
      length={fitsNow} rowHeight={56} label={t('listLabel')} name="hazard" class="hazards" active={place}
      onChoose={(i) => { choose(found[i]!); if (!wide) setView('detail'); }}
      row={(i) => {
        const index = found[i]!;
        const score = table.score[index]!;
        return (
          <div class="hazard">
            <span class={`dot g${table.groups[index]}`} />
            <span class="grow"><b>{shortId(table.ids[index]!)}</b><small>{word('kinds', table.kinds[index])} · {word('states', table.states[index])}</small></span>
            <span class="num"><b>{chance(score)}</b>{Number.isFinite(table.rise[index]!) && <small>{fixed(table.rise[index])} K</small>}</span>
          </div>
        );
      }}
    />
  );

  const filters = (
    <div class="filters">
      <label class="search"><Icon name="search" size={18} /><input ref={search} type="search" placeholder={t('search')} aria-label={t('search')} value={filter.text} onInput={(e) => setFilter({ ...filter, text: e.currentTarget.value })} /></label>
      <select aria-label={t('state')} value={filter.state} onChange={(e) => setFilter({ ...filter, state: e.currentTarget.value })}>
        <option value="review">{t('toReview')}</option><option value="open">{t('openOnes')}</option><option value="all">{t('all')}</option>
        {termsOf('states').map((s) => <option key={s.code} value={s.code}>{lang.value === 'zh' ? s.zh : s.en}</option>)}
      </select>
      <select aria-label={t('kind')} value={filter.kind} onChange={(e) => setFilter({ ...filter, kind: e.currentTarget.value })}>
        <option value="">{t('kind')}: {t('all')}</option>
        {termsOf('kinds').map((k) => <option key={k.code} value={k.code}>{lang.value === 'zh' ? k.zh : k.en}</option>)}
      </select>
      <label class="range"><span>{t('minScore')} <b>{Math.round(filter.minScore * 100)} %</b></span><input type="range" min="0" max="95" step="5" value={filter.minScore * 100} onInput={(e) => setFilter({ ...filter, minScore: Number(e.currentTarget.value) / 100 })} /></label>
      <label class="check"><input type="checkbox" checked={filter.box !== null} onChange={(e) => setFilter({ ...filter, box: e.currentTarget.checked ? map.current?.bounds() ?? null : null })} />{t('inView')}</label>
    </div>
  );

  const withMosaic = runs.filter((r) => r.has_mosaic !== false);
  const mapPart = (
    <MapView onReady={ready}>
      <div class="map-tools">
        {withMosaic.length > 0 && (
          <label><span class="hidden-text">{t('mosaic')}</span>
            <select aria-label={t('mosaic')} value={mosaic} onChange={(e) => setMosaic(e.currentTarget.value)}>
              <option value="">{t('mosaic')}: {t('none')}</option>
              {withMosaic.map((r) => <option key={r.scan} value={r.scan}>{t('mosaic')} {r.flown_on ?? r.scan}</option>)}
            </select>
          </label>
        )}
      </div>
      <ul class="map-legend" aria-hidden="true">
        <li><span class="dot g1" />{t('suspectedLeak')}</li><li><span class="dot g0" />{t('anomaly')}</li><li><span class="dot g2" />{t('confirmedLeak')}</li>
        <li><i class="line supply" />{t('supply')}</li><li><i class="line return" />{t('returnPipe')}</li>
      </ul>
    </MapView>
  );

  const actions = selected >= 0 && allowed && (
    <div class="decide" role="group" aria-label={t('review')}>
      <button type="button" class="square" aria-label={t('keyPrevious')} title={`${t('keyPrevious')} (k)`} disabled={place <= 0} onClick={() => step(-1)}><Icon name="back" /></button>
      <button type="button" class="accept" disabled={!mayAccept} title="a" onClick={() => void decide({ decision: 'accept' })}><Icon name="check" />{t('accept')}</button>
      <button type="button" class="reject" disabled={!mayDecide} title="r" onClick={() => ask('reject')}><Icon name="cross" />{t('reject')}</button>
      <button type="button" class="square" aria-label={t('merge')} title={`${t('merge')} (m)`} disabled={!mayDecide} onClick={() => ask('merge')}><Icon name="merge" /></button>
      <button type="button" class="square" aria-label={t('addNote')} title={`${t('addNote')} (n)`} onClick={() => ask('note')}><Icon name="note" /></button>
      <button type="button" class="square flip" aria-label={t('keyNext')} title={`${t('keyNext')} (j)`} disabled={place >= fitsNow - 1} onClick={() => step(1)}><Icon name="back" /></button>
    </div>
  );
  const detail = selected < 0 ? <Empty icon="review">{t('chooseOne')}</Empty> : <HazardDetail key={table.ids[selected]} id={table.ids[selected]!} version={changes} onLoaded={showEllipse} />;

  return (
    <div class={`review view-${view}`}>
      <h1 class="hidden-text">{t('reviewTitle')}</h1>
      <div class="review-list">
        <div class="list-head">
          <span class="num" role="status">{t('shown', count(fitsNow), count(table.length))}</span>
          <button type="button" class="quiet" aria-expanded={showFilters} onClick={() => setShowFilters(!showFilters)}><Icon name="filter" size={18} />{t('filters')}</button>
          <button type="button" class="quiet square only-wide" aria-label={t('keys')} onClick={() => setAsking('keys')}><Icon name="keyboard" /></button>
        </div>
        {(showFilters || wide) && filters}
        {list}
      </div>
      <div class="review-map">{mapPart}</div>
      <div class="review-detail"><div class="scroll" tabIndex={0} role="region" aria-label={t('detail')}>{detail}</div>{actions}</div>
      {!wide && <Tabs class="switch" label={t('reviewTitle')} value={view} onChange={setView} tabs={[{ value: 'list', text: t('list') }, { value: 'map', text: t('map') }, { value: 'detail', text: t('detail') }]} />}
      {asking === 'reject' && <RejectDialog onClose={() => setAsking(null)} onChoose={(reason_code, note) => void decide({ decision: 'reject', reason_code, ...(note && { note }) })} />}
      {asking === 'merge' && <MergeDialog table={table} index={selected} onClose={() => setAsking(null)} onChoose={(into) => void decide({ decision: 'merge', into })} />}
      {asking === 'note' && <NoteDialog onClose={() => setAsking(null)} onSave={(note) => void decide({ decision: 'note', note })} />}
      {asking === 'keys' && <KeysDialog onClose={() => setAsking(null)} />}
    </div>
  );
}
