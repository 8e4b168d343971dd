// The plan as columns, from the first draft to close-out.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { amount, count, money } from '../core/format';
import { t, word } from '../core/i18n';
import type { ItemProgress, PlanItem } from '../core/types';
import { Progress } from '../ui/parts';

const columns = ['draft', 'submitted', 'district_ok', 'filed', 'ready', 'started', 'done', 'accepted', 'closed', 'returned', 'amended', 'carried', 'cancelled'];
const always = new Set(['submitted', 'started', 'done', 'closed']);
const step = 40;

export function placeOf(item: PlanItem): string {
  return item.address || [item.unit, item.pipe_id].filter(Boolean).join(' ') || item.id;
}

/** What progress says goes before what the plan's file said when it was made. */
export function stateNow(item: PlanItem, progress: ItemProgress | undefined): string {
  if (!progress || ['cancelled', 'carried', 'returned'].includes(item.state)) return item.state;
  if (progress.closed) return 'closed';
  if (progress.accepted) return 'accepted';
  if (progress.finished) return 'done';
  if (progress.started || progress.done > 0) return 'started';
  return item.state;
}

interface BoardProps { items: PlanItem[]; progress: Record<string, ItemProgress>; onChoose: (id: string) => void }
export function Board({ items, progress, onChoose }: BoardProps): JSX.Element {
  const [shown, setShown] = useState<Record<string, number>>({});
  const byState = new Map<string, PlanItem[]>();
  for (const item of items) {
    const state = stateNow(item, progress[item.id]);
    byState.set(state, [...(byState.get(state) ?? []), item]);
  }
  const visible = columns.filter((state) => always.has(state) || byState.has(state));
  return (
    <div class="board" tabIndex={0} role="region" aria-label={t('board')}>
      {visible.map((state) => {
        const all = byState.get(state) ?? [];
        const most = shown[state] ?? step;
        return (
          <section key={state} class={`lane lane-${state}`}>
            <h2>{word('item_states', state)} <span class="num">{count(all.length)}</span></h2>
            <ul>
              {all.slice(0, most).map((item) => {
                const share = item.quantity > 0 ? (progress[item.id]?.done ?? 0) / item.quantity : 0;
                return (
                  <li key={item.id}>
                    <button type="button" class={`plan-card ${item.class}`} onClick={() => onChoose(item.id)}>
                      <b>{placeOf(item)}</b>
                      <span>{word('classes', item.class)} · {word('measures', item.measure)} · {amount(item.quantity, item.quantity_unit)}</span>
                      <small class="num">{item.start ?? '–'} → {item.end ?? '–'}<i>{money(item.cost_yuan)}</i></small>
                      {share > 0 && <Progress part={share} label={t('progress')} />}
                      {(item.emergency || item.no_start) && <small class="flag">{item.emergency ? t('emergency') : t('noStart')}</small>}
                    </button>
                  </li>
                );
              })}
            </ul>
            {all.length > most && <button type="button" class="quiet block" onClick={() => setShown({ ...shown, [state]: most + step })}>{t('more')} ({count(all.length - most)})</button>}
          </section>
        );
      })}
    </div>
  );
}
