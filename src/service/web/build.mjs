// Bundles the pages into one folder that the service embeds: names carry a hash of what is in them, so that browsers may
// keep them for ever; nothing is fetched from elsewhere.
//   node build.mjs [--out DIR] [--dev]
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const option = (name, otherwise) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const out = path.resolve(option('--out', path.join(here, 'dist')));
const dev = process.argv.includes('--dev');
// Beside the final place: a build that is broken off leaves the former one whole.
const work = `${out}.part`;

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

const common = {
  bundle: true,
  minify: !dev,
  sourcemap: false,
  target: ['chrome100', 'firefox100', 'safari15.4'],
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: here,
  metafile: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
};

const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 10);

async function bundleOne(entry, outfile, format, define = {}) {
  await build({ ...common, entryPoints: [entry], outfile, format, define });
  return readFile(outfile);
}

await rm(work, { recursive: true, force: true });
await mkdir(path.join(work, 'assets'), { recursive: true });

const hashBytes = await bundleOne('src/upload/hash_worker.ts', path.join(work, 'hash_worker.js'), 'iife');
const hashWorker = `/assets/hash_worker-${hashOf(hashBytes)}.js`;
await rename(path.join(work, 'hash_worker.js'), path.join(work, hashWorker));

const result = await build({
  ...common,
  entryPoints: [{ in: 'src/main.tsx', out: 'pages' }, { in: 'src/style/all.css', out: 'pages' }],
  outdir: path.join(work, 'assets'),
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  format: 'esm',
  splitting: true,
  define: { HASH_WORKER_URL: JSON.stringify(hashWorker) },
});
const entryOf = (source, ending) => {
  for (const [file, facts] of Object.entries(result.metafile.outputs)) {
    if (facts.entryPoint === source && file.endsWith(ending)) return path.basename(file);
  }
  throw new Error(`no output for ${source}`);
};
const script = `/assets/${entryOf('src/main.tsx', '.js')}`;
const style = `/assets/${entryOf('src/style/all.css', '.css')}`;

const index = (await readFile(path.join(here, 'public/index.html'), 'utf8'))
  .replace('%SCRIPT%', script).replace('%STYLE%', style);
await writeFile(path.join(work, 'index.html'), index);
for (const name of ['manifest.webmanifest', 'icon.svg']) await cp(path.join(here, 'public', name), path.join(work, name));

const assets = (await readdir(path.join(work, 'assets'))).sort().map((name) => `/assets/${name}`);
const shell = ['/', '/manifest.webmanifest', '/icon.svg', ...assets];
await bundleOne('src/sw.ts', path.join(work, 'sw.js'), 'iife', {
  SHELL_FILES: JSON.stringify(shell),
  SHELL_VERSION: JSON.stringify(hashOf(index + assets.join())),
});

const files = ['icon.svg', 'index.html', 'manifest.webmanifest', 'sw.js', ...assets.map((name) => name.slice(1))].sort();
const lines = [];
for (const file of files) {
  const bytes = await readFile(path.join(work, file));
  const keeps = file.startsWith('assets/') ? 'immutable' : 'no-cache';
  lines.push([file, types[path.extname(file)], keeps, bytes.length].join('\t'));
  await writeFile(path.join(work, `${file}.gz`), gzipSync(bytes, { level: 9 }));
}
await writeFile(path.join(work, 'files.txt'), `${lines.join('\n')}\n`);
await rm(out, { recursive: true, force: true });
await rename(work, out);
