// Light by day, dark by night: as the device says, unless the reader chose.

import { computed, effect, signal } from '@preact/signals';

export type ThemeChoice = 'auto' | 'light' | 'dark';
const kept = localStorage.getItem('theme');
export const themeChoice = signal<ThemeChoice>(kept === 'light' || kept === 'dark' ? kept : 'auto');

const media = matchMedia('(prefers-color-scheme: dark)');
const deviceDark = signal(media.matches);
media.addEventListener('change', () => {
  deviceDark.value = media.matches;
});

export const dark = computed(() => (themeChoice.value === 'auto' ? deviceDark.value : themeChoice.value === 'dark'));

effect(() => {
  document.documentElement.dataset['theme'] = dark.value ? 'dark' : 'light';
  if (themeChoice.value === 'auto') localStorage.removeItem('theme');
  else localStorage.setItem('theme', themeChoice.value);
});
