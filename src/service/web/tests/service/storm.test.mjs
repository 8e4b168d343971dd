// tus-js-client against the real service: many files while the connection is cut at random and the service is killed. Every
// byte arrives, hashes agree, nothing is there twice, nothing half.
//   THERMOLEAK_PROGRAM=.../thermoleak [STORM_FILES=1500 STORM_MB=2048 STORM_CUTS=30 STORM_KILLS=5] node --test tests/service/storm.test.mjs
import assert from 'node:assert/strict';
import { createHash, randomFillSync } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Upload } from 'tus-js-client';
import { random } from '../mock_data.mjs';
import { makeData, program, Program } from './program.mjs';

const number = (name, otherwise) => Number(process.env[name] ?? otherwise);
const [files, megabytes, cuts, kills] = [number('STORM_FILES', 60), number('STORM_MB', 40), number('STORM_CUTS', 6), number('STORM_KILLS', 2)];
const parallel = 6;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Between client and service; breaks all connections when told to. */
class Cutter {
  constructor(target) {
    this.sockets = new Set();
    this.server = net.createServer((client) => {
      const service = net.connect(target(), '127.0.0.1');
      for (const [a, b] of [[client, service], [service, client]]) {
        this.sockets.add(a);
        a.on('error', () => b.destroy());
        a.on('close', () => { this.sockets.delete(a); b.destroy(); });
        a.pipe(b);
      }
    });
  }
  async listen() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this.server.address().port;
  }
  cut() {
    const n = this.sockets.size;
    for (const socket of this.sockets) socket.resetAndDestroy();
    return n;
  }
}

async function walk(folder) {
  const found = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) found.push(...await walk(path.join(folder, entry.name)));
    else found.push(path.join(folder, entry.name));
  }
  return found;
}

test(`${files} files, ${megabytes} MB, ${cuts} cuts, ${kills} kills`, { skip: program ? false : 'THERMOLEAK_PROGRAM is not set', timeout: 3600000 }, async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'thermoleak-storm-'));
  const data = path.join(folder, 'data');
  await makeData(data);
  const service = await new Program(data, { jobs: false }).start();
  const cutter = new Cutter(() => service.port);
  try {
    await service.becomeAdmin();
    const { token } = await service.ask('POST', '/tokens', { json: { name: 'storm' } });
    const scan = await service.ask('POST', '/scans', { json: { area: 'north', crew: 'c', instrument: 'i', flown_on: '2026-01-16', conditions: {}, note: '' } });
    const entry = `http://127.0.0.1:${await cutter.listen()}`;

    // Contents from a seed, so that 2 GB need not be kept to be compared.
    const mean = (megabytes * 1e6) / files;
    const r = random(5);
    const sizes = Array.from({ length: files }, () => Math.round(mean * (0.4 + 1.2 * r())));
    const total = sizes.reduce((a, b) => a + b, 0);
    const made = [];
    const contents = (i) => {
      const bytes = Buffer.allocUnsafe(sizes[i]);
      randomFillSync(bytes);
      return bytes;
    };
    const events = [...Array.from({ length: cuts }, () => ['cut', r() * 0.97 * total]), ...Array.from({ length: kills }, (_, i) => ['kill', ((i + 0.5 + 0.4 * (r() - 0.5)) / kills) * total])].sort((a, b) => a[1] - b[1]);
    let arrived = 0;
    let broken = 0;
    let killed = 0;
    let busy = Promise.resolve();
    const moved = (bytes) => {
      arrived += bytes;
      while (events.length > 0 && arrived >= events[0][1]) {
        const [what] = events.shift();
        busy = busy.then(async () => {
          if (what === 'cut') {
            if (cutter.cut() > 0) broken += 1;
          } else {
            await service.kill('SIGKILL');
            killed += 1;
            await pause(300);
            await service.start();
          }
        });
      }
    };

    const send = (i) => new Promise((resolve, reject) => {
      const bytes = contents(i);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const name = `100MEDIA/DJI_${String(i).padStart(4, '0')}_R.JPG`;
      made[i] = { path: name, size: bytes.length, sha256 };
      let best = 0;
      const upload = new Upload(bytes, {
        endpoint: `${entry}/api/v1/uploads`, metadata: { filename: path.basename(name), path: name, scan: scan.id, sha256 },
        headers: { Authorization: `Bearer ${token}` }, retryDelays: Array.from({ length: 60 }, (_, n) => Math.min(2000, 50 * (n + 1))), storeFingerprintForResuming: false,
        onShouldRetry: (error) => {
          const status = error.originalResponse?.getStatus() ?? 0;
          return status === 0 || status >= 500 || status === 409 || status === 423;
        },
        onProgress: (sent) => {
          if (sent > best) {
            moved(sent - best);
            best = sent;
          }
        },
        onSuccess: () => resolve(), onError: reject,
      });
      upload.start();
    });
    const began = Date.now();
    let next = 0;
    await Promise.all(Array.from({ length: parallel }, async () => {
      while (next < files) await send(next++);
    }));
    const seconds = (Date.now() - began) / 1000;
    await busy;
    assert.equal(killed, kills);
    assert.ok(broken >= cuts - 1, `${broken} cuts hit a connection`);

    const state = await service.ask('GET', `/scans/${scan.id}`);
    assert.equal(state.state, 'open', 'nothing is handed in by itself');
    const { missing } = await service.ask('POST', `/scans/${scan.id}/missing`, { json: { files: made } });
    assert.deepEqual(missing, []);
    await service.ask('POST', `/scans/${scan.id}/commit`, { json: { files: made } });

    // On the disk, by a reader of our own.
    const blobs = await walk(path.join(data, 'blobs'));
    assert.equal(blobs.length, files, 'one blob a file, none twice, none half');
    const there = new Map();
    for (const blob of blobs) there.set(createHash('sha256').update(await readFile(blob)).digest('hex'), (await stat(blob)).size);
    for (const { path: name, sha256, size } of made) assert.equal(there.get(sha256), size, name);
    const manifest = JSON.parse(await readFile(path.join(data, 'scans', scan.id, 'manifest.json'), 'utf8'));
    assert.deepEqual(manifest.files.map((f) => f.sha256).sort(), made.map((f) => f.sha256).sort());
    const rest = (await readdir(path.join(data, 'uploads')).catch(() => [])).filter((n) => !n.endsWith('.json'));
    const memory = /VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${service.child.pid}/status`, 'utf8'))?.[1];
    console.log(`# ${files} files, ${(total / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s (${(total / 1e6 / seconds).toFixed(0)} MB/s), ${broken} cuts, ${killed} kills; service's peak memory since the last start ${(memory / 1024).toFixed(0)} MB; begun uploads left over: ${rest.length}`);
  } finally {
    cutter.cut();
    cutter.server.close();
    await service.kill();
    await rm(folder, { recursive: true, force: true });
  }
});
