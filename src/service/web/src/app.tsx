// The frame around the pages: bar, navigation, who is logged in, whether the server can be reached.

import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { linkUp } from './core/api';
import { lang, t, word } from './core/i18n';
import { go, linkTo, route } from './core/router';
import { expired, logout, mayOpen, pageRoles, sessionState, user } from './core/session';
import { themeChoice, type ThemeChoice } from './core/theme';
import type { TextKey } from './core/texts';
import { PasswordDialog } from './pages/account';
import { LoginPage, LoginDialog } from './pages/login';
import { watchOutbox } from './field/outbox';
import { Icon } from './ui/icons';
import { Busy, Choice, Dialog, Empty, Fault, Toasts } from './ui/parts';

const loaders: Record<string, () => Promise<{ default: ComponentType }>> = {
  upload: () => import('./pages/upload'),
  review: () => import('./pages/review'),
  field: () => import('./pages/field'),
  plan: () => import('./pages/plan'),
  jobs: () => import('./pages/jobs'),
  admin: () => import('./pages/admin'),
};
const order = ['upload', 'review', 'field', 'plan', 'jobs', 'admin'];
const startOf: Record<string, string> = { crew: 'field', district: 'plan', city: 'plan', auditor: 'plan' };

function PageBody({ name }: { name: string }): JSX.Element {
  const [page, setPage] = useState<{ name: string; component: ComponentType } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let gone = false;
    setError(null);
    loaders[name]?.().then(
      (loaded) => { if (!gone) setPage({ name, component: loaded.default }); },
      (fault: unknown) => { if (!gone) setError(fault); });
    return () => { gone = true; };
  }, [name, round]);
  if (error) return <Fault error={error} onRetry={() => setRound(round + 1)} />;
  if (page?.name !== name) return <Busy />;
  const Component = page.component;
  return <Component />;
}

function Brand(): JSX.Element {
  return <a class="brand" href="#/"><img src="/icon.svg" alt="" width="28" height="28" /><b>thermoleak</b></a>;
}

function Menu({ onClose, onPassword }: { onClose: () => void; onPassword: () => void }): JSX.Element {
  const who = user.value;
  const themes: [ThemeChoice, TextKey][] = [['auto', 'themeAuto'], ['light', 'themeLight'], ['dark', 'themeDark']];
  return (
    <Dialog title={who?.name ?? t('menu')} onClose={onClose}>
      {who && <p class="help">{[word('roles', who.role), who.organisation, who.district].filter(Boolean).join(' · ')}</p>}
      {who && mayOpen('admin', who.role) && <a class="button block" href="#/admin" onClick={onClose}><Icon name="admin" />{t('admin')}</a>}
      <button type="button" class="block" lang={lang.value === 'zh' ? 'en' : 'zh-CN'} onClick={() => {
        localStorage.setItem('langChosen', '1');
        lang.value = lang.value === 'zh' ? 'en' : 'zh';
      }}>{t('language')}</button>
      <Choice label={t('theme')} class="row" options={themes.map(([value, key]) => ({ value, text: t(key) }))} value={themeChoice.value} onChange={(v) => { themeChoice.value = v; }} />
      <button type="button" class="block" onClick={onPassword}>{t('changePassword')}</button>
      <button type="button" class="block" onClick={() => { onClose(); void logout(); }}>{t('logout')}</button>
    </Dialog>
  );
}

export function App(): JSX.Element {
  const [menu, setMenu] = useState(false);
  const [password, setPassword] = useState(false);
  const who = user.value;
  const wanted = route.value.page;
  const page = wanted === '' && who ? startOf[who.role] ?? 'upload' : wanted;
  const open = who ? order.filter((name) => mayOpen(name, who.role)) : [];
  useEffect(() => watchOutbox(), []);
  useEffect(() => {
    document.title = page in pageRoles ? `${t(page as TextKey)} · thermoleak` : 'thermoleak';
  }, [page, lang.value]);

  if (sessionState.value === 'asking') return <><Busy /><Toasts /></>;
  if (sessionState.value === 'none' || !who) return <><LoginPage /><Toasts /></>;
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById('main')?.focus(); }}>{t('skipToContent')}</a>
      <header class="bar">
        <Brand />
        {!linkUp.value && <span class="offline" role="status"><Icon name="link" size={16} />{t('noLink')}</span>}
        <button type="button" class="quiet who" onClick={() => setMenu(true)}><span>{who.name}</span><span class="hidden-text">{t('menu')}</span><Icon name="menu" /></button>
      </header>
      <nav class="nav" aria-label={t('pages')}>
        {open.map((name) => (
          <a key={name} href={linkTo(name)} class={name === 'admin' ? 'only-wide' : ''} aria-current={page === name ? 'page' : undefined}>
            <Icon name={name} size={22} /><span>{t(name as TextKey)}</span>
          </a>
        ))}
      </nav>
      <main id="main" class={`page-${page}`} tabIndex={-1}>
        {who.must_change ? null
          : !(page in pageRoles) ? <Empty icon="search">{t('pageMissing')}</Empty>
          : !mayOpen(page, who.role) ? <Empty icon="admin">{t('notAllowed')}</Empty>
          : <PageBody name={page} />}
      </main>
      {menu && <Menu onClose={() => setMenu(false)} onPassword={() => { setMenu(false); setPassword(true); }} />}
      {(password || who.must_change) && <PasswordDialog firm={who.must_change ?? false} onClose={() => { setPassword(false); if (who.must_change) go(''); }} />}
      {expired.value && <LoginDialog name={who.name} />}
      <Toasts />
    </div>
  );
}
