// Logging in, at the start and again when the session has ended in the middle of work.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../core/api';
import { lang, t } from '../core/i18n';
import { login } from '../core/session';
import { Dialog, Labelled } from '../ui/parts';

function textOf(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.status === 401) return t('loginWrong');
    if (error.status === 429) return t('loginThrottled');
  }
  return error instanceof Error ? error.message : String(error);
}

function LoginForm({ name: known = '' }: { name?: string }): JSX.Element {
  const [name, setName] = useState(known);
  const [password, setPassword] = useState('');
  const [fault, setFault] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFault('');
    try {
      await login(name.trim(), password);
    } catch (error) {
      setFault(textOf(error));
      setPassword('');
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="stack" onSubmit={(event) => void submit(event)}>
      <Labelled label={t('name')}>
        <input name="name" autocomplete="username" autocapitalize="none" spellcheck={false} required value={name} readOnly={known !== ''} onInput={(e) => setName(e.currentTarget.value)} />
      </Labelled>
      <Labelled label={t('password')}>
        <input name="password" type="password" autocomplete="current-password" required value={password} onInput={(e) => setPassword(e.currentTarget.value)} />
      </Labelled>
      {fault && <p class="fault" role="alert">{fault}</p>}
      <button type="submit" class="primary large" disabled={busy}>{t('login')}</button>
    </form>
  );
}

export function LoginPage(): JSX.Element {
  return (
    <main class="login">
      <div class="login-card">
        <h1><img src="/icon.svg" alt="" width="44" height="44" />thermoleak</h1>
        <p class="help">{t('tagline')}</p>
        <LoginForm />
        <button type="button" class="quiet" lang={lang.value === 'zh' ? 'en' : 'zh-CN'} onClick={() => {
          localStorage.setItem('langChosen', '1');
          lang.value = lang.value === 'zh' ? 'en' : 'zh';
        }}>{t('language')}</button>
      </div>
    </main>
  );
}

export function LoginDialog({ name }: { name: string }): JSX.Element {
  return (
    <Dialog title={t('login')} firm onClose={() => undefined}>
      <p>{t('loginAgain')}</p>
      <LoginForm name={name} />
    </Dialog>
  );
}
