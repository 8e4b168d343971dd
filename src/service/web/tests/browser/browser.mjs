// A browser for the tests: Debian's Chromium, which may talk to the server under test and to nobody else.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';

export const outDir = path.join(path.dirname(fileURLToPath(import.meta.url)), '../out');
export const chromiumPath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
export const sizes = { phone: { width: 360, height: 740, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }, wide: { width: 1400, height: 900, deviceScaleFactor: 1 } };

/** As on a machine without a graphics card; with `card`, one that is computed in software. */
export async function openBrowser({ card = false } = {}) {
  await mkdir(outDir, { recursive: true });
  return puppeteer.launch({
    executablePath: chromiumPath, headless: true, protocolTimeout: 240000,
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...(card ? ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'] : ['--disable-gpu', '--disable-software-rasterizer']), '--disable-background-networking', '--disable-component-update', '--no-first-run', '--lang=zh-CN', '--force-color-profile=srgb'],
  });
}

/** A page of its own profile; notes every request to elsewhere, refused by policy, and every fault. */
export async function openPage(browser, base, { size = sizes.wide, lang = 'zh', theme = 'light', position = null } = {}) {
  const context = await browser.createBrowserContext();
  if (position) await context.overridePermissions(base, ['geolocation']);
  const page = await context.newPage();
  await page.setViewport(size);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
  if (position) await page.setGeolocation(position);
  await page.evaluateOnNewDocument((l) => {
    if (localStorage.getItem('lang')) return;
    localStorage.setItem('lang', l);
    localStorage.setItem('langChosen', '1');  // else the account's language takes over
  }, lang);
  const faults = [];
  const foreign = [];
  const origin = new URL(base).origin;
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:') && !url.startsWith(`blob:${origin}`)) foreign.push(url);
  });
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    // A cut link is what some tests are about.
    if (message.type() === 'error' && !/net::ERR_|Failed to load resource/.test(text)) faults.push(text);
  });
  return { page, context, faults, foreign };
}

export async function login(page, base, name = '李工', password = 'geheim-geheim') {
  await page.goto(base, { waitUntil: 'networkidle2' });
  await page.waitForSelector('input[name=name]');
  await page.type('input[name=name]', name);
  await page.type('input[name=password]', password);
  await page.click('button[type=submit]');
  await page.waitForSelector('.shell');
}

export async function goTo(page, hash, selector) {
  await page.evaluate((h) => { location.hash = h; }, hash);
  if (selector) await page.waitForSelector(selector, { timeout: 20000 });
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(check, what, timeoutMs = 30000) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`);
    await pause(100);
  }
}

/** Processor milliseconds that the browser's page has used so far, whatever else the machine does. */
export function pageCpuMs(browser) {
  const root = browser.process().pid;
  const all = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      all.set(Number(pid), { parent: Number(fields[1]), ms: (Number(fields[11]) + Number(fields[12])) * 10 });
    } catch {
      // It has ended meanwhile.
    }
  }
  let sum = 0;
  for (const [pid, { ms }] of all) {
    let at = pid;
    while (at !== root && all.has(at)) at = all.get(at).parent;
    if (at !== root) continue;
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) sum += ms;
    } catch {
      // It has ended meanwhile.
    }
  }
  return sum;
}
