// Calls to the service. One place that knows of the session's CSRF token, languages, and what a refusal looks like.

import { signal } from '@preact/signals';
import type { Lang, List } from './types';

export const apiRoot = '/api/v1';

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly body: unknown = null) {
    super(message);
  }
  /** The server could not be reached: the same call may work later. */
  get isOffline(): boolean {
    return this.status === 0;
  }
  /** Nothing that the caller did: worth another try. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** False as soon as a call could not reach the server, true again with the next that did. */
export const linkUp = signal(true);
/** Counts up when the server says that nobody is logged in (any more). */
export const sessionLost = signal(0);

let csrf = '';
let lang: Lang = 'zh';
let offlineText = '';
export function setCsrf(value: string): void {
  csrf = value;
}
export function csrfHeaders(): Record<string, string> {
  return csrf ? { 'X-CSRF-Token': csrf } : {};
}
export function setApiLanguage(value: Lang, textWhenOffline: string): void {
  lang = value;
  offlineText = textWhenOffline;
}

export interface CallOptions {
  method?: string;
  json?: unknown;
  body?: Blob;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** A 401 is this call's own business (log-in). */
  quiet?: boolean;
}

async function send(path: string, options: CallOptions): Promise<Response> {
  const method = options.method ?? 'GET';
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': lang, ...options.headers };
  if (method !== 'GET') Object.assign(headers, csrfHeaders());
  let body: BodyInit | undefined = options.body;
  if (options.json !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(options.json);
  }
  let response: Response;
  try {
    response = await fetch(apiRoot + path, {
      method, headers, body, signal: options.signal, credentials: 'same-origin', cache: 'no-store',
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    linkUp.value = false;
    throw new ApiError(0, 'offline', offlineText);
  }
  linkUp.value = !response.headers.has('X-Thermoleak-Kept');
  if (response.ok) return response;
  let code = `http_${response.status}`;
  let message = `HTTP ${response.status}`;
  let answer: unknown = null;
  try {
    answer = await response.json();
    const fault = (answer as { error?: { code?: string; message?: string } }).error;
    code = fault?.code ?? code;
    message = fault?.message ?? message;
  } catch {
    // A proxy's own page: the status says what there is to say.
  }
  if (response.status === 401 && !options.quiet) sessionLost.value += 1;
  throw new ApiError(response.status, code, message, answer);
}

export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const response = await send(path, options);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** Also says since when the answer was kept, if it did not come from the server just now. */
export async function callKept<T>(path: string): Promise<{ value: T; keptAt: string | null }> {
  const response = await send(path, {});
  return { value: (await response.json()) as T, keptAt: response.headers.get('X-Thermoleak-Kept') };
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => call<T>(path, { signal });
export const post = <T>(path: string, json: unknown = {}): Promise<T> => call<T>(path, { method: 'POST', json });

/** All pages of a list. */
export async function getAll<T>(path: string, limit: number, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let after: string | null | undefined = null;
  do {
    const separator = path.includes('?') ? '&' : '?';
    const more: string = after ? `&after=${encodeURIComponent(after)}` : '';
    const page: List<T> = await get<List<T>>(`${path}${separator}limit=${limit}${more}`, signal);
    for (const item of page.items) items.push(item);
    after = page.next;
  } while (after);
  return items;
}
