// The page in the address's fragment: #/review/SY-… . The server needs to know of one page only.

import { signal } from '@preact/signals';

export interface Route { page: string; rest: string[] }

export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#\/?/, '').split('/').filter((p) => p !== '').map((p) => {
    try {
      return decodeURIComponent(p);
    } catch {
      return p;
    }
  });
  return { page: parts[0] ?? '', rest: parts.slice(1) };
}

export const route = signal<Route>(parseRoute(location.hash));
window.addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

export const linkTo = (...parts: string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;
export function go(...parts: string[]): void {
  location.hash = linkTo(...parts);
}
/** Without an entry in the browser's history: for selections. */
export function replaceRoute(...parts: string[]): void {
  history.replaceState(null, '', linkTo(...parts));
  route.value = parseRoute(location.hash);
}
