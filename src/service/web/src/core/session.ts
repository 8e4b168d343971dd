// Who is logged in, and what the role opens.

import { effect, signal } from '@preact/signals';
import { ApiError, call, get, sessionLost, setCsrf } from './api';
import { lang, vocabulary } from './i18n';
import type { Role, Session, User, Vocabulary } from './types';

export type SessionState = 'asking' | 'none' | 'in';
export const sessionState = signal<SessionState>('asking');
export const user = signal<User | null>(null);
/** Somebody was logged in and is not any more: the pages stay, a dialog asks for the password. */
export const expired = signal(false);

export const pageRoles: Record<string, Role[]> = {
  upload: ['administrator', 'manager', 'engineer', 'crew'],
  review: ['administrator', 'manager', 'engineer', 'district', 'city', 'auditor'],
  field: ['administrator', 'manager', 'engineer', 'crew'],
  plan: ['administrator', 'manager', 'engineer', 'district', 'city', 'auditor'],
  jobs: ['administrator', 'manager', 'engineer', 'crew', 'auditor'],
  admin: ['administrator', 'manager', 'auditor'],
};
export const mayOpen = (page: string, role: Role): boolean => pageRoles[page]?.includes(role) ?? false;
export const mayReview = (role: Role): boolean => ['administrator', 'manager', 'engineer'].includes(role);
export const mayPlan = mayReview;
export const mayManage = (role: Role): boolean => role === 'administrator' || role === 'manager';

function accept(session: Session): void {
  setCsrf(session.csrf);
  user.value = session.user;
  sessionState.value = 'in';
  expired.value = false;
  void loadVocabulary();
}

async function loadVocabulary(): Promise<void> {
  try {
    vocabulary.value = await get<Vocabulary>('/vocabulary');
  } catch {
    // The pages' own words do until the next log-in.
  }
}

export async function askSession(): Promise<void> {
  try {
    accept(await call<Session>('/session', { quiet: true }));
  } catch (error) {
    if (error instanceof ApiError && error.isOffline && user.value) return;
    sessionState.value = 'none';
  }
}

export async function login(name: string, password: string): Promise<void> {
  const session = await call<Session>('/session', { method: 'POST', json: { name, password }, quiet: true });
  accept(session);
  if (session.user.lang && !localStorage.getItem('langChosen')) lang.value = session.user.lang;
}

export async function logout(): Promise<void> {
  try {
    await call('/session', { method: 'DELETE', quiet: true });
  } finally {
    setCsrf('');
    user.value = null;
    sessionState.value = 'none';
    // What the service worker kept for the field belongs to the person who left.
    if ('caches' in window) await caches.delete('thermoleak-kept').catch(() => false);
  }
}

let seenLost = sessionLost.value;
effect(() => {
  if (sessionLost.value !== seenLost) {
    seenLost = sessionLost.value;
    if (user.value) expired.value = true;
  }
});
