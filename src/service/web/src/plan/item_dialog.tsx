// One item of the plan, and the entry of a day's work.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../core/api';
import { localDay, money } from '../core/format';
import { lang, t, word } from '../core/i18n';
import { linkTo } from '../core/router';
import { mayPlan, user } from '../core/session';
import type { ItemProgress, PlanItem } from '../core/types';
import { Dialog, Facts, Labelled, Progress, say, sayFault } from '../ui/parts';
import { placeOf, stateNow } from './board';

interface ItemDialogProps { item: PlanItem; progress: ItemProgress | undefined; onClose: () => void; onSaved: () => void }
export function ItemDialog({ item, progress, onClose, onSaved }: ItemDialogProps): JSX.Element {
  const [quantity, setQuantity] = useState('');
  const [on, setOn] = useState(localDay());
  const [accepted, setAccepted] = useState(false);
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const done = progress?.done ?? 0;
  const share = item.quantity > 0 ? done / item.quantity : 0;
  const unit = word('units', item.quantity_unit);
  const may = user.value ? mayPlan(user.value.role) : false;
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await post(`/plan/items/${encodeURIComponent(item.id)}/progress`, { quantity: quantity === '' ? 0 : Number(quantity), unit: item.quantity_unit, accepted, on, note: note.trim() });
      say(t('progressSaved'));
      onSaved();
    } catch (error) {
      sayFault(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={placeOf(item)} onClose={onClose} wide>
      <p class="help">{item.id} · {word('batches', item.batch)} · {word('item_states', stateNow(item, progress))}</p>
      <p class="lead">{word('classes', item.class)}: {lang.value === 'zh' ? item.text.zh : item.text.en}</p>
      <Progress part={share} label={t('progress')} class="thick" />
      <p class="num">{done} / {item.quantity} {unit} · {Math.round(share * 100)} %</p>
      <Facts rows={[
        [t('window'), `${item.start ?? '–'} → ${item.end ?? '–'}`],
        [t('cost'), money(item.cost_yuan)],
        [t('unit'), item.unit || t('unknown')],
        [t('district'), item.district || t('unknown')],
        [t('pipe'), [item.pipe_id, item.dn_mm ? `DN${item.dn_mm}` : '', word('assets', item.asset)].filter(Boolean).join(' · ')],
        [t('grade'), item.grade ? word('grades', item.grade) : t('unknown')],
        [t('rule'), item.rule ?? '–'],
        [t('missingFacts'), (item.missing ?? []).length > 0 ? (item.missing ?? []).join(', ') : t('none')],
        [t('hazards'), <span class="wraps">{item.hazard_ids.map((id) => <a key={id} href={linkTo('review', id)} onClick={onClose}>{id} </a>)}</span>],
      ]} />
      {may && (
        <form class="stack boxed" onSubmit={(event) => void save(event)}>
          <h3>{t('progressEntry')}</h3>
          <div class="pair">
            <Labelled label={`${t('quantityDone')}, ${unit}`}><input name="quantity" type="number" min="0" step="any" inputMode="decimal" required={!accepted} value={quantity} onInput={(e) => setQuantity(e.currentTarget.value)} /></Labelled>
            <Labelled label={t('onDay')}><input name="on" type="date" required value={on} onInput={(e) => setOn(e.currentTarget.value)} /></Labelled>
          </div>
          <label class="check"><input type="checkbox" checked={accepted} onChange={(e) => setAccepted(e.currentTarget.checked)} />{t('acceptedToday')}</label>
          <Labelled label={t('note')} hint={t('optional')}><input maxLength={500} value={note} onInput={(e) => setNote(e.currentTarget.value)} /></Labelled>
          <div class="actions"><button type="submit" class="primary" disabled={busy}>{t('save')}</button></div>
        </form>
      )}
    </Dialog>
  );
}
