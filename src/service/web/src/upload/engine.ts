// One scan's upload: hash, ask what the server lacks, send that in parallel by tus, hand in. It lives beside the pages, so
// that it goes on while the crew looks at something else; what it knows is kept, so that it goes on after a reload.

import { effect, signal } from '@preact/signals';
import { DetailedError, Upload } from 'tus-js-client';
import { ApiError, apiRoot, csrfHeaders, linkUp, post, sessionLost } from '../core/api';
import { askSession, expired, user } from '../core/session';
import type { ScanFacts } from '../core/types';
import { isSent } from './frame_kind';
import { Hasher } from './hasher';
import { dropScan, keepScan, keptScan, matcher, type KeptFile, type KeptScan } from './kept';
import { filesIn, mayRead, type Picked } from './pick';

export type FileStatus = 'missing' | 'waiting' | 'hashing' | 'asking' | 'queued' | 'sending' | 'there' | 'left_out' | 'failed';
export interface FileRow {
  kept: KeptFile;
  file: File | null;
  status: FileStatus;
  sent: number;
  knownBefore: boolean;  // the server had it already
  fault: string;
}
export type UploadState = 'empty' | 'needs_files' | 'working' | 'no_link' | 'paused' | 'ready' | 'committing' | 'committed' | 'failed';
export interface Totals { files: number; there: number; bytes: number; sent: number; leftOut: number; failed: number; hashed: number }

const parallel = 4;
const askBatch = 100;
const askMost = 1000;

export class UploadEngine {
  readonly state = signal<UploadState>('empty');
  readonly fault = signal('');
  /** Counts up when rows have changed, at most five times a second. */
  readonly version = signal(0);
  rows: FileRow[] = [];
  totals: Totals = { files: 0, there: 0, bytes: 0, sent: 0, leftOut: 0, failed: 0, hashed: 0 };

  private readonly hasher = new Hasher();
  private readonly running = new Map<FileRow, Upload>();
  private paused = false;
  private asking = false;
  private holdUntil = 0;  // after a lost link: not before this
  private dirty = false;
  private saveTimer = 0;
  private drawTimer = 0;
  private wake: { release(): Promise<void> } | null = null;
  private readonly stopWatching: () => void;
  private speed: { at: number; sent: number }[] = [];

  constructor(readonly kept: KeptScan) {
    this.rows = kept.files.map((file) => this.rowOf(file, null));
    const onLink = (): void => {
      this.holdUntil = 0;
      this.pump();
    };
    window.addEventListener('online', onLink);
    document.addEventListener('visibilitychange', this.onVisible);
    const stopEffect = effect(() => {
      if (!expired.value) queueMicrotask(() => this.pump());
    });
    const beat = setInterval(() => this.pump(), 3000);
    this.stopWatching = () => {
      window.removeEventListener('online', onLink);
      document.removeEventListener('visibilitychange', this.onVisible);
      stopEffect();
      clearInterval(beat);
    };
    if (kept.committed) this.state.value = 'committed';
    else if (this.rows.length > 0) this.state.value = 'needs_files';
    this.changed();
  }

  private rowOf(kept: KeptFile, file: File | null): FileRow {
    let status: FileStatus = file ? 'waiting' : 'missing';
    if (kept.there) status = 'there';
    else if (kept.kind && !isSent(kept.kind) && !this.kept.sendAll) status = 'left_out';
    return { kept, file, status, sent: kept.there ? kept.size : 0, knownBefore: false, fault: '' };
  }

  // --- files come in ---

  add(picked: Picked[], folder: FileSystemDirectoryHandle | null = null): void {
    const find = matcher(this.kept.files);
    const rowOf = new Map(this.rows.map((row) => [row.kept, row]));
    const paths = new Set(this.kept.files.map((f) => f.path));
    for (const { path, file } of picked.sort((a, b) => (a.path < b.path ? -1 : 1))) {
      const known = find(path, file.size, file.lastModified);
      if (known) {
        const row = rowOf.get(known);
        if (row && !row.file) {
          row.file = file;
          if (row.status === 'missing') row.status = 'waiting';
        }
        continue;
      }
      // Two cards may both have DJI_0001: the second gets a number.
      let unique = path;
      for (let i = 2; paths.has(unique); ++i) unique = path.replace(/(\.[^./]*)?$/, `(${i})$1`);
      paths.add(unique);
      const kept: KeptFile = { path: unique, size: file.size, modified: file.lastModified, sha256: '', kind: '', url: '', there: false };
      this.kept.files.push(kept);
      this.rows.push(this.rowOf(kept, file));
    }
    if (folder) this.kept.folder = folder;
    this.paused = false;
    this.save();
    this.pump();
  }

