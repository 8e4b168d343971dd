// Uploads in a browser: what is no frame is named, a reload and a cut link cost nothing that has arrived, the scan is handed in
// once and its quality is shown.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { MockServer } from '../mock_server.mjs';
import { chromiumPath, goTo, login, openBrowser, openPage, pause, sizes, until } from './browser.mjs';
import { photo, writeFrames } from './files.mjs';

const skip = chromiumPath ? false : 'no Chromium';
const folder = path.join(os.tmpdir(), `thermoleak-upload-${process.pid}`);
let server;
let browser;
before(async () => {
  if (skip) return;
  server = await new MockServer({ hazards: 40, items: 8 }).listen();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

async function begin(page) {
  await goTo(page, '#/upload/new', 'option[value=shenhe]');
  await page.$eval('input[name=crew]', (e) => { e.value = ''; });
  await page.type('input[name=crew]', '王班');
  await page.type('input[name=instrument]', 'DJI Mavic 3T');
  await page.click('form button[type=submit]');
  await page.waitForSelector('input[data-test=files]');
}
const choose = async (page, files) => (await page.waitForSelector('input[data-test=files]')).uploadFile(...files);
const scanOf = (page) => page.evaluate(() => location.hash.split('/')[2]);

test('goes on after a reload, sends nothing twice, names what is no frame', { skip, timeout: 120000 }, async () => {
  const frames = await writeFrames(folder, 30, 200_000);
  const odd = path.join(folder, 'DJI_0001_V.JPG');
  const notes = path.join(folder, 'notes.txt');
  await writeFile(odd, photo(50_000));
  await writeFile(notes, 'wind from the north');
  const files = [...frames.map((f) => f.file), odd, notes];
  const { page, context } = await openPage(browser, server.url, { size: sizes.phone });
  await login(page, server.url, '王班');
  await begin(page);
  server.slowBytesPerSecond = 500_000;
  server.bytesReceived = 0;
  await choose(page, files);
  await until(() => server.bytesReceived > 1_500_000, 'a quarter of the bytes');
  const scan = await scanOf(page);
  await pause(700);  // what is known of them is kept
  await page.reload({ waitUntil: 'domcontentloaded' });
  await page.waitForSelector('.ask', { timeout: 20000 });
  const before_ = server.bytesReceived;
  server.slowBytesPerSecond = 0;
  await choose(page, files);
  await page.waitForSelector('.good', { timeout: 60000 });
  const total = frames.reduce((sum, f) => sum + f.size, 0);
  assert.ok(before_ > 1_500_000);
  // What had arrived is not sent again; what four uploads had on the way at the reload may be, at most a file each.
  assert.ok(server.bytesReceived <= total + 4 * 200_000, `${server.bytesReceived} bytes for ${total}`);
  const done = server.scans.get(scan);
  assert.equal(done.state, 'committed');
  assert.deepEqual(done.files.map((f) => f.sha256).sort(), frames.map((f) => f.sha256).sort());
  for (const f of frames) assert.equal(server.blobs.get(f.sha256), f.size);
  await page.waitForSelector('.verdict', { timeout: 20000 });
  assert.equal(await page.$$eval('.refly li', (l) => l.length), 2);
  await context.close();
});

test('a lost link is waited for, and a session that ended is asked for again', { skip, timeout: 120000 }, async () => {
  const frames = await writeFrames(folder, 24, 200_000);
  const { page, context } = await openPage(browser, server.url);
  await login(page, server.url, '王班');
  await begin(page);
  server.slowBytesPerSecond = 400_000;
  server.bytesReceived = 0;
  await choose(page, frames.map((f) => f.file));
  await until(() => server.bytesReceived > 600_000, 'the first bytes');
  await server.cut(2500);
  await until(() => server.bytesReceived > 1_500_000, 'more bytes');
  await server.cut(100);
  server.sessions.clear();
  await page.waitForSelector('dialog input[name=password]', { timeout: 30000 });
  await page.type('dialog input[name=password]', 'geheim-geheim');
  await page.click('dialog button[type=submit]');
  server.slowBytesPerSecond = 0;
  await page.waitForSelector('.good', { timeout: 60000 });
  const done = server.scans.get(await scanOf(page));
  assert.deepEqual(done.files.map((f) => f.sha256).sort(), frames.map((f) => f.sha256).sort());
  await context.close();
});

test('what is no frame is listed and left out, until the crew wants it', { skip, timeout: 60000 }, async () => {
  const frames = await writeFrames(folder, 3, 20_000);
  const odd = path.join(folder, 'DJI_0001_V.JPG');
  await writeFile(odd, photo(50_000));
  const { page, context } = await openPage(browser, server.url);
  await login(page, server.url, '王班');
  await begin(page);
  await page.evaluate(() => { window.keep = true; });
  // First the odd one alone: nothing to hand in yet.
  await choose(page, [odd]);
  await page.waitForSelector('.note-box', { timeout: 20000 });
  await page.click('.note-box summary');
  assert.match(await page.$eval('.note-box', (e) => e.textContent), /DJI_0001_V\.JPG/);
  await page.click('.sending .actions button[aria-expanded]');
  await choose(page, frames.map((f) => f.file));
  await page.waitForSelector('.good', { timeout: 30000 });
  assert.equal(server.scans.get(await scanOf(page)).files.length, 3);
  await context.close();
});

test('the same frames in a second scan are not sent again', { skip, timeout: 60000 }, async () => {
  const frames = await writeFrames(folder, 6, 80_000);
  const { page, context } = await openPage(browser, server.url);
  await login(page, server.url, '王班');
  for (const round of [1, 2]) {
    server.bytesReceived = 0;
    await begin(page);
    await choose(page, frames.map((f) => f.file));
    await page.waitForSelector('.good', { timeout: 30000 });
    assert.equal(server.bytesReceived, round === 1 ? frames.reduce((sum, f) => sum + f.size, 0) : 0);
  }
  await context.close();
});
