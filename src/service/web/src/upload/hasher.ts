// A few workers that hash; files wait for the next free one.

import type { HashAnswer, HashTask } from './hash_worker';

interface Waiting { file: File; path: string; done: (answer: HashAnswer) => void }

export class Hasher {
  private readonly queue: Waiting[] = [];
  private readonly idle: Worker[] = [];
  private readonly workers: Worker[] = [];
  private readonly limit = Math.max(1, Math.min(3, (navigator.hardwareConcurrency || 2) - 1));

  hash(file: File, path: string): Promise<HashAnswer> {
    return new Promise((done) => {
      this.queue.push({ file, path, done });
      this.next();
    });
  }

  private next(): void {
    if (this.queue.length === 0) return;
    let worker = this.idle.pop();
    if (!worker) {
      if (this.workers.length >= this.limit) return;
      worker = new Worker(HASH_WORKER_URL);
      this.workers.push(worker);
    }
    const { file, path, done } = this.queue.shift()!;
    const free = worker;
    const answer = (value: HashAnswer): void => {
      free.onmessage = null;
      free.onerror = null;
      this.idle.push(free);
      done(value);
      this.next();
    };
    worker.onmessage = (event: MessageEvent<HashAnswer>) => answer(event.data);
    worker.onerror = (event) => answer({ id: 0, sha256: '', kind: 'unreadable', error: event.message });
    const task: HashTask = { id: 0, file, path };
    worker.postMessage(task);
  }

  close(): void {
    for (const worker of this.workers) worker.terminate();
    this.queue.length = 0;
  }
}