  /** After a reload; `ask` only from a click. False when the crew has to choose the folder again. */
  async reopen(ask: boolean): Promise<boolean> {
    if (!this.kept.folder || !(await mayRead(this.kept.folder, ask))) return false;
    this.add(await filesIn(this.kept.folder));
    return true;
  }

  sendAll(): void {
    this.kept.sendAll = true;
    for (const row of this.rows) if (row.status === 'left_out' && row.kept.kind !== 'unreadable') row.status = row.file ? 'waiting' : 'missing';
    this.save();
    this.pump();
  }
  setMoreFollow(value: boolean): void {
    this.kept.moreFollow = value;
    this.save();
    this.pump();
  }

  pause(): void {
    this.paused = true;
    for (const [row, upload] of this.running) {
      void upload.abort();
      row.status = 'queued';
    }
    this.running.clear();
    this.pump();
  }
  resume(): void {
    this.paused = false;
    this.holdUntil = 0;
    for (const row of this.rows) if (row.status === 'failed') row.status = row.file ? 'waiting' : 'missing';
    this.pump();
  }

  async discard(): Promise<void> {
    this.pause();
    this.stopWatching();
    this.hasher.close();
    await dropScan(this.kept.id);
    engines.delete(this.kept.id);
  }

  // --- the work ---

  /** Starts whatever can be started; safe to call at any time. */
  private pump(): void {
    if (this.kept.committed || this.state.value === 'committing') return this.changed();
    if (this.paused) {
      this.state.value = 'paused';
      void this.stayAwake(false);
      return this.changed();
    }
    if (expired.value || !user.value) return this.changed();
    let hashing = 0;
    for (const row of this.rows) if (row.status === 'hashing') hashing += 1;
    for (const row of this.rows) {
      // A few ahead of the uploads are enough: the disk is quicker than the link.
      if (hashing >= 8) break;
      if (row.status !== 'waiting' || !row.file) continue;
      if (row.kept.sha256) {
        row.status = 'asking';
        continue;
      }
      row.status = 'hashing';
      hashing += 1;
      void this.hash(row, row.file);
    }
    const mayCall = Date.now() >= this.holdUntil;
    if (mayCall) void this.ask(hashing);
    if (mayCall) {
      const busy = new Set(Array.from(this.running.keys(), (row) => row.kept.sha256));
      for (const row of this.rows) {
        if (this.running.size >= parallel) break;
        // The same bytes twice are sent once; the other waits and is then known.
        if (row.status === 'queued' && row.file && !busy.has(row.kept.sha256)) {
          busy.add(row.kept.sha256);
          this.send(row, row.file);
        }
      }
    }
    this.judge();
    this.changed();
  }

  private async hash(row: FileRow, file: File): Promise<void> {
    const answer = await this.hasher.hash(file, row.kept.path);
    row.kept.kind = answer.kind;
    if (answer.kind === 'unreadable') {
      // A card that was pulled out: the file has to be chosen again.
      row.status = 'missing';
      row.file = null;
    } else {
      row.kept.sha256 = answer.sha256;
      row.status = isSent(answer.kind) || this.kept.sendAll ? 'asking' : 'left_out';
    }
    this.save();
    this.pump();
  }

  private async ask(hashing: number): Promise<void> {
    const rows = this.rows.filter((row) => row.status === 'asking').slice(0, askMost);
    if (this.asking || rows.length === 0) return;
    // In batches, except that nobody waits for the last ones, nor while nothing is being sent.
    if (rows.length < askBatch && hashing > 0 && this.running.size >= parallel) return;
    this.asking = true;
    try {
      const files = rows.map(({ kept }) => ({ path: kept.path, size: kept.size, sha256: kept.sha256 }));
      const answer = await post<{ missing: string[] }>(`/scans/${this.kept.id}/missing`, { files });
      const missing = new Set(answer.missing);
      for (const row of rows) {
        if (row.status !== 'asking') continue;
        if (missing.has(row.kept.path)) row.status = 'queued';
        else this.arrived(row, true);
      }
    } catch (error) {
      this.onFault(error);
    } finally {
      this.asking = false;
    }
    this.pump();
  }

