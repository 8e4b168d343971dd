// On site without a link: the page opens, a verification with a photo is recorded, and arrives once when the link is back.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { MockServer } from '../mock_server.mjs';
import { chromiumPath, goTo, login, openBrowser, openPage, outDir, pause, sizes, until } from './browser.mjs';
import { photo } from './files.mjs';

const skip = chromiumPath ? false : 'no Chromium';
let server;
let browser;
before(async () => {
  if (skip) return;
  server = await new MockServer({ hazards: 200, items: 8 }).listen();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test('nearest first; recorded offline, kept over a reload, sent once later', { skip, timeout: 120000 }, async () => {
  const { page, context } = await openPage(browser, server.url, { size: sizes.phone, position: { latitude: 41.8007, longitude: 123.4305, accuracy: 8 } });
  await login(page, server.url, '王班');
  await goTo(page, '#/field', '.task');
  await page.waitForSelector('.far');
  const metres = await page.$$eval('.far', (list) => list.map((e) => (e.textContent.includes('km') ? 1000 : 1) * parseFloat(e.textContent)));
  assert.deepEqual(metres, [...metres].sort((a, b) => a - b));
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload({ waitUntil: 'networkidle2' });  // once under the worker: today's list is kept
  await page.waitForSelector('.task');

  await page.setOfflineMode(true);
  await page.reload({ waitUntil: 'domcontentloaded' });
  await page.waitForSelector('.task', { timeout: 20000 });
  await page.evaluate(() => document.querySelector('.task').click());
  await page.waitForSelector('.task-card .primary');
  await page.click('.task-card .primary');
  await page.waitForSelector('.record');
  await page.click('input[value=listening]');
  await page.click('input[value=likely]');
  const picture = path.join(os.tmpdir(), `thermoleak-photo-${process.pid}.jpg`);
  await writeFile(picture, photo(60_000));
  await (await page.$('input[data-test=photo]')).uploadFile(picture);
  await page.waitForSelector('.photos li');
  await page.type('.record textarea', '听到水声');
  await page.click('.record button[type=submit]');
  await page.waitForSelector('.outbox-line.waiting');
  await pause(300);
  await page.screenshot({ path: path.join(outDir, 'field-offline-phone.png') });
  assert.equal(server.verifications.size, 0);
  await page.reload({ waitUntil: 'domcontentloaded' });
  await page.waitForSelector('.outbox-line.waiting', { timeout: 20000 });

  await page.setOfflineMode(false);
  await until(() => server.verifications.size === 1 && server.photos.size === 1, 'the record and its photo', 40000);
  await page.waitForSelector('.outbox-line:not(.waiting)', { timeout: 20000 });
  const [{ body }] = server.verifications.values();
  assert.equal(body.method, 'listening');
  assert.equal(body.result, 'likely');
  assert.equal(body.note, '听到水声');
  assert.ok(Math.abs(body.lat - 41.8007) < 1e-6);
  await page.reload({ waitUntil: 'networkidle2' });
  await pause(1000);
  assert.equal(server.verifications.size, 1, 'not sent again');
  await context.close();
});

test('logging out takes what was kept for the field with it', { skip, timeout: 60000 }, async () => {
  const { page, context } = await openPage(browser, server.url, { size: sizes.phone });
  await login(page, server.url, '王班');
  await goTo(page, '#/field', '.task');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload({ waitUntil: 'networkidle2' });
  assert.ok(await page.evaluate(() => caches.has('thermoleak-kept')));
  await page.click('.who');
  await page.waitForSelector('dialog button.block:last-of-type');
  await page.evaluate(() => Array.from(document.querySelectorAll('dialog button.block')).at(-1).click());
  await page.waitForSelector('input[name=name]');
  assert.equal(await page.evaluate(() => caches.has('thermoleak-kept')), false);
  await context.close();
});
