// Stands in for `thermoleak serve` while the pages are tested: the same API over data that are made up, with faults on
// request. Not a second service: nothing here is safe, and everything is in memory.
//   node tests/mock_server.mjs [--port 8123] [--hazards 400] [--items 60]
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeEvidence, makeHazards, makeMosaic, makeNetwork, makePlan, statisticsOf, at } from './mock_data.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
export const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const people = { 管理员: 'administrator', 李工: 'engineer', 王班: 'crew', 市办: 'city', 审计: 'auditor', admin: 'administrator' };

export class MockServer {
  constructor({ dist = process.env.THERMOLEAK_WEB_DIST ?? path.join(here, '../dist'), hazards = 400, items = 60, blocks = 12 } = {}) {
    this.dist = dist;
    this.network = makeNetwork(blocks);
    this.hazards = makeHazards(hazards, this.network);
    this.mosaic = makeMosaic(this.network);
    this.plan = makePlan(items, this.hazards);
    this.sessions = new Map();
    this.scans = new Map();
    this.uploads = new Map();
    this.blobs = new Map();  // sha256 -> bytes
    this.verifications = new Map();  // client_id -> answer
    this.photos = new Map();
    this.reviews = [];
    this.progress = [];
    this.bytesReceived = 0;
    this.slowBytesPerSecond = 0;  // of uploads
    this.requests = [];
    this.jobs = [
      { id: 'J-0004', kind: 'survey', scan: '20260116-k7m2p9qa', state: 'running', tries: 1, percent: 43, stage: { en: 'strips', zh: '管线条带' }, queued_at: this.ago(900), started_at: this.ago(310), ended_at: null, reason: null },
      { id: 'J-0003', kind: 'plan', scan: null, state: 'waiting', tries: 0, percent: null, stage: null, queued_at: this.ago(600), started_at: null, ended_at: null, reason: null },
      { id: 'J-0002', kind: 'survey', scan: '20260115-zz81kq0d', state: 'parked', tries: 3, percent: 12, stage: null, queued_at: this.ago(9000), started_at: this.ago(8000), ended_at: this.ago(7700), reason: { en: 'Stopped three times by the memory limit (4 GiB) while reading DJI_0831_R.JPG: look at that file, then run it again', zh: '读取 DJI_0831_R.JPG 时三次超出内存限制(4 GiB):请检查该文件后重新运行' } },
      { id: 'J-0001', kind: 'survey', scan: '20260115-a1b2c3d4', state: 'done', tries: 1, percent: 100, stage: null, queued_at: this.ago(20000), started_at: this.ago(19900), ended_at: this.ago(18800), reason: null },
    ];
    this.accounts = Object.entries(people).map(([name, role], i) => ({ id: `U${i}`, name, role, organisation: role === 'city' || role === 'auditor' ? null : '惠天热电', district: '沈河区', lang: 'zh', active: true, last_login_at: i < 3 ? this.ago(3600 * (i + 1)) : null }));
    this.tokens = [{ id: 'T1', name: '夜间上传脚本', created_at: this.ago(864000), last_used_at: this.ago(7200), expires_at: null }];
  }

  ago(seconds) {
    return new Date(Date.now() - seconds * 1000).toISOString();
  }