  private send(row: FileRow, file: File): void {
    row.status = 'sending';
    row.fault = '';
    const upload = new Upload(file, {
      endpoint: `${apiRoot}/uploads`,
      uploadUrl: row.kept.url || null,
      metadata: { filename: row.kept.path.slice(row.kept.path.lastIndexOf('/') + 1), path: row.kept.path, scan: this.kept.id, sha256: row.kept.sha256 },
      retryDelays: [0, 800, 2000, 5000],
      storeFingerprintForResuming: false,
      removeFingerprintOnSuccess: false,
      onBeforeRequest: (request) => {
        for (const [name, value] of Object.entries(csrfHeaders())) request.setHeader(name, value);
      },
      onUploadUrlAvailable: () => {
        row.kept.url = upload.url ?? '';
        this.save();
      },
      onProgress: (sent) => {
        row.sent = sent;
        linkUp.value = true;
        this.changed();
      },
      onSuccess: () => {
        this.running.delete(row);
        this.arrived(row, false);
        this.save();
        this.pump();
      },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        return status === 0 || status === 409 || status === 423 || status === 460 || (status >= 500 && status !== 507);
      },
      onError: (error) => {
        this.running.delete(row);
        row.status = 'queued';
        this.onSendFault(row, error);
        this.pump();
      },
    });
    this.running.set(row, upload);
    upload.start();
  }

  private arrived(row: FileRow, known: boolean): void {
    row.status = 'there';
    row.sent = row.kept.size;
    row.knownBefore = known;
    row.kept.there = true;
    row.kept.url = '';
    // Its twins are there as well: the next question finds out.
    for (const other of this.rows) {
      if (other.status === 'queued' && other.kept.sha256 === row.kept.sha256) other.status = 'asking';
    }
  }

  private onSendFault(row: FileRow, error: Error): void {
    const response = error instanceof DetailedError ? error.originalResponse : null;
    const status = response?.getStatus() ?? 0;
    if (status === 401) {
      sessionLost.value += 1;
    } else if (status === 403) {
      // The token of a login that was renewed in another window.
      this.holdUntil = Date.now() + 2000;
      void askSession().then(() => this.pump());
    } else if (status === 404 || status === 410) {
      row.kept.url = '';  // expired there: from the beginning
    } else if (status === 0 || status === 429 || status >= 500 || status === 409 || status === 423 || status === 460) {
      this.hold(status === 507 ? this.messageOf(response?.getBody()) : '');
    } else {
      row.status = 'failed';
      row.fault = this.messageOf(response?.getBody()) || `HTTP ${status}`;
    }
  }

  private messageOf(body: string | undefined): string {
    try {
      return (JSON.parse(body ?? '') as { error?: { message?: string } }).error?.message ?? '';
    } catch {
      return '';
    }
  }

  private onFault(error: unknown): void {
    if (error instanceof ApiError && !error.isPassing) {
      if (error.status === 401) return;
      this.fault.value = error.message;
      this.state.value = 'failed';
      this.paused = true;
      return;
    }
    this.hold('');
  }

  private hold(message: string): void {
    this.holdUntil = Date.now() + 4000;
    this.fault.value = message;
    this.state.value = 'no_link';
  }

  /** What it all comes to; hands in when nothing is left to do. */
  private judge(): void {
    const has = (status: FileStatus): boolean => this.rows.some((row) => row.status === status);
    const working = has('hashing') || has('asking') || has('queued') || has('sending') || has('waiting');
    if (this.rows.length === 0) this.state.value = 'empty';
    else if (working) this.state.value = Date.now() < this.holdUntil && this.running.size === 0 && !has('hashing') ? 'no_link' : 'working';
    else if (has('failed')) this.state.value = 'failed';
    else if (has('missing')) this.state.value = 'needs_files';
    else if (has('there')) {
      this.state.value = 'ready';
      if (!this.kept.moreFollow) void this.commit();
    } else this.state.value = 'empty';
    void this.stayAwake(working);
  }

  async commit(): Promise<void> {
    if (this.state.value === 'committing' || this.kept.committed) return;
    this.state.value = 'committing';
    this.changed();
    const rows = this.rows.filter((row) => row.status === 'there');
    try {
      await post(`/scans/${this.kept.id}/commit`, { files: rows.map(({ kept }) => ({ path: kept.path, size: kept.size, sha256: kept.sha256 })) });
      this.kept.committed = true;
      this.state.value = 'committed';
      this.save();
    } catch (error) {
      this.state.value = 'ready';
      const missing = error instanceof ApiError && error.status === 409 ? (error.body as { missing?: string[] } | null)?.missing : undefined;
      if (missing) {
        const lost = new Set(missing);
        for (const row of rows) {
          if (!lost.has(row.kept.path)) continue;
          row.kept.there = false;
          row.sent = 0;
          row.status = row.file ? 'waiting' : 'missing';
        }
      } else {
        this.onFault(error);
      }
      setTimeout(() => this.pump(), 500);
    }
    this.changed();
  }

  // --- beside the work ---

  /** Bytes a second over the last ten seconds. */
  rate(): number {
    const first = this.speed[0];
    const last = this.speed[this.speed.length - 1];
    if (!first || !last || last.at - first.at < 800) return 0;
    return ((last.sent - first.sent) * 1000) / (last.at - first.at);
  }

  private changed(): void {
    if (this.drawTimer) return;
    this.drawTimer = window.setTimeout(() => {
      this.drawTimer = 0;
      const totals: Totals = { files: 0, there: 0, bytes: 0, sent: 0, leftOut: 0, failed: 0, hashed: 0 };
      let sentNow = 0;
      for (const row of this.rows) {
        if (row.status === 'left_out') {
          totals.leftOut += 1;
          continue;
        }
        totals.files += 1;
        totals.bytes += row.kept.size;
        totals.sent += row.sent;
        if (!row.knownBefore) sentNow += row.sent;
        if (row.status === 'there') totals.there += 1;
        if (row.status === 'failed') totals.failed += 1;
        if (row.kept.sha256) totals.hashed += 1;
      }
      const now = Date.now();
      this.speed.push({ at: now, sent: sentNow });
      while (this.speed.length > 2 && now - this.speed[0]!.at > 10000) this.speed.shift();
      this.totals = totals;
      this.version.value += 1;
    }, 200);
  }

  private save(): void {
    this.dirty = true;
    if (this.saveTimer) return;
    this.saveTimer = window.setTimeout(async () => {
      this.dirty = false;
      await keepScan(this.kept).catch(() => undefined);
      this.saveTimer = 0;
      if (this.dirty) this.save();
    }, 400);
  }

  private onVisible = (): void => {
    if (!document.hidden && this.state.value === 'working') {
      this.wake = null;  // the browser drops it whenever the page is hidden
      void this.stayAwake(true);
    }
  };
  private async stayAwake(on: boolean): Promise<void> {
    try {
      if (on && !this.wake && 'wakeLock' in navigator && !document.hidden) {
        this.wake = { release: async () => undefined };
        this.wake = await navigator.wakeLock.request('screen');
      } else if (!on && this.wake) {
        const lock = this.wake;
        this.wake = null;
        await lock.release();
      }
    } catch {
      this.wake = null;
    }
  }
}

const engines = new Map<string, UploadEngine>();

export async function engineOf(id: string): Promise<UploadEngine | null> {
  const running = engines.get(id);
  if (running) return running;
  const kept = await keptScan(id);
  if (!kept) return null;
  const engine = engines.get(id) ?? new UploadEngine(kept);
  engines.set(id, engine);
  return engine;
}

export async function beginUpload(id: string, facts: ScanFacts): Promise<UploadEngine> {
  const kept: KeptScan = {
    id, user: user.value?.id ?? '', facts, begun: Date.now(), folder: null, sendAll: false, moreFollow: false, committed: false, files: [],
  };
  await keepScan(kept);
  const engine = new UploadEngine(kept);
  engines.set(id, engine);
  return engine;
}
