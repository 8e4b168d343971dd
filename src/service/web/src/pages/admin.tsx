// Accounts: people and their roles, tokens for programs, and who did what.

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { call, get, post } from '../core/api';
import { clock } from '../core/format';
import { t, word } from '../core/i18n';
import { mayManage, user } from '../core/session';
import type { Account, AuditEntry, List, Role, Token } from '../core/types';
import { useLoaded } from '../ui/hooks';
import { Icon } from '../ui/icons';
import { Busy, Dialog, Empty, Fault, Labelled, say, sayFault, Tabs } from '../ui/parts';

type View = 'users' | 'tokens' | 'audit';
const roles: Role[] = ['crew', 'engineer', 'manager', 'district', 'city', 'auditor', 'administrator'];

export default function AdminPage(): JSX.Element {
  const manages = user.value ? mayManage(user.value.role) : false;
  const [view, setView] = useState<View>(manages ? 'users' : 'audit');
  const tabs: { value: View; text: string }[] = [...(manages ? [{ value: 'users' as const, text: t('users') }] : []), { value: 'tokens', text: t('tokens') }, { value: 'audit', text: t('audit') }];
  return (
    <div class="column">
      <header class="page-head"><h1>{t('adminTitle')}</h1></header>
      <Tabs label={t('adminTitle')} value={view} onChange={setView} tabs={tabs} />
      {view === 'users' ? <Users /> : view === 'tokens' ? <Tokens /> : <Audit />}
    </div>
  );
}

/** Shown once: a password or a token, large enough to read over the telephone. */
function Once({ title, secret, warning, onClose }: { title: string; secret: string; warning: string; onClose: () => void }): JSX.Element {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(secret);
      say(t('copied'));
    } catch (error) {
      sayFault(error);
    }
  };
  return (
    <Dialog title={title} firm onClose={onClose}>
      <p class="secret" data-test="secret">{secret}</p>
      <p class="note">{warning}</p>
      <div class="actions">{'clipboard' in navigator && <button type="button" onClick={() => void copy()}>{t('copy')}</button>}<button type="button" class="primary" onClick={onClose}>{t('close')}</button></div>
    </Dialog>
  );
}

function Users(): JSX.Element {
  const users = useLoaded((signal) => get<List<Account>>('/users?limit=500', signal), []);
  const [adding, setAdding] = useState(false);
  const [once, setOnce] = useState<{ name: string; password: string } | null>(null);
  const change = async (account: Account, patch: Record<string, unknown>): Promise<void> => {
    try {
      const answer = await call<Partial<Account> | undefined>(`/users/${encodeURIComponent(account.id)}`, { method: 'PATCH', json: patch });
      if (answer?.password) setOnce({ name: account.name, password: answer.password });
      users.reload();
    } catch (error) {
      sayFault(error);
    }
  };
  if (users.error && !users.value) return <Fault error={users.error} onRetry={users.reload} />;
  if (!users.value) return <Busy />;
  return (
    <>
      <div class="toolbar end"><button type="button" class="primary" onClick={() => setAdding(true)}><Icon name="plus" />{t('addUser')}</button></div>
      <ul class="rows people">
        {users.value.items.map((u) => (
          <li key={u.id} class={u.active ? '' : 'off'}>
            <div>
              <span class="grow"><b>{u.name}</b><small>{[u.organisation, u.district].filter(Boolean).join(' · ') || '–'} · {t('lastLogin')}: {u.last_login_at ? clock(u.last_login_at) : t('never')}</small></span>
              <select aria-label={`${t('role')}: ${u.name}`} value={u.role} disabled={u.id === user.value?.id} onChange={(e) => void change(u, { role: e.currentTarget.value })}>{roles.map((r) => <option key={r} value={r}>{word('roles', r)}</option>)}</select>
              <span class="buttons"><button type="button" onClick={() => void change(u, { reset_password: true })}>{t('resetPassword')}</button>
              <button type="button" disabled={u.id === user.value?.id} onClick={() => void change(u, { active: !u.active })}>{u.active ? t('disable') : t('enable')}</button></span>
            </div>
          </li>
        ))}
      </ul>
      {adding && <AddUser onClose={() => setAdding(false)} onAdded={(name, password) => { setAdding(false); users.reload(); if (password) setOnce({ name, password }); }} />}
      {once && <Once title={t('oncePassword', once.name)} secret={once.password} warning={t('onceWarning')} onClose={() => setOnce(null)} />}
    </>
  );
}

