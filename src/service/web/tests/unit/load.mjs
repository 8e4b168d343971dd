// A module of the pages for node: bundled by esbuild, with what a browser would give.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { build } from 'esbuild';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../src');

export async function load(file) {
  globalThis.localStorage ??= { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  globalThis.document ??= { documentElement: { lang: '', dataset: {} } };
  globalThis.navigator ??= { language: 'zh-CN' };
  globalThis.location ??= { hash: '' };
  globalThis.window ??= globalThis;
  globalThis.addEventListener ??= () => undefined;
  const { outputFiles } = await build({ entryPoints: [path.join(root, file)], bundle: true, format: 'esm', platform: 'node', write: false, jsx: 'automatic', jsxImportSource: 'preact', nodePaths: [path.join(root, '../node_modules')] });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'thermoleak-pages-'));
  const target = path.join(folder, 'module.mjs');
  await writeFile(target, outputFiles[0].contents);
  return import(pathToFileURL(target).href);
}
