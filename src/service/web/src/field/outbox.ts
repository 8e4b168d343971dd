// What was recorded on site waits here until the server has it: kept in the browser, sent with an id of the phone's own, so
// that sending twice records once.

import { signal } from '@preact/signals';
import { ApiError, call, linkUp } from '../core/api';
import { idbAll, idbDelete, idbPut } from '../core/idb';
import { expired, sessionState, user } from '../core/session';
import type { VerificationRequest } from '../core/types';
import { Sha256 } from '../upload/sha256';

export interface Photo { client_id: string; blob: Blob; sha256: string; sent: boolean }
export interface OutEntry {
  client_id: string;
  user: string;
  hazard: string;
  request: VerificationRequest;
  photos: Photo[];
  recorded_at: string;
  state: 'waiting' | 'sending' | 'sent' | 'refused';
  record_sent: boolean;
  sent_at: string | null;
  fault: string;
}

/** Those of the person who is logged in, newest first. */
export const outbox = signal<OutEntry[]>([]);
const keepSentMs = 24 * 3600 * 1000;

export async function loadOutbox(): Promise<void> {
  const all = await idbAll<OutEntry>('outbox').catch(() => []);
  for (const entry of all) {
    if (entry.state === 'sent' && Date.now() - new Date(entry.sent_at ?? 0).getTime() > keepSentMs) await idbDelete('outbox', entry.client_id);
  }
  outbox.value = all.filter((entry) => entry.user === user.value?.id).sort((a, b) => (a.recorded_at < b.recorded_at ? 1 : -1));
}

async function put(entry: OutEntry): Promise<void> {
  await idbPut('outbox', entry);
  outbox.value = [entry, ...outbox.value.filter((e) => e.client_id !== entry.client_id)].sort((a, b) => (a.recorded_at < b.recorded_at ? 1 : -1));
}

/** randomUUID is missing without TLS. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export async function photoOf(blob: Blob): Promise<Photo> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return { client_id: newId(), blob: new Blob([bytes], { type: blob.type || 'image/jpeg' }), sha256: new Sha256().update(bytes).hex(), sent: false };
}

/** Kept first, sent then: the record is safe as soon as this returns. */
export async function record(hazard: string, facts: Omit<VerificationRequest, 'client_id'>, photos: Photo[]): Promise<void> {
  const client_id = newId();
  await put({
    client_id, user: user.value?.id ?? '', hazard, request: { client_id, ...facts }, photos, recorded_at: new Date().toISOString(),
    state: 'waiting', record_sent: false, sent_at: null, fault: '',
  });
  void flush();
}

export async function remove(id: string): Promise<void> {
  await idbDelete('outbox', id);
  outbox.value = outbox.value.filter((e) => e.client_id !== id);
}

async function send(entry: OutEntry): Promise<void> {
  const root = `/hazards/${encodeURIComponent(entry.hazard)}`;
  if (!entry.record_sent) {
    await call(`${root}/verifications`, { method: 'POST', json: entry.request });
    entry = { ...entry, record_sent: true };
    await put(entry);
  }
  for (const photo of entry.photos) {
    if (photo.sent) continue;
    await call(`${root}/photos?purpose=other`, {
      method: 'POST', body: photo.blob, headers: { 'Content-Type': photo.blob.type || 'image/jpeg', 'X-Client-Id': photo.client_id, 'X-Sha256': photo.sha256 },
    });
    entry = { ...entry, photos: entry.photos.map((p) => (p.client_id === photo.client_id ? { ...p, sent: true } : p)) };
    await put(entry);
  }
  await put({ ...entry, state: 'sent', sent_at: new Date().toISOString(), fault: '' });
}

let flushing = false;
export async function flush(again = false): Promise<void> {
  if (flushing || sessionState.value !== 'in' || expired.value) return;
  flushing = true;
  try {
    const pending = outbox.value.filter((e) => e.state === 'waiting' || e.state === 'sending' || (again && e.state === 'refused')).reverse();
    for (const entry of pending) {
      const latest = (): OutEntry => outbox.value.find((e) => e.client_id === entry.client_id) ?? entry;
      await put({ ...entry, state: 'sending', fault: '' });
      try {
        await send(latest());
      } catch (error) {
        const passing = !(error instanceof ApiError) || error.isPassing || error.status === 401 || error.status === 403;
        const fault = error instanceof Error ? error.message : String(error);
        await put({ ...latest(), state: passing ? 'waiting' : 'refused', fault: passing ? '' : fault });
        if (passing) break;
      }
    }
  } finally {
    flushing = false;
  }
}

/** Sends whenever the link comes back, and now and then in case nobody says so. */
export function watchOutbox(): () => void {
  const now = (): void => void flush();
  window.addEventListener('online', now);
  const beat = setInterval(() => {
    if (outbox.value.some((e) => e.state === 'waiting')) now();
  }, 15000);
  const stopLink = linkUp.subscribe((up) => {
    if (up) setTimeout(now, 0);
  });
  const stopUser = user.subscribe(() => void loadOutbox().then(now));
  return () => {
    window.removeEventListener('online', now);
    clearInterval(beat);
    stopLink();
    stopUser();
  };
}
