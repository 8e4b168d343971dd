// npm ci, unless the packages of this very package-lock.json are there already: several build folders share them, and npm ci
// takes them away under a build that is running.
//   node install.mjs [NPM]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const wanted = createHash('sha256').update(readFileSync(path.join(here, 'package-lock.json'))).digest('hex');
const mark = path.join(here, 'node_modules', '.lock-sha256');
if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
  // No package needs its scripts; who does not run them cannot be surprised by them.
  const done = spawnSync(process.argv[2] ?? 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });
  if (done.status !== 0) {
    console.error('The packages of the pages could not be installed: npm ci needs a registry or a filled npm cache.');
    process.exit(1);
  }
  writeFileSync(mark, wanted);
}
