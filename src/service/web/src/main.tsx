// The pages of thermoleak: one document, the page chosen by the address's fragment.

import { render } from 'preact';
import { App } from './app';
import { askSession } from './core/session';
import './core/theme';

const root = document.getElementById('app');
if (root) render(<App />, root);
void askSession();

// Only over TLS or on the machine itself; without it the pages work, but cannot be opened without a link.
if ('serviceWorker' in navigator) void navigator.serviceWorker.register('/sw.js').catch(() => undefined);
