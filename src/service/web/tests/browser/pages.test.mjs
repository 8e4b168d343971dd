// Every page at both widths, in both languages, by day and by night: nothing asks for anything outside its server, nothing is
// refused by the policy, nothing hangs over the edge, axe-core finds no serious fault.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { MockServer } from '../mock_server.mjs';
import { chromiumPath, goTo, login, openBrowser, openPage, outDir, pause, sizes } from './browser.mjs';

const skip = chromiumPath ? false : 'no Chromium';
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let server;
let browser;
before(async () => {
  if (skip) return;
  server = await new MockServer().listen();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const wait = (selector) => async (page) => { await page.waitForSelector(selector, { timeout: 30000 }); };
const click = (selector, then) => async (page) => {
  await page.waitForSelector(selector, { timeout: 30000 });
  await page.evaluate((s) => document.querySelector(s).click(), selector);
  await page.waitForSelector(then, { timeout: 30000 });
};
const views = [
  ['upload', '#/upload', [wait('.rows')]],
  ['upload-new', '#/upload/new', [wait('option[value=shenhe]')]],
  ['quality', '#/upload/20260115-a1b2c3d4', [wait('.quality canvas')]],
  ['review', '#/review', [wait('.review-map canvas'), click('.hazard', '.detail .chip img')]],
  ['review-reject', '#/review', [click('.hazard', '.decide'), click('.decide .reject', '.codes')]],
  ['field', '#/field', [wait('.field-map canvas'), click('.task', '.task-card')]],
  ['field-record', '#/field', [click('.task', '.task-card'), click('.task-card .primary', '.record')]],
  ['plan-board', '#/plan/board', [wait('.plan-card')]],
  ['plan-item', '#/plan/board', [click('.plan-card', 'dialog form')]],
  ['plan-gantt', '#/plan/gantt', [wait('.gantt .planned')]],
  ['plan-supervision', '#/plan/supervision', [wait('tbody tr')]],
  ['plan-downloads', '#/plan/downloads', [wait('.rows')]],
  ['jobs', '#/jobs/J-0002', [wait('.log')]],
  ['admin', '#/admin', [wait('.people')]],
];

/** What is wrong with the page as it stands. */
async function check(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const result = await window.axe.run(document, { resultTypes: ['violations'] });
    return result.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} ${n.any[0]?.message ?? ''}`).join(' | ')}`);
  });
  if (wide > 0) found.push(`${wide} px hang over the edge`);
  return found.map((text) => `${name}: ${text}`);
}

for (const [kind, lang, theme] of [['phone', 'zh', 'dark'], ['wide', 'zh', 'light'], ['phone', 'en', 'light'], ['wide', 'en', 'dark']]) {
  test(`every page, ${kind}, ${lang}, ${theme}`, { skip, timeout: 240000 }, async () => {
    const { page, context, faults, foreign } = await openPage(browser, server.url, { size: sizes[kind], lang, theme, position: { latitude: 41.8007, longitude: 123.4305, accuracy: 8 } });
    await page.goto(server.url);
    await page.waitForSelector('input[name=name]');
    const wrong = await check(page, 'login');
    const language = () => page.evaluate(() => document.documentElement.lang.slice(0, 2));
    await page.screenshot({ path: path.join(outDir, `login-${kind}-${lang}-${theme}.png`) });
    await login(page, server.url, '管理员');
    for (const [name, hash, steps] of views) {
      await goTo(page, '#/none');
      await pause(60);
      await goTo(page, hash);
      for (const step of steps) await step(page);
      await pause(450);  // what slides in has come to rest
      wrong.push(...await check(page, name));
      await page.screenshot({ path: path.join(outDir, `${name}-${kind}-${lang}-${theme}.png`) });
      await page.evaluate(() => document.querySelectorAll('dialog[open] header button').forEach((b) => b.click()));
    }
    assert.equal(await language(), lang);
    assert.deepEqual(wrong, []);
    assert.deepEqual(foreign, [], 'requests to elsewhere');
    assert.deepEqual(faults, [], 'faults in the console');
    await context.close();
  });
}

test('what a role may not open is not offered', { skip, timeout: 60000 }, async () => {
  const { page, context } = await openPage(browser, server.url);
  await login(page, server.url, '王班');
  assert.deepEqual(await page.$$eval('.nav a', (links) => links.map((a) => a.getAttribute('href'))), ['#/upload', '#/field', '#/jobs']);
  await goTo(page, '#/admin', '.empty');
  await context.close();
});

test('names and notes are shown as they are, never run', { skip, timeout: 60000 }, async () => {
  const hazard = server.hazards.values().next().value;
  const before_ = hazard.address;
  hazard.address = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';
  const { page, context } = await openPage(browser, server.url);
  await login(page, server.url);
  await goTo(page, `#/review/${hazard.id}`, '.detail .facts');
  await pause(300);
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.match(await page.$eval('.detail', (e) => e.textContent), /<img src=x onerror/);
  hazard.address = before_;
  await context.close();
});
