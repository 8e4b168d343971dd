// Everything about one hazard that helps to judge it.

import type { JSX } from 'preact';
import { get } from '../core/api';
import { chance, clock, fixed, withUnit } from '../core/format';
import { t, word } from '../core/i18n';
import { linkTo } from '../core/router';
import type { Evidence, Hazard, Reason } from '../core/types';
import { Chip } from '../ui/chip';
import { useLoaded } from '../ui/hooks';
import { Busy, Facts, Fault } from '../ui/parts';
import { ProfilePlot } from '../ui/plot';
import { groupOf } from './table';

/** What it is called; a confirmed insulation damage is no confirmed leak. */
export function groupName(group: number, kind: string): string {
  if (group === 2) return kind === 'leak' ? t('confirmedLeak') : t('confirmedOther', word('kinds', kind));
  return group === 1 ? t('suspectedLeak') : t('anomaly');
}

function Reasons({ reasons }: { reasons: Reason[] }): JSX.Element {
  const most = Math.max(...reasons.map((r) => Math.abs(r.contribution)), 1e-6);
  return (
    <ul class="reasons">
      {reasons.map((r) => (
        <li key={r.code} class={r.contribution >= 0 ? 'up' : 'down'}>
          <span>{r.text}</span>
          <i><b style={{ width: `${(Math.abs(r.contribution) / most) * 100}%` }} /></i>
          <small>{r.contribution >= 0 ? t('raises') : t('lowers')}</small>
        </li>
      ))}
    </ul>
  );
}

const offsetText = (m: number | null | undefined): string =>
  (m === null || m === undefined ? '–' : `${Math.abs(m).toFixed(1)} m ${m >= 0 ? t('left') : t('right')}`);

interface HazardDetailProps { id: string; version: number; onLoaded: (hazard: Hazard) => void }
export function HazardDetail({ id, version, onLoaded }: HazardDetailProps): JSX.Element {
  const hazard = useLoaded(async (signal) => {
    // Who leafs through with a key held down does not ask for every one.
    await new Promise((resolve) => setTimeout(resolve, 60));
    if (signal.aborted) throw new DOMException('', 'AbortError');
    const loaded = await get<Hazard>(`/hazards/${encodeURIComponent(id)}`, signal);
    onLoaded(loaded);
    return loaded;
  }, [id, version]);
  const h = hazard.value?.id === id ? hazard.value : null;
  const seen = h?.sightings?.[0];
  const key = seen ? `${seen.scan}/${seen.candidate}` : '';
  const evidence = useLoaded<{ key: string; value: Evidence } | null>(
    async (signal) => (seen ? { key, value: await get<Evidence>(`/runs/${encodeURIComponent(seen.scan)}/evidence/${encodeURIComponent(seen.candidate)}`, signal) } : null),
    [key]);
  if (hazard.error && !h) return <Fault error={hazard.error} onRetry={hazard.reload} />;
  if (!h) return <Busy />;
  const e = evidence.value?.key === key ? evidence.value.value : null;
  const group = groupOf(h.state, h.kind, h.score ?? null);
  const pipe = [h.pipe_id, h.dn_mm ? `DN${h.dn_mm}` : '', h.laying ? word('layings', h.laying) : ''].filter(Boolean).join(' · ');
  return (
    <article class="detail">
      <header>
        <p class={`group g${group}`}>{groupName(group, h.kind)}</p>
        <h2>{h.id}</h2>
        <p><span class={`tag state-${h.state}`}>{word('states', h.state)}</span> {word('kinds', h.kind)}{h.reject_code && ` · ${word('reject_codes', h.reject_code)}`}{h.merged_into && ` → ${h.merged_into}`}</p>
      </header>
      <ul class="keyfigures">
        <li><b>{chance(h.score)}</b><span>{t('probability')}</span></li>
        <li><b>{fixed(h.delta_t_k)}<small> {h.delta_t_sigma_k ? `± ${fixed(h.delta_t_sigma_k)} ` : ''}K</small></b><span>{t('rise')}</span></li>
        <li><b>{h.heat_loss_w_p50 === null || h.heat_loss_w_p50 === undefined ? '–' : (h.heat_loss_w_p50 / 1000).toFixed(1)}<small> kW</small></b><span>{t('heatLoss')}</span></li>
      </ul>
      {e?.chip ? <Chip chip={e.chip} /> : evidence.value || evidence.error || !seen ? <p class="nochip">{t('noChip')}</p> : <div class="chip-wait" />}
      {h.reasons && h.reasons.length > 0 && <section><h3>{t('why')}</h3><Reasons reasons={h.reasons} /></section>}
      {e?.along && <ProfilePlot profile={e.along} title={t('along')} />}
      {e?.across && <ProfilePlot profile={e.across} title={t('across')} />}
      <Facts rows={[
        [t('pipe'), pipe || t('unknown')],
        [t('chainage'), withUnit(h.chainage_m, 'm', 0)],
        [t('offset'), offsetText(h.offset_m)],
        [t('depth'), h.depth_m === null || h.depth_m === undefined ? t('unknown') : withUnit(h.depth_m, 'm')],
        [t('built'), h.year_built ?? t('unknown')],
        [t('position'), h.sigma_major_m ? `± ${fixed(h.sigma_major_m)} × ${fixed(h.sigma_minor_m)} m` : t('unknown')],
        [t('address'), h.address || t('unknown')],
        [t('district'), h.district || t('unknown')],
        [t('unit'), h.unit || t('unknown')],
        [t('grade'), h.grade ? word('grades', h.grade) : t('unknown')],
        ...(h.plan_item ? [[t('plan'), <a href={linkTo('plan', h.plan_item)}>{h.plan_item}</a>] as [string, JSX.Element]] : []),
      ]} />
      {h.verifications && h.verifications.length > 0 && (
        <section><h3>{t('verifications')}</h3>
          <ul class="plain-list">{h.verifications.map((v, i) => <li key={i}><span>{word('methods', v.method)}: {word('results', v.result)}{v.note && ` – ${v.note}`}</span><small>{v.date} {v.by}</small></li>)}</ul>
        </section>
      )}
      {h.sightings && h.sightings.length > 1 && (
        <section><h3>{t('surveys')}</h3>
          <ul class="plain-list">{h.sightings.map((s) => <li key={`${s.scan}${s.candidate}`}><span>{s.date ?? s.scan}</span><small>{chance(s.score)} · {fixed(s.delta_t_k)} K</small></li>)}</ul>
        </section>
      )}
      {h.history && h.history.length > 0 && (
        <details><summary>{t('history')}</summary>
          <ul class="plain-list">{[...h.history].reverse().map((v) => <li key={v.number}><span>{v.to ? `${word('states', v.from)} → ${word('states', v.to)}` : v.action}{v.reason && ` – ${v.reason}`}</span><small>{v.on ?? clock(v.at)} {v.by}</small></li>)}</ul>
        </details>
      )}
    </article>
  );
}
