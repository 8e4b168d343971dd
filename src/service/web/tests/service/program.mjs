// `thermoleak serve` as a process, over a data folder with one area.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

export const program = process.env.THERMOLEAK_PROGRAM ?? '';
export const password = 'long-enough-4-tests';

const line = (id, ...points) => ({ type: 'Feature', properties: { pipe_id: id, dn: 300 }, geometry: { type: 'LineString', coordinates: points } });

/** A folder with a small map, or with the map that lies beside a simulated survey. */
export async function makeData(folder, network = '') {
  await mkdir(path.join(folder, 'maps'), { recursive: true });
  const own = path.join(folder, 'maps', 'north.geojson');
  await writeFile(own, JSON.stringify({ type: 'FeatureCollection', features: [line('P1', [123.4, 41.8], [123.404, 41.8]), line('P2', [123.404, 41.8], [123.404, 41.803])] }));
  await writeFile(path.join(folder, 'config.toml'), `city = "SY"\n[[area]]\nid = "north"\nname = "北区"\nnetwork = ${JSON.stringify(network || 'maps/north.geojson')}\norganisation = "东热"\ndistrict = "铁西区"\n`);
}

export class Program {
  constructor(data, { port = 0, jobs = true } = {}) {
    Object.assign(this, { data, port, jobs, output: '', once: '' });
  }

  async start() {
    const args = ['--lang', 'en', 'serve', '--data', this.data, '--port', String(this.port), ...(this.jobs ? [] : ['--no-jobs'])];
    this.child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr.on('data', (d) => { this.output += d; });
    await new Promise((resolve, reject) => {
      let text = '';
      this.child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${text} ${this.output}`)));
      this.child.stdout.on('data', (d) => {
        text += d;
        const found = /http:\/\/[^\s:]+:(\d+)/.exec(text);
        if (!found) return;
        this.port = Number(found[1]);
        // The password's line follows in the same write.
        setTimeout(() => {
          this.once = /one-time password (\S+)/.exec(text)?.[1] ?? this.once;
          resolve();
        }, 200);
      });
    });
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }
  async kill(signal = 'SIGKILL') {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }

  async ask(method, route, { json, headers = {} } = {}) {
    const response = await fetch(`${this.url}/api/v1${route}`, {
      method, headers: { ...(json && { 'Content-Type': 'application/json' }), ...this.auth, ...headers }, body: json && JSON.stringify(json),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
    this.cookie = response.headers.get('set-cookie')?.split(';')[0] ?? this.cookie;
    return text ? JSON.parse(text) : undefined;
  }
  /** As the administrator whose password was changed already. */
  async logIn() {
    const session = await this.ask('POST', '/session', { json: { name: 'admin', password } });
    this.auth = { Cookie: this.cookie, 'X-CSRF-Token': session.csrf };
  }
  /** The first administrator with a password of his own; calls are made by cookie. */
  async becomeAdmin() {
    const first = await this.ask('POST', '/session', { json: { name: 'admin', password: this.once } });
    this.auth = { Cookie: this.cookie, 'X-CSRF-Token': first.csrf };
    await this.ask('POST', '/password', { json: { old: this.once, new: password } });
  }
}
