// All tests of the pages: types, logic, and the pages in a browser. Ends with 77 where there is no browser.
//   node tests/run.mjs [--only FOLDER] [--match TEXT]    FOLDER: unit, browser, service (needs THERMOLEAK_PROGRAM)
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const run = (command, args, env = {}) => {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (done.status !== 0) process.exit(done.status ?? 1);
};
run('node', ['install.mjs']);
run('node', ['node_modules/typescript/bin/tsc', '--noEmit']);
let dist = process.env.THERMOLEAK_WEB_DIST ?? '';
if (!existsSync(path.join(dist || 'none', 'index.html'))) {
  run('node', ['build.mjs']);
  dist = path.join(root, 'dist');
}
const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const pattern = option('--match', '');
const only = option('--only', '');
const files = (only ? [only] : ['unit', 'browser', 'service']).map((folder) => `tests/${folder}`)
  .flatMap((folder) => readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.test.mjs') && name.includes(pattern)).sort().map((name) => `${folder}/${name}`));
// One file after the other: the browser tests measure times.
for (const file of files) run('node', ['--test', file], { THERMOLEAK_WEB_DIST: dist });
const { chromiumPath } = await import('./browser/browser.mjs');
if (!chromiumPath) process.exit(77);
