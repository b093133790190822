// Builds the page into dist/ when the sources are newer than what is there.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runTool } from './process.mjs';

const SOURCES = [
  'src',
  'shaders',
  'public',
  'index.html',
  'vite.config.ts',
  'package-lock.json',
  'e2e/tools/content-policy.mjs',
  'e2e/tools/offline-page.mjs',
  'e2e/tools/offline-worker.js',
];
const BUILT = join(ROOT, 'dist/index.html');

/** Builds the page unless it is up to date. */
export async function ensureBuilt({ quiet = false } = {}) {
  const newest = Math.max(...SOURCES.map((source) => newestChange(join(ROOT, source))));
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs > newest) return;
  console.error('Building the page …');
  await runTool('vite/bin/vite.js', ['build'], { quiet });
}

/** Milliseconds of the last change below a path; a folder's own time tells of files that were removed. */
function newestChange(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}
