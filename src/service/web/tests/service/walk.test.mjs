// As a new user would, in a real browser against the real service: log in, upload a survey, watch the job, review two
// candidates, verify one on a phone, see the plan change.
//   THERMOLEAK_PROGRAM=.../thermoleak THERMOLEAK_SURVEY=DIR (of `thermoleak simulate`, or samples/street.toml is simulated)
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { chromiumPath, goTo, login, openBrowser, openPage, outDir, pause, sizes, until } from '../browser/browser.mjs';
import { makeData, password, program, Program } from './program.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../../../..');
const skip = !program ? 'THERMOLEAK_PROGRAM is not set' : !chromiumPath ? 'no Chromium' : false;

test('from the first start to a changed plan', { skip, timeout: 1500000 }, async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'thermoleak-walk-'));
  let survey = process.env.THERMOLEAK_SURVEY ?? '';
  if (!survey) {
    survey = path.join(folder, 'survey');
    execFileSync(program, ['simulate', path.join(root, 'samples/street.toml'), '--out', survey], { stdio: 'ignore' });
  }
  const frames = readdirSync(path.join(survey, 'frames')).map((name) => path.join(survey, 'frames', name));
  const network = ['network.gpkg', 'network.geojson'].map((n) => path.join(survey, n)).find(existsSync);
  await makeData(path.join(folder, 'data'), network);
  const service = await new Program(path.join(folder, 'data')).start();
  const browser = await openBrowser();
  const shots = [];
  try {
    const { page, faults, foreign } = await openPage(browser, service.url);
    const shot = async (name, of = page) => { await pause(600); shots.push(name); await of.screenshot({ path: path.join(outDir, `walk-${String(shots.length).padStart(2, '0')}-${name}.png`) }); };

    // First start: the one-time password has to be changed.
    await login(page, service.url, 'admin', service.once);
    await page.waitForSelector('dialog input[type=password]');
    await shot('first-password');
    const fields = await page.$$('dialog input[type=password]');
    for (const [field, text] of [[fields[0], service.once], [fields[1], password], [fields[2], password]]) await field.type(text);
    await page.click('dialog button[type=submit]');
    await until(async () => !(await page.$('dialog[open]')), 'the new password');
    await service.logIn();

    // Upload.
    await goTo(page, '#/upload/new', 'option[value=north]');
    await page.$eval('input[name=crew]', (e) => { e.value = ''; });
    await page.type('input[name=crew]', '一班');
    await page.type('input[name=instrument]', 'DJI Mavic 3T');
    await page.type('input[name=air]', '-12');
    await page.click('form button[type=submit]');
    await (await page.waitForSelector('input[data-test=files]')).uploadFile(...frames);
    await page.waitForSelector('.sending');
    await shot('uploading');
    await page.waitForSelector('.good', { timeout: 240000 });
    await page.waitForSelector('.verdict', { timeout: 300000 });
    await shot('quality');

    // The job.
    await goTo(page, '#/jobs', '.job');
    await shot('job');
    await until(() => page.evaluate(() => !document.querySelector('.job.waiting, .job.running')), 'the jobs to end', 900000);
    assert.equal(await page.$('.job.failed, .job.parked'), null, await page.$eval('.jobs', (e) => e.textContent));
    await shot('job-done');

    // Review two.
    await goTo(page, '#/review', '.hazard');
    await page.waitForSelector('.detail .chip img', { timeout: 60000 });
    const mosaics = await page.$$eval('.map-tools option', (options) => options.map((o) => o.value).filter(Boolean));
    if (mosaics[0]) await page.select('.map-tools select', mosaics[0]);
    await pause(1500);
    await shot('review');
    const first = await page.evaluate(() => decodeURIComponent(location.hash.split('/')[2]));
    await page.keyboard.press('a');
    await page.waitForSelector('.toast:not(.bad)', { timeout: 20000 });
    await until(() => page.evaluate((id) => !location.hash.includes(id), first), 'the next candidate');
    await page.keyboard.press('r');
    await page.waitForSelector('.codes');
    await page.keyboard.press('1');
    await until(async () => (await service.ask('GET', '/hazards?fields=map')).items.some((h) => h[4] === 'rejected'), 'the rejection');
    const accepted = await service.ask('GET', `/hazards/${encodeURIComponent(first)}`);
    assert.ok(['to_verify', 'verifying'].includes(accepted.state), accepted.state);

    // Verify it on a phone.
    const phone = await openPage(browser, service.url, { size: sizes.phone, theme: 'dark', position: { latitude: accepted.lat + 0.0005, longitude: accepted.lon, accuracy: 6 } });
    await login(phone.page, service.url, 'admin', password);
    await goTo(phone.page, `#/field/${encodeURIComponent(first)}`, '.task-card .primary');
    await shot('field', phone.page);
    await phone.page.click('.task-card .primary');
    await phone.page.waitForSelector('.record');
    await phone.page.click('input[value=found]');
    await phone.page.click('input[value=excavation]');
    await shot('record', phone.page);
    await phone.page.click('.record button[type=submit]');
    await phone.page.waitForSelector('.outbox-line:not(.waiting)', { timeout: 30000 });
    await shot('recorded', phone.page);
    const verified = await service.ask('GET', `/hazards/${encodeURIComponent(first)}`);
    assert.equal(verified.state, 'confirmed');

    // The plan has it.
    await goTo(page, '#/plan', '.page-head button');
    await page.click('.page-head button');
    await page.waitForSelector('.job');
    await until(() => page.evaluate(() => !document.querySelector('.job.waiting, .job.running')), 'the plan', 300000);
    await goTo(page, '#/plan/board', '.plan-card');
    const plan = await service.ask('GET', '/plan');
    assert.ok(plan.items.some((i) => i.hazard_ids.includes(first)), 'the verified leak is in the plan');
    await shot('plan');
    await goTo(page, '#/plan/supervision', 'tbody tr');
    await goTo(page, '#/none');
    await goTo(page, '#/plan/gantt', '.gantt .planned');
    await shot('gantt');
    assert.deepEqual([...foreign, ...phone.foreign], []);
    assert.deepEqual([...faults, ...phone.faults], []);
  } catch (error) {
    for (const [i, open] of (await browser.pages()).entries()) await open.screenshot({ path: path.join(outDir, `walk-fault-${i}.png`) }).catch(() => undefined);
    console.log(`# ${service.output.slice(-3000)}`);
    throw error;
  } finally {
    await browser.close();
    await service.kill('SIGTERM');
    if (!process.env.KEEP) await rm(folder, { recursive: true, force: true });
  }
});
