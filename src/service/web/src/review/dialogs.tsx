// The three decisions that need a second answer: why it is none, what it is the same as, a note.

import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { chance, metres } from '../core/format';
import { lang, t, termsOf } from '../core/i18n';
import { Dialog, Labelled } from '../ui/parts';
import type { Table } from './table';

/** Keys of the reasons, in their order. */
export const codeKeys = '1234567890qwxyz';

interface RejectProps { onChoose: (code: string, note: string) => void; onClose: () => void }
export function RejectDialog({ onChoose, onClose }: RejectProps): JSX.Element {
  const [note, setNote] = useState('');
  const first = useRef<HTMLButtonElement>(null);
  // What only somebody on site can know is not offered to who looks at pictures.
  const codes = termsOf('reject_codes').filter((c) => c.code !== 'not_found' && c.code !== 'dug_no_leak');
  useEffect(() => {
    first.current?.focus();
    const press = (event: KeyboardEvent): void => {
      if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = codeKeys.indexOf(event.key.toLowerCase());
      const code = at >= 0 ? codes[at] : undefined;
      if (!code) return;
      event.preventDefault();
      event.stopPropagation();
      onChoose(code.code, note);
    };
    window.addEventListener('keydown', press, true);
    return () => window.removeEventListener('keydown', press, true);
  }, [note, codes.length]);
  return (
    <Dialog title={t('rejectWhy')} onClose={onClose}>
      <ul class="codes">
        {codes.map((code, i) => (
          <li key={code.code}>
            <button ref={i === 0 ? first : undefined} type="button" data-code={code.code} onClick={() => onChoose(code.code, note)}>
              <kbd class="only-wide">{codeKeys[i]}</kbd>{lang.value === 'zh' ? code.zh : code.en}
            </button>
          </li>
        ))}
      </ul>
      <Labelled label={t('note')} hint={t('optional')}><input value={note} maxLength={500} onInput={(e) => setNote(e.currentTarget.value)} /></Labelled>
    </Dialog>
  );
}

interface MergeProps { table: Table; index: number; onChoose: (id: string) => void; onClose: () => void }
export function MergeDialog({ table, index, onChoose, onClose }: MergeProps): JSX.Element {
  const near = table.near(index, 60);
  return (
    <Dialog title={t('mergeInto')} onClose={onClose}>
      {near.length === 0 && <p>{t('mergeNone')}</p>}
      <ul class="codes one">
        {near.map(({ index: i, distance }) => (
          <li key={i}><button type="button" onClick={() => onChoose(table.ids[i]!)}>
            <span class={`dot g${table.groups[i]}`} />{table.ids[i]}<small class="num">{metres(distance)} · {chance(table.score[i])}</small>
          </button></li>
        ))}
      </ul>
    </Dialog>
  );
}

export function NoteDialog({ onSave, onClose }: { onSave: (note: string) => void; onClose: () => void }): JSX.Element {
  const [note, setNote] = useState('');
  return (
    <Dialog title={t('addNote')} onClose={onClose}>
      <form class="stack" onSubmit={(event) => { event.preventDefault(); if (note.trim()) onSave(note.trim()); }}>
        <Labelled label={t('note')}><textarea rows={4} maxLength={1000} autoFocus value={note} onInput={(e) => setNote(e.currentTarget.value)} onKeyDown={(e) => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && note.trim()) onSave(note.trim()); }} /></Labelled>
        <div class="actions"><button type="button" onClick={onClose}>{t('cancel')}</button><button type="submit" class="primary" disabled={!note.trim()}>{t('save')}</button></div>
      </form>
    </Dialog>
  );
}

export function KeysDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const keys: [string, string][] = [
    ['j', t('keyNext')], ['k', t('keyPrevious')], ['a', t('accept')], ['r', t('reject')], ['m', t('merge')], ['n', t('addNote')], ['/', t('keyFilter')], ['?', t('keyHelp')],
  ];
  return (
    <Dialog title={t('keys')} onClose={onClose}>
      <dl class="keys">{keys.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl>
    </Dialog>
  );
}