function AddUser({ onClose, onAdded }: { onClose: () => void; onAdded: (name: string, password: string) => void }): JSX.Element {
  const [value, setValue] = useState({ name: '', role: 'crew', organisation: user.value?.organisation ?? '', district: user.value?.district ?? '', lang: 'zh' });
  const set = (name: keyof typeof value) => (e: { currentTarget: { value: string } }): void => setValue({ ...value, [name]: e.currentTarget.value });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      const made = await post<{ name?: string; password?: string }>('/users', value);
      onAdded(made.name ?? value.name, made.password ?? '');
    } catch (error) {
      sayFault(error);
    }
  };
  return (
    <Dialog title={t('addUser')} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <Labelled label={t('name')}><input name="name" required maxLength={60} autocomplete="off" value={value.name} onInput={set('name')} /></Labelled>
        <Labelled label={t('role')}><select name="role" value={value.role} onChange={set('role')}>{roles.map((r) => <option key={r} value={r}>{word('roles', r)}</option>)}</select></Labelled>
        <div class="pair">
          <Labelled label={t('organisation')}><input maxLength={60} value={value.organisation} onInput={set('organisation')} /></Labelled>
          <Labelled label={t('district')}><input maxLength={60} value={value.district} onInput={set('district')} /></Labelled>
        </div>
        <div class="actions"><button type="button" onClick={onClose}>{t('cancel')}</button><button type="submit" class="primary">{t('addUser')}</button></div>
      </form>
    </Dialog>
  );
}

function Tokens(): JSX.Element {
  const tokens = useLoaded((signal) => get<List<Token>>('/tokens', signal), []);
  const [name, setName] = useState('');
  const [once, setOnce] = useState<Token | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      setOnce(await post<Token>('/tokens', { name: name.trim() }));
      setName('');
      tokens.reload();
    } catch (error) {
      sayFault(error);
    }
  };
  const revoke = async (token: Token): Promise<void> => {
    setRevoking(null);
    try {
      await call(`/tokens/${encodeURIComponent(token.id)}`, { method: 'DELETE' });
      tokens.reload();
    } catch (error) {
      sayFault(error);
    }
  };
  return (
    <>
      <form class="toolbar" onSubmit={(event) => void add(event)}>
        <Labelled label={t('tokenFor')} class="inline grow"><input required maxLength={60} value={name} onInput={(e) => setName(e.currentTarget.value)} /></Labelled>
        <button type="submit" class="primary">{t('addToken')}</button>
      </form>
      {tokens.error && !tokens.value ? <Fault error={tokens.error} onRetry={tokens.reload} /> : !tokens.value ? <Busy /> : tokens.value.items.length === 0 ? <Empty icon="admin">{t('none')}</Empty> : (
        <ul class="rows">
          {tokens.value.items.map((token) => (
            <li key={token.id}><div><span class="grow"><b>{token.name}</b><small>{t('created')} {clock(token.created_at)} · {t('lastUsed')} {token.last_used_at ? clock(token.last_used_at) : t('never')}{token.expires_at ? ` · ${t('expires')} ${clock(token.expires_at)}` : ''}</small></span><button type="button" class="danger" onClick={() => setRevoking(token)}>{t('revoke')}</button></div></li>
          ))}
        </ul>
      )}
      {once?.token && <Once title={t('onceToken', once.name)} secret={once.token} warning={t('onceTokenWarning')} onClose={() => setOnce(null)} />}
      {revoking && <Dialog title={t('revoke')} onClose={() => setRevoking(null)}><p>{t('revokeSure', revoking.name)}</p><div class="actions"><button type="button" onClick={() => setRevoking(null)}>{t('cancel')}</button><button type="button" class="danger" onClick={() => void revoke(revoking)}>{t('revoke')}</button></div></Dialog>}
    </>
  );
}

function Audit(): JSX.Element {
  const [pages, setPages] = useState<AuditEntry[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const first = useLoaded(async (signal) => {
    const page = await get<List<AuditEntry>>('/audit?limit=100', signal);
    setPages(page.items);
    setNext(page.next ?? null);
    return page;
  }, []);
  if (first.error && !first.value) return <Fault error={first.error} onRetry={first.reload} />;
  if (!first.value) return <Busy />;
  const more = async (): Promise<void> => {
    try {
      const page = await get<List<AuditEntry>>(`/audit?limit=100&after=${encodeURIComponent(next ?? '')}`);
      setPages([...pages, ...page.items]);
      setNext(page.next ?? null);
    } catch (error) {
      sayFault(error);
    }
  };
  return (
    <>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={t('audit')}>
        <table>
          <thead><tr>{[t('when'), t('who'), t('action'), t('object'), t('details')].map((h) => <th key={h} scope="col">{h}</th>)}</tr></thead>
          <tbody>{pages.map((e, i) => <tr key={e.number ?? i}><td class="num">{clock(e.at)}</td><td>{e.user ?? '–'}</td><td>{e.action}</td><td class="wraps">{e.object ?? ''}</td><td class="wraps">{e.detail ?? ''}</td></tr>)}</tbody>
        </table>
      </div>
      {next && <button type="button" class="block" onClick={() => void more()}>{t('more')}</button>}
    </>
  );
}
