// Every text in Chinese and English; the choice is the reader's and is kept.

import { effect, signal } from '@preact/signals';
import { setApiLanguage } from './api';
import { texts, type TextKey } from './texts';
import type { Lang, Term, Vocabulary } from './types';
import { words } from './words';

function firstLanguage(): Lang {
  const kept = localStorage.getItem('lang');
  if (kept === 'zh' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'zh';
}

export const lang = signal<Lang>(firstLanguage());

export function t(key: TextKey, ...args: (string | number)[]): string {
  const text = texts[key][lang.value === 'zh' ? 1 : 0];
  return text.replace(/\{(\d)\}/g, (_, i: string) => String(args[Number(i)] ?? ''));
}

effect(() => {
  localStorage.setItem('lang', lang.value);
  document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en';
  setApiLanguage(lang.value, t('offlineCall'));
});

/** The server's words for its codes; those of words.ts until it has been asked, and where it has none. */
export const vocabulary = signal<Vocabulary>({});

export function termsOf(list: string): Term[] {
  return vocabulary.value[list] ?? words[list] ?? [];
}
export function word(list: string, code: string | null | undefined): string {
  if (!code) return '–';
  const find = (terms: Term[] | undefined) => terms?.find((term) => term.code === code);
  const term = find(vocabulary.value[list]) ?? find(words[list]);
  return term ? (lang.value === 'zh' ? term.zh : term.en) : code;
}
