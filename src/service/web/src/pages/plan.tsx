// Plan and supervision: the board, the schedule, the roll-ups, the files.

import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { ApiError, get, post } from '../core/api';
import { bytes, count, localDay, money } from '../core/format';
import { lang, t, termsOf, word } from '../core/i18n';
import { go, replaceRoute, route } from '../core/router';
import { mayPlan, user } from '../core/session';
import type { FileEntry, List, Plan } from '../core/types';
import { Board } from '../plan/board';
import { Gantt } from '../plan/gantt';
import { ItemDialog } from '../plan/item_dialog';
import { Supervision } from '../plan/supervision';
import { useLoaded } from '../ui/hooks';
import { Icon } from '../ui/icons';
import { Busy, Empty, Fault, say, sayFault, Tabs } from '../ui/parts';

type View = 'board' | 'gantt' | 'supervision' | 'downloads';
const views: View[] = ['board', 'gantt', 'supervision', 'downloads'];

export default function PlanPage(): JSX.Element {
  const first = route.value.rest[0] ?? '';
  // The address says which view; while it names an item, the view stays.
  const named = views.includes(first as View) ? (first as View) : null;
  const [kept, setView] = useState<View>(named ?? 'board');
  const view = named ?? kept;
  useEffect(() => { if (named) setView(named); }, [named]);
  const plan = useLoaded(async (signal) => {
    try {
      return await get<Plan>('/plan', signal);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return { items: null } as unknown as Plan;
      throw error;
    }
  }, [], 30000);
  const [batch, setBatch] = useState('');
  const [kind, setKind] = useState('');
  const value = plan.value?.items ? plan.value : null;
  const progress = value?.progress ?? {};
  const items = useMemo(() => (value?.items ?? []).filter((i) => (!batch || i.batch === batch) && (!kind || i.class === kind)), [value, batch, kind]);
  const chosen = value?.items.find((i) => i.id === first);
  const generate = async (): Promise<void> => {
    try {
      await post('/plan/generate');
      say(t('planRequested'));
      go('jobs');
    } catch (error) {
      sayFault(error);
    }
  };
  const may = user.value ? mayPlan(user.value.role) : false;
  const change = (next: View): void => {
    setView(next);
    replaceRoute('plan', next);
  };
  const filters = (
    <div class="filters row">
      <select aria-label={t('batch')} value={batch} onChange={(e) => setBatch(e.currentTarget.value)}><option value="">{t('batch')}: {t('all')}</option>{termsOf('batches').map((b) => <option key={b.code} value={b.code}>{lang.value === 'zh' ? b.zh : b.en}</option>)}</select>
      <select aria-label={t('kind')} value={kind} onChange={(e) => setKind(e.currentTarget.value)}><option value="">{t('kind')}: {t('all')}</option>{termsOf('classes').map((c) => <option key={c.code} value={c.code}>{lang.value === 'zh' ? c.zh : c.en}</option>)}</select>
      <span class="num">{t('itemsN', count(items.length))} · {money(items.reduce((sum, i) => sum + i.cost_yuan, 0))}</span>
    </div>
  );
  return (
    <div class="plan">
      <header class="page-head">
        <div><h1>{t('planTitle')}</h1>{value && <p class="help num">{t('planOf', value.season, value.version, word('batches', value.batch))} · {value.date}{(value.unplanned?.length ?? 0) > 0 && ` · ${t('unplannedN', value.unplanned!.length)}`}</p>}</div>
        {may && <button type="button" onClick={() => void generate()}><Icon name="retry" />{t('generatePlan')}</button>}
      </header>
      <Tabs label={t('planTitle')} value={view} onChange={change} tabs={views.map((v) => ({ value: v, text: t(v) }))} />
      {plan.error && !plan.value ? <Fault error={plan.error} onRetry={plan.reload} />
        : view === 'supervision' ? <Supervision />
        : view === 'downloads' ? <Downloads />
        : !plan.value ? <Busy />
        : !value ? <Empty icon="plan">{t('noPlan')}</Empty>
        : <>{filters}{view === 'board' ? <Board items={items} progress={progress} onChoose={(id) => replaceRoute('plan', id)} /> : <Gantt plan={value} items={items} progress={progress} today={localDay()} onChoose={(id) => replaceRoute('plan', id)} />}</>}
      {chosen && <ItemDialog key={chosen.id} item={chosen} progress={progress[chosen.id]} onClose={() => replaceRoute('plan', view)} onSaved={() => { replaceRoute('plan', view); plan.reload(); }} />}
    </div>
  );
}

function Downloads(): JSX.Element {
  const files = useLoaded((signal) => get<List<FileEntry>>('/plan/files', signal), []);
  if (files.error) return <Fault error={files.error} onRetry={files.reload} />;
  if (!files.value) return <Busy />;
  if (files.value.items.length === 0) return <Empty icon="file">{t('noFiles')}</Empty>;
  return (
    <ul class="rows">
      {files.value.items.map((f) => (
        <li key={f.name}><a href={`/api/v1/plan/files/${encodeURIComponent(f.name)}`} download={f.name}><Icon name="download" /><span class="grow"><b>{f.name}</b></span><span class="num">{bytes(f.size)}</span></a></li>
      ))}
    </ul>
  );
}

