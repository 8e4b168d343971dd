// The schedule as a picture: a row an item, its window, its planned days, how much is done, and today's line. Rows are drawn as
// they come into sight.

import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { lang, t, word } from '../core/i18n';
import type { ItemProgress, Plan, PlanItem } from '../core/types';

const dayMs = 86400000;
const dayOf = (text: string): number => Math.round(Date.parse(`${text}T00:00:00Z`) / dayMs);
const rowPx = 34;

const monthName = (day: number): string => new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' }).format(day * dayMs);
interface Month { from: number; label: string }
export function monthsBetween(from: number, to: number): Month[] {
  const months: Month[] = [];
  const date = new Date(from * dayMs);
  date.setUTCDate(1);
  while (date.getTime() / dayMs <= to) {
    months.push({ from: date.getTime() / dayMs, label: `${date.getUTCMonth() + 1}` });
    date.setUTCMonth(date.getUTCMonth() + 1);
  }
  return months;
}

interface GanttProps { plan: Plan; items: PlanItem[]; progress: Record<string, ItemProgress>; today: string; onChoose: (id: string) => void }
export function Gantt({ plan, items, progress, today, onChoose }: GanttProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 700, height: 500 });
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const sorted = useMemo(() => [...items].sort((a, b) => ((a.start ?? '9') < (b.start ?? '9') ? -1 : 1)), [items]);
  const from = dayOf(plan.stage_from) - 3;
  const to = dayOf(plan.stage_to) + 3;
  const names = size.width < 560 ? 104 : 250;
  const width = Math.max(size.width, size.width < 560 ? 620 : 0);
  const x = (day: number): number => names + ((day - from) / (to - from)) * (width - names - 12);
  const head = 30;
  const first = Math.max(0, Math.floor((top - head) / rowPx) - 4);
  const last = Math.min(sorted.length, Math.ceil((top + size.height) / rowPx) + 4);
  const height = head + sorted.length * rowPx + 8;
  const now = dayOf(today);
  const shorten = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
  return (
    <div ref={box} class="gantt" tabIndex={0} role="region" aria-label={t('gantt')} onScroll={(e) => setTop(e.currentTarget.scrollTop)}>
      <svg width={width} height={height} role="list" aria-label={t('gantt')}>
        {monthsBetween(from, to).map((m) => (
          <g key={m.from} aria-hidden="true"><path class="grid" d={`M${Math.max(names, x(m.from))} 0V${height}`} /><text class="month" x={Math.max(names, x(m.from)) + 5} y="19">{t('monthShort', lang.value === 'en' ? monthName(m.from) : m.label)}</text></g>
        ))}
        {sorted.slice(first, last).map((item, k) => {
          const y = head + (first + k) * rowPx;
          const done = progress[item.id];
          const share = Math.min(1, item.quantity > 0 ? (done?.done ?? 0) / item.quantity : 0);
          const late = item.end && dayOf(item.end) < now && share < 1;
          const place = item.address || item.pipe_id || item.id;
          const text = `${place}: ${word('classes', item.class)} ${word('measures', item.measure)}, ${item.start ?? '–'} – ${item.end ?? '–'}, ${Math.round(share * 100)} %`;
          return (
            <g key={item.id} class={late ? 'item late' : 'item'} role="listitem" aria-label={text} onClick={() => onChoose(item.id)}>
              <title>{text}</title>
              <rect class="hit" x="0" y={y} width={width} height={rowPx} />
              <text class="name" x="8" y={y + 15}>{shorten(place, names > 200 ? 22 : 10)}</text>
              <text class="sub" x="8" y={y + 28}>{shorten(`${word('classes', item.class)} · ${word('measures', item.measure)}`, names > 200 ? 36 : 16)}</text>
              <rect class="window" x={x(dayOf(item.window_from))} y={y + 9} width={Math.max(2, x(dayOf(item.window_to) + 1) - x(dayOf(item.window_from)))} height={rowPx - 18} rx="3" />
              {item.start && item.end && (
                <>
                  <rect class={`planned ${item.class}`} x={x(dayOf(item.start))} y={y + 7} width={Math.max(4, x(dayOf(item.end) + 1) - x(dayOf(item.start)))} height={rowPx - 14} rx="3" />
                  {share > 0 && <rect class="done" x={x(dayOf(item.start))} y={y + rowPx - 13} width={Math.max(2, share * (x(dayOf(item.end) + 1) - x(dayOf(item.start))))} height="5" rx="2" />}
                </>
              )}
            </g>
          );
        })}
        {now >= from && now <= to && <g aria-hidden="true"><path class="now" d={`M${x(now)} ${head - 6}V${height}`} /><text class="now-text" x={x(now)} y={head - 8}>{t('today')}</text></g>}
      </svg>
    </div>
  );
}
