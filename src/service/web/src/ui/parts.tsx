// Small pieces that every page uses.

import { signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../core/i18n';
import { Icon } from './icons';

// --- short messages at the lower edge ---

export interface Toast { id: number; text: string; bad: boolean }
export const toasts = signal<Toast[]>([]);
let nextToast = 1;
export function say(text: string, bad = false): void {
  const id = nextToast++;
  toasts.value = [...toasts.value.slice(-2), { id, text, bad }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  }, bad ? 7000 : 3200);
}
export const sayFault = (error: unknown): void => say(error instanceof Error ? error.message : String(error), true);

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => <div key={toast.id} class={toast.bad ? 'toast bad' : 'toast'}>{toast.text}</div>)}
    </div>
  );
}

// --- dialog ---

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** Cannot be closed by Escape: something has to be answered. */
  firm?: boolean;
  wide?: boolean;
}
export function Dialog({ title, onClose, children, firm = false, wide = false }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      class={wide ? 'dialog wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        if (!firm) onClose();
      }}
      onClick={(event) => {
        if (!firm && event.target === element.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header>
          <h2 id={id}>{title}</h2>
          {!firm && <button type="button" class="quiet square" aria-label={t('close')} onClick={onClose}><Icon name="close" /></button>}
        </header>
        {children}
      </div>
    </dialog>
  );
}

// --- forms ---

interface LabelledProps { label: string; hint?: string; children: ComponentChildren; class?: string }
export function Labelled({ label, hint, children, class: name = '' }: LabelledProps): JSX.Element {
  return (
    <label class={`labelled ${name}`}>
      <span>{label}{hint && <small> {hint}</small>}</span>
      {children}
    </label>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  options: { value: T; text: string; hint?: string }[];
  value: T | null;
  onChange: (value: T) => void;
  class?: string;
}
/** Radio buttons as large fields: for thumbs, and for cold fingers. */
export function Choice<T extends string>({ label, options, value, onChange, class: name = '' }: ChoiceProps<T>): JSX.Element {
  const group = useId();
  return (
    <fieldset class={`choice ${name}`}>
      <legend>{label}</legend>
      <div>
        {options.map((option) => (
          <label key={option.value} class={value === option.value ? 'on' : ''}>
            <input type="radio" name={group} value={option.value} checked={value === option.value} onChange={() => onChange(option.value)} />
            <span>{option.text}{option.hint && <small>{option.hint}</small>}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface TabsProps<T extends string> { label: string; tabs: { value: T; text: string }[]; value: T; onChange: (value: T) => void; class?: string }
export function Tabs<T extends string>({ label, tabs, value, onChange, class: name = '' }: TabsProps<T>): JSX.Element {
  return (
    <div class={`tabs ${name}`} role="group" aria-label={label}>
      {tabs.map((tab) => (
        <button key={tab.value} type="button" aria-pressed={value === tab.value} onClick={() => onChange(tab.value)}>{tab.text}</button>
      ))}
    </div>
  );
}

// --- shown facts ---

export function Progress({ part, label, class: name = '' }: { part: number; label: string; class?: string }): JSX.Element {
  const share = Math.max(0, Math.min(1, Number.isFinite(part) ? part : 0));
  return (
    <div class={`progress ${name}`} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
      <i style={{ width: `${(share * 100).toFixed(2)}%` }} />
    </div>
  );
}

export function Facts({ rows }: { rows: [string, ComponentChildren][] }): JSX.Element {
  return (
    <dl class="facts">
      {rows.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

export function Empty({ icon, children }: { icon: string; children: ComponentChildren }): JSX.Element {
  return <div class="empty"><Icon name={icon} size={34} /><p>{children}</p></div>;
}

export function Busy(): JSX.Element {
  return <p class="busy" role="status">{t('loading')}</p>;
}

export function Fault({ error, onRetry }: { error: unknown; onRetry?: () => void }): JSX.Element {
  return (
    <div class="fault" role="alert">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {onRetry && <button type="button" onClick={onRetry}>{t('retry')}</button>}
    </div>
  );
}
