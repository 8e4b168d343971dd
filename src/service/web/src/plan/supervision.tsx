// What districts and the city ask every day and every week: how far whose work is.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { get } from '../core/api';
import { amount, count, localDay, money, percent } from '../core/format';
import { t } from '../core/i18n';
import type { Share, Statistics } from '../core/types';
import { useLoaded } from '../ui/hooks';
import { Busy, Fault, Labelled, Progress, Tabs } from '../ui/parts';

type By = 'unit' | 'district' | 'city';
const quantities = (by: Record<string, number> | undefined): string =>
  Object.entries(by ?? {}).map(([unit, value]) => amount(+value.toFixed(1), unit)).join(' · ') || '–';

export function Supervision(): JSX.Element {
  const [by, setBy] = useState<By>('unit');
  const [day, setDay] = useState(localDay());
  const loaded = useLoaded((signal) => get<Statistics>(`/statistics?by=${by}&day=${day}`, signal), [by, day]);
  const value = loaded.value;
  const share = (name: string, s: Share | undefined, digits = 0): JSX.Element => (
    <li><b>{s ? percent(s.part, s.whole) : '–'}</b><span>{name}</span>{s && <Progress part={s.whole > 0 ? s.part / s.whole : 0} label={name} />}<small class="num">{s ? `${s.part.toFixed(digits)} / ${s.whole.toFixed(digits)}` : ''}</small></li>
  );
  return (
    <div class="supervision">
      <div class="toolbar">
        <Tabs label={t('supervision')} value={by} onChange={setBy} tabs={[{ value: 'unit', text: t('byUnit') }, { value: 'district', text: t('byDistrict') }, { value: 'city', text: t('byCity') }]} />
        <Labelled label={t('day')} class="inline"><input type="date" value={day} onInput={(e) => { if (e.currentTarget.value) setDay(e.currentTarget.value); }} /></Labelled>
      </div>
      {loaded.error ? <Fault error={loaded.error} onRetry={loaded.reload} /> : !value ? <Busy /> : (
        <>
          <ul class="tiles">
            <li><b>{quantities(value.done_today)}</b><span>{t('doneToday')}</span></li>
            <li><b>{quantities(value.done_this_week)}</b><span>{t('doneThisWeek')}</span></li>
            <li class={(value.overdue?.length ?? 0) > 0 ? 'warn' : ''}><b>{count(value.overdue?.length ?? 0)}</b><span>{t('overdue')}</span></li>
            {value.ledger && <li><b>{count(value.ledger.open)}</b><span>{t('openHazards')}</span><small class="num">/ {count(value.ledger.hazards)}</small></li>}
          </ul>
          {value.ledger && (
            <ul class="tiles small">
              {share(t('rateVerified'), value.ledger.verified)}{share(t('rateConfirmed'), value.ledger.confirmed)}{share(t('rateDug'), value.ledger.dug)}
              {share(t('ratePlanned'), value.ledger.planned)}{share(t('rateClosed'), value.ledger.closed)}{share(t('rateCovered'), value.ledger.covered_km, 1)}
            </ul>
          )}
          <div class="table-scroll" tabIndex={0} role="region" aria-label={t('supervision')}>
            <table>
              <thead><tr><th scope="col">{by === 'unit' ? t('unit') : by === 'district' ? t('district') : t('byCity')}</th>{[t('items'), t('started'), t('finished'), t('acceptedN'), t('closedN'), t('overdue')].map((h) => <th key={h} scope="col" class="num">{h}</th>)}<th scope="col">{t('plannedQuantity')}</th><th scope="col">{t('doneQuantity')}</th><th scope="col" class="num">{t('cost')}</th></tr></thead>
              <tbody>
                {value.rows.map((row) => (
                  <tr key={row.name}>
                    <th scope="row">{row.name || (by === 'city' ? t('byCity') : t('unassigned'))}</th>
                    <td class="num">{count(row.items)}</td><td class="num">{count(row.started)}</td>
                    <td class="num">{count(row.finished)}<Progress part={row.items > 0 ? row.finished / row.items : 0} label={t('finished')} /></td>
                    <td class="num">{count(row.accepted)}</td><td class="num">{count(row.closed)}</td><td class={row.overdue > 0 ? 'num warn' : 'num'}>{count(row.overdue)}</td>
                    <td class="num">{quantities(row.planned)}</td><td class="num">{quantities(row.done)}</td><td class="num">{money(row.planned_yuan)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </div>
  );
}