  async listen(port = 0) {
    this.server = http.createServer((req, res) => {
      this.handle(req, res).catch((error) => {
        if (!res.headersSent) this.fail(res, error.status ?? 500, error.code ?? 'internal', error.message);
        else res.destroy();
      });
    });
    this.server.keepAliveTimeout = 20000;
    this.sockets = new Set();
    this.server.on('connection', (socket) => {
      if (this.down) return void socket.destroy();
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      socket.on('error', () => undefined);
      return undefined;
    });
    await new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }
  /** Every connection breaks, and for a while none is taken. */
  async cut(ms) {
    this.down = true;
    this.server.closeAllConnections();
    for (const socket of this.sockets) socket.destroy();
    await new Promise((r) => setTimeout(r, ms));
    this.down = false;
  }
  async close() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  json(res, value, status = 200, headers = {}) {
    const body = Buffer.from(JSON.stringify(value));
    res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length, 'Cache-Control': 'no-store', ...headers });
    res.end(body);
  }
  fail(res, status, code, message, more = {}) {
    this.json(res, { error: { code, message }, ...more }, status);
  }
  async body(req, limit = 32e6) {
    const parts = [];
    let size = 0;
    for await (const part of req) {
      size += part.length;
      if (size > limit) throw Object.assign(new Error('too large'), { status: 413 });
      parts.push(part);
    }
    return Buffer.concat(parts);
  }
  async jsonOf(req) {
    const text = (await this.body(req)).toString();
    return text ? JSON.parse(text) : {};
  }

  async handle(req, res) {
    const url = new URL(req.url, 'http://mock');
    this.requests.push(`${req.method} ${url.pathname}`);
    if (!url.pathname.startsWith('/api/v1/')) return this.page(res, url.pathname);
    const name = decodeURIComponent(url.pathname.slice('/api/v1/'.length));
    const chinese = !(req.headers['accept-language'] ?? 'zh').startsWith('en');
    const said = (text) => (text && typeof text === 'object' ? (chinese ? text.zh : text.en) : text);
    const cookie = /thermoleak_session=([0-9a-f]+)/.exec(req.headers.cookie ?? '')?.[1];
    const session = this.sessions.get(cookie);
    const method = req.method;

    if (name === 'session' && method === 'POST') {
      const { name: who, password } = await this.jsonOf(req);
      const account = this.accounts.find((a) => a.name === who && a.active);
      if (!account || password !== 'geheim-geheim') return this.fail(res, 401, 'ApiLoginFailed', chinese ? '用户名或密码不正确' : 'Name or password is wrong');
      const id = randomBytes(16).toString('hex');
      const made = { user: { ...account, must_change: false }, csrf: randomBytes(8).toString('hex') };
      this.sessions.set(id, made);
      return this.json(res, made, 200, { 'Set-Cookie': `thermoleak_session=${id}; HttpOnly; SameSite=Strict; Path=/` });
    }
    if (!session) return this.fail(res, 401, 'ApiNotLoggedIn', chinese ? '请先登录' : 'Log in first');
    if (!['GET', 'HEAD', 'OPTIONS'].includes(method) && req.headers['x-csrf-token'] !== session.csrf) return this.fail(res, 403, 'ApiCsrf', 'CSRF');

    if (name.startsWith('uploads')) return this.tus(req, res, name.slice('uploads'.length + 1));
    const [first, second, third, fourth] = name.split('/');
    const key = `${method} ${first}`;
    switch (key) {
      case 'GET session': return this.json(res, session);
      case 'DELETE session': this.sessions.delete(cookie); res.writeHead(204).end(); return undefined;
      case 'POST password': res.writeHead(204).end(); return undefined;
      case 'GET vocabulary': return this.json(res, {});
      case 'GET areas': {
        if (third === 'network') return this.json(res, this.network.collection);
        return this.json(res, { items: [{ id: 'shenhe', name: '沈河北网', organisation: '惠天热电', district: '沈河区' }], next: null });
      }
      case 'POST scans': {
        if (!second) {
          const facts = await this.jsonOf(req);
          const id = `20260116-${randomBytes(4).toString('hex')}`;
          this.scans.set(id, { ...facts, id, state: 'open', owner: session.user.name, paths: new Map(), received: { files: 0, bytes: 0 }, jobs: [] });
          return this.json(res, { id, state: 'open' }, 201);
        }
        const scan = this.scans.get(second);
        if (!scan) return this.fail(res, 404, 'ApiScanUnknown', 'no such scan');
        const { files } = await this.jsonOf(req);
        const missing = files.filter((f) => !this.blobs.has(f.sha256)).map((f) => f.path);
        if (third === 'missing') return this.json(res, { missing });
        if (missing.length > 0) return this.fail(res, 409, 'ApiFilesMissing', 'missing', { missing });
        scan.state = 'committed';
        scan.files = files;
        scan.received = { files: files.length, bytes: files.reduce((s, f) => s + f.size, 0) };
        scan.committedAt = Date.now();
        return this.json(res, { state: 'committed', jobs: ['J-0004'] });
      }
      case 'GET scans': {
        if (!second) {
          const items = Array.from(this.scans.values()).reverse().map(({ paths, files, ...s }) => ({ ...s, file_count: files?.length ?? paths.size, bytes: s.received.bytes }));
          items.push({ id: '20260115-a1b2c3d4', state: 'done', area: 'shenhe', crew: '王班', instrument: 'DJI Mavic 3T', flown_on: '2026-01-15', conditions: {}, file_count: 1486, bytes: 2.31e9, jobs: ['J-0001'] });
          return this.json(res, { items, next: null });
        }
        const scan = this.scans.get(second) ?? { id: second, state: 'done', area: 'shenhe', crew: '王班', instrument: 'DJI Mavic 3T', flown_on: '2026-01-15', conditions: {}, received: { files: 1486, bytes: 2.31e9 }, jobs: ['J-0001'] };
        if (third === 'quality') return this.json(res, this.quality(scan, said));
        return this.json(res, scan);
      }
      case 'GET runs': {
        if (!second) return this.json(res, { items: [{ scan: '20260115-a1b2c3d4', area: 'shenhe', flown_on: '2026-01-15', candidates: this.hazards.size, suspected: 31, finished_at: this.ago(18800), has_mosaic: true }], next: null });
        if (third === 'mosaic.json') return this.json(res, this.mosaic.facts);
        if (third === 'mosaic') { res.writeHead(200, { 'Content-Type': 'image/png' }).end(this.mosaic.picture); return undefined; }
        if (third === 'traces') return this.json(res, { type: 'FeatureCollection', features: [] });
        const hazard = Array.from(this.hazards.values()).find((h) => h.sightings[0].candidate === fourth);
        return hazard ? this.json(res, makeEvidence(hazard)) : this.fail(res, 404, 'ApiNoEvidence', 'none');
      }
      case 'GET hazards': {
        if (!second) return this.json(res, { version: 1, items: Array.from(this.hazards.values(), (h) => [h.id, h.lon, h.lat, h.score, h.state, h.kind, h.delta_t_k]) });
        const hazard = this.hazards.get(second);
        if (!hazard) return this.fail(res, 404, 'HazardUnknown', 'no such hazard');
        return this.json(res, { ...hazard, reasons: hazard.reasons.map((x) => ({ ...x, text: said(x.text) })) });
      }
      case 'POST hazards': return this.hazardAct(req, res, second, third, session, chinese);
      case 'GET today': return this.json(res, this.today());
      case 'GET plan': {
        if (second === 'files') {
          if (third) { res.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Disposition': `attachment; filename="${third}"` }).end('plan'); return undefined; }
          return this.json(res, { items: [['plan.xlsx', 48213], ['plan.html', 361200], ['plan.csv', 20113], ['plan.gpkg', 143360], ['work_orders.html', 512000]].map(([n, size]) => ({ name: n, size })) });
        }
        return this.json(res, this.plan);
      }
      case 'POST plan': {
        if (second === 'generate') return this.json(res, { job: 'J-0003' }, 202);
        const entry = await this.jsonOf(req);
        this.progress.push({ item: third, ...entry });
        const p = (this.plan.progress[third] ??= { done: 0, started: entry.on, finished: null, accepted: null, closed: null });
        p.done += entry.quantity;
        if (entry.accepted) p.accepted = entry.on;
        return this.json(res, { ok: true });
      }
      case 'GET statistics': return this.json(res, statisticsOf(this.plan, this.hazards, url.searchParams.get('by'), url.searchParams.get('day')));
      case 'GET jobs': {
        if (third === 'log') {
          const text = Array.from({ length: 60 }, (_, i) => `03:${String(i).padStart(2, '0')}:12 ${chinese ? '读取影像' : 'frames'} ${i * 25} / 1486`).join('\n') + '\n';
          const from = Number(url.searchParams.get('from') ?? 0);
          return this.json(res, { text: text.slice(from), next: text.length, end: true });
        }
        return this.json(res, { items: this.jobs.map((j) => ({ ...j, reason: said(j.reason), stage: said(j.stage) })), next: null });
      }
      case 'POST jobs': {
        const job = this.jobs.find((j) => j.id === second);
        Object.assign(job, { state: 'waiting', reason: null, started_at: null, ended_at: null });
        return this.json(res, job);
      }
      case 'GET users': return this.json(res, { items: this.accounts, next: null });
      case 'POST users': {
        const made = { id: `U${this.accounts.length}`, active: true, last_login_at: null, ...(await this.jsonOf(req)) };
        this.accounts.push(made);
        return this.json(res, { ...made, password: 'x7Kq-9mPz-4tRw' }, 201);
      }
      case 'PATCH users': {
        const patch = await this.jsonOf(req);
        const account = this.accounts.find((a) => a.id === second);
        if (patch.reset_password) return this.json(res, { ...account, password: 'x7Kq-9mPz-4tRw' });
        Object.assign(account, patch);
        return this.json(res, account);
      }
      case 'GET tokens': return this.json(res, { items: this.tokens, next: null });
      case 'POST tokens': {
        const token = { id: `T${Date.now()}`, name: (await this.jsonOf(req)).name, created_at: this.ago(0), last_used_at: null };
        this.tokens.push(token);
        return this.json(res, { ...token, token: `tl_${randomBytes(20).toString('hex')}` }, 201);
      }
      case 'DELETE tokens': this.tokens = this.tokens.filter((x) => x.id !== second); res.writeHead(204).end(); return undefined;
      case 'GET audit': return this.json(res, { items: Array.from({ length: 30 }, (_, i) => ({ number: 300 - i, at: this.ago(i * 700), user: ['李工', '王班', '管理员'][i % 3], action: ['hazard.review', 'scan.commit', 'session.login'][i % 3], object: i % 3 === 0 ? `SY-210104-U012-2026-1-000${10 + i}` : i % 3 === 1 ? '20260115-a1b2c3d4' : '', detail: i % 3 === 0 ? 'accept' : '' })), next: null });
      default: return this.fail(res, 404, 'ApiUnknown', `no ${method} ${name}`);
    }
  }

  async hazardAct(req, res, id, act, session, chinese) {
    const hazard = this.hazards.get(id);
    if (!hazard) return this.fail(res, 404, 'HazardUnknown', 'no such hazard');
    if (act === 'photos') {
      const bytes = await this.body(req);
      const client = req.headers['x-client-id'];
      const known = this.photos.has(client);
      if (createHash('sha256').update(bytes).digest('hex') !== req.headers['x-sha256']) return this.fail(res, 400, 'ApiHash', 'hash');
      this.photos.set(client, { hazard: id, size: bytes.length, type: req.headers['content-type'] });
      return this.json(res, { id: client }, known ? 200 : 201);
    }
    const body = await this.jsonOf(req);
    if (act === 'verifications') {
      if (this.verifications.has(body.client_id)) return this.json(res, this.verifications.get(body.client_id).answer);
      hazard.state = body.result === 'found' ? 'confirmed' : body.result === 'likely' ? 'suspect' : 'rejected';
      const answer = { id: `V${this.verifications.size + 1}`, state: hazard.state };
      this.verifications.set(body.client_id, { hazard: id, body, answer });
      hazard.verifications.push({ method: body.method, result: body.result, date: body.on, by: session.user.name, note: body.note });
      return this.json(res, answer, 201);
    }
    if (body.decision === 'reject' && !body.reason_code) return this.fail(res, 400, 'MoveNeedsCode', chinese ? '请填写排除原因' : 'a reason code is needed');
    const before = hazard.state;
    if (body.decision === 'accept') hazard.state = 'to_verify';
    if (body.decision === 'reject') Object.assign(hazard, { state: 'rejected', reject_code: body.reason_code });
    if (body.decision === 'merge') Object.assign(hazard, { state: 'merged', merged_into: body.into });
    hazard.history.push({ number: 1000 + this.reviews.length, at: this.ago(0), by: session.user.name, action: body.decision, reason: body.note ?? null, ...(before !== hazard.state && { from: before, to: hazard.state }) });
    this.reviews.push({ id, ...body });
    return this.json(res, { id, state: hazard.state });
  }

  today() {
    const items = Array.from(this.hazards.values()).filter((h) => h.state === 'to_verify' || h.state === 'confirmed').slice(0, 14).map((h, i) => ({ ...h, hazard: h.id, task: h.state === 'confirmed' && i % 4 === 0 ? 'order' : 'verify', plan_item: h.state === 'confirmed' ? `P-${h.id}` : null, due: '2026-01-17' }));
    return { day: '2026-01-16', items };
  }

  quality(scan, said) {
    if (scan.committedAt && Date.now() - scan.committedAt < 1500) return { state: 'running' };
    const half = this.network.half;
    const refly = [[-0.2, 'gap'], [0.31, 'blur']].map(([x, why]) => ({
      type: 'Feature', geometry: { type: 'LineString', coordinates: [at(x * half, -0.2 * half), at(x * half + 4, 0.12 * half)] },
      properties: { pipe_id: `B${Math.round(6 + x * 6)}-S`, from_m: 140, to_m: 310, reason: said(why === 'gap' ? { en: 'not seen', zh: '未覆盖' } : { en: 'blurred', zh: '影像模糊' }) },
    }));
    return {
      state: 'done', frames: 1486, usable: 1479, unusable: [{ file: '100MEDIA/DJI_0412_R.JPG', reason: said({ en: 'taken during a shutter correction', zh: '拍摄时正在进行快门校正' }) }], marks: { blurred: 61 }, contrast_k: 2.4,
      coverage: { pipe_m: 18420, seen_m: 17110, weak_m: 640 }, refly: { type: 'FeatureCollection', features: refly },
    };
  }

  // --- tus 1.0: creation and core ---

  async tus(req, res, id) {
    const common = { 'Tus-Resumable': '1.0.0', 'Cache-Control': 'no-store' };
    if (req.method === 'POST' && !id) {
      const length = Number(req.headers['upload-length']);
      const metadata = Object.fromEntries((req.headers['upload-metadata'] ?? '').split(',').map((pair) => {
        const [k, v] = pair.trim().split(' ');
        return [k, Buffer.from(v ?? '', 'base64').toString()];
      }));
      const made = randomBytes(8).toString('hex');
      this.uploads.set(made, { length, metadata, bytes: [], offset: 0 });
      res.writeHead(201, { ...common, Location: `/api/v1/uploads/${made}` }).end();
      return;
    }
    const upload = this.uploads.get(id);
    if (!upload) return void res.writeHead(404, common).end();
    if (req.method === 'HEAD') return void res.writeHead(200, { ...common, 'Upload-Offset': upload.offset, 'Upload-Length': upload.length }).end();
    if (req.method !== 'PATCH') return void res.writeHead(405, common).end();
    if (Number(req.headers['upload-offset']) !== upload.offset) return void res.writeHead(409, common).end();
    try {
      for await (const part of req) {
        upload.bytes.push(part);
        upload.offset += part.length;
        this.bytesReceived += part.length;
        if (this.slowBytesPerSecond > 0) await new Promise((r) => setTimeout(r, (part.length / this.slowBytesPerSecond) * 1000));
      }
    } catch {
      return undefined;  // the link was cut: what arrived stays
    }
    if (upload.offset === upload.length) {
      const bytes = Buffer.concat(upload.bytes);
      const sum = createHash('sha256').update(bytes).digest('hex');
      if (upload.metadata.sha256 && sum !== upload.metadata.sha256) return void res.writeHead(460, common).end();
      this.blobs.set(sum, bytes.length);
      this.scans.get(upload.metadata.scan)?.paths.set(upload.metadata.path, sum);
    }
    res.writeHead(204, { ...common, 'Upload-Offset': upload.offset }).end();
    return undefined;
  }

  // --- the pages themselves ---

  async page(res, name) {
    const files = { '/': 'index.html', '/sw.js': 'sw.js', '/manifest.webmanifest': 'manifest.webmanifest', '/icon.svg': 'icon.svg' };
    const file = files[name] ?? (/^\/assets\/[\w.-]+$/.test(name) ? name.slice(1) : null);
    const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.webmanifest': 'application/manifest+json' };
    try {
      if (!file) throw new Error('none');
      const bytes = await readFile(path.join(this.dist, file));
      res.writeHead(200, { 'Content-Type': types[path.extname(file)], 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer', 'Cache-Control': file.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache' });
      res.end(bytes);
    } catch {
      res.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found');
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name, otherwise) => {
    const i = process.argv.indexOf(name);
    return i < 0 ? otherwise : Number(process.argv[i + 1]);
  };
  const server = await new MockServer({ hazards: option('--hazards', 400), items: option('--items', 60) }).listen(option('--port', 8123));
  console.log(`${server.url}  name: 李工 (engineer), 王班 (crew), 管理员 (administrator); password: geheim-geheim`);
}
